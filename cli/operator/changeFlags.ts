import type { Connection } from "../connection/connect.js";
import { CallFailed, NoAnswer } from "../connection/errors.js";
import type { FlagChangeAnswer } from "./answers.js";
import { remember } from "./changes.js";
import { type Organization, statusOf } from "./organizations.js";
import { problemOf } from "./parallel.js";
import { type OrganizationReport, reportOf } from "./report.js";
import { userName } from "./userName.js";

export type FlagOptions = { by?: string; reason?: string; create?: boolean };

export type FlagChange = "enable" | "disable";

const functions = {
  enable: { name: "scripts/enableV2ForOrg:default", by: "enabledBy" },
  disable: { name: "scripts/disableV2ForOrg:default", by: "disabledBy" },
} as const;

const ATTEMPTS = 3;

/** Switches an organization's flags, and remembers the way back. What goes wrong is in the report. */
export async function changeFlags(
  connection: Connection,
  deployment: string,
  organization: Organization,
  change: FlagChange,
  options: FlagOptions & { restore?: string },
): Promise<OrganizationReport> {
  const { organizationId } = organization;
  try {
    const answer = await write(connection, organizationId, change, options);
    const previous = answer?.previous ?? null;
    if (answer === null || answer.changed.length > 0) {
      const what = { organizationId, change, previous, before: answer?.before ?? null };
      const restore = options.restore !== undefined;
      remember({ at: new Date().toISOString(), deployment, ...what, restore });
    }
    const status = await statusOf(connection, organizationId, {});
    return reportOf(organization, { ending: "done", change: answer, status });
  } catch (thrown) {
    const isOverruled = thrown instanceof CallFailed && thrown.problem.code === "OVERRULED";
    return reportOf(organization, { ending: isOverruled ? "overruled" : "failed", error: problemOf(thrown) });
  }
}

/** Writes; null where the answer was lost and the status shows that it was done. */
async function write(
  connection: Connection,
  organizationId: string,
  change: FlagChange,
  { by = userName(), reason, create, restore }: FlagOptions & { restore?: string },
): Promise<FlagChangeAnswer | null> {
  const { name, by: byName } = functions[change];
  const args = {
    organizationId,
    ...(by === undefined ? {} : { [byName]: by }),
    ...(reason === undefined ? {} : { reason }),
    ...(create ? { create } : {}),
    // A restore may well bring back flags that something overrules.
    ...(restore === undefined ? { check: true } : { restore }),
  };
  for (let attempt = 1; ; attempt++) {
    try {
      return (await connection.write(name, args)) as FlagChangeAnswer;
    } catch (thrown) {
      if (!(thrown instanceof NoAnswer) || attempt === ATTEMPTS) throw thrown;
      const { featureFlags } = await statusOf(connection, organizationId, {});
      const isOn = change === "enable";
      const isDone = featureFlags.voice_notes_v2 === isOn && featureFlags.entity_resolution_v2 === isOn;
      if (isDone && restore === undefined) return null;
    }
  }
}
