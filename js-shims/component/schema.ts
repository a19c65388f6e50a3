import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

import { changeRow, failureRow, runRow } from "../validators/ledger.js";

export default defineSchema({
  /** A row per run. */
  runs: defineTable({ ...runRow, excludesOthers: v.boolean() })
    .index("by_runId", ["runId"])
    .index("by_organizationId", ["organizationId"])
    .index("by_excludesOthers", ["excludesOthers", "organizationId"])
    .index("by_endedMs", ["endedMs"]),
  /** Notes that failed, each once per run. */
  failures: defineTable({ ...failureRow, runId: v.string() }).index("by_runId", ["runId", "voiceNoteId"]),
  /** Changes of the flags. */
  changes: defineTable(changeRow)
    .index("by_organizationId", ["organizationId"])
    .index("by_runId", ["runId"])
    .index("by_atMs", ["atMs"]),
});
