/** The fault table: what a run comes to where its transactions fail, whatever the failure, how long and where. */

import { describe, expect, test } from "vitest";

import { disableV2ForOrgFunctions } from "../../js-shims/functions/disableV2ForOrg";
import { enableV2ForOrgFunctions } from "../../js-shims/functions/enableV2ForOrg";
import { v2MigrationStatusFunctions } from "../../js-shims/functions/v2MigrationStatus";
import type { MigrationAnswer, StatusAnswer, StatusArgs } from "../../js-shims/validators";
import { backend, readAll } from "./backend";
import * as make from "./documents";
import { type Hook, host, migrate, rowsByNote } from "./migrate";
import { seed } from "./seed";

const messages = {
  conflict:
    'Documents read from or written to the "voiceNotes" table changed while this mutation was being run',
  writeRate: "Too many writes per second. Your deployment is limited to 4 MiB bytes written per 1 second",
  concurrentCommits: "Too many concurrent commits in a short period of time",
  lostAnswer: "Your request couldn't be completed. Try again later",
  timeout: "Function execution timed out (maximum duration: 1s)",
  memory: "JavaScript execution ran out of memory (maximum memory usage: 64 MB)",
  unknown: 'Uncaught Error: note says "Too many writes per second"',
};
type Kind = keyof typeof messages;
const isTransient = (kind: Kind) => !["timeout", "memory", "unknown"].includes(kind);

type Duration = "once" | "for 1 s" | "for good";
const durations: Duration[] = ["once", "for 1 s", "for good"];
const places = ["first", "middle", "last"] as const;

const noteCount = 120;

const table = (Object.keys(messages) as Kind[]).flatMap((kind) =>
  durations.flatMap((duration) => places.map((place) => ({ kind, duration, place }))),
);

/** Every other transaction is a page of the real run where pages are `sparse`, as most notes need nothing then. */
async function platform(isSparse: boolean) {
  const t = backend();
  await seed(t);
  await t.run(async ({ db }) => {
    for (let n = 0; n < noteCount; n++) {
      const skipped = isSparse && n % 3 ? { transcriptionStatus: "failed" } : {};
      await db.insert(
        "voiceNotes",
        make.note({ insights: [make.insight({ id: `i${n}` })], ...skipped }) as never,
      );
    }
  });
  return t;
}

type Run = { name: string; isSparse: boolean; dryRun: boolean };
const runs: Run[] = [
  { name: "in sweeps", isSparse: false, dryRun: false },
  { name: "in pages and batches", isSparse: true, dryRun: false },
  { name: "dry", isSparse: false, dryRun: true },
];

/** Fails the calls from the `from`-th on. */
function faults(kind: Kind, from: number, duration: Duration): Hook {
  let until: number | undefined;
  // The transaction of a lost answer is committed.
  const failing = kind === "lostAnswer" ? "after" : "before";
  return (_, moment, nth) => {
    if (nth < from || moment !== failing) return;
    until ??= Date.now() + (duration === "for 1 s" ? 1_000 : 0);
    const fails = duration === "for good" || (duration === "once" ? nth === from : Date.now() < until);
    if (fails) throw new Error(messages[kind]);
  };
}

/** What is not known to pass is not waited for any longer than two tries take. */
const mayEnd = ({ kind, duration }: { kind: Kind; duration: Duration }): boolean =>
  duration === "for good" || (duration === "for 1 s" && !isTransient(kind));

for (const { name, isSparse, dryRun } of runs) {
  describe(`a run ${name}`, async () => {
    const args = { organizationId: "org_a", dryRun, batchSize: dryRun ? 200 : 20 };
    const rest = noteCount - Math.floor((isSparse ? 2 : 0) * (noteCount / 3));
    let calls = 0;
    const undisturbed = await platform(isSparse);
    const count: Hook = (_, moment) => {
      if (moment === "before") calls += 1;
    };
    const expected = await migrate(undisturbed, args, { hook: count });
    const rows = await rowsByNote(undisturbed);
    const from = { first: 0, middle: Math.floor(calls / 2), last: calls - 1 };

    test("migrates all, undisturbed", () => {
      expect(expected).toMatchObject({ done: true, outcome: { migrated: rest }, artifacts: rest });
    });

    test.each(table)(
      "that fails with $kind $duration from its $place call on",
      async ({ kind, duration, place }) => {
        const t = await platform(isSparse);
        const hook = faults(kind, from[place], duration);
        let answer: MigrationAnswer;
        try {
          answer = await migrate(t, args, { hook });
        } catch (error) {
          // It throws only where nothing was done, and says why.
          expect(mayEnd({ kind, duration })).toBe(true);
          if (!dryRun) expect(place).toBe("first");
          expect(error).toMatchObject({
            data: { code: "INTERNAL", message: expect.stringContaining(messages[kind]) },
          });
          answer = await migrate(t, args);
          // Where nothing can be read either, nobody knows what a lost answer wrote.
          if (kind === "lostAnswer") expect(answer.outcome.failed).toBe(0);
          else expect(answer.outcome).toEqual(expected.outcome);
          expect(shape(await rowsByNote(t))).toEqual(shape(rows));
          return;
        }
        // Nobody is blamed, whatever happened.
        expect(answer).toMatchObject({ errors: 0, failures: [], outcome: { failed: 0 } });
        if (!answer.done) {
          expect(mayEnd({ kind, duration })).toBe(true);
          expect(answer).toMatchObject({
            done: false,
            stopped: "error",
            next: { args: { cursor: answer.cursor } },
          });
          expect(answer.warnings.join()).toContain(messages[kind]);
          const { args: next } = answer.next ?? { args };
          const more = await migrate(t, next);
          expect(more).toMatchObject({ done: true, outcome: { failed: 0 } });
          const both = answer.outcome.migrated + more.outcome.migrated;
          const found = more.outcome.alreadyMigrated;
          expect(kind === "lostAnswer" ? both + found : both).toBe(rest);
        } else {
          expect(duration).not.toBe("for good");
          expect(answer).toMatchObject({ done: true, stopped: null, outcome: expected.outcome, next: null });
          expect([answer.artifacts, answer.transcripts, answer.claims]).toEqual([rest, rest, rest]);
          if (isTransient(kind)) expect(answer.batches).toBeLessThanOrEqual(expected.batches * 1.5);
        }
        expect(shape(await rowsByNote(t))).toEqual(shape(rows));
      },
    );
  });
}

describe("failures of several kinds, one after the other", () => {
  type Failing = { kind: Kind | "commits"; moment?: "before" | "after" };
  const text = ({ kind }: Failing) => (kind === "commits" ? messages.concurrentCommits : messages[kind]);
  const lost: Failing = { kind: "lostAnswer", moment: "after" };
  const refused: Failing = { kind: "lostAnswer", moment: "before" };
  const busy: Failing = { kind: "commits" };
  const [unknown, conflict, timeout]: Failing[] = [
    { kind: "unknown" },
    { kind: "conflict" },
    { kind: "timeout" },
  ];

  /** Fails mutations: one after the other, and then all in the way of the last, where it is for good. */
  const failing = (first: (Failing | null)[], forGood: Failing | null = null): Hook => {
    let nth = 0;
    let current: Failing | null = null;
    return (call, moment) => {
      if (call !== "mutation") return;
      if (moment === "before") current = first[nth++] ?? (nth > first.length ? forGood : null);
      if (current && moment === (current.moment ?? "before")) throw new Error(text(current));
    };
  };
  const stored = async (t: Awaited<ReturnType<typeof platform>>) => {
    const { voiceNoteArtifacts, voiceNoteTranscripts, voiceNoteClaims } = await readAll(t);
    return [voiceNoteArtifacts.length, voiceNoteTranscripts.length, voiceNoteClaims.length];
  };
  const org = { organizationId: "org_a", dryRun: false };

  test.each<[string, (Failing | null)[]]>([
    ["conflicts", [lost, conflict as Failing, conflict as Failing, conflict as Failing]],
    ["a limit that is reached", [lost, timeout as Failing]],
    ["what is unknown", [lost, unknown as Failing, unknown as Failing, unknown as Failing]],
    ["another one", [lost, busy, lost]],
  ])("a lost answer and %s: the limit holds, and all rows are counted", async (_, first) => {
    const t = await platform(false);
    const answer = await migrate(t, { ...org, limit: 70 }, { hook: failing(first) });
    expect(answer).toMatchObject({
      ...{ stopped: "limit", artifacts: 70, transcripts: 70, claims: 70, failures: [] },
      outcome: { migrated: 70, alreadyMigrated: 0, failed: 0 },
    });
    expect(await stored(t)).toEqual([70, 70, 70]);
    const rest = await migrate(t, answer.next?.args ?? org);
    expect(rest.outcome.migrated).toBe(50);
    expect(await stored(t)).toEqual([120, 120, 120]);
  });

  test("a note that nothing is decided about is tried anew by the next call", async () => {
    const three = [unknown, unknown, unknown] as Failing[];
    for (const [args, hook, stopped] of [
      [{ ...org, limit: 1 }, failing(three), "limit"],
      [{ ...org, batchSize: 1 }, failing([...three, null], busy), "error"],
    ] as const) {
      const t = await platform(false);
      const answer = await migrate(t, args, { hook });
      expect(answer).toMatchObject({
        stopped,
        failures: [],
        artifacts: 1,
        outcome: { migrated: 1, failed: 0 },
      });
      const rest = await migrate(t, { ...(answer.next?.args ?? org), limit: 500 });
      expect(rest).toMatchObject({ done: true, outcome: { migrated: 119, alreadyMigrated: 1, failed: 0 } });
      expect(await stored(t)).toEqual([120, 120, 120]);
    }
  });

  test.each([
    ["an answer, and then writes that are refused", failing([lost], busy), 50],
    ["every answer", failing([], lost), 50],
    ["none: the same message comes of writes that never commit", failing([], refused), 0],
  ] as const)("what was written is told where the run loses %s", async (_, hook, written) => {
    const t = await platform(false);
    const run = migrate(t, org, { hook });
    if (written === 0) {
      await expect(run).rejects.toMatchObject({ data: { code: "INTERNAL" } });
    } else {
      expect(await run).toMatchObject({
        ...{
          done: false,
          stopped: "error",
          batches: 1,
          artifacts: written,
          transcripts: written,
          claims: written,
        },
        outcome: { migrated: written, alreadyMigrated: 0, failed: 0 },
      });
    }
    expect(await stored(t)).toEqual([written, written, written]);
  });
});

/** What the notes got, in their order, without ids. */
const shape = (rows: Record<string, unknown>) =>
  Object.values(rows).map((artifacts) =>
    (artifacts as { status: string; transcripts: unknown[]; claims: unknown[] }[]).map(
      ({ status, transcripts, claims }) => [status, transcripts.length, claims.length],
    ),
  );

describe("a status", async () => {
  const t = backend();
  await seed(t);
  for (let n = 0; n < 45; n++) {
    const row = make.note({ transcription: "x".repeat(900_000) });
    await t.run(async ({ db }) => void (await db.insert("voiceNotes", row as never)));
  }
  // biome-ignore lint/suspicious/noExplicitAny: convex's types hide the handler.
  const handler = (v2MigrationStatusFunctions(host).internal as any)._handler;
  const status = async (args: StatusArgs, hook: Hook = () => undefined): Promise<StatusAnswer> => {
    let nth = 0;
    let thrown: unknown;
    const answer = await t.action(async (ctx) => {
      const runQuery: typeof ctx.runQuery = async (reference, ...given) => {
        // The lookup comes first, and has a test of its own.
        const isLookUp =
          given[0] !== undefined && Object.keys(given[0]).length === 1 && nth === 0 && !hasLookedUp;
        if (isLookUp) {
          hasLookedUp = true;
          return await ctx.runQuery(reference, ...given);
        }
        const mine = nth++;
        await hook("query", "before", mine, {});
        const page = await ctx.runQuery(reference, ...given);
        await hook("query", "after", mine, {});
        return page;
      };
      let hasLookedUp = false;
      return await handler({ ...ctx, runQuery }, args).catch((error: unknown) => {
        thrown = error;
        return null;
      });
    });
    if (answer === null) throw thrown;
    return answer;
  };
  const args = { organizationId: "org_a" };
  const { read, ...expected } = await status(args);
  const pages = read.transactions;
  const from = { first: 0, middle: Math.floor(pages / 2), last: pages - 1 };

  test("takes several transactions", () => {
    expect(pages).toBeGreaterThanOrEqual(3);
    expect(expected).toMatchObject({ done: true, voiceNotes: { total: 45 } });
  });

  test.each(table)("that fails with $kind $duration from its $place page on", async (row) => {
    const { kind, duration, place } = row;
    const hook = faults(kind, from[place], duration);
    let answer: StatusAnswer;
    try {
      answer = await status(args, hook);
    } catch (error) {
      expect([mayEnd(row), place]).toEqual([true, "first"]);
      expect(error).toMatchObject({
        data: { code: "INTERNAL", message: expect.stringContaining(messages[kind]) },
      });
      return;
    }
    if (answer.done) {
      expect(duration).not.toBe("for good");
      expect(answer).toMatchObject({ ...expected, stopped: null });
      if (isTransient(kind)) expect(answer.read.transactions).toBe(pages);
      return;
    }
    expect(mayEnd(row)).toBe(true);
    expect(answer).toMatchObject({ stopped: "error", verdict: null, cursor: expect.any(String) });
    expect(answer.warnings.join()).toContain(messages[kind]);
    expect(await status({ ...args, cursor: answer.cursor ?? "" })).toMatchObject(expected);
    // A gate is not passed by half a count.
    await expect(status({ ...args, check: true }, faults(kind, from[place], duration))).rejects.toMatchObject(
      {
        data: { code: "NOT_COMPLETE", hint: expect.stringContaining("`cursor`") },
      },
    );
  });
});

describe.each([
  ["enableV2ForOrg", enableV2ForOrgFunctions(host).internal, true],
  ["disableV2ForOrg", disableV2ForOrgFunctions(host).internal, false],
] as const)("%s", (_, internal, enabled) => {
  // biome-ignore lint/suspicious/noExplicitAny: convex's types hide the handler.
  const handler = (internal as any)._handler;
  const args = { organizationId: "org_a" };
  const steps = ["the lookup", "the first write", "the second write"] as const;

  test.each(
    (Object.keys(messages) as Kind[]).flatMap((kind) => steps.map((step, at) => ({ kind, step, at }))),
  )(
    "fails, and writes nothing, where $step fails with $kind; the same call works later",
    async ({ kind, at }) => {
      const t = backend();
      await seed(t);
      const change = (failing: number | null) =>
        t.mutation(async (ctx) => {
          let nth = 0;
          // biome-ignore lint/suspicious/noExplicitAny: a query or a mutation.
          const failed = (run: any) => async (reference: unknown, given: unknown) => {
            if (nth++ === failing) throw new Error(messages[kind]);
            return await run(reference, given);
          };
          const runs = { runQuery: failed(ctx.runQuery), runMutation: failed(ctx.runMutation) };
          return await handler({ ...ctx, ...runs }, args);
        });
      const expected = at === 0 ? { data: { code: "LOOKUP_FAILED" } } : { message: messages[kind] };
      await expect(change(at)).rejects.toMatchObject(expected);
      expect((await readAll(t)).featureFlags).toEqual([]);
      const answer = await change(null);
      expect(answer.after).toEqual({ voice_notes_v2: enabled, entity_resolution_v2: enabled });
      expect((await readAll(t)).featureFlags).toHaveLength(2);
    },
  );
});
