import { type Command, CommanderError } from "commander";

import { CallFailed, NoAnswer } from "./connection/errors.js";
import { reached } from "./connection/reached.js";
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
    if (thrown.exitCode === 0) return exitCodes.done;
    const failure = new Failure(messageOf(thrown).replace(/^error: /, ""), null, exitCodes.usage);
    return await asJson(failure, "USAGE");
  }
  const failure = failureOf(thrown);
  const { message, remedy, exitCode } = failure;
  process.stderr.write(`${red(process.stderr, wrap(message))}\n`);
  if (remedy !== null) process.stderr.write(`${wrap(remedy)}\n`);
  const code = exitCode === exitCodes.usage ? "USAGE" : "FAILED";
  return await asJson(failure, thrown instanceof CallFailed ? thrown.problem.code : code);
}

/** Prints a failure of the whole command for programs, where they asked for it. */
async function asJson({ message, remedy, exitCode }: Failure, code: string): Promise<ExitCode> {
  if (!process.argv.includes("--json")) return exitCode;
  const { printJson } = await import("./show/json.js");
  const command = process.argv.slice(2).find((word) => !word.startsWith("-")) ?? "";
  const { deployment } = reached;
  printJson({ command, deployment, exitCode, error: { code, message, hint: remedy }, organizations: [] });
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
