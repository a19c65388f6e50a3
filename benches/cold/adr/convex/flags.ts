import { type GenericMutationCtx, makeFunctionReference } from "convex/server";

const setFeatureFlag = makeFunctionReference<"mutation">("lib/featureFlags:setFeatureFlag");

/** Sets both flags, as the ADR's two scripts do. */
export async function setFlags(
  ctx: Pick<GenericMutationCtx<never>, "runMutation">,
  organizationId: string,
  enabled: boolean,
): Promise<{ success: boolean }> {
  for (const featureKey of ["voice_notes_v2", "entity_resolution_v2"]) {
    await ctx.runMutation(setFeatureFlag, { featureKey, scope: "organization", organizationId, enabled });
  }
  return { success: true };
}
