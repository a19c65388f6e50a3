import { describe, expect, test, vi } from "vitest";

import { everyDocument, findBehind, LOST, positionOf, source } from "../../js-shims/reading/keyset";
import { Meter } from "../../js-shims/reading/meter";
import { Readers } from "../../js-shims/reading/readers";
import { scanStatus } from "../../js-shims/reading/status";
import type { StatusPage } from "../../js-shims/validators";
import { internal } from "../backend/convex/_generated/api";
import { host } from "../backend/convex/v2RolloutHost";
import { type Backend, backend, readAll } from "./backend";
import * as make from "./documents";
import { codeOf, seed } from "./seed";

test("a reader that is put back again and again gets its turn", async () => {
  // Room for one document of the largest size, not for two side by side.
  const readers = new Readers({ documents: 10_000, bytes: 1.5 * 2 ** 20 }, new Meter({}));
  /** Everything that can go on without another document has gone on. */
  const settled = async () => await new Promise((resolve) => setTimeout(resolve, 0));
  expect(readers.mayRead()).toBe(true);
  let answer: boolean | undefined;
  void Promise.resolve(readers.mayRead()).then((told) => {
    answer = told;
  });
  for (let nth = 0; nth < 50; nth++) {
    readers.read(null);
    // It is quicker than the one that waits.
    expect(readers.mayRead()).toBe(true);
    await settled();
    expect(answer).toBeUndefined();
  }
  readers.read(null);
  await settled();
  expect(answer).toBe(true);
});

const drafts = source("insightDrafts", host.indexes.draftsByOrganization, "org_a");

/** The ids of the documents behind a position, or what came of it. */
async function behind(t: Backend, position: string, from = drafts): Promise<unknown> {
  return await t.query(async ({ db }) => {
    const meter = new Meter({});
    const readers = new Readers({ documents: 100, bytes: 2 ** 23 }, meter);
    try {
      const page = await findBehind(db as never, from, position, readers, meter);
      return page === LOST ? LOST : page.documents.map(({ _id }) => _id);
    } catch (error) {
      return codeOf(error);
    }
  });
}

describe("a position", () => {
  async function withDrafts(...coaches: string[]) {
    const t = backend({ validate: false });
    await seed(t);
    await t.run(async ({ db }) => {
      for (const coachUserId of coaches) {
        for (const organizationId of ["org_a", "org_b"]) {
          await db.insert("insightDrafts", make.draft("c", "a", { coachUserId, organizationId }) as never);
        }
      }
    });
    const { insightDrafts } = await readAll(t);
    const idsOf = (organizationId: string) =>
      insightDrafts.filter((row) => row.organizationId === organizationId).map(({ _id }) => _id as string);
    return { t, rows: insightDrafts, own: idsOf("org_a"), foreign: idsOf("org_b") };
  }

  test("is the key up to 4 KiB, and its document beyond that", async () => {
    const { t, rows, own } = await withDrafts("x", "y".repeat(4_000), "z".repeat(5_000));
    const positions = rows
      .filter(({ organizationId }) => organizationId === "org_a")
      .map((row) => positionOf(drafts, row as never));
    expect(positions.map((position) => position[0])).toEqual(["[", "[", '"']);
    expect(await behind(t, positions[0] ?? "")).toEqual(own.slice(1));
    expect(await behind(t, positions[1] ?? "")).toEqual(own.slice(2));
    expect(await behind(t, positions[2] ?? "")).toEqual([]);
    await t.run(async ({ db }) => {
      for (const id of own) await db.delete(id as never);
    });
    expect(await behind(t, positions[0] ?? "")).toEqual([]);
    expect(await behind(t, positions[2] ?? "")).toBe(LOST);
  });

  test("that is a document's id reads nothing outside of the range", async () => {
    const { t, own, foreign } = await withDrafts("x", "y");
    expect(await behind(t, JSON.stringify(own[0]))).toEqual([own[1]]);
    expect(await behind(t, JSON.stringify(foreign[0]))).toBe(LOST);
    const userId = await t.run(async ({ db }) => (await db.query("users").first())?._id);
    expect(await behind(t, JSON.stringify(userId))).toBe("INVALID_CURSOR");
    // Where all keys are short, no id was ever a position.
    const ofAll = everyDocument("insightDrafts");
    expect(await behind(t, JSON.stringify(own[0]), ofAll)).toBe("INVALID_CURSOR");
  });

  test("that is none is refused", async () => {
    const { t, own } = await withDrafts("x");
    const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
    const key = (coach: string, created = "1", id = JSON.stringify(own[0])) =>
      `[${coach},"pending",${created},${id}]`;
    expect(await behind(t, key('"w"'))).toEqual(own);
    expect(await behind(t, key('{"$undefined":true}'))).toEqual(own);
    for (const position of [
      "",
      "null",
      "5",
      "{}",
      "[]",
      "[1,2]",
      '"nonsense"',
      key('{"$foo":1}'),
      key('{"$bytes":5}'),
      key('{"$bytes":"?"}'),
      key('{"$integer":"x"}'),
      key('{"$float":"AA=="}'),
      key('{"a":{"$b":1}}'),
      key('{"é":1}'),
      key(nested(65)),
      key(nested(2_500)),
      key('"w"', '"1"'),
      key('"w"', "null"),
      key('"w"', "1", "7"),
      nested(3_000),
    ]) {
      expect(await behind(t, position), position.slice(0, 40)).toBe("INVALID_CURSOR");
    }
  });
});

test("a call without a cursor ends in a right count, whatever is deleted behind a page", async () => {
  const t = backend({ validate: false });
  await seed(t);
  const coach = (n: number) => `${"x".repeat(5_000)}${String(n).padStart(3, "0")}`;
  await t.run(async ({ db }) => {
    for (let n = 0; n < 40; n++) {
      await db.insert("voiceNoteClaims", make.claim("a", { coachUserId: coach(n) }) as never);
    }
  });
  let cursor: string | undefined;
  let answer: StatusPage;
  let deletions = 0;
  do {
    const page = { organizationId: "org_a", ...(cursor === undefined ? {} : { cursor }) };
    answer = await t.query(
      async (ctx) =>
        await ctx.runQuery(internal.v2Rollout.statusPage, page, { transactionLimits: { documentsRead: 12 } }),
    );
    cursor = answer.cursor ?? undefined;
    const { claims } = answer;
    // The document that the position names is the last that was counted.
    if (claims > 0 && deletions < 2) {
      deletions += 1;
      await t.run(async ({ db }) => {
        const rows = await db
          .query("voiceNoteClaims")
          .withIndex("by_org_and_coach", (q) => q.eq("organizationId", "org_a"))
          .take(claims);
        for (const row of rows) await db.delete(row._id);
      });
    }
  } while (!answer.done);
  const left = (await readAll(t)).voiceNoteClaims.length;
  expect(deletions).toBe(2);
  expect(left).toBeLessThan(40);
  expect(answer).toMatchObject({ claims: left, done: true });
});

test("a cursor belongs to its deployment and to the host's indexes", async () => {
  const t = backend();
  await seed(t);
  await t.run(async ({ db }) => {
    for (let n = 0; n < 30; n++) await db.insert("voiceNotes", make.note() as never);
  });
  const org = { organizationId: "org_a" };
  const { cursor } = await t.query(
    async (ctx) =>
      await ctx.runQuery(internal.v2Rollout.statusPage, org, { transactionLimits: { documentsRead: 12 } }),
  );
  const goOn = async (wired = host) =>
    await t
      .query(async (ctx) => await scanStatus(wired, ctx as never, { ...org, cursor: cursor ?? "" }))
      .then(({ voiceNotes }) => voiceNotes.total, codeOf);
  expect(await goOn()).toBe(30);
  const notesByOrganization = { name: "by_orgId_and_coachId", fields: ["orgId", "coachId"] };
  expect(await goOn({ ...host, indexes: { ...host.indexes, notesByOrganization } })).toBe("INVALID_CURSOR");
  vi.stubEnv("CONVEX_CLOUD_URL", "https://happy-animal-123.convex.cloud");
  try {
    expect(await goOn()).toBe("INVALID_CURSOR");
  } finally {
    vi.unstubAllEnvs();
  }
});
