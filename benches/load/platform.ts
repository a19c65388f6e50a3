/** A platform of a thousand organizations, as Convex exports one. */

import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

export const ORGANIZATIONS = 1_000;
/** Of an organization that clients work on, and of any other. */
export const BUSY_NOTES = 200;
export const QUIET_NOTES = 3;

export const organizationOf = (nth: number): string => `org_${String(nth).padStart(4, "0")}`;

/** Writes a snapshot in which the first `busy` organizations have notes to be migrated by clients. */
export async function writePlatform(folder: string, busy: number): Promise<void> {
  let rows = 0;
  const row = (fields: object) => {
    rows += 1;
    return { _id: `k${String(rows).padStart(31, "0")}`, _creationTime: 1_760_000_000_000 + rows, ...fields };
  };
  const ids = Array.from({ length: ORGANIZATIONS }, (_, nth) => organizationOf(nth));
  const tables = {
    organizations: ids.map((organizationId) =>
      row({ organizationId, name: `Club ${organizationId}`, slug: `club-${organizationId}` }),
    ),
    voiceNotes: ids.flatMap((orgId, nth) =>
      Array.from({ length: nth < busy ? BUSY_NOTES : QUIET_NOTES }, () => row(eligibleNote(orgId))),
    ),
  };
  for (const [table, documents] of Object.entries(tables)) {
    await mkdir(path.join(folder, table), { recursive: true });
    const lines = documents.map((document) => `${JSON.stringify(document)}\n`);
    await writeFile(path.join(folder, table, "documents.jsonl"), lines.join(""));
  }
}

const eligibleNote = (orgId: string) => ({
  orgId,
  coachId: "coach_1",
  date: "2026-02-01",
  type: "training",
  transcription: "Aoife struck the ball well today",
  transcriptionStatus: "completed",
  insights: [{ id: "insight_1", title: "Striking", description: "Strikes the ball well", status: "applied" }],
  insightsStatus: "completed",
});
