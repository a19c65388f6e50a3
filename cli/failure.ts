export const exitCodes = { done: 0, failed: 1, usage: 2, notComplete: 3, overruled: 4 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends the program with one sentence for its user, and with what to do about it. */
export class Failure extends Error {
  override readonly name = "Failure";

  constructor(
    message: string,
    readonly remedy: string | null = null,
    readonly exitCode: ExitCode = exitCodes.failed,
  ) {
    super(message);
  }
}

/** What went wrong, of anything that was thrown, in one line. */
export function messageOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return text.split("\n")[0] ?? "";
}
