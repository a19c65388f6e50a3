/** Brings both flags of an organization to a value, or back to what they were. */

import type { Host } from "../../../js-shims/host";
import type { ChangeAnswer } from "../../../js-shims/validators/flags";
import type { MutationCtx } from "../../../tests/backend/convex/_generated/server";
import { checkActor, checkOrganizationId, checkReason, refuse } from "./arguments";
import { open, seal } from "./cursor";
import {
  byKey,
  effectiveOf,
  environment,
  type FlagState,
  flagKeys,
  type RowValue,
  valueOf,
  warningsOf,
} from "./flags";
import { findOrganization } from "./host";

const MOST_ROWS = 1_000;
const MOST_NOTES = 1_000;

export type Request = {
  name: "enableV2ForOrg" | "disableV2ForOrg";
  organizationId: string;
  isWanted: boolean;
  actor: string | undefined;
  reason: string | undefined;
  restore: string | undefined;
};

function restoredRows({ organizationId, restore }: Request): RowValue[][] | null {
  if (restore === undefined) return null;
  const opened = open(`previous ${organizationId}`, restore, 0);
  if ("problem" in opened) {
    return refuse("INVALID_ARGUMENT", "restore is damaged, or the `previous` of another organization");
  }
  return opened.value as RowValue[][];
}

function withOlderNotes(note: string, older: unknown): string {
  const notes = [note];
  let { length } = note;
  for (const line of typeof older === "string" ? older.split("\n") : []) {
    length += line.length + 1;
    if (length > MOST_NOTES) break;
    notes.push(line);
  }
  return notes.join("\n");
}

export async function changeFlags(host: Host, ctx: MutationCtx, request: Request): Promise<ChangeAnswer> {
  const { organizationId, isWanted, actor, reason } = request;
  checkOrganizationId(organizationId);
  if (actor !== undefined) checkActor(isWanted ? "enabledBy" : "disabledBy", actor);
  if (reason !== undefined) checkReason(reason);
  const restored = restoredRows(request);
  await findOrganization(host, ctx, organizationId);
  const variables = environment();
  const by = actor ?? "script";
  const before: RowValue[][] = [];
  const after: FlagState[] = [];
  const changed: string[] = [];
  const warnings: string[] = [];
  const found = [];
  for (const [at, featureKey] of flagKeys.entries()) {
    const platform = await ctx.db
      .query("featureFlags")
      .withIndex("by_featureKey_and_scope", (q) => q.eq("featureKey", featureKey).eq("scope", "platform"))
      .first();
    const rows = await ctx.db
      .query("featureFlags")
      .withIndex("by_featureKey_scope_org", (q) =>
        q.eq("featureKey", featureKey).eq("scope", "organization").eq("organizationId", organizationId),
      )
      .take(MOST_ROWS);
    const users = await ctx.db
      .query("featureFlags")
      .withIndex("by_featureKey_and_scope", (q) => q.eq("featureKey", featureKey).eq("scope", "user"))
      .take(MOST_ROWS);
    const values = rows.map(valueOf);
    const target = restored?.[at] ?? Array.from({ length: Math.max(rows.length, 1) }, () => isWanted);
    before.push(values);
    after.push({
      environment: variables[at],
      platform: platform === null ? undefined : valueOf(platform),
      organization: target[0],
      organizationRows: target.length,
      userRows: users.length,
      hasMoreUserRows: users.length >= MOST_ROWS,
    });
    found.push({ featureKey, rows, values, target });
  }
  for (const { featureKey, rows, values, target } of found) {
    let others = 0;
    let isChanged = false;
    for (let at = 0; at < Math.max(rows.length, target.length); at++) {
      const row = rows[at];
      const value = target[at];
      if (value === undefined) {
        if (row) await ctx.db.delete(row._id);
        isChanged = true;
        continue;
      }
      if (row && values[at] === value) continue;
      isChanged = true;
      if (row && at > 0) others += 1;
      const enabled = value === true;
      const from = row ? values[at] === true : "none";
      const restoring = restored === null ? "" : " (restore)";
      const note =
        `${request.name}${restoring} by ${by} at ${new Date().toISOString()}: ${from} -> ${enabled}` +
        (reason === undefined ? "" : `; ${reason}`);
      const notes = withOlderNotes(note, row?.notes);
      const written = {
        featureKey,
        scope: "organization" as const,
        organizationId,
        enabled,
        updatedBy: by,
        notes,
      };
      if (at === 0) await ctx.runMutation(host.functions.setFeatureFlag, written);
      else if (row) await ctx.db.patch(row._id, { ...written, updatedAt: Date.now() });
      else await ctx.db.insert("featureFlags", { ...written, updatedAt: Date.now() });
    }
    if (isChanged) changed.push(featureKey);
    if (others > 0 && restored === null) {
      warnings.push(`${featureKey}: ${others} further rows had another value and were brought to this one`);
    }
  }
  const shown = (first: RowValue | undefined) => (first === undefined ? null : first === true);
  const answer: ChangeAnswer = {
    success: after.every((state) => effectiveOf(state).enabled === (state.organization === true)),
    flagsSet: [...flagKeys],
    changed,
    before: byKey(before.map(([first]) => shown(first))),
    after: byKey(after.map(({ organization }) => shown(organization))),
    effective: byKey(after.map(effectiveOf)),
    previous: seal(`previous ${organizationId}`, before, 0),
    warnings: [...warningsOf(after, restored === null ? isWanted : undefined), ...warnings],
    next: nextOf(request),
  };
  report(request, by, answer);
  return answer;
}

function nextOf({ organizationId, isWanted }: Request): string[] {
  const organization = `"organizationId": ${JSON.stringify(organizationId).replaceAll("'", "'\\''")}`;
  const status = `npx convex run scripts/v2MigrationStatus '{${organization}}'`;
  if (!isWanted) return [`notes in flight go on in v2; see how many with ${status}`];
  return [status, `npx convex run scripts/runMigration '{${organization}, "dryRun": true}'`];
}

function report(request: Request, by: string, answer: ChangeAnswer): void {
  const { name, organizationId, reason, restore } = request;
  const { changed, before, after, effective, warnings } = answer;
  console.info(
    JSON.stringify({
      event: "v2-rollout.flags",
      function: name,
      organizationId,
      by,
      at: new Date().toISOString(),
      changed,
      before,
      after,
      effective,
      reason: reason ?? null,
      restore: restore !== undefined,
    }),
  );
  if (!answer.success) console.warn(`${name} ${organizationId}: ${warnings.join("; ")}`);
}
