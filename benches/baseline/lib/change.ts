/** Brings both flags of an organization to a value, or back to what they were. */

import { environment, flagKeys } from "../../../js-shims/flagRows";
import {
  type ChangeRequest,
  type FlagWrite,
  isAnythingStored,
  readFlag,
  reportChange,
  writeFlag,
} from "../../../js-shims/flagStore";
import type { Host, MutationCtx } from "../../../js-shims/host";
import type { ChangeAnswer } from "../../../js-shims/validators/flags";
import { checkActor, checkOrganizationId, checkReason, quoted, refuse } from "./arguments";
import { open, seal } from "./cursor";
import { byKey, effectiveOf, type FlagState, type RowValue, valueOf, warningsOf } from "./flags";
import { findOrganization } from "./host";

const MOST_ROWS = 1_000;

/** The kinds of a write. */
const SET = 0;
const DELETE = 1;
const INSERT = 2;

/** The rows to come back to, by flag. */
function restoredRows({ organizationId, restore }: ChangeRequest): RowValue[][] | null {
  if (restore === undefined) return null;
  const opened = open(`previous ${organizationId}`, restore, 0);
  if ("problem" in opened) {
    return refuse("INVALID_ARGUMENT", "restore is damaged, or the `previous` of another organization");
  }
  return opened.value as RowValue[][];
}

function checkArguments({ organizationId, isWanted, actor, reason }: ChangeRequest): void {
  checkOrganizationId(organizationId);
  if (actor !== undefined) checkActor(isWanted ? "enabledBy" : "disabledBy", actor);
  if (reason !== undefined) checkReason(reason);
}

export async function changeFlags(
  host: Host,
  ctx: MutationCtx,
  request: ChangeRequest,
): Promise<ChangeAnswer> {
  const { organizationId, isWanted, reason } = request;
  checkArguments(request);
  const restored = restoredRows(request);
  await findOrganization(host, ctx, organizationId);
  const flags = [await readFlag(host, ctx, 0, organizationId), await readFlag(host, ctx, 1, organizationId)];
  const isNew = flags.every(({ organization }) => organization.length === 0);
  if (isNew && isWanted && !request.create && !host.findOrganization) {
    if (!(await isAnythingStored(host, ctx, organizationId))) refuseUnknown(organizationId);
  }

  const now = new Date().toISOString();
  const by = request.actor ?? "script";
  const name = isWanted ? "enableV2ForOrg" : "disableV2ForOrg";
  const noteOf = (from: RowValue | undefined, to: boolean) =>
    `${name}${restored === null ? "" : " (restore)"} by ${by} at ${now}: ` +
    `${from === undefined ? "none" : from === true} -> ${to}${reason === undefined ? "" : `; ${reason}`}`;
  const before: RowValue[][] = [];
  const after: FlagState[] = [];
  const changed: string[] = [];
  const further: string[] = [];
  for (const [at, { platform, organization, userRows }] of flags.entries()) {
    const featureKey = flagKeys[at] ?? flagKeys[0];
    const values = organization.map(valueOf);
    const target = restored?.[at] ?? Array.from({ length: Math.max(values.length, 1) }, () => isWanted);
    const writes: FlagWrite[] = [];
    let others = 0;
    for (let row = 0; row < Math.max(values.length, target.length); row++) {
      const [from, to] = [values[row], target[row]];
      if (to === undefined) {
        writes.push([DELETE, row, false, ""]);
      } else if (from !== to) {
        const enabled = to === true;
        writes.push([from === undefined ? INSERT : SET, row, enabled, noteOf(from, enabled)]);
        if (from !== undefined && row > 0) others += 1;
      }
    }
    const common = { featureKey, scope: "organization", organizationId, updatedBy: by };
    await writeFlag(host, ctx, common, organization, writes);
    if (writes.length > 0) changed.push(featureKey);
    if (others > 0 && restored === null) {
      further.push(`${featureKey}: ${others} further rows had another value and were brought to this one`);
    }
    before.push(values);
    after.push({
      environment: environment()[at],
      platform: platform === null ? undefined : valueOf(platform),
      organization: target[0],
      organizationRows: target.length,
      userRows,
      hasMoreUserRows: userRows >= MOST_ROWS,
    });
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
    warnings: [...warningsOf(after, restored === null ? isWanted : undefined), ...further],
    next: nextOf(organizationId, isWanted),
  };
  reportChange(request, by, now, answer);
  return answer;
}

function refuseUnknown(organizationId: string): never {
  const hint =
    "no note, claim, draft or flag of it is stored, and no recent artifact; for a new organization add " +
    '`"create": true`';
  return refuse(
    "ORGANIZATION_NOT_FOUND",
    `organizationId ${quoted(organizationId)} names no organization`,
    hint,
  );
}

function nextOf(organizationId: string, isWanted: boolean): string[] {
  const organization = `"organizationId": ${JSON.stringify(organizationId).replaceAll("'", "'\\''")}`;
  const status = `npx convex run scripts/v2MigrationStatus '{${organization}}'`;
  if (!isWanted) return [`notes in flight go on in v2; see how many with ${status}`];
  return [status, `npx convex run scripts/runMigration '{${organization}, "dryRun": true}'`];
}
