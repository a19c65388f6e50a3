import fc from "fast-check";
import { expect, test } from "vitest";

import { checkMigration } from "../../js-shims/core/admission";
import { MigrationRun } from "../../js-shims/core/migration";
import type { MigrationArgs } from "../../js-shims/validators";
import { backend } from "./backend";
import * as make from "./documents";
import { host, migrate } from "./migrate";

const number = fc.option(fc.constantFrom(1, 50, 200, 1_000, 0, -1, 1.5, Number.NaN, 2 ** 60), {
  nil: undefined,
  freq: 2,
});

const refusalOf = (begin: () => unknown): unknown => {
  try {
    begin();
    return null;
  } catch (error) {
    return (error as { data: unknown }).data;
  }
};

test("the doors accept and refuse what a run does, in the same words", async () => {
  const t = backend();
  await t.run(async ({ db }) => {
    for (let nth = 0; nth < 3; nth++) await db.insert("voiceNotes", make.note() as never);
  });
  const { cursor } = await migrate(t, { organizationId: "org_a", dryRun: true, limit: 1 });
  expect(cursor).toEqual(expect.any(String));
  const args: fc.Arbitrary<MigrationArgs> = fc.record(
    {
      organizationId: fc.constantFrom("org_a", "org_a", "org_b", "", "not an id"),
      dryRun: fc.boolean(),
      batchSize: number,
      limit: number,
      repair: fc.boolean(),
      deferredDays: number,
      cursor: fc.constantFrom(cursor ?? "", cursor?.slice(1) ?? "", "nonsense"),
    },
    { requiredKeys: ["dryRun"] },
  ) as never;
  const outcomes = new Set<string>();
  fc.assert(
    fc.property(args, fc.boolean(), (call, legacyMigration) => {
      const wired = { ...host, legacyMigration };
      const refusal = refusalOf(() => checkMigration(wired, call));
      expect(refusal).toEqual(refusalOf(() => new MigrationRun(wired, call).free()));
      outcomes.add((refusal as { code: string } | null)?.code ?? "accepted");
    }),
    {
      numRuns: 1_000,
      examples: [
        [{ organizationId: "org_a", dryRun: true, limit: 5, cursor: cursor ?? "" }, false],
        [{ organizationId: "org_b", dryRun: true, cursor: cursor ?? "" }, false],
        [{ dryRun: false, repair: true }, true],
      ],
    },
  );
  expect([...outcomes].sort()).toEqual(["INVALID_ARGUMENT", "INVALID_CURSOR", "accepted"]);
});
