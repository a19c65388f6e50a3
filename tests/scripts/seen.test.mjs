// @vitest-environment node
// biome-ignore-all lint/suspicious/noControlCharactersInRegex: a terminal's are what is looked for
import { spawn, spawnSync } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { breakCommand, layOut, withoutRepeats, wrap } from "../../scripts/lib/demo/layout.mjs";
import { liveLine, paints, terminalOf } from "../../scripts/lib/terminal.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

// The one of util-linux; that of macOS takes other flags.
const hasPseudoTerminal = spawnSync("script", ["-qec", "true", "/dev/null"]).status === 0;
if (!hasPseudoTerminal) {
  process.stdout.write("The tests on a pseudo-terminal are skipped: there is no `script` of util-linux.\n");
}

describe("a terminal", () => {
  const tty = { isTTY: true, columns: 120 };

  it.each([
    ["a terminal", tty, {}, { isLive: true, hasColor: true, width: 120 }],
    ["without colours", tty, { NO_COLOR: "1" }, { isLive: true, hasColor: false, width: 120 }],
    ["with an empty NO_COLOR", tty, { NO_COLOR: "" }, { isLive: true, hasColor: true, width: 120 }],
    ["a dumb one", tty, { TERM: "dumb" }, { isLive: false, hasColor: false, width: 120 }],
    [
      "one that does not tell its width",
      { ...tty, columns: 0 },
      {},
      { isLive: true, hasColor: true, width: 80 },
    ],
    ["a pipe", {}, {}, { isLive: false, hasColor: false, width: 80 }],
  ])("is told: %s", (_name, stream, env, expected) => {
    expect(terminalOf(stream, env)).toEqual(expected);
  });

  it("has a live line that fits and goes away", () => {
    let written = "";
    const stream = { write: (text) => (written += text) };
    liveLine(stream, { isLive: true, hasColor: false, width: 10 }, () => "a long line")();
    expect(written).toBe("\r\x1b[Ka long li\r\x1b[K");
    written = "";
    liveLine(stream, { isLive: false, hasColor: false, width: 10 }, () => "a long line")();
    expect(written).toBe("");
  });

  it("is painted only in colours", () => {
    expect([paints(true).red("x"), paints(false).red("x")]).toEqual(["\x1b[31mx\x1b[39m", "x"]);
  });
});

describe("the demo's layout", () => {
  it("breaks prose between words, and neither code nor a command's JSON", () => {
    expect(wrap("one two three", 8)).toEqual(["one two", "three"]);
    expect(wrap('give `"repair": true` twice', 12)).toEqual(["give", '`"repair": true`', "twice"]);
    expect(wrap(`run x '{"a": 1, "b": 2}'`, 8)).toEqual(["run x", `'{"a": 1, "b": 2}'`]);
    expect(wrap("the organization's id, not its coach's", 22)).toEqual([
      "the organization's id,",
      "not its coach's",
    ]);
  });

  it("breaks a command so that a shell takes it for one", () => {
    const command = `npx convex run scripts/x '{"a": 1}'`;
    expect(breakCommand(command, 80)).toEqual([command]);
    expect(breakCommand(command, 30)).toEqual(["npx convex run scripts/x \\", `  '{"a": 1}'`]);
    expect(breakCommand(`run '{"a":1,"b":2}'`, 12)).toEqual(["run \\", `  '{"a":1,`, `    "b":2}'`]);
  });

  it.each([40, 60, 80, 120])("fits into %i columns", (width) => {
    const text = "some words that say nothing at all, ".repeat(8).trim();
    const command = "npx convex run scripts/v2MigrationStatus '{}' --flag --other --and-one-more";
    const lines = layOut(
      [
        ["verdict", "x"],
        ["warning", text],
        ["next", command],
      ],
      width,
    ).split("\n");
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(width);
  });

  it("says a warning once, whatever its number and words", () => {
    const seen = new Set();
    const first = withoutRepeats(
      [
        ["warning", "7 notes are unfinished: x"],
        ["run", "y"],
      ],
      seen,
    );
    expect(first).toEqual([
      ["warning", "7 notes are unfinished: x"],
      ["run", "y"],
    ]);
    const second = withoutRepeats(
      [
        ["warning", "3 notes have artifacts of which none is completed"],
        ["warning", "2 artifacts are strays"],
      ],
      seen,
    );
    expect(second).toEqual([
      ["warning", "2 artifacts are strays"],
      ["warning", "1 as above"],
    ]);
    expect(withoutRepeats([["warning", "4 artifacts are strays"]], seen)).toEqual([
      ["warning", "1 as above"],
    ]);
  });
});

/**
 * A copy of the scripts, with programs in place of real ones.
 *
 * @param {Record<string, string>} programs Shell scripts by name.
 * @param {(cleanup: () => Promise<void>) => void} onTestFinished
 */
async function repository(programs, onTestFinished) {
  const folder = await mkdtemp(path.join(tmpdir(), "seen-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const name of ["scripts", "package.json", "package-lock.json", "Cargo.toml", "Cargo.lock"]) {
    await cp(path.join(root, name), path.join(folder, name), { recursive: true });
  }
  const bin = path.join(folder, "bin");
  await mkdir(bin);
  for (const [name, text] of Object.entries(programs)) {
    await writeFile(path.join(bin, name), `#!/bin/sh\n${text}\n`);
    await chmod(path.join(bin, name), 0o755);
  }
  return {
    folder,
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, NO_COLOR: undefined, TERM: "xterm" },
  };
}

/**
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} env
 * @param {string} command
 * @param {{ onTerminal?: boolean }} [options]
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function run(folder, env, command, { onTerminal = false } = {}) {
  const [program, ...args] = onTerminal
    ? ["script", "-qec", `stty cols 80; ${command}`, "/dev/null"]
    : ["sh", "-c", command];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output += chunk;
      });
    }
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
}

const installs = `sleep 2
mkdir -p node_modules/.bin node_modules/convex/bin
touch node_modules/.package-lock.json node_modules/convex/bin/main.js
ln -sf ../convex/bin/main.js node_modules/.bin/convex
echo noise`;
const setup = "scripts/setup --node-only";

describe.concurrent("scripts/setup", () => {
  it("says what it does, for how long, and what is on the disk", async ({ expect, onTestFinished }) => {
    const { folder, env } = await repository({ npm: installs }, onTestFinished);
    const { code, output } = await run(folder, env, setup);
    expect(output).toMatch(
      /^setup: npm ci \(.*\)\nsetup: done in \d+ s\nsetup: this folder now holds:\n {2}node_modules\/ +\S+\n.*--help.*\n$/,
    );
    expect(code).toBe(0);
    expect(await run(folder, env, setup)).toEqual({ code: 0, output: "" });
  });

  it("shows what is printed with --verbose", async ({ expect, onTestFinished }) => {
    const { folder, env } = await repository({ npm: installs }, onTestFinished);
    expect((await run(folder, env, `${setup} --verbose`)).output).toContain("\nnoise\n");
  });

  it("shows what was printed when a step fails", async ({ expect, onTestFinished }) => {
    const { folder, env } = await repository({ npm: "echo the cause >&2; exit 1" }, onTestFinished);
    const { code, output } = await run(folder, env, setup);
    expect(output).toContain("the cause\nsetup: npm could not install the packages\n");
    expect(code).toBe(1);
  });

  it.skipIf(!hasPseudoTerminal)("rewrites a line on a terminal", async ({ expect, onTestFinished }) => {
    const { folder, env } = await repository({ npm: installs }, onTestFinished);
    const { output } = await run(folder, env, setup, { onTerminal: true });
    expect(output).toMatch(/\r\x1b\[Ksetup: npm ci .* 0 s\r\x1b\[Ksetup: npm ci .* [1-9] s/);
    expect(output).toMatch(/\r\x1b\[Ksetup: npm ci .*: \d+ s\r\n/);
    const dumb = await run(folder, { ...env, TERM: "dumb" }, `touch package-lock.json; ${setup}`, {
      onTerminal: true,
    });
    expect(dumb.output).toContain("setup: done in");
    expect(dumb.output).not.toContain("\x1b");
  });
});

describe.concurrent("scripts/test", () => {
  const command = "node scripts/lib/test/main.mjs biome";
  const slow = { biome: "echo noise; sleep 1.5" };

  it("has a line per step where it is not on a terminal", async ({ expect, onTestFinished }) => {
    const { folder, env } = await repository(slow, onTestFinished);
    const { output } = await run(folder, env, command);
    expect(output).toMatch(/^ok {3}biome \(\d+ s\)\n\nall steps passed \(\d+ s\)\n1 passed, 0 failed\n$/);
    expect((await run(folder, env, `${command} --verbose`)).output).toMatch(
      /^\$ biome ci .*\nnoise\nok {3}biome/,
    );
  });

  it("shows a failed step's output, in its last line how many failed", async ({ expect, onTestFinished }) => {
    const { folder, env } = await repository({ biome: "echo the cause; exit 1" }, onTestFinished);
    const { code, output } = await run(folder, env, command);
    expect(output).toMatch(/^FAIL biome \(\d+ s\)\n {2}\| the cause\n/);
    expect(output).toMatch(/\n0 passed, 1 failed\n$/);
    expect(code).toBe(1);
  });

  it.skipIf(!hasPseudoTerminal)("rewrites a line on a terminal", async ({ expect, onTestFinished }) => {
    const { folder, env } = await repository(slow, onTestFinished);
    const colored = await run(folder, env, command, { onTerminal: true });
    expect(colored.output).toContain("\r\x1b[K...  biome (0 s; step 1 of 1, 0 s in all)");
    expect(colored.output).toMatch(/\r\x1b\[K\.\.\. {2}biome \([1-9] s; step 1 of 1, [1-9] s in all\)/);
    expect(colored.output).toContain("\x1b[32mok  \x1b[39m biome");
    const plain = await run(folder, { ...env, NO_COLOR: "1" }, command, { onTerminal: true });
    expect(plain.output).toContain("\r\x1b[Kok   biome");
    const dumb = await run(folder, { ...env, TERM: "dumb" }, command, { onTerminal: true });
    expect(dumb.output).not.toContain("\x1b");
  });
});

describe("scripts/demo", () => {
  it("keeps to 80 columns, says no warning twice and ends at `complete`", async () => {
    const env = { ...process.env, TERM: "xterm", NO_COLOR: undefined };
    const { code, output } = await run(root, env, "node scripts/lib/demo/main.mjs", {
      onTerminal: hasPseudoTerminal,
    });
    if (hasPseudoTerminal) {
      expect(output).toContain("\x1b[1m# How far is");
      expect(output).toContain("\r\x1b[K  running (0 s)\r\x1b[K");
    }
    const lines = output.replaceAll(/\x1b\[\d*[mK]|.*\r(?!\n)/g, "").split(/\r?\n/);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    const warnings = lines.filter((line) => /^ +warning +(?!\d+ as above)/.test(line));
    expect(new Set(warnings).size).toBe(warnings.length);
    expect(lines).toContainEqual(expect.stringMatching(/^ +verdict +complete$/));
    expect(output).toContain("FC is `complete`");
    expect(code).toBe(0);
  });
});
