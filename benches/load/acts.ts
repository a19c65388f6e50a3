/** What clients do, and what each answer must be. */

import { isDeepStrictEqual } from "node:util";

import { call, Refused } from "./call.js";
import type { Club } from "./club.js";
import { BUSY_NOTES } from "./platform.js";

/** Refusals that come of several at once, or of a run that ended meanwhile. */
const expectedRefusals = ["RUN_EXISTS", "RUN_STATE"];

/** Notes that a call, and a run in the background, migrate at most: there must be some left after two minutes. */
const MOST_BY_CALL = 3;
const MOST_BY_RUN = 8;

/** A client: its wishes come from a seed, so that two runs of the bench wish the same. */
export type Client = { url: string; club: Club; below: (bound: number) => number; tally: Tally };

/** What all clients together saw. */
export class Tally {
  readonly answers: Record<string, number> = {};
  readonly refusals: Record<string, number> = {};
  readonly wrong: string[] = [];
  readonly times: number[] = [];

  check(what: string, holds: boolean, answer: unknown): void {
    if (!holds) this.wrong.push(`${what}: ${JSON.stringify(answer)?.slice(0, 600)}`);
  }
}

/** An answer, or null where the call was refused as it may be. Everything else is wrong. */
async function ask({ url, tally, club }: Client, path: string, args: object, mayRefuse: boolean) {
  const begun = performance.now();
  try {
    const answer = await call(url, path, args);
    tally.answers[path] = (tally.answers[path] ?? 0) + 1;
    return answer;
  } catch (error) {
    if (error instanceof Refused && mayRefuse && expectedRefusals.includes(error.code)) {
      tally.refusals[error.code] = (tally.refusals[error.code] ?? 0) + 1;
    } else {
      tally.wrong.push(`${path} of ${club.organizationId}: ${error}`);
    }
    return null;
  } finally {
    tally.times.push(performance.now() - begun);
  }
}

// biome-ignore lint/suspicious/noExplicitAny: an answer of v2MigrationStatus.
export const statusHolds = (status: any): boolean => {
  const { migration } = status;
  const sum = Object.values(migration as Record<string, number>).reduce((all, count) => all + count);
  // Counts over several transactions are not one snapshot.
  const isOneSnapshot = status.read.transactions === 1;
  return (
    status.done &&
    status.voiceNotes.total === BUSY_NOTES &&
    sum === BUSY_NOTES &&
    migration.migrated + migration.eligible === BUSY_NOTES &&
    status.duplicates === 0 &&
    status.orphans === 0 &&
    (!isOneSnapshot ||
      (status.artifacts.total === migration.migrated &&
        status.transcripts === migration.migrated &&
        status.claims === migration.migrated))
  );
};

async function status(client: Client): Promise<void> {
  const { club, tally } = client;
  const { isKnown, migrated } = club;
  const answer = await ask(client, "scripts/v2MigrationStatus:default", ofClub(club), false);
  if (answer === null) return;
  tally.check("a status does not add up", statusHolds(answer), answer);
  tally.check("a status counts less than was migrated", answer.migration.migrated >= migrated, answer);
  if (isKnown) tally.check("a status is not the model's", answer.migration.migrated === migrated, answer);
  if (!club.isShared) {
    const { voice_notes_v2, entity_resolution_v2 } = club.flags;
    const flags = {
      voice_notes_v2: voice_notes_v2 ?? false,
      entity_resolution_v2: entity_resolution_v2 ?? false,
    };
    tally.check("the flags are not the model's", isDeepStrictEqual(answer.featureFlags, flags), answer);
  }
}

async function dryRun(client: Client): Promise<void> {
  const { club, tally } = client;
  const { isKnown, eligible } = club;
  const answer = await ask(client, "scripts/runMigration:default", { ...ofClub(club), dryRun: true }, false);
  if (answer === null) return;
  const { outcome } = answer;
  tally.check("a dry run misses notes", answer.done && answer.processed === BUSY_NOTES, answer);
  tally.check("a dry run fails", answer.errors === 0 && outcome.migrated <= eligible, answer);
  if (isKnown) tally.check("a dry run is not the model's", outcome.migrated === eligible, answer);
}

async function migrate(client: Client): Promise<void> {
  const { club, tally, below } = client;
  const { isKnown, eligible } = club;
  const limit = 1 + below(MOST_BY_CALL);
  const args = { ...ofClub(club), dryRun: false, limit };
  const answer = await ask(client, "scripts/runMigration:default", args, !isKnown);
  if (answer === null) return;
  const { migrated } = answer.outcome;
  club.migrated += migrated;
  const rows = [answer.artifacts, answer.transcripts, answer.claims];
  tally.check(
    "rows are not those of the notes",
    rows.every((count) => count === migrated),
    answer,
  );
  tally.check("a migration fails", answer.errors === 0 && migrated <= limit, answer);
  if (isKnown) tally.check("a migration is not the model's", migrated === Math.min(limit, eligible), answer);
}

async function changeFlags(client: Client): Promise<void> {
  const { club, tally, below } = client;
  const isOn = below(2) === 0;
  const before = club.flags;
  const flags = { voice_notes_v2: isOn, entity_resolution_v2: isOn };
  const name = isOn ? "scripts/enableV2ForOrg:default" : "scripts/disableV2ForOrg:default";
  const answer = await ask(client, name, ofClub(club), false);
  if (answer === null) return;
  club.flags = flags;
  tally.check("the flags were not set", answer.success && isDeepStrictEqual(answer.after, flags), answer);
  if (club.isShared) return;
  tally.check("the flags before are not the model's", isDeepStrictEqual(answer.before, before), answer);
}

async function start(client: Client): Promise<void> {
  const { club, tally, below } = client;
  const { isKnown } = club;
  const args = {
    ...ofClub(club),
    dryRun: false,
    background: true,
    batchSize: 1,
    limit: 1 + below(MOST_BY_RUN),
  };
  const answer = await ask(client, "scripts/runMigration:default", args, !isKnown);
  if (answer === null) return;
  tally.check("a run is not queued", answer.state === "queued", answer);
  club.addRun(answer.runId);
  // Later it would be over.
  if (below(2) === 0) await ask(client, "v2Rollout:pauseRun", { runId: answer.runId }, true);
}

const endings = ["done", "cancelled", "stopped"];

/** Looks at a run in the background, and says whether it has ended. */
async function look(client: Client, runId: string): Promise<boolean> {
  const { club, tally } = client;
  const run = await ask(client, "v2Rollout:run", { runId }, false);
  if (run === null) return false;
  const { migrated } = run.outcome;
  const most = run.limit * (1 + club.runOf(runId).resumes);
  club.count(runId, migrated);
  tally.check("a run is not its own", run.organizationId === club.organizationId, run);
  tally.check("a run goes beyond its limit", migrated <= most, run);
  tally.check("a run fails", run.errors === 0 && [null, "limit"].includes(run.stopped), run);
  const hasEnded = endings.includes(run.state);
  if (hasEnded) club.live.delete(runId);
  return hasEnded;
}

const operations = ["pauseRun", "resumeRun", "cancelRun"] as const;

async function operate(client: Client, runId: string): Promise<void> {
  const { club, tally, below } = client;
  const name = operations[below(operations.length)];
  const known = club.runOf(runId);
  // Before the answer: others look at the run meanwhile.
  if (name === "resumeRun") known.resumes += 1;
  const run = await ask(client, `v2Rollout:${name}`, { runId }, true);
  if (run === null && name === "resumeRun") known.resumes -= 1;
  if (run === null) return;
  tally.check("an operator's word is for another run", run.runId === runId, run);
}

async function list(client: Client): Promise<void> {
  const { club, tally } = client;
  const runs = await ask(client, "v2Rollout:runs", ofClub(club), false);
  if (runs === null) return;
  const isOwn = runs.every((run: { organizationId: string }) => run.organizationId === club.organizationId);
  tally.check("runs of others are listed", isOwn && runs.length <= 50, runs);
  const live = runs.filter(
    ({ state }: { state: string }) => !["done", "cancelled", "stopped"].includes(state),
  );
  tally.check("two runs are live at once", live.length <= 1, live);
}

const ofClub = ({ organizationId }: Club) => ({ organizationId });

/** One thing after the other, by chance; a run in the background is looked at most. */
export async function actOnce(client: Client): Promise<void> {
  const [runId] = client.club.live;
  if (runId !== undefined && client.below(2) === 0) {
    await (client.below(3) === 0 ? operate(client, runId) : look(client, runId));
    return;
  }
  const acts = [status, status, dryRun, migrate, changeFlags, start, list];
  await acts[client.below(acts.length)](client);
}

const SETTLE_MS = 30_000;

/** Ends what clients have left under way, and counts all of it. */
export async function settle(client: Client): Promise<void> {
  const end = performance.now() + SETTLE_MS;
  for (const runId of client.club.runs.keys()) {
    while (!(await look(client, runId))) {
      if (performance.now() > end) {
        client.tally.check("a run does not end", false, runId);
        return;
      }
      await ask(client, "v2Rollout:cancelRun", { runId }, true);
    }
  }
}

/** Migrates what is left of a club in one call: from there on, nothing that clients do adds a note's rows. */
export async function finish(client: Client): Promise<void> {
  const { club, tally } = client;
  const { eligible } = club;
  const args = { ...ofClub(club), dryRun: false };
  const answer = await ask(client, "scripts/runMigration:default", args, false);
  if (answer === null) return;
  club.migrated += answer.outcome.migrated;
  tally.check("the rest was not migrated", answer.done && answer.outcome.migrated === eligible, answer);
}
