import * as clack from "@clack/prompts";

import { exitCodes, Failure } from "../failure.js";

/** Whether a question can be asked at all. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

/** Fails where a question would have to be asked and nobody is there to answer it. */
export function requireAnswers(yes: boolean, what: string): void {
  if (yes || canAsk()) return;
  throw new Failure(
    `${what} needs your consent, and there is no terminal to ask on.`,
    "Nothing was changed. Add --yes to agree, or run it in a terminal.",
    exitCodes.usage,
  );
}

const STAYS = "What was written before the question stays; run it again to go on.";

/** Asks; `--yes` answers at once. Ctrl-C ends the program, and says what that means. */
export async function confirm(question: string, yes: boolean, stopped = STAYS): Promise<boolean> {
  if (yes) return true;
  return answered(await clack.confirm({ message: question, initialValue: false }), stopped);
}

/** Asks for a word to be typed. Ctrl-C ends the program. */
export async function confirmTyped(question: string, word: string, stopped: string): Promise<boolean> {
  const message = `${question} Type ${word} to go on, or nothing to stop.`;
  return answered(await clack.text({ message, placeholder: word }), stopped) === word;
}

function answered<Answer>(answer: Answer | symbol, stopped: string): Answer {
  if (!clack.isCancel(answer)) return answer as Answer;
  throw new Failure("Stopped.", stopped);
}
