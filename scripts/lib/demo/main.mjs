// @ts-check
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startDeployment } from "embedded-convex";
import { clubs } from "../../../tests/sample/clubs.mjs";
import { writeSample } from "../../../tests/sample/write.mjs";
import { backend, convex, endCommands, typed } from "./cli.mjs";
import { layOut } from "./layout.mjs";
import { DemoError, prepare, targetOf } from "./selfHosted.mjs";
import { scenes } from "./story.mjs";

/** @typedef {import("./cli.mjs").Target} Target */

const isFull = process.argv.includes("--full");
const adminKey = "local";

/** @param {string} line */
const say = (line) => void process.stdout.write(`${line}\n`);

/** @type {(() => Promise<unknown>)[]} */
const cleanups = [];
async function cleanUp() {
  for (const cleanup of cleanups.splice(0).reverse()) {
    await cleanup();
  }
}
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) {
  process.on(signal, () => {
    endCommands();
    void cleanUp().finally(() => process.exit(1));
  });
}

/** @returns {Promise<Target>} */
async function embedded() {
  const snapshot = await mkdtemp(path.join(tmpdir(), "demo-"));
  cleanups.push(() => rm(snapshot, { recursive: true, force: true }));
  await writeSample(snapshot);
  const deployment = await startDeployment({ backend, snapshot, adminKey });
  cleanups.push(deployment.stop);
  return { url: deployment.url, adminKey };
}

/**
 * @param {Target} target
 * @param {import("./story.mjs").Scene} scene
 * @param {Record<string, any>} earlier Answers by key; this one is added.
 * @returns {Promise<string[]>} The facts that do not hold.
 */
async function play(target, scene, earlier) {
  const args = ["run", scene.name, JSON.stringify(scene.args)];
  say(`$ ${typed(args)}`);
  const { code, stdout, stderr } = await convex(target, args);
  const isRefused = code !== 0;
  if (isFull) {
    process.stdout.write(`${stderr}${stdout}`);
  }
  if (isRefused !== (scene.isRefused ?? false)) {
    return [`the command ended with ${code}${isFull ? "" : `\n${stderr.trim()}`}`];
  }
  const answer = isRefused ? stderr : JSON.parse(stdout);
  if (!isFull) {
    process.stdout.write(layOut(scene.lines(answer)));
  }
  if (scene.key !== undefined) {
    earlier[scene.key] = answer;
  }
  return scene.facts(answer, earlier).flatMap(([fact, holds]) => (holds ? [] : [`not so: ${fact}`]));
}

/** @returns {Promise<boolean>} Whether everything went as it should. */
async function demo() {
  const isSelfHosted = process.argv.includes("--self-hosted");
  const names = clubs.map(({ name }) => name).join(", ");
  /** @type {Target} */
  let target;
  if (isSelfHosted) {
    target = targetOf(process.env);
    say(`The stand-in backend of tests/backend at ${target.url}. Sample data: ${names}.\n`);
    say("$ cd tests/backend");
    await prepare(target, say);
  } else {
    target = await embedded();
    say(`The stand-in backend of tests/backend, served from memory. Sample data: ${names}.\n`);
    say("$ cd tests/backend");
    say(`$ export CONVEX_SELF_HOSTED_URL=${target.url} CONVEX_SELF_HOSTED_ADMIN_KEY=${adminKey}`);
  }
  /** @type {Record<string, any>} */
  const earlier = {};
  for (const scene of scenes) {
    say(`\n# ${scene.title}`);
    const problems = await play(target, scene, earlier);
    if (problems.length > 0) {
      process.stderr.write(problems.map((problem) => `demo: ${problem}\n`).join(""));
      // What comes next builds on it.
      return false;
    }
  }
  const facts = "The real run did what the dry run had promised, and no note is left that could be migrated.";
  say(`\n${facts}${isFull ? "" : " The answers are shown in part: --full shows all of them."}`);
  return true;
}

try {
  process.exitCode = (await demo()) ? 0 : 1;
} catch (error) {
  const text = error instanceof DemoError || !(error instanceof Error) ? String(error) : error.stack;
  process.stderr.write(`demo: ${error instanceof DemoError ? error.message : text}\n`);
  process.exitCode = 1;
} finally {
  await cleanUp();
}
