/** Modules of Rust that are built for this bench alone. */

import { execFile } from "node:child_process";
import { access, readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

import { root } from "../support/root.js";

const run = promisify(execFile);

/** The exports of an example of `Cargo.toml`; null where Rust or wasm-bindgen is not on this machine. */
export async function buildModule(name: string): Promise<any> {
  const bindgen = path.join(root, ".tools/bin/wasm-bindgen");
  const target = path.join(root, "target");
  const out = path.join(target, "bench", name);
  const wasm = path.join(target, "wasm32-unknown-unknown/release/examples", `${name}.wasm`);
  const build = ["build", "--quiet", "--release", "--target", "wasm32-unknown-unknown", "--example", name];
  try {
    await access(bindgen);
    await run("cargo", [...build, "--target-dir", target], { cwd: root });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  await run(bindgen, ["--target", "web", "--no-typescript", "--out-dir", out, wasm]);
  const module = await import(pathToFileURL(path.join(out, `${name}.js`)).href);
  module.initSync({ module: await readFile(path.join(out, `${name}_bg.wasm`)) });
  return module;
}
