/** Waits, in an action: queries and mutations have no timers. */
export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
