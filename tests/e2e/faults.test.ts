/** What runs come to where a deployment refuses, loses or ends: as an operator sees it, and what is stored then. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";

import * as make from "../shims/documents";
import { answerOf, deploy, folder, type Ran, row, type Tables } from "./support";

const transient = {
  conflict:
    'Documents read from or written to the "voiceNotes" table changed while this mutation was being run and on every subsequent retry.',
  "write rate":
    "Too many writes per second. Your deployment is limited to 4 MiB bytes written per 1 second. Reduce your write rate.",
  "concurrent commits": "Too many concurrent commits in a short period of time. Spread your writes out.",
  "system operations": "Your request timed out performing too many system operations.",
  redacted: "Your request couldn't be completed. Try again later.",
};
const refused = transient["write rate"];

/** Organizations with so many notes each, all of which can be migrated. */
function platform(organizations: readonly string[], notes: number): Tables {
  return {
    organizations: organizations.map((id) => row(make.organization(id))),
    voiceNotes: organizations.flatMap((orgId) =>
      Array.from({ length: notes }, () => row(make.note({ orgId, insights: [make.insight()] }))),
    ),
  };
}

const migration = (organizationId: string) => ({ organizationId, dryRun: false });

/** A run that failed: its exit code, nothing on stdout, and what its error says. */
function failureOf({ code, stdout, stderr }: Ran): unknown {
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  const [, data = "{}"] = /ConvexError: (\{.*\})/.exec(stderr) ?? [];
  return JSON.parse(data);
}

describe("2,000 notes", () => {
  const cases = Object.entries(transient).flatMap(([kind, message]) =>
    [1_000, 3_000].map((forMs) => ({
      kind,
      message,
      forMs,
      organizationId: `org_${kind}_${forMs}`.replaceAll(" ", "_"),
    })),
  );
  let backend: Awaited<ReturnType<typeof deploy>>;
  let undisturbed = 0;
  beforeAll(async () => {
    backend = await deploy(
      platform(["org_undisturbed", ...cases.map(({ organizationId }) => organizationId)], 2_000),
    );
    const answer = answerOf(await backend.run("scripts/runMigration", migration("org_undisturbed")));
    expect(answer).toMatchObject({ done: true, outcome: { migrated: 2_000 } });
    undisturbed = answer.batches;
    expect(undisturbed).toBeLessThanOrEqual(19);
  });

  test.each(cases)(
    "are migrated, and none is blamed, past $forMs ms of $kind",
    async ({ message, forMs, organizationId }) => {
      await backend.setFaults([{ on: "mutation", path: "migrationBatch", from: 4, forMs, message }]);
      const answer = answerOf(await backend.run("scripts/runMigration", migration(organizationId)));
      expect(answer).toMatchObject({
        done: true,
        stopped: null,
        errors: 0,
        failures: [],
        artifacts: 2_000,
        outcome: { migrated: 2_000, failed: 0 },
        next: null,
      });
      // A transaction that was refused is no batch.
      expect(answer.batches).toBeLessThanOrEqual(undisturbed * 1.5);
      expect(answer.batchSize.notes).toBeGreaterThan(50);
    },
  );
});

describe("a run of 120 notes", () => {
  const notes = 120;
  const organizations = ["first", "middle", "lost", "document", "memory", "unknown", "moment", "page"];
  let backend: Awaited<ReturnType<typeof deploy>>;
  beforeAll(async () => {
    backend = await deploy(platform(organizations, notes));
  });
  const run = async (
    organizationId: string,
    faults: Parameters<typeof backend.setFaults>[0],
    args: object = {},
  ) => {
    await backend.setFaults(faults);
    return await backend.run("scripts/runMigration", { ...migration(organizationId), ...args });
  };
  const status = async (organizationId: string) => {
    await backend.setFaults([]);
    return answerOf(await backend.run("scripts/v2MigrationStatus", { organizationId }));
  };

  test.concurrent("placeholder", () => undefined);
});
