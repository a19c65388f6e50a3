/** What the command line program asks beside the four functions. */

import { internalActionGeneric, internalQueryGeneric } from "convex/server";
import { type Infer, v } from "convex/values";

import type { Host } from "../host.js";
import { nullable } from "../validators/common.js";

declare const process: { env: Record<string, string | undefined> };

const organizations = nullable(
  v.array(v.object({ organizationId: v.string(), name: nullable(v.string()), slug: nullable(v.string()) })),
);

/** Every organization of the host, or null where it has no `listOrganizations`. */
export function organizationsFunction(host: Host) {
  return internalActionGeneric({
    args: {},
    returns: organizations,
    handler: async (ctx): Promise<Infer<typeof organizations>> => {
      if (!host.listOrganizations) return null;
      const listed = await host.listOrganizations(ctx);
      // The host may give whole rows of its own.
      return listed.map(({ organizationId, name, slug }) => ({
        organizationId,
        name: name ?? null,
        slug: slug ?? null,
      }));
    },
  });
}

/** The deployment's own address, so that an operator sees which one is about to be changed. */
export function deploymentFunction() {
  return internalQueryGeneric({
    args: {},
    returns: nullable(v.string()),
    handler: async (): Promise<string | null> => process.env.CONVEX_CLOUD_URL ?? null,
  });
}
