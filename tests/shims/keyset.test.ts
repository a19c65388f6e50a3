import { defineSchema, defineTable } from "convex/server";
import { describe, expect, test, vi } from "vitest";

import {
  everyDocument,
  findBehind,
  LOST,
  positionOf,
  readBehind,
  source,
} from "../../js-shims/reading/keyset";
import { Meter } from "../../js-shims/reading/meter";
import { Readers } from "../../js-shims/reading/readers";
import { scanStatus } from "../../js-shims/reading/status";
import type { StatusPage } from "../../js-shims/validators";
import { internal } from "../backend/convex/_generated/api";
import schema from "../backend/convex/schema";
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
async function behind(t: Backend, position: string | null, from = drafts): Promise<unknown> {
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

  test("is the key up to 4,096 bytes", async () => {
    const row = (coachUserId: string) => ({ _id: "id", _creationTime: 1, status: "pending", coachUserId });
    const rest = positionOf(drafts, row("")).length;
    for (const [character, bytes] of [
      ["x", 1],
      ["é", 2],
      ["€", 3],
    ] as const) {
      const coach = (length: number) => {
        const count = Math.floor(length / bytes);
        return `${character.repeat(count)}${"x".repeat(length - count * bytes)}`;
      };
      const longest = positionOf(drafts, row(coach(4_096 - rest)));
      expect(JSON.parse(longest)).toEqual([coach(4_096 - rest), "pending", 1, "id"]);
      expect(positionOf(drafts, row(coach(4_097 - rest)))).toBe('"id"');
    }
  });

  test("keeps a field that is missing apart from all values", async () => {
    const t = backend();
    await seed(t);
    const ids = await t.run(async ({ db }) => {
      const all: string[] = [];
      for (const coachId of [undefined, undefined, "", "coach_1"]) {
        const { coachId: _, ...note } = make.note();
        all.push(
          await db.insert("voiceNotes", { ...note, ...(coachId === undefined ? {} : { coachId }) } as never),
        );
      }
      return all;
    });
    const notes = source(
      "voiceNotes",
      { name: "by_orgId_and_coachId", fields: ["orgId", "coachId"] },
      "org_a",
    );
    const { voiceNotes } = await readAll(t);
    const positions = voiceNotes.map((note) => positionOf(notes, note as never));
    expect(positions.map((position) => JSON.parse(position)[0])).toEqual([
      { $undefined: true },
      { $undefined: true },
      "",
      "coach_1",
    ]);
    expect(await behind(t, null, notes)).toEqual(ids);
    for (const [nth, position] of positions.entries()) {
      expect(await behind(t, position, notes)).toEqual(ids.slice(nth + 1));
    }
  });

  test("that is a document's id reads nothing outside of the range", async () => {
    const { t, own, foreign } = await withDrafts("x", "y");
    expect(await behind(t, JSON.stringify(own[0]))).toEqual([own[1]]);
    expect(await behind(t, JSON.stringify(foreign[0]))).toBe(LOST);
    const userId = await t.run(async ({ db }) => (await db.query("users").first())?._id);
    expect(await behind(t, JSON.stringify(userId))).toBe("INVALID_CURSOR");
    // Of the fields that its range has in common, one is not the document's.
    const ofCoach = source("insightDrafts", host.indexes.draftsByOrganization, "org_a", "x");
    expect(await behind(t, JSON.stringify(own[0]), ofCoach)).toEqual([]);
    expect(await behind(t, JSON.stringify(own[1]), ofCoach)).toBe(LOST);
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
    for (const value of ["null", "true", "1", nested(63), '{"a":[1,{"b":"c"}]}']) {
      expect(await behind(t, key(value)), value.slice(0, 40)).not.toBe("INVALID_CURSOR");
    }
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
      key('{"__proto__":[]}'),
      key('{"$commitTs":null}'),
      key('[{"$commitTs":null}]'),
      key(nested(64)),
      key(`{"a":${nested(63)}}`),
      key(nested(2_500)),
      key('"w"', '"1"'),
      key('"w"', "null"),
      key('"w"', "1", "7"),
      key('"w","w"'),
      `{"length":4,"0":"w","1":"pending","2":1,"3":"id"}`,
      nested(3_000),
    ]) {
      expect(await behind(t, position), position.slice(0, 40)).toBe("INVALID_CURSOR");
    }
  });
});

describe("a range", () => {
  async function withDrafts(count: number) {
    const t = backend();
    await seed(t);
    const ids = await t.run(async ({ db }) => {
      const noteId = await db.insert("voiceNotes", make.note() as never);
      const artifactId = await db.insert(
        "voiceNoteArtifacts",
        make.artifact({ voiceNoteId: noteId }) as never,
      );
      const claimId = await db.insert("voiceNoteClaims", make.claim(artifactId) as never);
      const all: string[] = [];
      for (let n = 0; n < count; n++) {
        all.push(await db.insert("insightDrafts", make.draft(claimId, artifactId) as never));
      }
      return all;
    });
    return { t, ids };
  }

  /** Reads so many of it, with what it has used, and whether each iterator that was left in the middle was closed. */
  async function read(t: Backend, position: string | null, documents: number, most?: number) {
    return await t.query(async ({ db }) => {
      const meter = new Meter({});
      const readers = new Readers({ documents, bytes: 2 ** 23 }, meter);
      let open = 0;
      const observed = {
        ...db,
        get: (id: string) => db.get(id as never),
        normalizeId: (table: string, id: string) => db.normalizeId(table as never, id),
        query: (table: string) => ({
          withIndex: (name: string, range: never) => ({
            [Symbol.asyncIterator]() {
              const iterator = db
                .query(table as "insightDrafts")
                .withIndex(name as "by_artifactId", range)
                [Symbol.asyncIterator]();
              open += 1;
              return {
                next: async () => {
                  const next = await iterator.next();
                  if (next.done) open -= 1;
                  return next;
                },
                return: async () => {
                  open -= 1;
                  return await iterator.return?.();
                },
              };
            },
          }),
        }),
      };
      const page = await readBehind(observed as never, drafts, position, readers, meter, most);
      const { documentsRead, databaseQueries } = (await meter.told()).metrics();
      return {
        ids: page.documents.map(({ _id }) => _id as string),
        isLast: page.isLast,
        used: [documentsRead.used, databaseQueries.used],
        open,
      };
    });
  }

  test("is read as far as its readers may, and closed there", async () => {
    const { t, ids } = await withDrafts(5);
    expect(await read(t, null, 9)).toEqual({ ids, isLast: true, used: [5, 1], open: 0 });
    expect(await read(t, null, 3)).toEqual({ ids: ids.slice(0, 3), isLast: false, used: [3, 1], open: 0 });
    expect(await read(t, null, 9, 2)).toEqual({ ids: ids.slice(0, 2), isLast: false, used: [2, 1], open: 0 });
    expect(await read(t, null, 9, 0)).toEqual({ ids: [], isLast: false, used: [0, 0], open: 0 });
  });

  test("is gone on with behind a document, whose own reading counts", async () => {
    const { t, ids } = await withDrafts(5);
    const [first] = (await readAll(t)).insightDrafts;
    const key = positionOf(drafts, first as never);
    // Four fields of the key may differ, from the last to the first.
    expect(await read(t, key, 9)).toEqual({ ids: ids.slice(1), isLast: true, used: [4, 4], open: 0 });
    const id = JSON.stringify(ids[0]);
    expect(await read(t, id, 9)).toEqual({ ids: ids.slice(1), isLast: true, used: [5, 5], open: 0 });
    // It has used up what may be read but for two.
    expect(await read(t, id, 3)).toEqual({ ids: ids.slice(1, 3), isLast: false, used: [3, 3], open: 0 });
  });

  test("behind a document that is gone cannot be read", async () => {
    const { t, ids } = await withDrafts(2);
    await t.run(async ({ db }) => await db.delete(ids[0] as never));
    const refused = read(t, JSON.stringify(ids[0]), 9);
    expect(await refused.catch(codeOf)).toBe("INVALID_CURSOR");
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

test("where the index of a lookup has long keys, its position may be gone, too: its range is counted again", async () => {
  const { voiceNoteEntityResolutions, ...tables } = schema.tables;
  const withTexts = defineTable(voiceNoteEntityResolutions.validator)
    .index("by_claimId", ["claimId"])
    .index("by_claimId_and_rawText", ["claimId", "rawText"]);
  const t = backend({
    schema: defineSchema({ ...tables, voiceNoteEntityResolutions: withTexts }) as unknown as typeof schema,
  });
  await seed(t);
  await t.run(async ({ db }) => {
    const noteId = await db.insert("voiceNotes", make.note() as never);
    const artifactId = await db.insert("voiceNoteArtifacts", make.artifact({ voiceNoteId: noteId }) as never);
    const claimId = await db.insert("voiceNoteClaims", make.claim(artifactId) as never);
    for (let n = 0; n < 20; n++) {
      const row = make.resolution(claimId, artifactId, { rawText: "x".repeat(5_000 + n) });
      await db.insert("voiceNoteEntityResolutions", row as never);
    }
  });
  const resolutionsByClaim = { name: "by_claimId_and_rawText", fields: ["claimId", "rawText"] };
  const wired = { ...host, indexes: { ...host.indexes, resolutionsByClaim } };
  let cursor: string | undefined;
  let answer: StatusPage;
  const counted: number[] = [];
  do {
    answer = await t.query(async (ctx) => {
      const getTransactionMetrics = async () => {
        const metrics = await ctx.meta.getTransactionMetrics();
        const { used } = metrics.documentsRead;
        return { ...metrics, documentsRead: { used, remaining: 12 - used } };
      };
      return await scanStatus(wired, { ...ctx, meta: { getTransactionMetrics } } as never, {
        organizationId: "org_a",
        ...(cursor === undefined ? {} : { cursor }),
      });
    });
    cursor = answer.cursor ?? undefined;
    const { total } = answer.entityResolutions;
    // What the position names is among the first that were counted.
    if (total > 0 && counted.length === 0) {
      await t.run(async ({ db }) => {
        for (const row of await db.query("voiceNoteEntityResolutions").take(total)) await db.delete(row._id);
      });
    }
    if (total > 0) counted.push(total);
  } while (!answer.done);
  const left = (await readAll(t)).voiceNoteEntityResolutions.length;
  expect(left).toBeLessThan(20);
  expect(answer).toMatchObject({ done: true, claims: 1, entityResolutions: { total: left } });
  expect(counted.length).toBeGreaterThan(2);
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
