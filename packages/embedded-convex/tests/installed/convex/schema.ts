import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  notes: defineTable({ text: v.string() }),
  // The ledger has a table of this name, too.
  runs: defineTable({ name: v.string(), ledgerRun: v.optional(v.string()) }),
});
