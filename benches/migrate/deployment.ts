/**
 * A backend in convex-test's engine, with the indexes and the write checks of `packages/embedded-convex`, whose
 * transactions are counted and can be made to fail.
 */

import { createEngine } from "embedded-convex/engine";
import ledgerSchema from "../../js-shims/component/schema.js";
import * as ledgerStore from "../../js-shims/component/store.js";
import { v2RolloutFunctions } from "../../js-shims/functions/v2Rollout.js";
import type { Host } from "../../js-shims/host.js";
import schema from "../../tests/backend/convex/schema.js";
import { host as wiredHost } from "../../tests/backend/convex/v2RolloutHost.js";
import * as component from "./component.js";
import * as migrations from "./convexMigrations.js";
import type { Engine } from "./engine.js";
import * as old from "./perNote.js";

/** The stand-in's wiring, for a migration that is as fast as it can. */
export const host: Host = { ...wiredHost, paceBytesPerSecond: 0 };

/** Thrown by every transaction of a killed run. */
export class Killed extends Error {
  constructor() {
    super("the run was killed");
  }
}

type Handler = (ctx: unknown, args: unknown) => Promise<unknown>;
type Exports = Record<string, unknown>;
type Ctx = { db: { insert(table: string, row: unknown): Promise<string> } & Record<string, never> };

const isTransaction = (exported: unknown): exported is { _handler: Handler } =>
  typeof exported === "function" && ("isQuery" in exported || "isMutation" in exported);

export class Deployment {
  /** Queries and mutations that ran for themselves, not within another one. */
  transactions = 0;
  readonly t: Engine["t"];
  private readonly engine: Engine;
  private readonly schema: { schemaValidation: boolean };
  private depth = 0;
  private left = Number.POSITIVE_INFINITY;

  constructor() {
    const described = JSON.parse((schema as unknown as { export(): string }).export());
    const modules = this.modules("/convex", {
      migrations,
      old,
      v2Rollout: v2RolloutFunctions(host),
    });
    this.engine = createEngine({ sources: new Map([["", { schema: described, modules }]]), limits: true });
    this.schema = described;
    this.t = this.engine.t;
    this.t.registerComponent(
      "migrations",
      component.schema,
      this.modules("/component", { lib: component.lib }),
    );
    this.t.registerComponent("v2Rollout", ledgerSchema, this.modules("/ledger", { store: ledgerStore }));
  }

  /** Lets so many transactions pass and none after them, as if the machine that runs them had died. */
  killAfter(transactions: number): void {
    this.left = transactions;
  }

  revive(): void {
    this.left = Number.POSITIVE_INFINITY;
  }

  /** Stores rows without a look at the schema: as they came into a table before it had one. */
  async store(table: string, rows: readonly Record<string, unknown>[]): Promise<string[]> {
    this.schema.schemaValidation = false;
    try {
      return await this.t.run(async ({ db }: Ctx) => {
        const ids: string[] = [];
        for (const row of rows) ids.push(await db.insert(table, row));
        return ids;
      });
    } finally {
      this.schema.schemaValidation = true;
    }
  }

  /** All rows of a table, in the order in which they were written. */
  rows(table: string): Record<string, unknown>[] {
    return this.engine.app.store.committed(table) as Record<string, unknown>[];
  }

  private modules(root: string, modules: Record<string, Exports>) {
    // convex-test takes the folder of generated code for the root of the modules.
    const all: [string, () => Promise<Exports>][] = [[`${root}/_generated/api.js`, async () => ({})]];
    for (const [name, exports] of Object.entries(modules)) {
      const counted = Object.fromEntries(
        Object.entries(exports).map(([key, exported]) => [
          key,
          isTransaction(exported) ? this.counted(exported) : exported,
        ]),
      );
      all.push([`${root}/${name}.js`, async () => counted]);
    }
    return Object.fromEntries(all);
  }

  private counted(exported: { _handler: Handler }) {
    const _handler: Handler = async (ctx, args) => {
      // The engine runs outermost transactions one after the other: what begins within one belongs to it.
      if (this.depth === 0) {
        if (this.left === 0) throw new Killed();
        this.left -= 1;
        this.transactions += 1;
      }
      this.depth += 1;
      try {
        return await exported._handler(ctx, args);
      } finally {
        this.depth -= 1;
        if (this.depth === 0) this.engine.queries.clear();
      }
    };
    return Object.assign((...values: [unknown, unknown]) => _handler(...values), exported, { _handler });
  }
}
