/** What each way makes of trouble, really tried. */

import { quietly } from "../support/quiet.js";
import { Deployment } from "./deployment.js";
import { notesOf, type Outcome, outcomeOf } from "./platform.js";
import { type Way, ways } from "./ways.js";

const NOTES = 300;

/** Where in the notes the broken ones stand: in the third batch of 100. */
const BROKEN = [220, 240];

export type Trials = Record<"badDocument" | "concurrent" | "killed", { words: string; outcome: Outcome }>;

const said = ({ whole, half, twice, left }: Outcome): string =>
  [
    `${whole} of ${NOTES} whole`,
    ...(half > 0 ? [`${half} half`] : []),
    ...(twice > 0 ? [`${twice} twice`] : []),
    ...(left > 0 ? [`${left} left`] : []),
  ].join(", ");

/** One insight has no description, so that its claim is refused; one file id is none, so that the artifact is. */
function withBroken(notes: Record<string, unknown>[]): Record<string, unknown>[] {
  const [insight, file] = BROKEN;
  const [first, second] = notes[insight].insights as Record<string, unknown>[];
  const { description: _, ...without } = second;
  notes[insight] = { ...notes[insight], insights: [first, without] };
  notes[file] = { ...notes[file], audioStorageId: "an old path" };
  return notes;
}

async function deploymentOf(notes: Record<string, unknown>[]): Promise<Deployment> {
  const deployment = new Deployment();
  await deployment.store("voiceNotes", notes);
  return deployment;
}

async function transactionsOf(way: Way): Promise<number> {
  const deployment = await deploymentOf(notesOf(NOTES));
  await ways[way](deployment);
  return deployment.transactions;
}

async function tryBadDocument(way: Way) {
  const deployment = await deploymentOf(withBroken(notesOf(NOTES)));
  const answer = await ways[way](deployment);
  const outcome = outcomeOf(deployment);
  return { words: `${said(outcome)}; ${answer}`, outcome };
}

async function tryConcurrent(way: Way) {
  const deployment = await deploymentOf(notesOf(NOTES));
  await Promise.all([ways[way](deployment), ways[way](deployment)]);
  const outcome = outcomeOf(deployment);
  return { words: said(outcome), outcome };
}

async function tryKilled(way: Way) {
  const usual = await transactionsOf(way);
  const deployment = await deploymentOf(notesOf(NOTES));
  // In the middle of a note, where notes have transactions of their own.
  deployment.killAfter(Math.floor(usual / 2));
  await ways[way](deployment).catch(() => {});
  const { whole } = outcomeOf(deployment);
  deployment.revive();
  const answer = await ways[way](deployment);
  const outcome = outcomeOf(deployment);
  return { words: `killed at ${whole}, then ${said(outcome)}; ${answer}`, outcome };
}

export async function tryAll(way: Way): Promise<Trials> {
  return await quietly(async () => ({
    badDocument: await tryBadDocument(way),
    concurrent: await tryConcurrent(way),
    killed: await tryKilled(way),
  }));
}

/** What the library promises of them and does not keep. */
export function broken(trials: Trials): string[] {
  const found: string[] = [];
  for (const [name, { outcome }] of Object.entries(trials)) {
    const left = name === "badDocument" ? BROKEN.length : 0;
    if (outcome.whole !== NOTES - left || outcome.left !== left) {
      found.push(`ours, ${name}: ${said(outcome)}`);
    }
  }
  return found;
}
