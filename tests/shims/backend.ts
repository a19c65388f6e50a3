/** The stand-in backend in convex-test's engine. */

import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { convexTest, type TestConvex } from "convex-test";

import componentSchema from "../../js-shims/component/schema";
import schema from "../backend/convex/schema";

const modules = import.meta.glob("../backend/convex/**/*.*s");
const componentModules = import.meta.glob("../../js-shims/component/**/*.*s");

export type Limits = { documentsRead?: number; bytesRead?: number; databaseQueries?: number };
export type Backend = TestConvex<typeof schema>;

/** The schema, but that a note's file may be anything, as it was before the table had a schema. */
function withOldFiles() {
  const table = schema.tables.voiceNotes as unknown as { export(): unknown };
  const notes = JSON.parse(JSON.stringify(table.export()));
  notes.documentType.value.audioStorageId.fieldType = { type: "any" };
  return { ...schema, tables: { ...schema.tables, voiceNotes: { export: () => notes } } };
}

/** The schema, with artifacts that say of which organization they are, and their index. */
export function withOwners(): typeof schema {
  const { voiceNoteArtifacts, ...tables } = schema.tables;
  const owned = defineTable({ ...voiceNoteArtifacts.validator.fields, ownerId: v.optional(v.string()) })
    .index("by_voiceNoteId", ["voiceNoteId"])
    .index("by_ownerId", ["ownerId"]);
  return defineSchema({ ...tables, voiceNoteArtifacts: owned }) as unknown as typeof schema;
}
export const artifactsByOrganization = { name: "by_ownerId", fields: ["ownerId"] };

/** A backend with Convex's limits. Without validation documents may be malformed; with old files those of notes may be,
 * which only shows when their artifact is written. The schema may have further indexes. */
export function backend(
  options: { validate?: boolean; oldFiles?: boolean; modules?: typeof modules; schema?: typeof schema } = {},
): Backend {
  const described = options.oldFiles ? withOldFiles() : (options.schema ?? schema);
  const checked = options.validate === false ? { ...schema, schemaValidation: false } : described;
  const t = convexTest({
    schema: checked as unknown as typeof schema,
    modules: { ...modules, ...options.modules },
    transactionLimits: true,
  });
  t.registerComponent("v2Rollout", componentSchema, componentModules);
  return t;
}

/** Stored documents of all tables that the functions meet, by table. */
export type Data = Record<
  | "voiceNotes"
  | "voiceNoteArtifacts"
  | "voiceNoteTranscripts"
  | "voiceNoteClaims"
  | "voiceNoteEntityResolutions"
  | "insightDrafts"
  | "featureFlags",
  Record<string, unknown>[]
>;

/** All documents, read without limits. */
export async function readAll(t: Backend): Promise<Data> {
  return await t.run(async (ctx) => ({
    voiceNotes: await ctx.db.query("voiceNotes").collect(),
    voiceNoteArtifacts: await ctx.db.query("voiceNoteArtifacts").collect(),
    voiceNoteTranscripts: await ctx.db.query("voiceNoteTranscripts").collect(),
    voiceNoteClaims: await ctx.db.query("voiceNoteClaims").collect(),
    voiceNoteEntityResolutions: await ctx.db.query("voiceNoteEntityResolutions").collect(),
    insightDrafts: await ctx.db.query("insightDrafts").collect(),
    featureFlags: await ctx.db.query("featureFlags").collect(),
  }));
}
