/** Carries out the steps of the core's status scan in one transaction. */

import { lostPosition, positionIn, rowsOf, StatusRun, type Step, type Used } from "./core/status.js";
import {
  artifactFact,
  columnsOf,
  draftFact,
  flattened,
  noteFacts,
  type StoredDocument,
} from "./documents.js";
import { throwIfRefused } from "./errors.js";
import { environment, flagFact } from "./flagRows.js";
import type { Host, QueryCtx } from "./host.js";
import {
  Allowance,
  everyDocument,
  LostPosition,
  type Page,
  positionOf,
  readBehind,
  source,
} from "./keyset.js";
import { Meter } from "./meter.js";
import { lookUpOf, type Range, ranges, readEach, sourceOf, tables } from "./ranges.js";
import type { StatusAnswer, StatusArgs } from "./validators/status.js";

/** Begins a status. */
export function beginStatus(host: Host, args: StatusArgs, limits: readonly number[] = []): StatusRun {
  return new StatusRun({
    organizationId: args.organizationId,
    deferredDays: args.deferredDays,
    cursor: args.cursor,
    environment: environment(),
    limits,
    artifactsAreIndexed: host.indexes.artifactsByOrganization !== null,
  });
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
  let page: readonly StoredDocument[] = [];
  let pageSource = everyDocument("");
  const behind = (rows: number) => {
    const document = page[rows - 1];
    return document === undefined ? after : positionOf(pageSource, document);
  };
  // The hooks have read, too.
  let step = run.first((await meter.account()).used);
  for (;;) {
    switch (step[0]) {
      case 2: {
        const [, nth = 0, flag = 0, isFirst = 0, documents = 0, bytes = 0] = step as number[];
        const range = ranges[nth] ?? "notes";
        after = isFirst === 1 ? null : behind(page.length);
        pageSource = sourceOf(host, range, flag, organizationId);
        const allowance = new Allowance({ documents, bytes }, meter);
        const read = await readBehind(ctx.db, pageSource, after, allowance, meter);
        page = read.documents;
        step = feedPage(run, await meter.used(), organizationId, range, read);
        break;
      }
      case 3:
        step = await lookUp(host, ctx, organizationId, run, page, step, meter);
        break;
      default: {
        const rows = step[0] === 1 ? Number(step[1]) : -1;
        return run.answer(rows < 0 ? null : behind(rows), (await meter.account()).used);
      }
    }
  }
}

/** The fact of a row of a range, where there is one. */
const factOf: Record<Range, ((document: StoredDocument) => number) | null> = {
  platformFlags: flagFact,
  organizationFlags: flagFact,
  userFlags: flagFact,
  notes: noteFacts,
  artifacts: null,
  claims: null,
  drafts: draftFact,
};

function feedPage(
  run: StatusRun,
  used: Used,
  organizationId: string,
  range: Range,
  { documents, isLast }: Page,
): Step {
  const page = { rows: documents.length, isLast, firstId: documents[0]?._id ?? "" };
  return run.page(used, page, columnsOf(tables[range], documents, factOf[range], organizationId));
}

/** Looks up what belongs to the rows of a page that a step asks for. */
async function lookUp(
  host: Host,
  ctx: QueryCtx,
  organizationId: string,
  run: StatusRun,
  page: readonly StoredDocument[],
  step: Step,
  meter: Meter,
): Promise<Step> {
  const [, nth = 0, width = 0, documentsLeft = 0, bytesLeft = 0] = step as number[];
  const range = ranges[nth] ?? "notes";
  const { table, index } = lookUpOf(host, range);
  const allowance = new Allowance({ documents: documentsLeft, bytes: bytesLeft }, meter);
  const sources = rowsOf(step).map((row) => source(table, index, page[row]?._id ?? ""));
  const { lists, complete } = await readEach(ctx.db, sources, positionIn(step), width, allowance, meter);
  const openSource = sources[complete];
  const openDocument = lists[complete]?.at(-1);
  const { documents, of } = flattened(lists);
  const columns = columnsOf(table, documents, range === "notes" ? artifactFact : null, organizationId);
  const openId = String(openSource?.values[0] ?? "");
  const openAfter = openSource && openDocument && positionOf(openSource, openDocument);
  return run.found(await meter.used(), { complete, openId, openAfter, of }, columns);
}
