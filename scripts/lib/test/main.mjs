// @ts-check
import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { duration, liveLine, paints, terminalOf } from "../terminal.mjs";
import { readArguments } from "./arguments.mjs";
import { noCounts, settle, sum } from "./counts.mjs";
import { excerpt, headline, skipped } from "./report.mjs";
import { stepsOf } from "./steps.mjs";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const logs = path.join(root, "target", "test");

const terminal = terminalOf(process.stdout, process.env);
const paint = paints(terminal.hasColor);
const { names, isVerbose, isList, env } = given();

/** The arguments; ends with 2 where they are wrong. */
function given() {
  try {
    return readArguments(process.argv.slice(2), process.env);
  } catch (error) {
    process.stderr.write(`test: ${/** @type {Error} */ (error).message}\n`);
    process.exit(2);
  }
}

// Far above what a cold machine takes: a step that hangs must not take the night.
const stepTimeoutMs = 15 * 60_000;

/** @type {number | undefined} The process group that runs now. */
let running;

/** @param {NodeJS.Signals} signal */
function endRunning(signal) {
  if (running !== undefined) {
    try {
      process.kill(-running, signal);
    } catch {
      // It has ended meanwhile.
    }
  }
}

for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
  process.on(signal, () => {
    endRunning("SIGTERM");
    process.stdout.write(terminal.isLive ? "\n" : "");
    process.exit(1);
  });
}

/**
 * @param {string[]} command
 * @param {{ isShown?: boolean, isOnTerminal?: boolean, env?: Record<string, string> }} [options] Shown: its output
 *   goes through as it comes. On the terminal: it writes there itself, and may rewrite its lines.
 * @returns {Promise<{ succeeded: boolean, output: string }>}
 */
function run([program, ...args], { isShown = false, isOnTerminal = false, env } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      // A group of its own, so that what it started ends with it.
      detached: true,
      stdio: ["ignore", isOnTerminal ? "inherit" : "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined, CARGO_TERM_COLOR: "never", ...env },
    });
    running = child.pid;
    let output = "";
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      endRunning("SIGKILL");
    }, stepTimeoutMs);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
        output += text;
        if (isShown) {
          process.stdout.write(text);
        }
      });
    }
    const end = (/** @type {boolean} */ succeeded, /** @type {string} */ note) => {
      clearTimeout(timer);
      running = undefined;
      // Not everything that is run heeds those variables.
      const text = stripVTControlCharacters(output);
      resolve({ succeeded, output: note === "" ? text : `${text.trimEnd()}\n${note}\n` });
    };
    child.once("error", (error) => end(false, `${program} could not be run: ${error.message}`));
    child.once("close", (code, signal) => {
      const late = `ended after ${duration(stepTimeoutMs)}: it had not finished`;
      end(code === 0, isLate ? late : signal === null ? "" : `ended by ${signal}`);
    });
  });
}

/**
 * @param {import("./steps.mjs").Step} step
 * @param {(elapsedMs: number) => string} live What the live line says meanwhile.
 * @returns {Promise<import("./counts.mjs").Counts>}
 */
async function take(step, live) {
  const start = performance.now();
  let output = "";
  let succeeded = true;
  const stopLive = isVerbose ? () => {} : liveLine(process.stdout, terminal, live);
  for (const command of step.commands) {
    if (isVerbose) {
      process.stdout.write(paint.dim(`$ ${command.join(" ")}\n`));
    }
    const result = await run(command, { isShown: isVerbose, env: step.env });
    output += result.output;
    succeeded &&= result.succeeded;
  }
  stopLive();
  /** @type {import("./counts.mjs").Counts | null} */
  let counts = null;
  try {
    counts = step.counts?.(output) ?? null;
  } catch (error) {
    // Without numbers nothing is known to have passed.
    succeeded = false;
    output += `no result could be read: ${error}\n`;
  }
  const settled = settle(succeeded, counts);
  const log = path.join(logs, `${step.name}.log`);
  writeFileSync(log, output);
  process.stdout.write(
    `${headline(step.name, performance.now() - start, settled, counts === null, paint)}\n`,
  );
  for (const sentence of isVerbose ? [] : skipped(output)) {
    process.stdout.write(`  ${sentence}\n`);
  }
  if (settled.failed > 0) {
    process.stdout.write(isVerbose ? "" : `${excerpt(output).replace(/^(?=.)/gm, "  | ")}\n`);
    process.stdout.write(`  whole output: ${path.relative(root, log)}\n\n`);
  }
  return settled;
}

async function main() {
  const all = stepsOf(root, logs, env);
  if (isList) {
    const width = Math.max(...all.map(({ name }) => name.length));
    process.stdout.write(all.map(({ name, what }) => `${name.padEnd(width)}  ${what}\n`).join(""));
    return;
  }
  const unknown = names.find((name) => all.every((step) => step.name !== name));
  if (unknown !== undefined) {
    process.stderr.write(`test: there is no step \`${unknown}\`; scripts/test --list names them\n`);
    process.exitCode = 2;
    return;
  }
  const steps = all.filter(
    ({ name, commands, isRepeated }) =>
      commands.length > 0 && (names.length === 0 ? !isRepeated : names.includes(name)),
  );
  if (steps.some(({ rust }) => rust)) {
    const command = ["scripts/setup", ...(isVerbose ? ["--verbose"] : [])];
    const { succeeded } = await run(command, { isShown: true, isOnTerminal: terminal.isLive });
    if (!succeeded) {
      process.stdout.write("FAIL setup\n\n0 passed, 1 failed\n");
      process.exitCode = 1;
      return;
    }
  }
  // Of the run before, which must not be taken for this one's.
  rmSync(logs, { recursive: true, force: true });
  mkdirSync(logs, { recursive: true });
  const start = performance.now();
  let total = noCounts();
  /** @type {string[]} */
  const failed = [];
  for (const [at, step] of steps.entries()) {
    const before = performance.now() - start;
    const counts = await take(step, (elapsed) => {
      const all = `step ${at + 1} of ${steps.length}, ${duration(before + elapsed)} in all`;
      return `...  ${step.name} (${duration(elapsed)}; ${all})`;
    });
    total = sum(total, counts);
    if (counts.failed > 0) {
      failed.push(step.name);
    }
  }
  const verdict =
    failed.length > 0 ? paint.red(`failed: ${failed.join(", ")}`) : paint.green("all steps passed");
  const skipped = total.skipped > 0 ? `, ${total.skipped} tests skipped` : "";
  process.stdout.write(`\n${verdict} (${duration(performance.now() - start)}${skipped})\n`);
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}

await main();
