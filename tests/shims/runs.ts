/** Runs in the ledger, whose legs can be killed, and whose answers can be lost, at every call. */

import { internalActionGeneric } from "convex/server";
import { v } from "convex/values";

import type { Host } from "../../js-shims/host";
import { runLeg } from "../../js-shims/ledger/legs";
import type { Leg } from "../../js-shims/validators/ledger";
import { internal } from "../backend/convex/_generated/api";
import { type Backend, backend, readAll } from "./backend";
import { Killed, host as paced } from "./migrate";

export { Killed };
export const host: Host = { ...paced, functions: { ...paced.functions, v2Rollout: internal.v2Rollout } };

type Call = "query" | "mutation";
/** Called around each call of a leg. A `Killed` that it throws ends the leg there. */
export type LegHook = (
  call: Call,
  moment: "before" | "after",
  nth: number,
  leg: Leg,
  args: Record<string, unknown>,
) => unknown;

/** A backend whose scheduled legs call a hook. */
export function ledgerBackend(options: Parameters<typeof backend>[0] = {}): {
  t: Backend;
  onCall: (hook: LegHook | null) => void;
} {
  let hook: LegHook | null = null;
  let nth = 0;
  const leg = internalActionGeneric({
    args: { runId: v.string(), generation: v.number() },
    handler: async (ctx, args) => {
      let killed: Killed | null = null;
      const around = async <T>(call: Call, shown: unknown, run: () => Promise<T>): Promise<T> => {
        if (killed) throw killed;
        const mine = nth++;
        try {
          await hook?.(call, "before", mine, args, shown as Record<string, unknown>);
          const answer = await run();
          await hook?.(call, "after", mine, args, shown as Record<string, unknown>);
          return answer;
        } catch (error) {
          if (error instanceof Killed) killed = error;
          throw error;
        }
      };
      const hooked = {
        runQuery: (reference: never, call: never) =>
          around("query", call, () => ctx.runQuery(reference, call)),
        runMutation: (reference: never, call: never) =>
          around("mutation", call, () => ctx.runMutation(reference, call)),
      };
      try {
        await runLeg(host, hooked as unknown as typeof ctx, args);
      } catch (error) {
        if (!killed) throw error;
      }
      return null;
    },
  });
  const v2Rollout = async () => ({ ...(await import("../backend/convex/v2Rollout")), leg });
  const t = backend({ ...options, modules: { "../backend/convex/v2Rollout.ts": v2Rollout } });
  return {
    t,
    onCall: (next) => {
      hook = next;
      nth = 0;
    },
  };
}

/** Lets scheduled legs come to their ends. */
export async function settle(t: Backend): Promise<void> {
  for (let turns = 0; turns < 3; turns++) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    await t.finishInProgressScheduledFunctions();
  }
}

/** What the tables hold. */
export async function tables(t: Backend) {
  const all = await readAll(t);
  return {
    artifacts: all.voiceNoteArtifacts.length,
    transcripts: all.voiceNoteTranscripts.length,
    claims: all.voiceNoteClaims.length,
    notesWithTwo:
      all.voiceNoteArtifacts.length - new Set(all.voiceNoteArtifacts.map((row) => row.voiceNoteId)).size,
  };
}
