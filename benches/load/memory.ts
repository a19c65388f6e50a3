/** The memory of the deployment's process while clients are at it. */

import { readFile } from "node:fs/promises";

import { median } from "../support/timing.js";

const EVERY_MS = 500;

/** Resident bytes of a process, where the system tells them. */
async function residentBytes(pid: number): Promise<number | null> {
  try {
    const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, "utf8")) ?? [];
    return kib === undefined ? null : Number(kib) * 1_024;
  } catch {
    return null;
  }
}

/** Samples a process until it is told to end; null where the system tells nothing. */
export function watchMemory(pid: number): () => { first: number; last: number } | null {
  const samples: number[] = [];
  const timer = setInterval(async () => {
    const bytes = await residentBytes(pid);
    if (bytes !== null) samples.push(bytes);
  }, EVERY_MS);
  return () => {
    clearInterval(timer);
    const third = Math.floor(samples.length / 3);
    if (third === 0) return null;
    return { first: median(samples.slice(0, third)), last: median(samples.slice(-third)) };
  };
}
