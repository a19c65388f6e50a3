/** One query transaction over virtual tables, counted and limited as Convex does. */

import type { GenericDatabaseReader } from "convex/server";
import type { Value } from "convex/values";

import type { DataModel } from "../../tests/backend/convex/_generated/dataModel.js";
import { sizeOf } from "./size.js";
import type { Bound, Document, Index, Table } from "./table.js";

export type Metric = "documentsRead" | "bytesRead" | "databaseQueries";

/** Convex's limits of what one query reads. */
export const limits: Readonly<Record<Metric, number>> = {
  documentsRead: 32_000,
  bytesRead: 16 * 2 ** 20,
  databaseQueries: 4_096,
};

/** What of the other measures `getTransactionMetrics` tells a query. */
const writes = {
  bytesWritten: 16 * 2 ** 20,
  documentsWritten: 16_000,
  functionsScheduled: 1_000,
  scheduledFunctionArgsBytes: 16 * 2 ** 20,
};

/** Thrown where a transaction reads more than it may. */
export class LimitError extends Error {
  constructor(readonly metric: Metric) {
    super(`${metric} is past ${limits[metric]} in a single function execution`);
  }
}

export type Tables = ReadonlyMap<string, Table>;

export class Transaction {
  readonly used: Record<Metric, number> = { documentsRead: 0, bytesRead: 0, databaseQueries: 0 };

  constructor(private readonly tables: Tables) {}

  readonly meta = {
    getTransactionMetrics: async () => {
      const of = (used: number, limit: number) => ({ used, remaining: limit - used });
      const read = Object.entries(limits).map(([metric, limit]) => [
        metric,
        of(this.used[metric as Metric], limit),
      ]);
      const written = Object.entries(writes).map(([metric, limit]) => [metric, of(0, limit)]);
      return Object.fromEntries([...read, ...written]);
    },
  };

  /** `ctx.db`, as far as counting needs it. */
  readonly db = {
    get: async (id: string): Promise<Document | null> => {
      this.count("databaseQueries", 1);
      for (const table of this.tables.values()) {
        const row = table.rowOf(id);
        if (row >= 0) return this.read(table, row);
      }
      return null;
    },
    query: (name: string) => {
      const table = this.table(name);
      return {
        ...this.rangeOf(table, "by_creation_time"),
        withIndex: (index: string, build?: (q: RangeBuilder) => unknown) => this.rangeOf(table, index, build),
      };
    },
  } as unknown as GenericDatabaseReader<DataModel>;

  private table(name: string): Table {
    const table = this.tables.get(name);
    if (table === undefined) throw new Error(`there is no table ${name}`);
    return table;
  }

  private count(metric: Metric, n: number): void {
    this.used[metric] += n;
    if (this.used[metric] > limits[metric]) throw new LimitError(metric);
  }

  private read(table: Table, row: number): Document {
    const document = table.document(row);
    this.count("documentsRead", 1);
    this.count("bytesRead", sizeOf(document));
    return document;
  }

  /** A range counts when it is first read from. */
  private rangeOf(table: Table, name: string, build?: (q: RangeBuilder) => unknown) {
    const index = table.indexes.get(name);
    if (index === undefined) throw new Error(`${table.name} has no index ${name}`);
    const builder = new RangeBuilder(index);
    build?.(builder);
    const iterator = (): AsyncIterableIterator<Document> => {
      let at = -1;
      let end = -1;
      return {
        next: async () => {
          if (at < 0) {
            this.count("databaseQueries", 1);
            at = index.position(builder.low);
            end = index.position(builder.high);
          }
          if (at >= end) return { done: true, value: undefined };
          return { done: false, value: this.read(table, index.rows[at++] as number) };
        },
        return: async () => {
          at = end = 0;
          return { done: true, value: undefined };
        },
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    };
    // Convex's own client takes one by one, too.
    const take = async (count: number): Promise<Document[]> => {
      const documents: Document[] = [];
      if (count > 0) {
        for await (const document of iterator()) {
          documents.push(document);
          if (documents.length === count) break;
        }
      }
      return documents;
    };
    return {
      [Symbol.asyncIterator]: iterator,
      take,
      first: async () => (await take(1))[0] ?? null,
      collect: () => take(Number.POSITIVE_INFINITY),
    };
  }
}

/** Takes the fields of an index in their order: equal ones, then a bound on either side of the next. */
class RangeBuilder {
  private readonly equal: (Value | undefined)[] = [];
  low: Bound = { values: this.equal, past: false };
  high: Bound = { values: this.equal, past: true };

  constructor(private readonly index: Index) {}

  eq = (field: string, value: Value | undefined): this => {
    this.check(field);
    if (this.low.values !== this.equal || this.high.values !== this.equal) {
      throw new Error(`eq of ${field} behind a bound`);
    }
    this.equal.push(value);
    return this;
  };

  gt = (field: string, value: Value | undefined) => this.boundLow(field, value, true);
  gte = (field: string, value: Value | undefined) => this.boundLow(field, value, false);
  lt = (field: string, value: Value | undefined) => this.boundHigh(field, value, false);
  lte = (field: string, value: Value | undefined) => this.boundHigh(field, value, true);

  private boundLow(field: string, value: Value | undefined, past: boolean): this {
    this.check(field);
    if (this.low.values !== this.equal) throw new Error(`two lower bounds of ${field}`);
    this.low = { values: [...this.equal, value], past };
    return this;
  }

  private boundHigh(field: string, value: Value | undefined, past: boolean): this {
    this.check(field);
    if (this.high.values !== this.equal) throw new Error(`two upper bounds of ${field}`);
    this.high = { values: [...this.equal, value], past };
    return this;
  }

  private check(field: string): void {
    const expected = this.index.fields[this.equal.length];
    if (field !== expected) throw new Error(`the index goes on with ${expected}, not with ${field}`);
  }
}
