/** Ctrl-C, while something runs that should end in order. */
export type Interrupt = {
  readonly isAsked: boolean;
  /** Aborted at the first Ctrl-C, so that nobody sleeps through it. */
  readonly signal: AbortSignal;
  end(): void;
};

/** The first Ctrl-C asks to stop, the second ends the program at once; both are told. */
export function onInterrupt(first: () => void, second: () => void): Interrupt {
  const asked = new AbortController();
  const listener = (): void => {
    if (!asked.signal.aborted) {
      first();
      asked.abort();
      return;
    }
    second();
    process.exit(130);
  };
  process.on("SIGINT", listener);
  process.on("SIGTERM", listener);
  return {
    get isAsked() {
      return asked.signal.aborted;
    },
    signal: asked.signal,
    end: () => {
      process.off("SIGINT", listener);
      process.off("SIGTERM", listener);
    },
  };
}
