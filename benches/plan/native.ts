/** The same plan by the core built for this machine. */

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

import { root } from "../support/root.js";

export type NativePlan = { notes: number; pages: number; batches: number; notesPerSecond: number };

/** Null where there is no Rust on this machine, or the bench is not in Cargo.toml. */
export async function planNatively(): Promise<NativePlan | null> {
  const manifest = await readFile(path.join(root, "Cargo.toml"), "utf8");
  if (!/\[\[bench\]\]\s*name = "plan"/.test(manifest)) return null;
  const cargo = promisify(execFile)("cargo", ["bench", "--quiet", "--bench", "plan", "--", "--json"], {
    cwd: root,
  });
  try {
    const { stdout } = await cargo;
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
