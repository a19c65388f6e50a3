import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  runs: defineTable({ name: v.string(), previous: v.optional(v.id("runs")) }).index("by_name", ["name"]),
});
