/** Brings the rows of a flag beyond what one transaction holds to the value of a change. */

import { internalMutationGeneric } from "convex/server";
import { v } from "convex/values";

import { flagRoom, planFurtherRows } from "../core.js";
import type { Host, MutationCtx } from "../host.js";
import type { StoredDocument } from "../reading/documents.js";
import { positionOf, readBehind } from "../reading/keyset.js";
import { Meter } from "../reading/meter.js";
import { withReaders } from "../reading/readers.js";
import { type FlagRowsArgs, flagRowsArgs } from "../validators/flags.js";
import { describedRow, firstRowStamp, organizationRows, writeFlag } from "./flagRows.js";

/** One transaction of it. It schedules the next until no row is left, or a later change of the flag took over. */
export function flagRowsFunction(host: Host) {
  return internalMutationGeneric({
    args: flagRowsArgs,
    returns: v.null(),
    handler: async (ctx, args): Promise<null> => {
      await bringRows(host, ctx, args);
      return null;
    },
  });
}

async function bringRows(host: Host, ctx: MutationCtx, args: FlagRowsArgs): Promise<void> {
  const { organizationId, after, ...call } = args;
  const { updatedBy } = call;
  const rows = organizationRows(host, call.key, organizationId);
  const meter = new Meter(ctx);
  try {
    const first = await firstRowStamp(ctx, rows, meter);
    const room = flagRoom(await meter.told(), 0).furtherRows;
    const { documents, isLast } = await withReaders(room, meter, (readers) =>
      readBehind(ctx.db, rows, after, readers, meter),
    );
    const plan = planFurtherRows({ ...call, first, rows: documents.map(describedRow), isLast });
    for (const write of plan.writes) await writeFlag(host, ctx, write, organizationId, updatedBy, documents);
    const { isOvertaken, goesOn } = plan;
    if (goesOn) {
      // It goes on behind the rows that were read.
      const last = documents[documents.length - 1] as StoredDocument;
      await scheduleFlagRows(host, ctx, { ...args, after: positionOf(rows, last) });
    }
    console.info(
      JSON.stringify({
        event: "v2-rollout.flagRows",
        organizationId,
        key: call.key,
        enabled: call.enabled,
        by: updatedBy,
        at: call.at,
        written: plan.writes.length,
        isOvertaken,
        goesOn,
      }),
    );
  } finally {
    meter.free();
  }
}

/** Schedules the next transaction: it comes about if this one is committed. */
export async function scheduleFlagRows(
  host: Host,
  { scheduler }: MutationCtx,
  args: FlagRowsArgs,
): Promise<void> {
  await scheduler.runAfter(0, host.functions.v2Rollout.flagRows, args);
}
