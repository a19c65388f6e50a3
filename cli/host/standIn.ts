const key = Symbol("name");

/** What a spread of something unknown may bring, as `...betterAuth(...)` does. */
const hooks = ["authorize", "findOrganization"];

/**
 * Stands in for whatever a file imports: it can be called and has every property, each a stand-in that knows
 * by which path it was reached.
 */
export function standIn(name: string, given: Readonly<Record<string, unknown>> = {}): unknown {
  return new Proxy(() => undefined, {
    get: (_target, property) => {
      if (property === key) return name;
      if (typeof property === "symbol" || property === "__esModule") return undefined;
      return given[property] ?? standIn(name === "" ? property : `${name}.${property}`);
    },
    apply: () => standIn(""),
    ownKeys: () => hooks,
    getOwnPropertyDescriptor: (_target, property) => ({
      value: standIn(`${name}.${String(property)}`),
      configurable: true,
      enumerable: true,
      writable: true,
    }),
  });
}

/** The path by which a stand-in was reached, as `internal.v2Rollout`, or null of anything else. */
export function nameOf(value: unknown): string | null {
  if (typeof value !== "function") return null;
  const name = (value as { [key]?: string })[key];
  return name ?? null;
}
