/** A status that counts as much as a transaction may read, and goes on behind its cursor. */

import type { Value } from "convex/values";

import type { StoredDocument } from "../../../../js-shims/documents";
import type { Host, QueryCtx } from "../../../../js-shims/host";
import {
  Allowance,
  LostPosition,
  positionOf,
  readBehind,
  type Source,
  source,
} from "../../../../js-shims/keyset";
import { Meter } from "../../../../js-shims/meter";
import { type Found, lookUpOf, type Range, readEach, sourceOf, tables } from "../../../../js-shims/ranges";
import type { StatusAnswer, StatusArgs } from "../../../../js-shims/validators/status";
import { checkOrganizationId, checkWholeNumber } from "../arguments";
import { openCursor, refuseCursor, seal } from "../cursor";
import { environment, type RowValue, valueOf } from "../flags";
import { answerOf, type Counts, countDraft, noCounts, type Reads } from "./answer";
import {
  Headroom,
  type Limit,
  minus,
  newPace,
  nextLookUps,
  nextRows,
  nothingRead,
  type Pace,
  pageWasRead,
  plus,
} from "./budget";
import { check } from "./malformed";
import { classOf, type Linked } from "./notes";

/** Index ranges that a page may take behind a position: one a field of its key. */
const PAGE_RANGES = 4;

/** The ranges of documents in order, and the flag that each is about. */
const places: readonly [Range, flag: number][] = [
  ["platformFlags", 0],
  ["organizationFlags", 0],
  ["userFlags", 0],
  ["platformFlags", 1],
  ["organizationFlags", 1],
  ["userFlags", 1],
  ["notes", 0],
  ["artifacts", 0],
  ["claims", 0],
  ["drafts", 0],
];

const looksUp = (range: Range) => range === "notes" || range === "artifacts" || range === "claims";

/** A row whose look-up broke off. */
type Open = { id: string; after: string; linked: Linked };

/** All that a cursor carries. */
type State = {
  nowMs: number;
  place: number;
  /** Where the last page of the place ended; null where none was read. */
  after: string | null;
  open: Open | null;
  pace: Pace;
  spent: Reads;
  transactions: number;
  counts: Counts;
};

const newState = (): State => ({
  nowMs: Date.now(),
  place: 0,
  after: null,
  open: null,
  pace: newPace(),
  spent: nothingRead(),
  transactions: 0,
  counts: noCounts(),
});

type Page = {
  source: Source;
  rows: StoredDocument[];
  isLast: boolean;
  /** Rows that want a look-up. */
  parents: number[];
  parentsThrough: number;
  /** How many of them were told of where they are malformed. */
  parentsTold: number;
  rowsThrough: number;
};

const readsOf = ([documents = 0, bytes = 0, ranges = 0]: readonly number[]): Reads => ({
  documents,
  bytes,
  ranges,
});

class Scan {
  private used = nothingRead();
  private page: Page | null = null;
  /** The next look-up is the rest of the open one. */
  private isResuming = false;
  /** Rows and look-ups that this transaction got through. */
  private progress = 0;
  private brokeOff = false;

  constructor(
    private readonly host: Host,
    private readonly ctx: QueryCtx,
    private readonly args: StatusArgs,
    private readonly state: State,
    private readonly limits: Reads,
    private readonly meter: Meter,
  ) {}

  /** Goes on until all is counted, or to the limit that ends the transaction. */
  async run(): Promise<Limit | null> {
    const { state, meter } = this;
    this.used = readsOf((await meter.account()).used);
    for (;;) {
      if (this.page?.isLast && this.page.rowsThrough === this.page.rows.length) this.leaveRange();
      const place = places[state.place];
      if (place === undefined) return null;
      const [range] = place;
      const headroom = new Headroom(this.used, this.limits);
      if (this.progress > 0) {
        const limit = headroom.spent() ?? (this.brokeOff ? "bytesRead" : null);
        if (limit !== null) return limit;
      }
      if (this.page !== null && this.page.rowsThrough < this.page.rows.length) {
        await this.lookUp(range, this.page, headroom);
        continue;
      }
      const isAtStart = this.page === null && state.after === null;
      if (this.progress > 0 && !isAtStart && headroom.reads.ranges < PAGE_RANGES) return "databaseQueries";
      const { rows, fits, limit } = nextRows(state.pace, headroom, looksUp(range));
      // Ever smaller pages up to the very limit would cost more ranges than they bring rows.
      if (this.progress > 0 && fits <= Math.floor(this.progress / 64)) return limit;
      await this.readPage(place, rows, headroom);
    }
  }

  async answer(limitedBy: Limit | null): Promise<StatusAnswer> {
    const { host, state, args } = this;
    state.spent = plus(state.spent, readsOf((await this.meter.account()).used));
    const isDone = state.place >= places.length;
    if (!isDone) state.after = this.position();
    const { spent, transactions, counts } = state;
    const cursor = isDone ? null : seal(bindingOf(args), state as unknown as Value, Date.now());
    return answerOf(host, counts, { reads: spent, transactions, limitedBy, cursor });
  }

  private leaveRange(): void {
    this.state.place += 1;
    this.state.after = null;
    this.state.open = null;
    this.state.pace = newPace();
    this.page = null;
    this.progress += 1;
  }

  /** Behind the rows that are through. */
  private position(): string | null {
    const row = this.page?.rows[this.page.rowsThrough - 1];
    return this.page && row ? positionOf(this.page.source, row) : this.state.after;
  }

  /** What was read since. */
  private async readSince(): Promise<Reads> {
    const used = readsOf(await this.meter.used());
    const reads = minus(used, this.used);
    this.used = used;
    return reads;
  }

  private async readPage([range, flag]: [Range, number], rows: number, { reads }: Headroom): Promise<void> {
    const { host, ctx, state, meter } = this;
    const { organizationId } = this.args;
    const source = sourceOf(host, range, flag, organizationId);
    state.after = this.position();
    const allowance = new Allowance({ documents: Math.max(rows, 1), bytes: Math.max(reads.bytes, 1) }, meter);
    const { documents, isLast } = await readBehind(ctx.db, source, state.after, allowance, meter);
    const parents: number[] = [];
    if (range === "notes" || range === "claims") {
      for (let row = 0; row < documents.length; row++) parents.push(row);
    } else if (range === "artifacts") {
      for (let row = 0; row < documents.length; row++) {
        if (isOurs(documents[row], organizationId)) parents.push(row);
      }
    } else if (range === "drafts") {
      for (const draft of documents) countDraft(state.counts, draft);
    } else {
      this.countFlags(range, flag, documents);
    }
    // The open row may be gone, or no longer the organization's.
    if (parents[0] !== 0 || state.open?.id !== documents[0]?._id) state.open = null;
    this.isResuming = state.open !== null;
    const through = { parentsThrough: 0, parentsTold: 0, rowsThrough: 0 };
    this.page = { source, rows: documents, isLast, parents, ...through };
    this.advance(range, this.page);
    pageWasRead(state.pace, documents.length, await this.readSince());
  }

  private countFlags(range: Range, flag: number, rows: StoredDocument[]): void {
    const state = this.state.counts.flags[flag];
    if (state === undefined) return;
    const first: RowValue | undefined = rows[0] && valueOf(rows[0]);
    if (range === "userFlags") {
      state.userRows += rows.length;
    } else if (range === "platformFlags") {
      if (state.platform === undefined) state.platform = first;
    } else {
      if (state.organization === undefined) state.organization = first;
      state.organizationRows += rows.length;
    }
  }

  private async lookUp(range: Range, page: Page, headroom: Headroom): Promise<void> {
    const { host, ctx, state, meter } = this;
    const { table, index } = lookUpOf(host, range);
    const { documents, bytes } = headroom.reads;
    const most = this.isResuming ? 1 : Math.max(1, nextLookUps(state.pace, headroom));
    const parents = page.parents.slice(page.parentsThrough, page.parentsThrough + most);
    const sources = parents.map((row) => source(table, index, page.rows[row]?._id ?? ""));
    const after = this.isResuming ? (state.open?.after ?? null) : null;
    const allowance = new Allowance({ documents: Math.max(documents, 1), bytes: Math.max(bytes, 1) }, meter);
    const found = await readEach(ctx.db, sources, after, headroom.width(), allowance, meter);
    const linked = this.count(range, page, parents, found);
    const { lists, complete } = found;
    const openSource = sources[complete];
    const openDocument = lists[complete]?.at(-1);
    if (openSource && openDocument) {
      const id = String(openSource.values[0]);
      state.open = { id, after: positionOf(openSource, openDocument), linked };
    } else if (complete > 0) {
      state.open = null;
    }
    this.isResuming = false;
    if (complete < parents.length) this.brokeOff = true;
    for (const { length } of lists) this.progress += length;
    page.parentsThrough += complete;
    this.advance(range, page);
    state.pace.lookUps += complete;
    state.pace.lookUpReads = plus(state.pace.lookUpReads, await this.readSince());
  }

  /** Counts what was found, and tells what it was of a note whose look-up broke off. */
  private count(range: Range, page: Page, parents: number[], { lists, complete }: Found): Linked {
    const { counts } = this.state;
    if (range === "notes") return this.countNotes(page, parents, lists, complete);
    const [parentKey, childKey] =
      range === "artifacts" ? (["artifacts", "transcripts"] as const) : (["claims", "resolutions"] as const);
    const { table } = lookUpOf(this.host, range);
    counts[parentKey] += complete;
    for (const list of lists) {
      counts[childKey] += list.length;
      check(counts.malformed, table, list);
    }
    return { artifacts: 0, completed: false };
  }

  private countNotes(page: Page, parents: number[], lists: StoredDocument[][], complete: number): Linked {
    const { counts, open, nowMs } = this.state;
    const { organizationId, deferredDays: days } = this.args;
    const nothing = { artifacts: 0, completed: false };
    let linked = this.isResuming && open !== null ? open.linked : nothing;
    for (let nth = 0; nth < lists.length; nth++) {
      const list = lists[nth];
      const others: StoredDocument[] = [];
      for (let at = 0; at < list.length; at++) {
        const artifact = list[at];
        const completed = linked.completed || artifact.status === "completed";
        linked = { artifacts: linked.artifacts + 1, completed };
        // Those that name the organization are met again among its artifacts, malformed or not.
        if (isOurs(artifact, organizationId)) counts.met += 1;
        else others.push(artifact);
      }
      check(counts.malformed, "voiceNoteArtifacts", others);
      if (nth >= complete) return linked;
      const note = page.rows[parents[nth] ?? 0];
      if (note) counts.migration[classOf(note, linked, { nowMs, days })] += 1;
      if (linked.artifacts > 1) counts.duplicates += 1;
      linked = nothing;
    }
    return linked;
  }

  /** Moves past the rows that are through now. */
  private advance(range: Range, page: Page): void {
    const next = page.parents[page.parentsThrough] ?? page.rows.length;
    let told = page.rows.slice(page.rowsThrough, next);
    this.progress += told.length;
    page.rowsThrough = next;
    if (range === "artifacts") {
      // Nobody is told of another organization's.
      told = [];
      for (; page.parentsTold < page.parentsThrough; page.parentsTold++) {
        told.push(page.rows[page.parents[page.parentsTold]]);
      }
    }
    check(this.state.counts.malformed, tables[range], told);
  }
}

function isOurs({ orgContextCandidates: candidates }: StoredDocument, organizationId: string): boolean {
  if (!Array.isArray(candidates)) return false;
  for (let nth = 0; nth < candidates.length; nth++) {
    if (candidates[nth]?.organizationId === organizationId) return true;
  }
  return false;
}

const bindingOf = ({ organizationId, deferredDays = 0 }: StatusArgs) =>
  `v2MigrationStatus ${organizationId} ${deferredDays}`;

function begin(args: StatusArgs): State {
  const { organizationId, deferredDays, cursor } = args;
  checkOrganizationId(organizationId);
  checkWholeNumber("deferredDays", deferredDays);
  if (cursor === undefined) return newState();
  const state = openCursor(bindingOf(args), cursor, Date.now()) as State;
  for (const [at, value] of environment().entries()) {
    const flag = state.counts.flags[at];
    if (flag) flag.environment = value;
  }
  return state;
}

/** Refuses the arguments that `countStatus` would. */
export function checkArguments(args: StatusArgs): void {
  begin(args);
}

/** Counts as much of an organization as this transaction may read, once `admit` is through. */
export async function countStatus(
  host: Host,
  ctx: QueryCtx,
  args: StatusArgs,
  admit?: () => Promise<void>,
): Promise<StatusAnswer> {
  const meter = new Meter(ctx);
  const limits = readsOf((await meter.account()).limits);
  const state = begin(args);
  state.transactions += 1;
  await admit?.();
  const scan = new Scan(host, ctx, args, state, limits, meter);
  try {
    return await scan.answer(await scan.run());
  } catch (error) {
    if (error instanceof LostPosition) return refuseCursor("names a place that is gone");
    throw error;
  }
}
