/** Carries out the steps of the core's status scan in one transaction. */

import { lostPosition, StatusRun, type Step, type Used } from "./core/status.js";
import {
  artifactFact,
  candidatesOf,
  columnOf,
  createdMs,
  draftFact,
  flattened,
  type Malformed,
  malformedIn,
  marked,
  noCandidates,
  noteFacts,
  type StoredDocument,
} from "./documents.js";
import { throwIfRefused } from "./errors.js";
import { environment, flagFact, flagKeys } from "./flagRows.js";
import type { Host, Index, QueryCtx } from "./host.js";
import { Allowance, LostPosition, type Page, positionOf, readBehind, type Source, source } from "./keyset.js";
import type { Table } from "./malformed.js";
import { Meter } from "./meter.js";
import type { StatusAnswer, StatusArgs } from "./validators/status.js";

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

const numberAt = (step: Step, at: number): number => Number(step[at] ?? 0);

/** Begins a status; its arguments are accepted, the cursor included. */
export function beginStatus(host: Host, args: StatusArgs, limits: readonly number[] = []): StatusRun {
  const run = new StatusRun({
    organizationId: args.organizationId,
    deferredDays: args.deferredDays,
    cursor: args.cursor,
    environment: environment(),
    limits,
    artifactsAreIndexed: host.indexes.artifactsByOrganization !== null,
  });
  if (run.refusal !== null) run.free();
  throwIfRefused(run.refusal);
  return run;
}

/** Counts as much of an organization as this transaction may read, once `admit` is through. */
export async function scanStatus(
  host: Host,
  ctx: QueryCtx,
  args: StatusArgs,
  admit?: () => Promise<void>,
): Promise<StatusAnswer> {
  const meter = new Meter(ctx);
  const run = beginStatus(host, args, (await meter.account()).limits);
  try {
    await admit?.();
    return await carryOut(host, ctx, args, run, meter);
  } catch (error) {
    if (error instanceof LostPosition) throwIfRefused(lostPosition());
    throw error;
  } finally {
    run.free();
  }
}

async function carryOut(
  host: Host,
  ctx: QueryCtx,
  { organizationId, cursor }: StatusArgs,
  run: StatusRun,
  meter: Meter,
): Promise<StatusAnswer> {
  /** Where the page at hand began. */
  let after = cursor === undefined ? null : run.position();
  let page: Page & { source: Source } = {
    documents: [],
    isLast: false,
    source: { table: "", index: "", prefix: [], rest: [] },
  };
  const behind = (rows: number) => {
    const document = page.documents[rows - 1];
    return document === undefined ? after : positionOf(page.source, document);
  };
  // The hooks have read, too.
  let step = run.first((await meter.account()).used);
  for (;;) {
    switch (step[0]) {
      case 2: {
        const range = ranges[numberAt(step, 1)] ?? "notes";
        const pageSource = sourceOf(host, range, numberAt(step, 2), organizationId);
        after = step[3] === 1 ? null : behind(page.documents.length);
        const allowance = new Allowance({ documents: numberAt(step, 4), bytes: numberAt(step, 5) }, meter);
        page = { ...(await readBehind(ctx.db, pageSource, after, allowance, meter)), source: pageSource };
        step = feedPage(run, await meter.used(), organizationId, range, page);
        break;
      }
      case 3: {
        const range = ranges[numberAt(step, 1)] ?? "notes";
        const rows = step.slice(6).map((row) => page.documents[Number(row)]?._id ?? "");
        step = await lookUp(host, ctx, organizationId, run, range, rows, step, meter);
        break;
      }
      default: {
        const rows = step[0] === 1 ? numberAt(step, 1) : -1;
        return run.answer(rows < 0 ? null : behind(rows), (await meter.account()).used);
      }
    }
  }
}

const noFacts = new Float64Array(0);

function factsIn(range: Range, documents: StoredDocument[], malformed: Malformed): Float64Array {
  const facts = (numberOf: (document: StoredDocument) => number) =>
    marked(tables[range], columnOf(documents, numberOf), malformed);
  switch (range) {
    case "notes":
      return facts(noteFacts);
    case "artifacts":
    case "claims":
      if (malformed.rows.length === 0) return noFacts;
      return marked(tables[range], new Float64Array(documents.length), malformed);
    case "drafts":
      return facts(draftFact);
    default:
      return facts(flagFact);
  }
}

function feedPage(
  run: StatusRun,
  used: Used,
  organizationId: string,
  range: Range,
  { documents, isLast }: Page,
): Step {
  const malformed = malformedIn(tables[range], documents);
  return run.page(used, {
    rows: documents.length,
    isLast,
    firstId: documents[0]?._id ?? "",
    facts: factsIn(range, documents, malformed),
    createdMs: range === "notes" ? columnOf(documents, createdMs) : [],
    candidates: range === "artifacts" ? candidatesOf(documents, organizationId) : noCandidates,
    names: malformed.names,
  });
}

/** Looks up what belongs to each of the rows, several at once; what is behind a look-up that broke off is
 * dropped, as if it had not begun. */
async function lookUp(
  host: Host,
  ctx: QueryCtx,
  organizationId: string,
  run: StatusRun,
  range: Range,
  rows: readonly string[],
  step: Step,
  meter: Meter,
): Promise<Step> {
  const { table, index } = lookUpOf(host, range);
  const allowance = new Allowance({ documents: numberAt(step, 3), bytes: numberAt(step, 4) }, meter);
  const firstAfter = typeof step[5] === "string" ? step[5] : null;
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
  const { documents, of } = flattened(pages.slice(0, complete + 1).map((page) => page.documents));
  const malformed = malformedIn(table, documents);
  const isNotes = range === "notes";
  return run.found(await meter.used(), {
    complete,
    openId,
    openAfter: openDocument && positionOf(source(table, index, openId), openDocument),
    of,
    facts: isNotes ? marked(table, columnOf(documents, artifactFact), malformed) : noFacts,
    candidates: isNotes ? candidatesOf(documents, organizationId) : noCandidates,
    names: malformed.names,
  });
}
