/** The filter over whole documents through serde-wasm-bindgen, built for the bench alone. */

import { execFile } from "node:child_process";
import { access, readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

import type { StoredDocument } from "../../js-shims/documents.js";
import { root } from "../support/root.js";
import { ORGANIZATION } from "./data.js";

const run = promisify(execFile);
const NAME = "whole_documents";

type Filter = (tables: { artifacts: StoredDocument[]; transcripts: StoredDocument[] }) => {
  artifacts: number;
  transcripts: number;
};

/** Null where Rust or wasm-bindgen is not on this machine. */
export async function buildWholeDocuments(): Promise<Filter | null> {
  const bindgen = path.join(root, ".tools/bin/wasm-bindgen");
  const target = path.join(root, "target");
  const out = path.join(target, "bench", NAME);
  const wasm = path.join(target, "wasm32-unknown-unknown/release/examples", `${NAME}.wasm`);
  const build = ["build", "--quiet", "--release", "--target", "wasm32-unknown-unknown", "--example", NAME];
  try {
    await access(bindgen);
    await run("cargo", [...build, "--target-dir", target], { cwd: root });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  await run(bindgen, ["--target", "web", "--no-typescript", "--out-dir", out, wasm]);
  const module = await import(pathToFileURL(path.join(out, `${NAME}.js`)).href);
  module.initSync({ module: await readFile(path.join(out, `${NAME}_bg.wasm`)) });
  return ({ artifacts, transcripts }) => {
    const [ours = 0, found = 0] = module.filterWholeDocuments(artifacts, transcripts, ORGANIZATION);
    return { artifacts: ours, transcripts: found };
  };
}
