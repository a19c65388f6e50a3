import { type Command, CommanderError } from "commander";

import { type ExitCode, exitCodes, Failure, messageOf } from "./failure.js";
import { red } from "./terminal/color.js";
import { wrap } from "./terminal/wrap.js";

/** Runs the program, and turns whatever it throws into a sentence and an exit code. */
export async function run(program: Command): Promise<void> {
  try {
    await program.parseAsync();
  } catch (thrown) {
    process.exitCode = report(thrown);
  }
}

function report(thrown: unknown): ExitCode {
  // Commander has already written its own message. It exits 1 where it was called without a command.
  if (thrown instanceof CommanderError) {
    return thrown.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  }
  const message = thrown instanceof Failure ? thrown.message : `Unexpected failure: ${messageOf(thrown)}`;
  const remedy = thrown instanceof Failure ? thrown.remedy : null;
  process.stderr.write(`${red(process.stderr, wrap(message))}\n`);
  if (remedy !== null) process.stderr.write(`${wrap(remedy)}\n`);
  return thrown instanceof Failure ? thrown.exitCode : exitCodes.failed;
}
