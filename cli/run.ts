import { type Command, CommanderError } from "commander";

import { CallFailed, NoAnswer } from "./connection/errors.js";
import { type ExitCode, exitCodes, Failure, messageOf } from "./failure.js";
import { red } from "./terminal/color.js";
import { wrap } from "./terminal/wrap.js";

/** Runs the program, and turns whatever it throws into a sentence and an exit code. */
export async function run(program: Command): Promise<void> {
  try {
    await program.parseAsync();
  } catch (thrown) {
    process.exitCode = await report(thrown);
  }
}

async function report(thrown: unknown): Promise<ExitCode> {
  // Commander has already written its own message. It exits 1 where it was called without a command.
  if (thrown instanceof CommanderError) {
    return thrown.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  }
  const { message, remedy, exitCode } = failureOf(thrown);
  process.stderr.write(`${red(process.stderr, wrap(message))}\n`);
  if (remedy !== null) process.stderr.write(`${wrap(remedy)}\n`);
  const [command = ""] = process.argv.slice(2);
  if (process.argv.includes("--json")) {
    const { printJson } = await import("./show/json.js");
    const code = thrown instanceof CallFailed ? thrown.problem.code : "FAILED";
    const error = { code, message, hint: remedy };
    printJson({ version: 1, command, deployment: null, exitCode, error, organizations: [] });
  }
  return exitCode;
}

function failureOf(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  if (thrown instanceof CallFailed) {
    const { code, message, hint } = thrown.problem;
    return new Failure(message, hint, code === "OVERRULED" ? exitCodes.overruled : exitCodes.failed);
  }
  if (thrown instanceof NoAnswer) {
    return new Failure(`No answer: ${thrown.message}.`, "Look at the status before you run it again.");
  }
  return new Failure(`Unexpected failure: ${messageOf(thrown)}`);
}
