/** Fifty clients at once on all functions of the embedded deployment, and what a thousand organizations take to list. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startDeployment } from "embedded-convex";

import type { Bench, Options, Outcome } from "../support/bench.js";
import { duration, mib, table, whole } from "../support/print.js";
import { root } from "../support/root.js";
import { median } from "../support/timing.js";
import { actOnce, type Client, finish, settle, statusHolds, Tally } from "./acts.js";
import { call } from "./call.js";
import { Club } from "./club.js";
import { listAll } from "./listing.js";
import { watchMemory } from "./memory.js";
import { organizationOf, writePlatform } from "./platform.js";

/** Clients with an organization of their own, of which a model tells each answer. */
const ALONE = 40;
/** Organizations that several clients share, and how many share each. */
const SHARED = 2;
const TOGETHER = 5;
const BUSY = ALONE + SHARED;

/** How much more memory the last third may take than the first, once all notes are migrated. */
const MOST_GROWTH = 1.25;
/** Wrong answers that are told; more say no more. */
const MOST_TOLD = 10;

async function run({ seconds }: Options): Promise<Outcome> {
  const snapshot = await mkdtemp(path.join(tmpdir(), "load-"));
  await writePlatform(snapshot, BUSY);
  const deployment = await startDeployment({ backend: path.join(root, "tests/backend"), snapshot });
  try {
    return await measure(deployment, seconds);
  } finally {
    await deployment.stop();
    await rm(snapshot, { recursive: true, force: true });
  }
}

async function measure({ url, pid }: { url: string; pid: number }, seconds: number): Promise<Outcome> {
  const tally = new Tally();
  const clubs = Array.from({ length: BUSY }, (_, nth) => new Club(organizationOf(nth), nth >= ALONE));
  const clients = clubs
    .flatMap((club) => Array.from({ length: club.isShared ? TOGETHER : 1 }, () => club))
    .map((club, nth): Client => ({ url, club, below: chance(nth + 1), tally }));

  const owners = clubs.map((club): Client => ({ url, club, below: chance(0), tally }));
  const work = async (seconds: number) => {
    const endWatch = watchMemory(pid);
    const end = performance.now() + seconds * 1_000;
    await Promise.all(
      clients.map(async (client) => {
        while (performance.now() < end) await actOnce(client);
      }),
    );
    return endWatch();
  };
  const filling = await work(seconds);
  const calls = tally.times.length;
  const sorted = [...tally.times].sort((a, b) => a - b);
  await Promise.all(owners.map(settle));
  const migrated = clubs.reduce((sum, club) => sum + club.migrated, 0);
  await Promise.all(owners.map(finish));
  const memory = await work(seconds / 2);
  await Promise.all(owners.map(settle));
  await countAll(url, clubs, tally);
  const listing = await listAll(url, BUSY);

  const growth = memory === null ? null : memory.last / memory.first;
  const failures = [...tally.wrong.slice(0, MOST_TOLD), ...listing.failures.slice(0, MOST_TOLD)];
  if (tally.wrong.length > MOST_TOLD) failures.push(`${tally.wrong.length} wrong answers in all`);
  if (growth !== null && growth > MOST_GROWTH) {
    failures.push(`the last third takes ${growth.toFixed(2)} times the memory of the first`);
  }
  const json = {
    seconds,
    clients: clients.length,
    calls,
    answers: tally.answers,
    refusals: tally.refusals,
    wrong: tally.wrong.length,
    migrated,
    medianMs: median(sorted),
    p99Ms: sorted[Math.floor(sorted.length * 0.99)],
    filling,
    memory: memory === null ? null : { ...memory, growth },
    organizationsMs: listing.organizationsMs,
    statusAllMs: listing.statusMs,
  };
  const named = (counts: Record<string, number>) =>
    Object.entries(counts).map(([name, n]) => [name, whole(n)]);
  const text = table([
    ["what", "measured"],
    ["calls", whole(calls)],
    ...named(tally.answers),
    ...named(tally.refusals),
    ["wrong answers", whole(json.wrong)],
    ["notes migrated", whole(json.migrated)],
    ["a call, median", duration(json.medianMs)],
    ["a call, 99 of 100", duration(json.p99Ms)],
    ["memory while notes are migrated", range(filling)],
    ["memory, all notes migrated", range(memory)],
    ["1,000 organizations listed", duration(listing.organizationsMs)],
    ["status --all of 1,000", duration(listing.statusMs)],
  ]);
  return { json, text, failures };
}

/** Of the first and the last third. */
const range = (memory: { first: number; last: number } | null): string =>
  memory === null ? "not told" : `${mib(memory.first)}, then ${mib(memory.last)}`;

/** Of each organization: what all answers together said was migrated is what there is, each note once. */
async function countAll(url: string, clubs: readonly Club[], tally: Tally): Promise<void> {
  for (const { organizationId, migrated } of clubs) {
    const status = await call(url, "scripts/v2MigrationStatus:default", { organizationId });
    tally.check("in the end a status does not add up", statusHolds(status), status);
    const isSum = status.migration.migrated === migrated;
    tally.check(`in the end ${migrated} notes were said to be migrated`, isSum, status);
  }
}

/** Numbers from a seed (mulberry32). */
function chance(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  };
}

export const load: Bench = {
  about: "50 clients at once on all functions for two minutes (--seconds), and 1,000 organizations listed",
  run,
};
