import { v } from "convex/values";

export const byKey = <T extends Parameters<typeof v.union>[0]>(value: T) =>
  v.object({ voice_notes_v2: value, entity_resolution_v2: value });

/** Made where it is used: this file is loaded in every call. */
export const effective = () =>
  byKey(
    v.object({
      enabled: v.boolean(),
      reason: v.union(
        v.literal("ENVIRONMENT"),
        v.literal("PLATFORM"),
        v.literal("ORGANIZATION"),
        v.literal("DEFAULT"),
      ),
    }),
  );

export const nullable = <T extends Parameters<typeof v.union>[0]>(value: T) => v.union(value, v.null());
