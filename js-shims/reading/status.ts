/** Carries out the steps of a status in one transaction. */

import { free, type Range, StatusScan, type StatusStep } from "../core.js";
import { boundTo, environment } from "../environment.js";
import type { Host, QueryCtx } from "../host.js";
import type { StatusPage, StatusPageArgs } from "../validators/status.js";
import {
  candidatesOf,
  draftStatus,
  flagValue,
  linkedArtifacts,
  malformedDocuments,
  noteFacts,
  type StoredDocument,
} from "./documents.js";
import { type DocumentPage, findBehind, LOST, positionOf, type Source, source } from "./keyset.js";
import { Meter } from "./meter.js";
import { lookUpOf, sourceOf, tables } from "./ranges.js";
import { forEach, withReaders } from "./readers.js";

/** Counts as much of an organization as this transaction may read, once `admit` is through. */
export async function scanStatus(
  host: Host,
  ctx: QueryCtx,
  {
    organizationId,
    deferredDays,
    cursor,
    check = false,
    acceptBlocked = false,
    halvings = 0,
  }: StatusPageArgs,
  admit?: () => Promise<void>,
): Promise<StatusPage> {
  const scan = new StatusScan({
    organizationId,
    deferredDays,
    cursor,
    check,
    acceptBlocked,
    halvings,
    ...boundTo(host),
    environment: environment(),
    nowMs: Date.now(),
    artifactsAreIndexed: host.indexes.artifactsByOrganization !== null,
  });
  const meter = new Meter(ctx);
  try {
    await admit?.();
    return await carryOut(host, ctx, organizationId, scan, meter);
  } finally {
    free(scan, meter);
  }
}

/** The page at hand, and the position where it began. */
type PageAtHand = { source: Source; began: string | null; documents: StoredDocument[] };

async function carryOut(
  host: Host,
  ctx: QueryCtx,
  organizationId: string,
  scan: StatusScan,
  meter: Meter,
): Promise<StatusPage> {
  let page: PageAtHand | undefined;
  // The hooks have read, too.
  let step = scan.next(await meter.told());
  for (;;) {
    switch (step.kind) {
      case "readPage": {
        const began = beginningOf(step, page);
        const from = sourceOf(host, step.range, organizationId);
        const read = await withReaders(step, meter, (readers) =>
          findBehind(ctx.db, from, began, readers, meter),
        );
        if (read === LOST) {
          scan.positionLost();
          break;
        }
        feedPage(scan, step.range, read);
        page = { source: from, began, documents: read.documents };
        break;
      }
      case "lookUp":
        // The core asks for what belongs to a page that it was told of.
        await lookUp(host, ctx, scan, step, (page as PageAtHand).documents, meter);
        break;
      case "pause": {
        const position = step.rows === null ? null : positionBehind(page as PageAtHand, step.rows);
        return scan.answer(position, await meter.told());
      }
      case "done":
        return scan.answer(null, await meter.told());
    }
    step = scan.next(await meter.counted());
  }
}

type ReadPage = Extract<StatusStep, { kind: "readPage" }>;
type LookUp = Extract<StatusStep, { kind: "lookUp" }>;

function beginningOf({ from }: ReadPage, page: PageAtHand | undefined): string | null {
  if (from.kind === "position") return from.position;
  return from.kind === "start" || page === undefined ? null : positionBehind(page, page.documents.length);
}

/** The position behind so many documents of a page. */
function positionBehind({ source, began, documents }: PageAtHand, rows: number): string | null {
  const document = documents[rows - 1];
  return document === undefined ? began : positionOf(source, document);
}

function feedPage(scan: StatusScan, range: Range, { documents, isLast }: DocumentPage): void {
  const malformed = malformedDocuments(tables[range.kind], documents);
  const page = { firstId: documents[0]?._id, isLast, malformed };
  switch (range.kind) {
    case "notes":
      scan.feedNotes(
        documents.map((note) => ({ id: note._id, facts: noteFacts(note) })),
        page,
      );
      break;
    case "artifacts":
      scan.feedArtifacts(candidatesOf(documents), page);
      break;
    case "claims":
      scan.feedClaims(documents.length, page);
      break;
    case "drafts":
      scan.feedDrafts(documents.map(draftStatus), page);
      break;
    default:
      scan.feedFlags(documents.map(flagValue), page);
  }
}

/** How far a lookup got that broke off. */
const openAt = (source: Source, last: StoredDocument) => ({
  id: String(source.values[0]),
  after: positionOf(source, last),
});

/** Looks up what belongs to the rows of a page that a step asks for. */
async function lookUp(
  host: Host,
  ctx: QueryCtx,
  scan: StatusScan,
  step: LookUp,
  page: readonly StoredDocument[],
  meter: Meter,
): Promise<void> {
  const { table, index } = lookUpOf(host, step.range);
  const sources = step.rows.map((row) => source(table, index, (page[row] as StoredDocument)._id));
  const pages: DocumentPage[] = [];
  let isLost = false;
  const complete = await withReaders(step, meter, (readers) =>
    forEach(sources, step.width, async (from, at) => {
      // A step that goes on in the middle of a row asks for that one alone.
      const read = await findBehind(ctx.db, from, step.after, readers, meter);
      if (read === LOST) {
        isLost = true;
        // Stryker disable next-line BooleanLiteral: whatever else was read is dropped
        return false;
      }
      pages[at] = read;
      return read.isLast;
    }),
  );
  if (isLost) {
    scan.positionLost();
    return;
  }
  // What is behind a lookup that broke off is dropped, as if it had not begun.
  const lists = pages.slice(0, complete + 1).map(({ documents }) => documents);
  const lastList = lists[complete] ?? [];
  const last = lastList[lastList.length - 1];
  const documents = lists.flat();
  const found = {
    complete,
    open: last && openAt(sources[complete] as Source, last),
    malformed: malformedDocuments(table, documents),
  };
  if (step.range.kind === "notes") scan.feedLinkedArtifacts(lists.flatMap(linkedArtifacts), found);
  else scan.feedDocuments(documents.length, found);
}
