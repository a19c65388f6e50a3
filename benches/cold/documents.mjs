// @ts-check
/** The few documents that the scripts meet, and the answers to their system calls. */

/** @typedef {Record<string, any>} Document */

const ORGANIZATION = "org_1";
const NOTES = 20;

/** @type {(table: string, nth: number) => string} */
const idOf = (table, nth) => `${table}${String(nth).padStart(28, "0")}`;

/** @type {(count: number, make: (nth: number) => Document) => Document[]} */
const rows = (count, make) => Array.from({ length: count }, (_, nth) => make(nth));

const common = {
  _creationTime: 1_760_000_000_000,
  createdAt: 1_760_000_000_000,
  updatedAt: 1_760_000_000_000,
};

/** Half of the notes are migrated, with a transcript and a claim each.
 *
 * @type {Record<string, Document[]>}
 */
const tables = {
  voiceNotes: rows(NOTES, (nth) => ({
    _id: idOf("note", nth),
    _creationTime: common._creationTime + nth,
    orgId: ORGANIZATION,
    coachId: "coach_1",
    date: "2026-02-08",
    type: "training",
    transcription: "Aoife struck the ball well off her left today",
    transcriptionStatus: "completed",
    insights: [{ id: "i1", title: "Striking", description: "Strikes the ball well", status: "applied" }],
    insightsStatus: "completed",
  })),
  voiceNoteArtifacts: rows(NOTES / 2, (nth) => ({
    ...common,
    _id: idOf("artf", nth),
    artifactId: `8b1d6a6c-5f0e-4c0e-9a47-${String(nth).padStart(12, "0")}`,
    sourceChannel: "app_recorded",
    senderUserId: "coach_1",
    orgContextCandidates: [{ organizationId: ORGANIZATION, confidence: 1 }],
    status: "completed",
    voiceNoteId: idOf("note", nth),
  })),
  voiceNoteTranscripts: rows(NOTES / 2, (nth) => ({
    ...common,
    _id: idOf("tran", nth),
    artifactId: idOf("artf", nth),
    fullText: "Aoife struck the ball well off her left today",
    segments: [],
    modelUsed: "migration",
    language: "en",
    duration: 0,
  })),
  voiceNoteClaims: rows(NOTES / 2, (nth) => ({
    ...common,
    _id: idOf("clam", nth),
    claimId: "i1",
    artifactId: idOf("artf", nth),
    sourceText: "Strikes the ball well",
    topic: "performance",
    title: "Striking",
    description: "Strikes the ball well",
    entityMentions: [],
    extractionConfidence: 0.8,
    organizationId: ORGANIZATION,
    coachUserId: "coach_1",
    status: "extracted",
  })),
  voiceNoteEntityResolutions: [],
  insightDrafts: [],
  featureFlags: [],
};

const limits = {
  bytesRead: 16 << 20,
  bytesWritten: 16 << 20,
  databaseQueries: 4_096,
  documentsRead: 32_000,
  documentsWritten: 16_000,
  functionsScheduled: 1_000,
  scheduledFunctionArgsBytes: 16 << 20,
};

/** @type {import("../../js-shims/validators/index.js").MigrationAnswer} */
const migrated = {
  ...{ processed: NOTES, artifacts: 10, transcripts: 10, claims: 10, errors: 0, skipped: 10 },
  ...{ runId: null, dryRun: false, done: true, cursor: null, stopped: null, batches: 1, estimate: null },
  samples: { unfinished: [], deferred: [], blocked: [] },
  ...{ failures: [], warnings: [], next: null, batchSize: { notes: 100, limitedBy: null } },
  reasons: {
    ...{ noCoach: 0, insightsCancelled: 0, unknownStatus: 0, transcribing: 0, insightsInProgress: 0 },
    ...{ awaitingConfirmation: 0, changedRecently: 0, noTimeOfChange: 0 },
  },
  outcome: {
    ...{ migrated: 10, repaired: 0, alreadyMigrated: 10, unfinished: 0, notReady: 0 },
    ...{ deferred: 0, blocked: 0, failed: 0 },
  },
};

/** What the functions that the scripts call answer. @type {Record<string, unknown>} */
const functions = {
  "lib/organizations:find": { name: "Club" },
  "lib/staff:isPlatformStaff": true,
  "lib/featureFlags:setFeatureFlag": null,
  "actions/migration:migrateVoiceNotesToV2": migrated,
  "v2Rollout:startRun": { runId: "run_1", state: "running", next: [] },
  ...ofLedger({ runs: [], runsInTheWay: [], changes: [], addChange: null }),
};

/** What the ledger's own functions answer, by their references. @param {Record<string, unknown>} answers */
function ofLedger(answers) {
  const named = Object.entries(answers).map(([name, answer]) => [
    `_reference/childComponent/v2Rollout/store/${name}`,
    answer,
  ]);
  return Object.fromEntries(named);
}

/**
 * Answers at once, so that what is measured is the script and not a database.
 *
 * @returns {import("embedded-convex/context").Syscalls}
 */
export function syscalls() {
  /** @type {Document[][]} */
  const queries = [];
  const used = { documentsRead: 0, databaseQueries: 0 };
  const metrics = () =>
    Object.fromEntries(
      Object.entries(limits).map(([name, limit]) => {
        const spent = used[/** @type {keyof typeof used} */ (name)] ?? 0;
        return [name, { used: spent, remaining: limit - spent }];
      }),
    );
  /** @type {(op: string, args: any) => unknown} */
  const answer = (op, args) => {
    switch (op) {
      case "1.0/queryStream": {
        const [table] = (args.query.source.indexName ?? args.query.source.tableName).split(".");
        /** @type {{ type: string, fieldPath: string, value: unknown }[]} */
        const range = args.query.source.range ?? [];
        used.databaseQueries += 1;
        // A range behind a position ends at once: every page is the last.
        queries.push(
          tables[table].filter((document) =>
            range.every(({ type, fieldPath, value }) => type === "Eq" && document[fieldPath] === value),
          ),
        );
        return { queryId: queries.length - 1 };
      }
      case "1.0/queryStreamNext": {
        const value = queries[args.queryId].shift() ?? null;
        if (value !== null) used.documentsRead += 1;
        return { value, done: value === null };
      }
      case "1.0/queryCleanup":
        return {};
      case "1.0/getTransactionMetrics":
        return metrics();
      case "1.0/getUserIdentity":
        return { subject: "staff_1", issuer: "i", tokenIdentifier: "i|staff_1" };
      case "1.0/insert":
        return { _id: idOf("flag", 0) };
      case "1.0/runUdf":
      case "1.0/actions/query":
      case "1.0/actions/mutation":
      case "1.0/actions/action":
        return functions[args.name ?? args.reference];
      default:
        throw new Error(`no answer to ${op}`);
    }
  };
  const text = (/** @type {string} */ op, /** @type {string} */ args) =>
    JSON.stringify(answer(op, JSON.parse(args)));
  return {
    syscall: text,
    immediate: text,
    asyncSyscall: async (op, args) => text(op, args),
    jsSyscall: async () => null,
  };
}

export const scripts = /** @type {const} */ ({
  enableV2ForOrg: { name: "default", invoke: "invokeMutation", args: { organizationId: ORGANIZATION } },
  disableV2ForOrg: { name: "default", invoke: "invokeMutation", args: { organizationId: ORGANIZATION } },
  // The public function is the one that counts itself; the internal one calls another for it.
  v2MigrationStatus: {
    name: "v2MigrationStatus",
    invoke: "invokeQuery",
    args: { organizationId: ORGANIZATION },
  },
  runMigration: {
    name: "default",
    invoke: "invokeAction",
    args: { organizationId: ORGANIZATION, dryRun: false },
  },
});

/** @typedef {keyof typeof scripts} Script */
