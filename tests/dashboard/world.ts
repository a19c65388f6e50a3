/** Platforms for the dashboard to show. */

import { row, type Tables } from "../e2e/support";
import { sampleTables } from "../sample/sample.mjs";
import * as make from "../shims/documents";

type Club = {
  id: string;
  name: string;
  eligible: number;
  deferred?: number;
  blocked?: number;
  broken?: number;
};

const rows = (count: number, fields: Record<string, unknown>) =>
  Array.from({ length: count }, () => row(make.note({ insights: [make.insight()], ...fields })));

/** Clubs with so many notes of each kind; those that are broken cannot be migrated. */
export const clubs = (...all: Club[]): Tables => ({
  organizations: all.map(({ id, name }) => row({ organizationId: id, name, slug: id.replace("org_", "") })),
  voiceNotes: all.flatMap(({ id: orgId, eligible, deferred = 0, blocked = 0, broken = 0 }) => [
    ...rows(eligible, { orgId }),
    ...rows(deferred, { orgId, insightsStatus: "pending" }),
    ...rows(blocked, { orgId, coachId: undefined }),
    ...rows(broken, { orgId, insights: "none" }),
  ]),
});

/** The clubs of the sample data, and these. */
export function withSample(tables: Tables): Tables {
  const sample = sampleTables() as Tables;
  const names = new Set([...Object.keys(sample), ...Object.keys(tables)]);
  return Object.fromEntries(
    [...names].map((name) => [name, [...(sample[name] ?? []), ...(tables[name] ?? [])]]),
  );
}
