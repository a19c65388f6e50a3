import type { createEngine } from "embedded-convex/engine";

export type Engine = ReturnType<typeof createEngine>;

/** What a way of migrating needs of a deployment: that functions run in it. */
export type Runner = Pick<Engine, "t">;
