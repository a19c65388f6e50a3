import type { Caller } from "../core.js";
import type { HookCtx } from "../host.js";

/** The identity of a public function's caller, as the host's provider verified it. */
export async function callerOf({ auth }: Pick<HookCtx, "auth">): Promise<Caller> {
  const identity = await auth.getUserIdentity();
  return { tokenIdentifier: identity?.tokenIdentifier, subject: identity?.subject };
}
