/**
 * Runs something without its console lines, which would be on standard output. convex-test puts a getter in the
 * console's place: its functions are replaced, not the object.
 */
export async function quietly<T>(run: () => Promise<T>): Promise<T> {
  const methods = ["debug", "log", "info", "warn", "error"] as const;
  const before = methods.map((method) => console[method]);
  for (const method of methods) console[method] = () => {};
  try {
    return await run();
  } finally {
    for (const [at, method] of methods.entries()) console[method] = before[at];
  }
}
