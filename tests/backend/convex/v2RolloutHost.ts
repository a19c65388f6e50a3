import { defineHost, type Host } from "../../../js-shims";
import { components, internal } from "./_generated/api";

/** How this backend is wired to the rollout: its functions, and who may use what. */
export const host: Host = defineHost({
  functions: {
    setFeatureFlag: internal.lib.featureFlags.setFeatureFlag,
    migrateVoiceNotesToV2: internal.actions.migration.migrateVoiceNotesToV2,
    v2Rollout: internal.v2Rollout,
  },
  ledger: components.v2Rollout,
  authorize: async ({ auth, runQuery }) => {
    const identity = await auth.getUserIdentity();
    if (!identity) return false;
    return await runQuery(internal.lib.staff.isPlatformStaff, { subject: identity.subject });
  },
  findOrganization: async ({ runQuery }, organizationId) =>
    await runQuery(internal.lib.organizations.find, { organizationId }),
  listOrganizations: async ({ runQuery }) => await runQuery(internal.lib.organizations.list, {}),
});
