/**
 * Tables of documents that exist only while they are read, so that a million of them fit: a field is a
 * function of the row, an index is the order of the rows.
 */

import { compareValues, type Value } from "convex/values";

export type Document = { _id: string; _creationTime: number } & Record<string, unknown>;

/** A field of a table's documents, by row; undefined where the document has no such field. */
export type Field = (row: number) => Value | undefined;

const ID_LENGTH = 32;

/** As `compareValues`, with short ways for the types that nearly all index fields have. */
function compare(a: Value | undefined, b: Value | undefined): number {
  if ((typeof a === "string" && typeof b === "string") || (typeof a === "number" && typeof b === "number")) {
    // Comparing by UTF-16 units: the data holds no surrogates in index fields.
    return a < b ? -1 : a > b ? 1 : 0;
  }
  return compareValues(a, b);
}

/** A place between rows: before or past those whose first fields have these values. */
export type Bound = { values: readonly (Value | undefined)[]; past: boolean };

/** The rows of a table in the order of some fields. */
export class Index {
  private readonly getters: readonly Field[];

  constructor(
    readonly fields: readonly string[],
    readonly rows: Uint32Array,
    table: Table,
  ) {
    this.getters = fields.map((field) => table.field(field));
  }

  /** Where in `rows` a bound is. */
  position({ values, past }: Bound): number {
    let low = 0;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = this.compareToValues(this.rows[middle] as number, values);
      if (order < 0 || (past && order === 0)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private compareToValues(row: number, values: Bound["values"]): number {
    for (let at = 0; at < values.length; at++) {
      const order = compare((this.getters[at] as Field)(row), values[at]);
      if (order !== 0) return order;
    }
    return 0;
  }

  /** Are these rows in order? Looks at so many neighbours, evenly spread. */
  isSorted(samples: number): boolean {
    const step = Math.max(1, Math.floor(this.rows.length / samples));
    for (let at = 0; at + 1 < this.rows.length; at += step) {
      const next = this.rows[at + 1] as number;
      const values = this.getters.map((get) => get(next));
      if (this.compareToValues(this.rows[at] as number, values) >= 0) return false;
    }
    return true;
  }
}

export class Table {
  readonly indexes = new Map<string, Index>();
  private readonly fields: readonly (readonly [name: string, get: Field])[];

  /**
   * `letter` begins the ids, so that an id tells its table. Rows are in the order of `createdMs`; rows of one
   * millisecond are in the order of their ids, as everywhere in Convex.
   */
  constructor(
    readonly name: string,
    private readonly letter: string,
    readonly length: number,
    createdMs: (row: number) => number,
    fields: Record<string, Field>,
  ) {
    this.fields = [["_id", (row) => this.id(row)], ["_creationTime", createdMs], ...Object.entries(fields)];
    this.index("by_creation_time", [], 1, () => 0);
  }

  id(row: number): string {
    return this.letter + String(row).padStart(ID_LENGTH - 1, "0");
  }

  /** The row of an id; -1 where the id is another table's or nobody's. */
  rowOf(id: string): number {
    const row = id.startsWith(this.letter) ? Number(id.slice(1)) : -1;
    return row < this.length && this.id(row) === id ? row : -1;
  }

  field(name: string): Field {
    return this.fields.find(([field]) => field === name)?.[1] ?? (() => undefined);
  }

  document(row: number): Document {
    const document: Record<string, unknown> = {};
    for (const [name, get] of this.fields) {
      const value = get(row);
      if (value !== undefined) document[name] = value;
    }
    return document as Document;
  }

  /**
   * Adds an index. `groupOf` numbers the values of `fields` from 0 to `groups - 1` in their order, so that
   * rows need only be counted, not compared.
   */
  index(name: string, fields: readonly string[], groups: number, groupOf: (row: number) => number): this {
    const starts = new Uint32Array(groups + 1);
    for (let row = 0; row < this.length; row++) count(starts, groupOf(row) + 1, 1);
    for (let group = 0; group < groups; group++) count(starts, group + 1, starts[group] as number);
    const rows = new Uint32Array(this.length);
    for (let row = 0; row < this.length; row++) rows[count(starts, groupOf(row), 1)] = row;
    const index = new Index([...fields, "_creationTime", "_id"], rows, this);
    if (!index.isSorted(2_000)) throw new Error(`${this.name}.${name} is not in order`);
    this.indexes.set(name, index);
    return this;
  }
}

/** Adds to a number and answers what it was. */
function count(counts: Uint32Array, at: number, by: number): number {
  const before = counts[at] as number;
  counts[at] = before + by;
  return before;
}
