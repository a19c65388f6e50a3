/** Ctrl-C, while something runs that should end in order. */
export type Interrupt = { readonly isAsked: boolean; end(): void };

/** The first Ctrl-C asks to stop, the second ends the program at once; both are told. */
export function onInterrupt(first: () => void, second: () => void): Interrupt {
  let isAsked = false;
  const listener = (): void => {
    if (!isAsked) {
      isAsked = true;
      first();
      return;
    }
    second();
    process.exit(130);
  };
  process.on("SIGINT", listener);
  process.on("SIGTERM", listener);
  return {
    get isAsked() {
      return isAsked;
    },
    end: () => {
      process.off("SIGINT", listener);
      process.off("SIGTERM", listener);
    },
  };
}
