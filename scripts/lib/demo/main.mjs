// @ts-check
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startDeployment } from "embedded-convex";
import { clubs } from "../../../tests/sample/clubs.mjs";
import { writeSample } from "../../../tests/sample/write.mjs";
import { liveLine, paints, terminalOf } from "../terminal.mjs";
import { backend, convex, endCommands, typed } from "./cli.mjs";
import { breakCommand, layOut, withoutRepeats, wrap } from "./layout.mjs";
import { DemoError, prepare, targetOf } from "./selfHosted.mjs";
import { ending, scenes } from "./story.mjs";

/** @typedef {import("./cli.mjs").Target} Target */

const isFull = process.argv.includes("--full");
const adminKey = "local";

const terminal = terminalOf(process.stdout, process.env);
const paint = paints(terminal.hasColor);

/** @param {string} text */
const say = (text) => void process.stdout.write(`${wrap(text, terminal.width).join("\n")}\n`);

/** @param {string} command */
function sayCommand(command) {
  const [first, ...rest] = breakCommand(command, terminal.width - "$ ".length);
  const lines = [paint.dim("$ ") + paint.cyan(first), ...rest.map((line) => `  ${paint.cyan(line)}`)];
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** @param {number} ms */
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/**
 * Shows on a terminal what is waited for.
 *
 * @template T
 * @param {string} what
 * @param {Promise<T>} work
 * @returns {Promise<{ result: T, ms: number }>}
 */
async function timed(what, work) {
  const start = performance.now();
  const stopLive = liveLine(
    process.stdout,
    terminal,
    (elapsed) => `  ${what} (${Math.round(elapsed / 1000)} s)`,
  );
  try {
    return { result: await work, ms: performance.now() - start };
  } finally {
    stopLive();
  }
}

/** @type {import("./selfHosted.mjs").Perform} */
async function perform(args, work) {
  sayCommand(typed(args));
  const { result, ms } = await timed("running", work());
  process.stdout.write(paint.dim(`  ${seconds(ms)}\n`));
  return result;
}

/** @type {Set<string>} */
const warned = new Set();

/** @param {string} label */
const paintLabel = (label) =>
  label === "warning" || label === "failure" ? paint.yellow(label) : paint.dim(label);

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
  sayCommand(typed(args));
  const { result, ms } = await timed("running", convex(target, args));
  const { code, stdout, stderr } = result;
  const isRefused = code !== 0;
  if (isFull) {
    process.stdout.write(`${stderr}${stdout}`);
  }
  if (isRefused !== (scene.isRefused ?? false)) {
    return [`the command ended with ${code}${isFull ? "" : `\n${stderr.trim()}`}`];
  }
  const answer = isRefused ? stderr : JSON.parse(stdout);
  if (!isFull) {
    const lines = withoutRepeats(scene.lines(answer), warned);
    process.stdout.write(layOut([...lines, ["took", seconds(ms)]], terminal.width, paintLabel));
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
    say(`The stand-in backend of tests/backend at ${target.url}. Sample data: ${names}.`);
    process.stdout.write("\n");
    sayCommand("cd tests/backend");
    await prepare(target, perform, { mayReplace: process.argv.includes("--replace") });
  } else {
    const { result, ms } = await timed("starting the backend", embedded());
    target = result;
    say(
      `The stand-in backend of tests/backend, served from memory (started in ${seconds(ms)}). ` +
        `Sample data: ${names}.`,
    );
    process.stdout.write("\n");
    sayCommand("cd tests/backend");
    sayCommand(`export CONVEX_SELF_HOSTED_URL=${target.url} CONVEX_SELF_HOSTED_ADMIN_KEY=${adminKey}`);
  }
  /** @type {Record<string, any>} */
  const earlier = {};
  for (const scene of scenes) {
    process.stdout.write("\n");
    const title = wrap(scene.title, terminal.width - "# ".length);
    process.stdout.write(title.map((line) => `${paint.bold(`# ${line}`)}\n`).join(""));
    const problems = await play(target, scene, earlier);
    if (problems.length > 0) {
      process.stderr.write(problems.map((problem) => `demo: ${problem}\n`).join(""));
      // What comes next builds on it.
      return false;
    }
  }
  process.stdout.write("\n");
  for (const sentence of ending(earlier)) {
    say(sentence);
  }
  if (!isFull) {
    say("The answers are shown in part: --full shows all of them.");
  }
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
