// @ts-check
// Puts a fresh build into pkg/, or compares it with what is there.
//
//   node build-record.mjs write|check FRESH WASM-PACK-VERSION WASM-BINDGEN-VERSION
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const committed = path.join(root, "pkg");
const recordFile = "build.json";

/**
 * @typedef {object} Toolchain What the bytes depend on beside the sources.
 * @property {string} rustc Release, commit and the machine it compiles on.
 * @property {string} wasmPack
 * @property {string} wasmBindgen
 * @property {string} binaryen
 */

/**
 * @typedef {object} BuildRecord
 * @property {string} sources sha256 over the names and contents of what was compiled.
 * @property {Toolchain} toolchain
 * @property {Record<string, { bytes: number, sha256: string }>} files
 */

/** @param {string | Buffer} data */
const sha256 = (data) => createHash("sha256").update(data).digest("hex");

/** @returns {string} */
function hashOfSources() {
  const rust = readdirSync(path.join(root, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)));
  const files = ["Cargo.toml", "Cargo.lock", ...rust.map((file) => file.split(path.sep).join("/"))];
  // Compared by code unit: no language's order may slip in. Both parts are hashed, so that neither can run
  // into the other.
  const lines = files
    .sort()
    .map((file) => `${sha256(file)} ${sha256(readFileSync(path.join(root, file)))}\n`);
  return sha256(lines.join(""));
}

/**
 * @param {string} wasmPack
 * @param {string} wasmBindgen
 * @returns {Toolchain}
 */
function toolchainOfHere(wasmPack, wasmBindgen) {
  const rustc = execFileSync("rustc", ["-vV"], { encoding: "utf8" });
  const [release, commit, host] = ["release", "commit-hash", "host"].map(
    (name) => new RegExp(`^${name}: (.*)$`, "m").exec(rustc)?.[1] ?? "unknown",
  );
  const binaryen = JSON.parse(readFileSync(path.join(root, "node_modules/binaryen/package.json"), "utf8"));
  return { rustc: `${release} (${commit}) on ${host}`, wasmPack, wasmBindgen, binaryen: binaryen.version };
}

/**
 * @param {string} directory
 * @returns {BuildRecord["files"]} But for the record itself.
 */
function filesIn(directory) {
  const names = readdirSync(directory).filter((name) => name !== recordFile);
  return Object.fromEntries(
    names.sort().map((name) => {
      const data = readFileSync(path.join(directory, name));
      return [name, { bytes: data.length, sha256: sha256(data) }];
    }),
  );
}

/**
 * Function names are for debuggers. wasm-bindgen leaves them in and wasm-opt takes them out, so that they
 * tell whether it ran.
 *
 * @param {Buffer<ArrayBuffer>} wasm
 */
function hasNames(wasm) {
  return WebAssembly.Module.customSections(new WebAssembly.Module(wasm), "name").length > 0;
}

/**
 * @param {BuildRecord["files"]} one
 * @param {BuildRecord["files"]} other
 * @returns {string[]} Names of files that are not the same in both.
 */
function differing(one, other) {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter((name) => one[name]?.sha256 !== other[name]?.sha256).sort();
}

/**
 * Tests that run meanwhile find the file of before or the whole new one.
 *
 * @param {string} name
 * @param {string | Buffer} data
 */
function put(name, data) {
  const target = path.join(committed, name);
  const aside = `${target}.${process.pid}.tmp`;
  writeFileSync(aside, data);
  renameSync(aside, target);
}

/** @returns {BuildRecord | null} */
function readRecord() {
  try {
    return JSON.parse(readFileSync(path.join(committed, recordFile), "utf8"));
  } catch {
    return null;
  }
}

/** @param {string} text */
const say = (text) => process.stdout.write(`build: ${text}\n`);

/**
 * @param {BuildRecord} fresh
 * @returns {string | null} Why pkg/ is stale, or null.
 */
function staleness(fresh) {
  const record = readRecord();
  if (record === null) {
    return "pkg/build.json is missing or no record of a build";
  }
  const present = filesIn(committed);
  const same = Object.entries(fresh.toolchain).every(
    ([tool, version]) => record.toolchain[/** @type {keyof Toolchain} */ (tool)] === version,
  );
  if (same) {
    say("compared the bytes: pkg/ records the toolchain that is here");
  } else {
    say("compared the hash of the sources: pkg/ records another toolchain");
    say(`  recorded ${JSON.stringify(record.toolchain)}`);
    say(`  here     ${JSON.stringify(fresh.toolchain)}`);
  }
  const expected = same ? fresh.files : record.files;
  const changed = differing(expected, present);
  if (changed.length > 0) {
    const sizes = changed.map(
      (name) => `${name} (${present[name]?.bytes ?? "no"} bytes, not ${expected[name]?.bytes ?? "there"})`,
    );
    return `pkg/ differs from ${same ? "this build" : "its own record"}: ${sizes.join(", ")}`;
  }
  if (record.sources !== fresh.sources) {
    return same
      ? "pkg/build.json records other sources than these, though the bytes are the same"
      : "the sources are not those that pkg/ was built from";
  }
  return null;
}

/** @param {string} message */
function fail(message) {
  process.stderr.write(`build: ${message}\n`);
  process.exit(1);
}

const [mode, directory, wasmPack, wasmBindgen] = process.argv.slice(2);
const modules = readdirSync(directory).filter((name) => name.endsWith(".wasm"));
for (const name of modules) {
  if (hasNames(readFileSync(path.join(directory, name)))) {
    fail(`${name} still has its function names: wasm-opt did not run`);
  }
}
/** @type {BuildRecord} */
const fresh = {
  sources: hashOfSources(),
  toolchain: toolchainOfHere(wasmPack, wasmBindgen),
  files: filesIn(directory),
};
if (mode === "check") {
  const problem = staleness(fresh);
  if (problem !== null) {
    fail(`stale: ${problem}; run scripts/build and commit pkg/`);
  }
  say("pkg/ is what the sources make");
} else {
  mkdirSync(committed, { recursive: true });
  for (const name of readdirSync(committed).filter((name) => !(name in fresh.files))) {
    rmSync(path.join(committed, name), { recursive: true });
  }
  for (const name of Object.keys(fresh.files)) {
    put(name, readFileSync(path.join(directory, name)));
  }
  put(recordFile, `${JSON.stringify(fresh, null, 2)}\n`);
  for (const name of modules) {
    say(`pkg/${name} has ${fresh.files[name].bytes} bytes`);
  }
}
