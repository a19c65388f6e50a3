/** Carries out the steps of the core's status scan in one transaction. */

import { StatusRun, startCore } from "./core.js";
import {
  Candidates,
  draftFact,
  flagFact,
  Names,
  noteFacts,
  type StoredDocument,
  type Table,
} from "./documents.js";
import { environment, flagKeys } from "./environment.js";
import { throwIfRefused } from "./errors.js";
import type { Host, Index, QueryCtx } from "./host.js";
import { allowanceOf, type Page, positionOf, readBehind, type Source } from "./keyset.js";
import { Meter, reads } from "./meter.js";
import type { StatusAnswer, StatusArgs } from "./validators.js";

const NOTHING = new Uint8Array();

/** The core's ranges, by their numbers. */
const ranges = [
  "platformFlags",
  "organizationFlags",
  "userFlags",
  "notes",
  "artifacts",
  "claims",
  "drafts",
] as const;
type Range = (typeof ranges)[number];

const tables: Record<Range, Table> = {
  platformFlags: "featureFlags",
  organizationFlags: "featureFlags",
  userFlags: "featureFlags",
  notes: "voiceNotes",
  artifacts: "voiceNoteArtifacts",
  claims: "voiceNoteClaims",
  drafts: "insightDrafts",
};

export const source = (table: Table, index: Index, ...values: string[]): Source => ({
  table,
  index: index.name,
  prefix: values.map((value, at) => [index.fields[at] ?? "", value] as const),
  rest: index.fields.slice(values.length),
});

function sourceOf(host: Host, range: Range, flag: number, organizationId: string): Source {
  const { indexes } = host;
  const table = tables[range];
  const key = flagKeys[flag] ?? "";
  switch (range) {
    case "platformFlags":
      return source(table, indexes.flagsByScope, key, "platform");
    case "organizationFlags":
      return source(table, indexes.flagsByOrganization, key, "organization", organizationId);
    case "userFlags":
      return source(table, indexes.flagsByScope, key, "user");
    case "notes":
      return source(table, indexes.notesByOrganization, organizationId);
    case "artifacts":
      return indexes.artifactsByOrganization
        ? source(table, indexes.artifactsByOrganization, organizationId)
        : { table, index: "by_creation_time", prefix: [], rest: [] };
    case "claims":
      return source(table, indexes.claimsByOrganization, organizationId);
    case "drafts":
      return source(table, indexes.draftsByOrganization, organizationId);
  }
}

function lookUpOf(host: Host, range: Range): { table: Table; index: Index } {
  const { indexes } = host;
  if (range === "notes") return { table: "voiceNoteArtifacts", index: indexes.artifactsByNote };
  if (range === "artifacts") return { table: "voiceNoteTranscripts", index: indexes.transcriptsByArtifact };
  return { table: "voiceNoteEntityResolutions", index: indexes.resolutionsByClaim };
}

export const numberAt = (step: Float64Array, at: number): number => step[at] ?? 0;

/** Counts as much of an organization as this transaction may read. */
export async function scanStatus(host: Host, ctx: QueryCtx, args: StatusArgs): Promise<StatusAnswer> {
  startCore();
  const meter = new Meter(ctx);
  const run = new StatusRun(
    args.organizationId,
    args.deferredDays === undefined ? undefined : String(args.deferredDays),
    args.cursor,
    ...environment(),
    reads((await meter.account()).limits),
    Date.now(),
    host.indexes.artifactsByOrganization !== null,
  );
  try {
    throwIfRefused(run.refusal());
    return await carryOut(host, ctx, args.organizationId, run, meter);
  } finally {
    run.free();
  }
}

async function carryOut(
  host: Host,
  ctx: QueryCtx,
  organizationId: string,
  run: StatusRun,
  meter: Meter,
): Promise<StatusAnswer> {
  /** Where the page at hand began. */
  let after = run.position() ?? null;
  let page: Page & { source: Source } = {
    documents: [],
    isLast: false,
    source: { table: "", index: "", prefix: [], rest: [] },
  };
  const behind = (rows: number) => {
    const document = page.documents[rows - 1];
    return document === undefined ? after : positionOf(page.source, document);
  };
  for (;;) {
    const [documents, bytes, indexRanges] = (await meter.account()).used;
    const step = run.next(documents ?? 0, bytes ?? 0, indexRanges ?? 0);
    switch (step[0]) {
      case 2: {
        const range = ranges[numberAt(step, 1)] ?? "notes";
        const pageSource = sourceOf(host, range, numberAt(step, 2), organizationId);
        after = step[3] === 1 ? null : behind(page.documents.length);
        const allowance = allowanceOf({ documents: numberAt(step, 4), bytes: numberAt(step, 5) }, meter);
        page = { ...(await readBehind(ctx.db, pageSource, after, allowance, meter)), source: pageSource };
        feedPage(run, range, page);
        break;
      }
      case 3: {
        const range = ranges[numberAt(step, 1)] ?? "notes";
        const rows = Array.from(step.subarray(5), (row) => page.documents[row]?._id ?? "");
        await lookUp(host, ctx, run, range, rows, step, meter);
        break;
      }
      case 1:
        return run.answer(numberAt(step, 1) < 0 ? undefined : (behind(numberAt(step, 1)) ?? undefined));
      default:
        return run.answer(undefined);
    }
  }
}

function feedPage(run: StatusRun, range: Range, page: Page): void {
  const names = new Names(tables[range]);
  const candidates = new Candidates();
  const fact = (document: StoredDocument, malformed: number): number => {
    switch (range) {
      case "notes":
        return noteFacts(document, malformed);
      case "artifacts":
        return candidates.fact(document) + malformed;
      case "claims":
        return malformed;
      case "drafts":
        return draftFact(document) + malformed;
      default:
        return flagFact(document) + malformed;
    }
  };
  const facts = Uint32Array.from(page.documents, (document) => fact(document, names.bit(document)));
  const createdMs =
    range === "notes" ? Float64Array.from(page.documents, (note) => note._creationTime) : new Float64Array();
  const organizationIds = range === "artifacts" ? candidates.column() : NOTHING;
  const firstId = page.documents[0]?._id ?? "";
  run.page(page.isLast, firstId, facts, createdMs, organizationIds, names.column());
}

/** Looks up what belongs to each of the rows, several at once; what is behind a look-up that broke off is
 * dropped, as if it had not begun. */
async function lookUp(
  host: Host,
  ctx: QueryCtx,
  run: StatusRun,
  range: Range,
  rows: readonly string[],
  step: Float64Array,
  meter: Meter,
): Promise<void> {
  const { table, index } = lookUpOf(host, range);
  const allowance = allowanceOf({ documents: numberAt(step, 3), bytes: numberAt(step, 4) }, meter);
  const firstAfter = run.lookUpAfter() ?? null;
  const pages: Page[] = rows.map(() => ({ documents: [], isLast: false }));
  let next = 0;
  const worker = async () => {
    while (next < rows.length && !allowance.isSpent()) {
      const at = next++;
      const after = at === 0 ? firstAfter : null;
      pages[at] = await readBehind(ctx.db, source(table, index, rows[at] ?? ""), after, allowance, meter);
    }
  };
  await Promise.all(Array.from({ length: numberAt(step, 2) }, worker));

  const broken = pages.findIndex((page) => !page.isLast);
  const complete = broken < 0 ? pages.length : broken;
  const openPage = pages[complete];
  const openId = rows[complete] ?? "";
  const openDocument = openPage?.documents.at(-1);
  const names = new Names(table);
  const candidates = new Candidates();
  const of: number[] = [];
  const facts: number[] = [];
  for (const [at, page] of pages.slice(0, complete + 1).entries()) {
    for (const document of page.documents) {
      of.push(at);
      facts.push((range === "notes" ? candidates.fact(document) : 0) + names.bit(document));
    }
  }
  run.found(
    complete,
    openId,
    openDocument && positionOf(source(table, index, openId), openDocument),
    Uint32Array.from(of),
    Uint32Array.from(facts),
    candidates.column(),
    names.column(),
  );
}
