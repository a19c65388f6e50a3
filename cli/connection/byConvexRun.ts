import { type ChildProcess, spawn } from "node:child_process";

import { Failure } from "../failure.js";
import { findPackage, programOf } from "../host/packages.js";
import { failureOf, NoAnswer } from "./errors.js";
import type { Transport } from "./transport.js";

type Ran = { code: number | null; out: string; err: string };

/** Calls functions by running the project's own `convex run`. */
export function byConvexRun(folder: string, flags: readonly string[]): Transport {
  const convex = findPackage(folder, "convex");
  const script = convex && programOf(convex, "convex");
  if (script === null) {
    throw new Failure(
      "convex is not installed here, and no deployment is named by its address.",
      "Run this in the project's folder, or name that with --cwd; or set CONVEX_SELF_HOSTED_URL and CONVEX_SELF_HOSTED_ADMIN_KEY.",
    );
  }
  return async (name, args) => {
    const { code, out, err } = await run([script, "run", name, JSON.stringify(args), ...flags], folder);
    if (code === 0) return out.trim() === "" ? null : JSON.parse(out);
    throw failureIn(err);
  };
}

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill();
});

function run(args: readonly string[], cwd: string): Promise<Ran> {
  return new Promise((resolve, reject) => {
    // In a group of its own, so that Ctrl-C reaches this program alone, which ends after the call.
    const child = spawn(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "pipe"], detached: true });
    running.add(child);
    const ran = { out: "", err: "" };
    child.stdout.setEncoding("utf8").on("data", (chunk) => (ran.out += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk) => (ran.err += chunk));
    child.once("error", reject);
    child.once("close", (code) => {
      running.delete(child);
      resolve({ code, ...ran });
    });
  });
}

/** What `convex run` says where the connection, not the function, failed. */
const disconnected = /fetch failed|ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|socket hang up|timed out/i;

function failureIn(err: string): Error {
  const data = /ConvexError: (\{.*\})\s*$/m.exec(err)?.[1];
  if (data !== undefined) return failureOf(err, JSON.parse(data));
  const [, said] = /Failed to run function "[^"]*":\s*([\s\S]*)/.exec(err) ?? [];
  if (said !== undefined && !disconnected.test(said)) return failureOf(said, null);
  if (disconnected.test(err))
    return new NoAnswer("no answer through `convex run`", !/ECONNREFUSED|ENOTFOUND/.test(err));
  return new Failure(`\`npx convex run\` failed: ${err.trim() || "it said nothing"}`);
}
