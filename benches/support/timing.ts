/** Times by rounds: interleaved, garbage collected between, compared by their medians. */

export const collectGarbage = (): void => {
  if (globalThis.gc === undefined) throw new Error("run with node --expose-gc");
  globalThis.gc();
};

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** Milliseconds that a task takes, collecting garbage first. */
export async function timed(task: () => unknown): Promise<number> {
  collectGarbage();
  const begun = performance.now();
  await task();
  return performance.now() - begun;
}
