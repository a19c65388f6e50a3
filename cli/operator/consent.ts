import type { Consent, OperatorOptions } from "../commands/operatorOptions.js";
import { exitCodes, Failure } from "../failure.js";
import { wrap } from "../terminal/wrap.js";

type Question = {
  /** What is about to be written, as in `Switching v2 on`; for where nobody can be asked. */
  what: string;
  question: string;
  /** A word that must be typed, where every organization is meant. */
  typed?: string;
};

const NOTHING = "Nothing was changed.";

/** Whether the operator agrees to a write: by --yes, or on the terminal. */
export async function agrees(
  { what, question, typed }: Question,
  { yes, json }: OperatorOptions & Consent,
): Promise<boolean> {
  if (yes) {
    // Whoever reads a log wants to know which deployment was written to.
    process.stderr.write(`${wrap(`${question} Yes (--yes).`)}\n`);
    return true;
  }
  const { canAsk, confirm, confirmTyped } = await import("../terminal/confirm.js");
  if (json || !canAsk()) {
    throw new Failure(
      `${what} needs your consent, and there is no terminal to ask on.`,
      "Nothing was changed. Add --yes to agree.",
      exitCodes.usage,
    );
  }
  return typed === undefined
    ? await confirm(question, false, NOTHING)
    : await confirmTyped(question, typed, NOTHING);
}
