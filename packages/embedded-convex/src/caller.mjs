// @ts-check
import { convexToJson } from "convex/values";
import { running } from "./call.mjs";
import { describeError, Refusal } from "./errors.mjs";
import { canonicalPath } from "./functions.mjs";
import { LogLines } from "./logs.mjs";
import { pathIn } from "./paths.mjs";
import { wrongKind } from "./syscalls.mjs";

/**
 * Calls a function for a client.
 *
 * @param {import("./server.mjs").Service} service
 * @param {import("./server.mjs").Caller} caller
 * @param {{ component: string, path: string, args: any }} call
 * @param {import("./functions.mjs").Kind | null} kind Null for any.
 * @returns {Promise<{ isError: boolean, body: Record<string, unknown> }>} The answer as clients read it.
 */
export async function callFunction({ engine, functions, faults }, caller, { component, path, args }, kind) {
  const logs = new LogLines();
  try {
    const found = functions.find(component, path);
    // To the public an internal function is one that does not exist.
    if (found === undefined || !(caller.isAdmin || found.isPublic)) {
      throw new Refusal(
        `Could not find ${caller.isAdmin ? "" : "public "}function for '${pathIn(component, canonicalPath(path))}'. ` +
          "Did you forget to run `npx convex dev`?",
      );
    }
    if (kind !== null && found.kind !== kind) {
      throw new Refusal(wrongKind(found.path, kind, found.kind));
    }
    const t = caller.identity === null ? engine.t : engine.t.withIdentity(caller.identity);
    const value = await running.run({ kind: "request", logs }, () =>
      faults.call(found, false, () => t.fun({ udfPath: found.udfPath, componentPath: component }, args)),
    );
    const body = { status: "success", value: convexToJson(value ?? null), logLines: logs };
    return { isError: false, body };
  } catch (error) {
    const body = { status: "error", ...describeError(error), logLines: logs };
    return { isError: true, body };
  }
}
