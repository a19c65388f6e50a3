/* tslint:disable */
/* eslint-disable */
/**
 * What a reader does that asks for its next document.
 */

export type Turn = "read" | "wait" | "measure" | "stop";
/**
 * A call that a shim refuses.
 */
export type RefusedCall = { kind: "strangeCaller"; functionName: string } | { kind: "noOrganization"; organizationId: string } | { kind: "failedLookup"; organizationId: string; message: string } | { kind: "lostPosition" } | { kind: "noRun"; runId: string } | { kind: "noLedger"; what: string };

/**
 * A call that comes next. Printed as JSON, its `args` can be pasted between the single quotes of a shell.
 */
export interface NextCall {
    /**
     * The function.
     */
    function: NextFunction;
    /**
     * Its arguments.
     */
    args: NextCallArgs;
    /**
     * What it is for.
     */
    why: string;
}

/**
 * A call that fits a run.
 */
export interface NextRunCall {
    /**
     * As in `v2Rollout:pauseRun`.
     */
    function: string;
    /**
     * Its arguments.
     */
    args: NextRunArgs;
    /**
     * What it does.
     */
    why: string;
}

/**
 * A function that comes next.
 */
export type NextFunction = "scripts/v2MigrationStatus" | "scripts/runMigration";

/**
 * A malformed document of a page, or one that was looked up.
 */
export interface MalformedRow {
    /**
     * Its index among the documents that it was read with.
     */
    row: number;
    /**
     * Its id.
     */
    id: string;
    /**
     * The first field that is missing or of the wrong type.
     */
    field: string;
    /**
     * What its `organizationId` holds, where that is a text.
     */
    organizationId?: string;
}

/**
 * A malformed document: where it stands among those read, its id, and the first field that is wrong.
 */
export interface MalformedDocument {
    /**
     * Its index among the documents that it was read with.
     */
    row: number;
    /**
     * Its id.
     */
    id: string;
    /**
     * The first field that is missing or of the wrong type.
     */
    field: string;
}

/**
 * A note of a page.
 */
export interface NoteToCount {
    /**
     * Its id.
     */
    id: string;
    /**
     * What its class depends on.
     */
    facts: NoteFacts;
}

/**
 * A note that could not be migrated.
 */
export interface NoteFailure {
    /**
     * Its id.
     */
    voiceNoteId: string;
    /**
     * `MALFORMED_DOCUMENT` or `INTERNAL`.
     */
    code: Code;
    /**
     * What is wrong.
     */
    message: string;
}

/**
 * A note that is settled with a batch.
 */
export interface NoteToRecord {
    /**
     * Its id.
     */
    id: string;
    /**
     * Where it stands.
     */
    position: string;
    /**
     * How it was judged. One that is to be written is judged anew in the transaction that writes.
     */
    verdict: NoteVerdict;
}

/**
 * A note that was judged.
 */
export interface Judgement {
    /**
     * What is to be done with it.
     */
    verdict: NoteVerdict;
    /**
     * The artifact that is repaired, as an index into those that were judged.
     */
    repairedArtifact: number | null;
}

/**
 * A note that was read and judged.
 */
export interface JudgedNote {
    /**
     * Its id.
     */
    id: string;
    /**
     * Where it stands.
     */
    position: string;
    /**
     * When it was created.
     */
    createdMs: Millis;
    /**
     * What is to be done with it.
     */
    verdict: NoteVerdict;
    /**
     * What would be written for it: in a dry run, and where anything would.
     */
    rows: NoteRows | null;
}

/**
 * A note to be judged.
 */
export interface NoteToJudge {
    /**
     * The organization that it belongs to.
     */
    organizationId?: string;
    /**
     * What its class depends on.
     */
    facts: NoteFacts;
    /**
     * Is a field of those to be migrated missing or of the wrong type?
     */
    isMalformed: boolean;
}

/**
 * A pace that is lower than it should be.
 */
export interface LoweredPace {
    /**
     * The pace.
     */
    bytesPerSecond: number;
    /**
     * What it rises to: what was asked for, or what was reached where that is as fast as it can.
     */
    fullBytesPerSecond: number;
    /**
     * When it was halved last.
     */
    halvedMs: Millis;
    /**
     * Since when it has not been refused, less the minutes for which it was raised.
     */
    goodSinceMs: Millis;
}

/**
 * A page of notes that was read and judged.
 */
export interface MigrationPage {
    /**
     * The notes.
     */
    notes: JudgedNote[];
    /**
     * Those that are malformed.
     */
    malformed: MalformedDocument[];
    /**
     * Does the reach of the run end with this page?
     */
    isLast: boolean;
}

/**
 * A page of notes.
 */
export type Notes = NoteToCount[];

/**
 * A run, as operators are told of it.
 */
export interface RunAnswer {
    /**
     * Its id.
     */
    runId: string;
    /**
     * The organization in its reach; null where it is all of them.
     */
    organizationId: string | null;
    /**
     * Who started it.
     */
    by: string;
    /**
     * Why.
     */
    reason: string | null;
    /**
     * Nobody waits for it.
     */
    background: boolean;
    /**
     * It also finishes what an old run broke off.
     */
    repair: boolean;
    /**
     * After how many days a note that the old pipeline left counts as abandoned for it; null where such a note is deferred.
     */
    deferredDays: number | null;
    /**
     * The run whose failed notes it tries again; null where it goes through all notes in its reach.
     */
    retryOf: string | null;
    /**
     * What it is at.
     */
    state: RunStateWord;
    /**
     * Why it stopped; null but for one that stopped.
     */
    stopped: Stopped | null;
    /**
     * How far it is, and how fast.
     */
    progress: RunProgress;
    /**
     * What became of the notes.
     */
    outcome: Outcome;
    /**
     * Why notes are blocked or deferred.
     */
    reasons: Reasons;
    /**
     * Notes dealt with: the sum of the outcome.
     */
    processed: number;
    /**
     * Notes that failed.
     */
    errors: number;
    /**
     * All others but those that it migrated or repaired.
     */
    skipped: number;
    /**
     * Artifacts inserted.
     */
    artifacts: number;
    /**
     * Transcripts inserted.
     */
    transcripts: number;
    /**
     * Claims inserted.
     */
    claims: number;
    /**
     * Transactions that wrote notes.
     */
    batches: number;
    /**
     * Bytes that they wrote.
     */
    bytesWritten: number;
    /**
     * The first notes that were left.
     */
    samples: NoteSamples;
    /**
     * Notes to migrate or repair at most; null where there is no such limit.
     */
    limit: number | null;
    /**
     * Bytes that it writes per second on average; null: as fast as it can.
     */
    bytesPerSecond: number | null;
    /**
     * The same, as it was asked for: it is slower where the deployment refused it.
     */
    fullBytesPerSecond: number | null;
    /**
     * The last error that it met; null where it has met none.
     */
    lastError: RunError | null;
    /**
     * When it was started.
     */
    startedMs: Millis;
    /**
     * When its row changed last.
     */
    updatedMs: Millis;
    /**
     * When it ended; null where it has not.
     */
    endedMs: Millis | null;
    /**
     * What can be done with it now.
     */
    next: NextRunCall[];
}

/**
 * A state's name, as a row holds it in `state`.
 */
export type RunStateWord = "queued" | "running" | "pausing" | "paused" | "cancelling" | "cancelled" | "done" | "stopped";

/**
 * An artifact of a note to be judged.
 */
export interface ArtifactToJudge {
    /**
     * The note, as an index into those judged.
     */
    note: number;
    /**
     * Is its status `completed`?
     */
    isCompleted: boolean;
    /**
     * When it was created.
     */
    createdMs: Millis;
    /**
     * When it last changed; null where it does not say so.
     */
    updatedMs?: Millis;
    /**
     * The organizations of its candidates.
     */
    organizationIds: string[];
}

/**
 * An artifact that was looked up for a note.
 */
export interface LinkedArtifact {
    /**
     * For which of the notes that were asked for, as an index into them.
     */
    note: number;
    /**
     * Is its status `completed`?
     */
    isCompleted: boolean;
    /**
     * The organizations of its candidates.
     */
    organizationIds: string[];
}

/**
 * An error that a run met.
 */
export interface RunError {
    /**
     * What went wrong.
     */
    message: string;
    /**
     * When it was recorded.
     */
    atMs: Millis;
}

/**
 * An expected failure: the data of the `ConvexError` that a caller sees. Nothing was written when they see one.
 */
export interface Refusal {
    /**
     * What kind of failure it is.
     */
    code: Code;
    /**
     * What is wrong: lower-case, no full stop, the caller's input in backticks.
     */
    message: string;
    /**
     * What to do about it.
     */
    hint?: string;
}

/**
 * Artifacts that were looked up for notes, in the order of the notes.
 */
export type LinkedArtifacts = LinkedArtifact[];

/**
 * Drafts by status.
 */
export interface Drafts {
    /**
     * Waiting for a coach.
     */
    pending: number;
    /**
     * Confirmed by a coach.
     */
    confirmed: number;
    /**
     * Rejected by a coach.
     */
    rejected: number;
    /**
     * Carried out.
     */
    applied: number;
    /**
     * Too old.
     */
    expired: number;
}

/**
 * Further rows of a flag, and the change whose value they are to be brought to.
 */
export interface FurtherRowsCall {
    /**
     * The flag.
     */
    key: FlagKey;
    /**
     * The value.
     */
    enabled: boolean;
    /**
     * The rows' `updatedBy`.
     */
    updatedBy: string;
    /**
     * Why, where they said so.
     */
    reason?: string;
    /**
     * When the change was, as text.
     */
    at: string;
    /**
     * What identifies the first row and its last write, as the change left it: by it a later change is told.
     */
    left: string;
    /**
     * The same as it is now.
     */
    first?: string;
    /**
     * The rows behind those that are dealt with.
     */
    rows: FlagRow[];
    /**
     * The last rows are among them.
     */
    isLast: boolean;
}

/**
 * How a leg ended.
 */
export interface LegEnd {
    /**
     * Why it ended before every note was settled; null where all are.
     */
    stopped: Stopped | null;
    /**
     * What it settled since its last transaction.
     */
    rest: RunBatch;
    /**
     * How long its pace asks to wait before more is written.
     */
    pauseMs: Millis;
}

/**
 * How a page ended, and what is malformed in it.
 */
export interface Page {
    /**
     * The id of its first document.
     */
    firstId?: string;
    /**
     * Does the range end with this page?
     */
    isLast: boolean;
    /**
     * The documents that are malformed.
     */
    malformed: MalformedRow[];
}

/**
 * How a run begins or goes on.
 */
export interface RunStart {
    /**
     * The run.
     */
    decision: RunDecision;
    /**
     * What becomes of runs beside it whose lease has expired. These are to be written as well.
     */
    others: RunDecision[];
}

/**
 * How a run ended.
 */
export interface MigrationEnd {
    /**
     * Its answer.
     */
    answer: MigrationAnswer;
    /**
     * The last line for `convex logs` and the dashboard.
     */
    summary: string;
}

/**
 * How a table is counted.
 */
export type Route = "organizationIndex" | "tableScan" | "lookUpPerArtifact" | "lookUpPerClaim" | "flagKey";

/**
 * How far a change may read, from where its transaction is.
 */
export interface FlagRoom {
    /**
     * The organization's rows of a flag.
     */
    organizationRows: Share;
    /**
     * User rows of a flag, once the organization's are read.
     */
    userRows: Share;
    /**
     * The newest artifacts.
     */
    newestArtifacts: Share;
    /**
     * Rows that are all written, in a transaction of their own.
     */
    furtherRows: Share;
}

/**
 * How far a range may be read.
 */
export interface Share {
    /**
     * So many documents.
     */
    documents: number;
    /**
     * No more documents once so many bytes were read.
     */
    bytes: number;
}

/**
 * How far a run is, and how fast.
 */
export interface RunProgress {
    /**
     * Notes that are settled.
     */
    settled: number;
    /**
     * The share of all, from 0 to 1; null where the total is not known.
     */
    share: number | null;
    /**
     * Notes per second of the time in which its legs worked; null where that is not known yet.
     */
    notesPerSecond: number | null;
    /**
     * How long the rest takes at that speed; null where it is not known, and where the run is over.
     */
    secondsLeft: number | null;
}

/**
 * How far lookups got, and what is malformed among the documents that they found.
 */
export interface Found {
    /**
     * How many of the rows that were asked for are through, counted from the first.
     */
    complete: number;
    /**
     * The lookup of the next one, where it broke off behind a document.
     */
    open?: OpenLookUp;
    /**
     * The documents that are malformed.
     */
    malformed: MalformedRow[];
}

/**
 * How far the insights of a note are, as the old pipeline sees it, in the words of the host's schema.
 */
export type InsightsStatus = "pending" | "processing" | "completed" | "failed" | "awaiting_confirmation" | "cancelled" | "unknown";

/**
 * How far the transcription of a note is, in the words of the host's schema.
 */
export type TranscriptionStatus = "pending" | "processing" | "completed" | "failed" | "unknown";

/**
 * How fast a run writes, in bytes per second on average; null: as fast as it can.
 */
export interface RunPace {
    /**
     * What the host or an operator asked for.
     */
    configuredBytesPerSecond: number | null;
    /**
     * Where it has lowered itself; null where it has not.
     */
    lowered: LoweredPace | null;
}

/**
 * How many documents of a kind there are.
 */
export interface Count {
    /**
     * All of them.
     */
    total: number;
}

/**
 * How many of some notes are written in a transaction.
 */
export interface Fitting {
    /**
     * So many from the first; at least one where there is any.
     */
    notes: number;
    /**
     * What they insert.
     */
    inserted: Inserted;
}

/**
 * How much may be read.
 */
export interface Room {
    /**
     * For so many notes.
     */
    notes: number;
    /**
     * So many documents.
     */
    documents: number;
    /**
     * No more documents once so many bytes were read.
     */
    bytes: number;
    /**
     * So many reads at once.
     */
    width: number;
}

/**
 * How the notes of a transaction are judged.
 */
export interface JudgeCall {
    /**
     * The organization whose notes they are; null where they are of any.
     */
    organizationId?: string;
    /**
     * The present.
     */
    nowMs: Millis;
    /**
     * The time that the rows hold which the run writes.
     */
    runMs: Millis;
    /**
     * A transaction of the run may have written although its answer was lost.
     */
    isRetry: boolean;
    /**
     * After how many days a note that the old pipeline left counts as abandoned.
     */
    deferredDays?: number;
    /**
     * Finish what an old run broke off.
     */
    repair: boolean;
    /**
     * The first malformed note is the last that is judged: what is written behind it is decided once it is known
     * whether the run stops there.
     */
    endsAtMalformed: boolean;
}

/**
 * Milliseconds: a time since 1970, or how long something takes.
 */
export type Millis = number;

/**
 * Notes by class. They sum to all notes.
 */
export interface Classes {
    /**
     * A linked artifact is completed.
     */
    migrated: number;
    /**
     * A linked artifact exists, none is completed.
     */
    unfinished: number;
    /**
     * There is no text to migrate.
     */
    notReady: number;
    /**
     * The old pipeline is not done with them.
     */
    deferred: number;
    /**
     * A person has to decide.
     */
    blocked: number;
    /**
     * To be migrated.
     */
    eligible: number;
}

/**
 * Notes in a transaction at the end, and what keeps it from being more.
 */
export interface BatchSize {
    /**
     * Notes in the next transaction.
     */
    notes: number;
    /**
     * What keeps it from being more.
     */
    limitedBy: Limit | null;
}

/**
 * Notes that failed.
 */
export type Failures = NoteFailure[];

/**
 * Notes to be judged, with their artifacts.
 */
export interface NotesToJudge {
    /**
     * Null is one that is gone.
     */
    notes: (NoteToJudge | null)[];
    /**
     * From the oldest to the newest of each note.
     */
    artifacts: ArtifactToJudge[];
}

/**
 * One for each note.
 */
export type Judgements = Judgement[];

/**
 * One organization row of a flag.
 */
export interface FlagRow {
    /**
     * Its value.
     */
    value: FlagValue;
    /**
     * What stands in its `notes`.
     */
    notes?: string;
    /**
     * Its size.
     */
    bytes: number;
}

/**
 * One range of an index. Each is read from its start to its end, page by page.
 */
export type Range = { kind: "platformFlags"; key: FlagKey } | { kind: "organizationFlags"; key: FlagKey } | { kind: "userFlags"; key: FlagKey } | { kind: "notes" } | { kind: "artifacts" } | { kind: "claims" } | { kind: "drafts" };

/**
 * Rows of a flag that a change has left.
 */
export interface FurtherRows {
    /**
     * The flag.
     */
    key: FlagKey;
    /**
     * The last of the organization's rows that it has dealt with.
     */
    afterRow: number;
}

/**
 * Rows that a run inserted, or would insert.
 */
export interface Inserted {
    /**
     * Artifacts.
     */
    artifacts: number;
    /**
     * Transcripts.
     */
    transcripts: number;
    /**
     * Claims.
     */
    claims: number;
}

/**
 * Runs beside one.
 */
export type Runs = Run[];

/**
 * Something for each of the two flags.
 */
export interface ByKey<T> {
    /**
     * Of `voice_notes_v2`.
     */
    voice_notes_v2: T;
    /**
     * Of `entity_resolution_v2`.
     */
    entity_resolution_v2: T;
}

/**
 * Something for each table that the library reads.
 */
export interface ByTable<T> {
    /**
     * The old notes.
     */
    voiceNotes: T;
    /**
     * What v2 knows of a recording.
     */
    voiceNoteArtifacts: T;
    /**
     * Their texts.
     */
    voiceNoteTranscripts: T;
    /**
     * What was said, claim by claim.
     */
    voiceNoteClaims: T;
    /**
     * Whom claims are about.
     */
    voiceNoteEntityResolutions: T;
    /**
     * What coaches are asked to confirm.
     */
    insightDrafts: T;
    /**
     * The flags.
     */
    featureFlags: T;
}

/**
 * The arguments of a call that comes next. What is not given is left out.
 */
export interface NextCallArgs {
    /**
     * The organization.
     */
    organizationId: string;
    /**
     * Write nothing.
     */
    dryRun?: boolean;
}

/**
 * The arguments of a call that fits a run.
 */
export interface NextRunArgs {
    /**
     * The run.
     */
    runId: string;
}

/**
 * The arguments of the call that goes on.
 */
export interface NextMigrationArgs {
    /**
     * The organization, where it is one.
     */
    organizationId?: string;
    /**
     * Write nothing.
     */
    dryRun: boolean;
    /**
     * Finish what an old run broke off.
     */
    repair?: boolean;
    /**
     * Notes in a transaction at most.
     */
    batchSize?: number;
    /**
     * Notes to migrate or repair at most.
     */
    limit?: number;
    /**
     * After how many days a note that the old pipeline left counts as abandoned.
     */
    deferredDays?: number;
    /**
     * Where it goes on.
     */
    cursor: string;
}

/**
 * The call that goes on where a run ended. What was not given is left out.
 */
export interface NextMigration {
    /**
     * `scripts/runMigration`.
     */
    function: "scripts/runMigration";
    /**
     * Its arguments.
     */
    args: NextMigrationArgs;
}

/**
 * The caller of a public function: the identity that the host's provider verified, if there is one.
 */
export interface Caller {
    /**
     * Unique among all providers.
     */
    tokenIdentifier?: string;
    /**
     * Unique within one provider.
     */
    subject?: string;
}

/**
 * The candidates of a page of artifacts, of any organization.
 */
export interface Candidates {
    /**
     * The organizations of all candidates, artifact by artifact.
     */
    organizationIds: string[];
    /**
     * How many candidates each artifact has.
     */
    counts: Uint32Array;
}

/**
 * The ids of a few notes of each kind that a person may want to look at, the first that were met.
 */
export interface StatusSamples {
    /**
     * Unfinished notes.
     */
    unfinished: string[];
    /**
     * Deferred ones.
     */
    deferred: string[];
    /**
     * Blocked ones.
     */
    blocked: string[];
    /**
     * Those with more than one linked artifact.
     */
    duplicates: string[];
}

/**
 * The ids of the first notes of a class that a run left, up to 5 of each.
 */
export interface NoteSamples {
    /**
     * They have artifacts, none completed.
     */
    unfinished: string[];
    /**
     * The old pipeline is not done with them.
     */
    deferred: string[];
    /**
     * A person must decide about them.
     */
    blocked: string[];
}

/**
 * The lookup that did not get through its documents.
 */
export interface OpenLookUp {
    /**
     * The id of the row that they belong to.
     */
    id: string;
    /**
     * The position behind which it goes on.
     */
    after: string;
}

/**
 * The row of a run.
 */
export interface Run {
    /**
     * Its id.
     */
    runId: string;
    /**
     * The organization in its reach; null where it is all of them.
     */
    organizationId: string | null;
    /**
     * Who started it.
     */
    by: string;
    /**
     * Why it was started.
     */
    reason: string | null;
    /**
     * What else it was started with.
     */
    arguments: RunArguments;
    /**
     * Who waits for it.
     */
    mode: RunMode;
    /**
     * What it is at.
     */
    state: RunStateWord;
    /**
     * Why it stopped; null but for one that stopped.
     */
    stopped: Stopped | null;
    /**
     * The generation of its leg. What others ask for is not written.
     */
    generation: number;
    /**
     * How long its leg may go on unheard of.
     */
    leaseMs: Millis;
    /**
     * When its lease expires; null where no leg is under way or scheduled.
     */
    leaseEndsMs: Millis | null;
    /**
     * Legs that were scheduled since a note was settled last.
     */
    idleLegs: number;
    /**
     * Transactions that have added to its sums.
     */
    commits: number;
    /**
     * What it did so far.
     */
    sums: RunSums;
    /**
     * Where the last note stands that is settled; null at the beginning.
     */
    position: string | null;
    /**
     * Notes to migrate or repair at most; null where there is no such limit.
     */
    limit: number | null;
    /**
     * What is left of it. A run that reached it has the whole of it again when it is resumed.
     */
    limitLeft: number | null;
    /**
     * How many notes it had tried when it was resumed last: whether too many fail is counted from there.
     */
    triedBefore: number;
    /**
     * How many of these had failed.
     */
    failedBefore: number;
    /**
     * Notes in its reach; null where that is not known.
     */
    total: number | null;
    /**
     * How fast it writes.
     */
    pace: RunPace;
    /**
     * The last error that it met; null where it has met none.
     */
    lastError: RunError | null;
    /**
     * When it was started.
     */
    startedMs: Millis;
    /**
     * When this row changed last.
     */
    updatedMs: Millis;
    /**
     * When it ended; null where it has not.
     */
    endedMs: Millis | null;
    /**
     * When its leg was heard of last; null where none is under way.
     */
    heardMs: Millis | null;
    /**
     * How long its legs worked in all.
     */
    workedMs: Millis;
}

/**
 * The rows of a note that is written.
 */
export interface NoteRows {
    /**
     * An attempt whose answer was lost has written them: they are only counted.
     */
    areWritten: boolean;
    /**
     * Transcripts to be inserted.
     */
    transcripts: number;
    /**
     * Claims to be inserted.
     */
    claims: number;
    /**
     * Bytes of these transcripts and claims.
     */
    bytes: number;
    /**
     * Bytes of the artifact that is repaired, which a patch reads and writes as a whole; null where one is inserted.
     */
    repairedBytes: number | null;
}

/**
 * The rows of both flags, as they are before a change.
 */
export type FlagRows = ByKey<KeyRows>;

/**
 * The rows of one flag, as they are before the change.
 */
export interface KeyRows {
    /**
     * The value of the environment variable.
     */
    environment?: string;
    /**
     * The first platform row.
     */
    platform?: FlagValue;
    /**
     * The organization's rows, in the order of the index: the first ones.
     */
    organization: FlagRow[];
    /**
     * There may be more of them.
     */
    hasMoreOrganizationRows: boolean;
    /**
     * How many user rows the key has.
     */
    userRows: number;
    /**
     * There may be more of them.
     */
    hasMoreUserRows: boolean;
}

/**
 * The status of a draft, in the words of the host's schema.
 */
export type DraftStatus = "pending" | "confirmed" | "rejected" | "applied" | "expired";

/**
 * The statuses of a page of drafts, null where one is no word of the schema.
 */
export type DraftStatuses = (DraftStatus | null)[];

/**
 * The two flags, which are switched together.
 */
export type FlagKey = "voice_notes_v2" | "entity_resolution_v2";

/**
 * The value of a stored row.
 */
export type FlagValue = "off" | "on" | "malformed";

/**
 * The value that counts.
 */
export interface Effective {
    /**
     * Is the flag on for the organization?
     */
    enabled: boolean;
    /**
     * What says so.
     */
    reason: FlagReason;
}

/**
 * The values of a page of flag rows.
 */
export type FlagPageValues = FlagValue[];

/**
 * Variables and statuses, each of them as the core knows it.
 */
export interface Constants {
    /**
     * The environment variables that overrule them.
     */
    flagVariables: ByKey<string>;
    /**
     * How far the transcription of a note is.
     */
    transcriptionStatuses: TranscriptionStatus[];
    /**
     * How far the insights of a note are.
     */
    insightsStatuses: InsightsStatus[];
    /**
     * The statuses of a draft.
     */
    draftStatuses: DraftStatus[];
}

/**
 * What `enableV2ForOrg` and `disableV2ForOrg` answer.
 */
export interface FlagChangeAnswer {
    /**
     * Both effective values are what was asked for.
     */
    success: boolean;
    /**
     * The two keys.
     */
    flagsSet: FlagKey[];
    /**
     * Those whose rows were written.
     */
    changed: FlagKey[];
    /**
     * The organization rows' values, null where there was none.
     */
    before: ByKey<boolean | null>;
    /**
     * The same now.
     */
    after: ByKey<boolean | null>;
    /**
     * The values that count.
     */
    effective: ByKey<Effective>;
    /**
     * Given back as `restore`, brings the rows back to what they were before. None where there are too many.
     */
    previous: string | null;
    /**
     * Each with what to do.
     */
    warnings: string[];
    /**
     * What to do next.
     */
    next: NextCall[];
}

/**
 * What `runMigration` answers.
 */
export interface MigrationAnswer {
    /**
     * Notes that this call settled.
     */
    processed: number;
    /**
     * Artifacts inserted.
     */
    artifacts: number;
    /**
     * Transcripts inserted.
     */
    transcripts: number;
    /**
     * Claims inserted.
     */
    claims: number;
    /**
     * Notes that failed.
     */
    errors: number;
    /**
     * Notes for which nothing was to be written.
     */
    skipped: number;
    /**
     * The run in the ledger; null where there is none.
     */
    runId: string | null;
    /**
     * Nothing was written: the numbers are what a real run would do.
     */
    dryRun: boolean;
    /**
     * Every note in reach is settled.
     */
    done: boolean;
    /**
     * Where the run goes on, if it is not done.
     */
    cursor: string | null;
    /**
     * Why it ended before it was done.
     */
    stopped: Stopped | null;
    /**
     * Transactions that wrote.
     */
    batches: number;
    /**
     * What became of the notes.
     */
    outcome: Outcome;
    /**
     * Why notes are blocked or deferred.
     */
    reasons: Reasons;
    /**
     * The first 50 notes that failed.
     */
    failures: NoteFailure[];
    /**
     * Notes in a transaction at the end.
     */
    batchSize: BatchSize;
    /**
     * What a real run would take; null but for a dry run.
     */
    estimate: Estimate | null;
    /**
     * Each with what to do.
     */
    warnings: string[];
    /**
     * The first notes that were left.
     */
    samples: NoteSamples;
    /**
     * What goes on, if it is not done.
     */
    next: NextMigration | null;
}

/**
 * What `v2MigrationStatus` answers: the result where it is done, else the sums so far and a cursor.
 */
export interface StatusAnswer {
    /**
     * The organization's notes, whatever their state.
     */
    voiceNotes: Count;
    /**
     * Artifacts with the organization among their candidates.
     */
    artifacts: Count;
    /**
     * Notes less artifacts.
     */
    gap: number;
    /**
     * Transcripts of those artifacts.
     */
    transcripts: number;
    /**
     * Claims of the organization.
     */
    claims: number;
    /**
     * Resolutions of those claims.
     */
    entityResolutions: Count;
    /**
     * Drafts of the organization.
     */
    drafts: Drafts;
    /**
     * The first organization row's value of each flag.
     */
    featureFlags: ByKey<boolean>;
    /**
     * The values that count.
     */
    effective: ByKey<Effective>;
    /**
     * Notes by class.
     */
    migration: Classes;
    /**
     * Notes with more than one linked artifact.
     */
    duplicates: number;
    /**
     * Artifacts of the organization that no note of it is linked to.
     */
    orphans: number;
    /**
     * The first notes of each kind that a person may want to look at.
     */
    samples: StatusSamples;
    /**
     * Whether the organization is through; null until done.
     */
    verdict: Verdict | null;
    /**
     * Is this the result?
     */
    done: boolean;
    /**
     * Where the counts go on, if they are not done.
     */
    cursor: string | null;
    /**
     * Why the internal function ended before it was done.
     */
    stopped: StatusStopped | null;
    /**
     * Each with what to do.
     */
    warnings: string[];
    /**
     * What this answer cost.
     */
    read: ReadAccount;
}

/**
 * What a batch or a sweep came to.
 */
export interface MigrationBatch {
    /**
     * What was done with the notes that it got to, from the first.
     */
    verdicts: NoteVerdict[];
    /**
     * Those that are malformed.
     */
    malformed: MalformedDocument[];
    /**
     * The rows that it inserted.
     */
    inserted: Inserted;
    /**
     * What it used.
     */
    metrics: Metrics;
    /**
     * Of a sweep: the ids of its notes.
     */
    ids: string[];
    /**
     * Of a sweep: where the last of its notes stands; null where there is none.
     */
    position: string | null;
    /**
     * When the last of its notes was created; null where there is none.
     */
    createdMs: Millis | null;
    /**
     * Of a sweep: does the reach of the run end with it?
     */
    isLast: boolean;
    /**
     * Where it recorded its run: how fast that goes on, in bytes per second on average; null where it is as fast as it
     * can.
     */
    bytesPerSecond: number | null;
}

/**
 * What a change is asked for.
 */
export interface FlagChangeCall {
    /**
     * The organization.
     */
    organizationId: string;
    /**
     * The value that both flags shall have.
     */
    enabled: boolean;
    /**
     * The caller of the public function; none of the internal one.
     */
    caller?: Caller;
    /**
     * Who asks, where they say so.
     */
    actor?: string;
    /**
     * Why, where they say so.
     */
    reason?: string;
    /**
     * Bring the rows back to what they were instead: the `previous` of an earlier answer.
     */
    restore?: string;
    /**
     * Refuse a change that would have no effect.
     */
    check: boolean;
    /**
     * The organization may be one of which nothing is stored yet.
     */
    create: boolean;
    /**
     * The host has a lookup, which knows the organization.
     */
    isKnown: boolean;
}

/**
 * What a migration reads.
 */
export type Purpose = "noteRange" | "notesById" | "artifactsOfNotes" | "repairs";

/**
 * What a note's class depends on.
 */
export interface NoteFacts {
    /**
     * Null where the note has none.
     */
    transcriptionStatus: TranscriptionStatus | undefined;
    /**
     * Null where the note has none.
     */
    insightsStatus: InsightsStatus | undefined;
    /**
     * Is there a coach?
     */
    hasCoach: boolean;
    /**
     * Is there a transcription that is not blank?
     */
    hasText: boolean;
    /**
     * When the note was created.
     */
    createdMs: Millis;
}

/**
 * What a real run would take.
 */
export interface Estimate {
    /**
     * Transactions that write.
     */
    batches: number;
    /**
     * Bytes that they write.
     */
    bytesWritten: number;
    /**
     * How long they take.
     */
    seconds: number;
}

/**
 * What a run did so far: the notes from the first up to its position, each of them once.
 */
export interface RunSums {
    /**
     * What became of the notes.
     */
    outcome: Outcome;
    /**
     * Why notes are blocked or deferred.
     */
    reasons: Reasons;
    /**
     * The rows that it inserted.
     */
    inserted: Inserted;
    /**
     * The first notes that were left.
     */
    samples: NoteSamples;
    /**
     * Transactions that wrote notes.
     */
    batches: number;
    /**
     * Bytes that they wrote.
     */
    bytesWritten: number;
}

/**
 * What a run does with a note.
 */
export type NoteVerdict = "migrated" | "unfinished" | "changedRecently" | "noTimeOfChange" | "notReady" | "transcribing" | "insightsInProgress" | "awaitingConfirmation" | "noCoach" | "insightsCancelled" | "unknownStatus" | "gone" | "migratedByLostAttempt" | "repairedByLostAttempt" | "migrate" | "repair" | "malformed";

/**
 * What a run is asked for.
 */
export interface MigrationCall {
    /**
     * The organization; all of them without it.
     */
    organizationId?: string;
    /**
     * Write nothing.
     */
    dryRun: boolean;
    /**
     * Notes in a transaction at most.
     */
    batchSize?: number;
    /**
     * Notes to migrate or repair at most.
     */
    limit?: number;
    /**
     * Finish what an old run broke off.
     */
    repair: boolean;
    /**
     * After how many days a note that the old pipeline left counts as abandoned.
     */
    deferredDays?: number;
    /**
     * Where an earlier call stopped.
     */
    cursor?: string;
    /**
     * Go on after the command has its answer.
     */
    background: boolean;
    /**
     * Who runs it, as they say.
     */
    by?: string;
    /**
     * Why.
     */
    reason?: string;
    /**
     * Notes in its reach, as they were counted: a run tells by it how far it is.
     */
    total?: number;
    /**
     * Who called, where that is a public function.
     */
    caller?: Caller;
    /**
     * The run whose failed notes are tried again, and no others.
     */
    retryOf?: string;
    /**
     * The host has a ledger.
     */
    hasLedger: boolean;
    /**
     * The deployment's address, where the runtime tells it: a cursor belongs to it.
     */
    deployment?: string;
    /**
     * The host's indexes as text: a cursor belongs to them.
     */
    indexes: string;
    /**
     * The host keeps its old action, which knows neither limit, repair nor cursors.
     */
    isLegacy: boolean;
    /**
     * The present.
     */
    nowMs: Millis;
    /**
     * After how long the run ends itself.
     */
    deadlineMs: Millis;
    /**
     * Bytes that it writes per second on average; 0: as fast as it can.
     */
    paceBytesPerSecond: number;
}

/**
 * What a run of the failed notes of another one is begun with.
 */
export interface RetryCall {
    /**
     * The id that it shall have.
     */
    runId: string;
    /**
     * Who starts it.
     */
    by?: string;
    /**
     * After how long a leg ends itself.
     */
    deadlineMs: Millis;
}

/**
 * What a status is asked for.
 */
export interface StatusCall {
    /**
     * The organization.
     */
    organizationId: string;
    /**
     * After how many days a note that the old pipeline left counts as abandoned.
     */
    deferredDays?: number;
    /**
     * Where an earlier call stopped.
     */
    cursor?: string;
    /**
     * Fail where all is counted and the organization is not complete.
     */
    check: boolean;
    /**
     * Blocked notes may stay in v1: `check` lets them pass.
     */
    acceptBlocked: boolean;
    /**
     * The deployment's address, where the runtime tells it: a cursor belongs to it.
     */
    deployment?: string;
    /**
     * The host's indexes as text: a cursor belongs to them.
     */
    indexes: string;
    /**
     * How often the reads of a transaction are halved: as often as one failed that read too much.
     */
    halvings: number;
    /**
     * The values of the two environment variables.
     */
    environment: ByKey<string | undefined>;
    /**
     * The present.
     */
    nowMs: Millis;
    /**
     * The host has an index from organizations to artifacts.
     */
    artifactsAreIndexed: boolean;
}

/**
 * What a transaction has used of each measure, as Convex's `getTransactionMetrics` tells it.
 */
export interface Metrics {
    /**
     * Documents scanned.
     */
    documentsRead: Metric;
    /**
     * Bytes read.
     */
    bytesRead: Metric;
    /**
     * Index ranges: calls of `db.get` and `db.query`.
     */
    databaseQueries: Metric;
    /**
     * Documents written.
     */
    documentsWritten: Metric;
    /**
     * Bytes written.
     */
    bytesWritten: Metric;
    /**
     * Functions scheduled.
     */
    functionsScheduled: Metric;
    /**
     * Bytes of the arguments of scheduled functions.
     */
    scheduledFunctionArgsBytes: Metric;
}

/**
 * What a transaction has used of one measure, and what it may still use.
 */
export interface Metric {
    /**
     * What was used.
     */
    used: number;
    /**
     * What remains of the limit.
     */
    remaining: number;
}

/**
 * What an answer cost.
 */
export interface ReadAccount {
    /**
     * Documents scanned.
     */
    documents: number;
    /**
     * Bytes read.
     */
    bytes: number;
    /**
     * Index ranges.
     */
    ranges: number;
    /**
     * Transactions so far.
     */
    transactions: number;
    /**
     * What ended the answer.
     */
    limitedBy: Limit | null;
    /**
     * How each table was counted.
     */
    routes: ByTable<Route>;
}

/**
 * What an artifact that is repaired has already.
 */
export interface ArtifactHas {
    /**
     * A transcript.
     */
    transcript: boolean;
    /**
     * Claims.
     */
    claims: boolean;
}

/**
 * What an event comes to.
 */
export interface RunDecision {
    /**
     * The run's row as it is now.
     */
    run: Run;
    /**
     * Is it another one than before? Then it is written.
     */
    isChanged: boolean;
    /**
     * Does it keep other runs from its organization now?
     */
    excludesOthers: boolean;
    /**
     * Bytes that it writes per second on average; null: as fast as it can.
     */
    bytesPerSecond: number | null;
    /**
     * What else is to be done, in this order.
     */
    effects: RunEffect[];
    /**
     * The notes that failed and are to be stored, each once.
     */
    failures: NoteFailure[];
    /**
     * A note that was stored as failed and is to be forgotten.
     */
    recovered: string | null;
}

/**
 * What became of the notes that a run looked at. They sum to all of them.
 */
export interface Outcome {
    /**
     * They got their v2 rows in this run.
     */
    migrated: number;
    /**
     * An old run broke off at them, and this one finished them.
     */
    repaired: number;
    /**
     * They had a completed artifact.
     */
    alreadyMigrated: number;
    /**
     * They have artifacts, none completed.
     */
    unfinished: number;
    /**
     * They have no text to migrate.
     */
    notReady: number;
    /**
     * The old pipeline is not done with them.
     */
    deferred: number;
    /**
     * A person must decide about them.
     */
    blocked: number;
    /**
     * They could not be migrated.
     */
    failed: number;
}

/**
 * What else a run was started with, for each of its legs.
 */
export interface RunArguments {
    /**
     * Notes in a transaction at most.
     */
    batchSize: number | null;
    /**
     * Finish what an old run broke off.
     */
    repair: boolean;
    /**
     * After how many days a note that the old pipeline left counts as abandoned.
     */
    deferredDays: number | null;
    /**
     * The run whose failed notes it tries again, and no others; null where it goes through all notes in its reach.
     */
    retryOf: string | null;
}

/**
 * What ends a transaction or a call, by Convex's name where it has one.
 */
export type Limit = "documentsRead" | "bytesRead" | "databaseQueries" | "documentsWritten" | "bytesWritten" | "functionsScheduled" | "scheduledFunctionArgsBytes" | "userTime" | "memory" | "deadline";

/**
 * What happens to a run. (To begin or to resume one, the runs beside it must be known: [`start_run`](super::start_run),
 * [`resume_run`](super::resume_run).)
 */
export type RunEvent = { kind: "legBegan"; generation: number } | { kind: "batchAsked"; generation: number; number: number } | { kind: "batchWritten"; generation: number; batch: RunBatch } | { kind: "legEnded"; generation: number; stopped: Stopped | null; rest: RunBatch; pauseMs: Millis } | { kind: "watched"; generation: number } | { kind: "pause" } | { kind: "cancel" } | { kind: "setPace"; bytesPerSecond: number | null };

/**
 * What is done with further rows.
 */
export interface FurtherRowsPlan {
    /**
     * What is written.
     */
    writes: FlagWrite[];
    /**
     * A later change has written the flag, which is left to it.
     */
    isOvertaken: boolean;
    /**
     * There are more rows, which the next transaction deals with.
     */
    goesOn: boolean;
}

/**
 * What is done with the rows of a flag.
 */
export type FlagWrite = { kind: "setFeatureFlag"; key: FlagKey; enabled: boolean; notes: string } | { kind: "patch"; key: FlagKey; row: number; enabled: boolean; notes: string } | { kind: "delete"; key: FlagKey; row: number } | { kind: "insert"; key: FlagKey; enabled: boolean; notes: string };

/**
 * What is stored of an organization, where no flag row is.
 */
export interface Traces {
    /**
     * There is a note, claim or draft, or an artifact in an index by organization.
     */
    hasDocuments: boolean;
    /**
     * The organizations that the newest artifacts name, where there is no such index.
     */
    newestCandidates: string[];
}

/**
 * What is to be done about the rows of both flags.
 */
export interface FlagPlan {
    /**
     * The rows' `updatedBy`.
     */
    updatedBy: string;
    /**
     * What is written, in this order.
     */
    writes: FlagWrite[];
    /**
     * Rows for which this transaction has no room.
     */
    further: FurtherRows[];
    /**
     * The answer once all is written.
     */
    answer: FlagChangeAnswer;
}

/**
 * What kind of failure it is. Stable: pipelines and dashboards match on it.
 */
export type Code = "INVALID_ARGUMENT" | "ORGANIZATION_NOT_FOUND" | "LOOKUP_FAILED" | "FORBIDDEN" | "INVALID_CURSOR" | "NOT_COMPLETE" | "RUN_EXISTS" | "RUN_NOT_FOUND" | "RUN_STATE" | "OVERRULED" | "MALFORMED_DOCUMENT" | "INTERNAL";

/**
 * What matters of the answer of a page.
 */
export interface CountedPage {
    /**
     * Is it the result?
     */
    done: boolean;
    /**
     * Where the counts go on, if they are not done.
     */
    cursor: string | null;
    /**
     * Notes by class.
     */
    migration: Classes;
}

/**
 * What the caller does next.
 */
export type MigrationStep = { kind: "readPage"; after: string | null; notes: number; attempt: Attempt } | { kind: "writeBatch"; ids: string[]; attempt: Attempt; recording: Recording | null } | { kind: "sweep"; after: string | null; notes: number; attempt: Attempt; recording: Recording | null } | { kind: "wait"; ms: Millis } | { kind: "ended" };

/**
 * What the host does in the transaction in which it writes the run's row.
 */
export type RunEffect = { kind: "scheduleLeg"; generation: number; afterMs: Millis } | { kind: "scheduleWatch"; generation: number; atMs: Millis } | { kind: "writeBatch" } | { kind: "alreadyWritten" } | { kind: "writeNothing" };

/**
 * What the internal function does next.
 */
export type StatusRunStep = { kind: "countPage"; cursor: string | null; halvings: number; waitMs: Millis } | { kind: "answer"; stopped: StatusStopped | null; limitedBy: Limit | null; warnings: string[] };

/**
 * What the internal function is asked for.
 */
export interface StatusRunCall {
    /**
     * The organization.
     */
    organizationId: string;
    /**
     * After how many days a note that the old pipeline left counts as abandoned.
     */
    deferredDays?: number;
    /**
     * Where an earlier call stopped.
     */
    cursor?: string;
    /**
     * Fail unless the organization is through.
     */
    check: boolean;
    /**
     * Blocked notes may stay in v1: `check` lets them pass.
     */
    acceptBlocked: boolean;
    /**
     * The deployment's address, where the runtime tells it: a cursor belongs to it.
     */
    deployment?: string;
    /**
     * The host's indexes as text: a cursor belongs to them.
     */
    indexes: string;
    /**
     * The present.
     */
    nowMs: Millis;
    /**
     * After how long it ends itself.
     */
    deadlineMs: Millis;
}

/**
 * What the reader does next.
 */
export type StatusStep = { kind: "readPage"; range: Range; from: PageStart; documents: number; bytes: number } | { kind: "lookUp"; range: Range; rows: number[]; after: string | null; width: number; documents: number; bytes: number } | { kind: "pause"; rows: number | null } | { kind: "done" };

/**
 * What the transaction at hand adds to its run: what its leg settled since the transaction before, and what it wrote
 * itself.
 */
export interface RunBatch {
    /**
     * The number of commits that its leg knows of, plus one.
     */
    number: number;
    /**
     * What it adds to the sums.
     */
    sums: RunSums;
    /**
     * The notes that failed: all of them, each for a row of its own.
     */
    failures: NoteFailure[];
    /**
     * Where the last note stands that is settled now; null where none is settled since the transaction before.
     */
    position: string | null;
    /**
     * Transactions that failed since the one before, by a conflict or because too much was written.
     */
    refusals: number;
    /**
     * The last error since the transaction before.
     */
    error: string | null;
    /**
     * A note that an earlier transaction counted as failed, and that is settled now after all.
     */
    recovered: string | null;
}

/**
 * What the transaction that is asked for records of its run, beside what it writes.
 */
export interface Recording {
    /**
     * What was settled since the transaction before.
     */
    before: RunBatch;
    /**
     * Of a batch: its notes, and those between them that need not be written. Of a sweep none.
     */
    notes: NoteToRecord[];
    /**
     * Those of the notes that were malformed when they were judged.
     */
    malformed: MalformedDocument[];
}

/**
 * What would be written for each of some notes; null where nothing.
 */
export type RowsOfNotes = (NoteRows | null)[];

/**
 * When a transaction is tried, and how it knows what the run has written before.
 */
export interface Attempt {
    /**
     * The present.
     */
    nowMs: Millis;
    /**
     * The time that all rows hold which the run writes: when it began.
     */
    runMs: Millis;
    /**
     * A transaction before may have written although its answer was lost: notes whose artifact holds `runMs` are the
     * run's own.
     */
    isRetry: boolean;
}

/**
 * Where a page begins.
 */
export type PageStart = { kind: "start" } | { kind: "pageBefore" } | { kind: "position"; position: string };

/**
 * Where an effective value comes from.
 */
export type FlagReason = "ENVIRONMENT" | "PLATFORM" | "ORGANIZATION" | "DEFAULT";

/**
 * Whether an organization is through.
 */
export type Verdict = "empty" | "notStarted" | "inProgress" | "waiting" | "blocked" | "complete";

/**
 * Which rows are inserted for a note.
 */
export interface MissingRows {
    /**
     * An attempt whose answer was lost has inserted them: they are only counted.
     */
    areWritten: boolean;
    /**
     * A transcript.
     */
    transcript: boolean;
    /**
     * Claims.
     */
    claims: boolean;
}

/**
 * Who waits for a run.
 */
export type RunMode = "foreground" | "background";

/**
 * Why a person has to decide about a note.
 */
export type BlockedReason = "noCoach" | "insightsCancelled" | "unknownStatus";

/**
 * Why a run ended before it was through.
 */
export type Stopped = "limit" | "deadline" | "failures" | "error";

/**
 * Why notes are blocked, deferred, or left by `repair`.
 */
export interface Reasons {
    /**
     * Blocked: they have no coach.
     */
    noCoach: number;
    /**
     * Blocked: their insights were cancelled.
     */
    insightsCancelled: number;
    /**
     * Blocked: one of their statuses is no word of the schema.
     */
    unknownStatus: number;
    /**
     * Deferred: their transcription is not there yet.
     */
    transcribing: number;
    /**
     * Deferred: their insights are not there yet.
     */
    insightsInProgress: number;
    /**
     * Deferred: their insights wait for a coach.
     */
    awaitingConfirmation: number;
    /**
     * Unfinished, and left by `repair`: their artifacts changed within 24 hours.
     */
    changedRecently: number;
    /**
     * Unfinished, and left by `repair`: their artifacts do not say when they changed, and are younger than 24 hours.
     */
    noTimeOfChange: number;
}

/**
 * Why the internal function ended before it was done.
 */
export type StatusStopped = "deadline" | "error";

/**
 * Why the old pipeline is not done with a note.
 */
export type DeferredReason = "transcribing" | "insightsInProgress" | "awaitingConfirmation";


/**
 * How far readers side by side may go.
 */
export class Allowance {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * A document was read that no reader asked for, whatever is left.
     */
    count(bytes: number, units: number): void;
    /**
     * There was no document.
     */
    foundNone(): void;
    /**
     * All documents that were read have so many bytes.
     */
    measured(bytes: number): void;
    /**
     * So many documents, and none once so many bytes were read. One document may always be read.
     */
    constructor(documents: number, bytes: number);
    /**
     * A document was read, of so many bytes and so many units of text that are not measured.
     */
    read(bytes: number, units: number): void;
    /**
     * Asked before each document, and answered by `read` or `foundNone`.
     */
    turn(): Turn;
}

/**
 * A change of both flags.
 */
export class FlagChange {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Must `plan` be told what else is stored of the organization?
     */
    needsTraces(rows: FlagRows): boolean;
    /**
     * Accepts the arguments.
     */
    constructor(call: FlagChangeCall);
    /**
     * What is to be done about the rows of both flags. `now` is the present as text.
     */
    plan(rows: FlagRows, now: string, transaction: Transaction, traces?: Traces | null): FlagPlan;
}

/**
 * One run of the migration.
 */
export class MigrationRun {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The answer, once the run has ended.
     */
    answer(): MigrationEnd;
    /**
     * The batch that was asked for was written, in so many milliseconds.
     */
    batchWritten(batch: MigrationBatch, tookMs: number): void;
    /**
     * The transaction that was asked for failed with a message. `jitter` is a random number from 0 to 1.
     */
    failed(message: string, nowMs: number, jitter: number): void;
    /**
     * Ends where the row of a run says, because someone paused or cancelled it.
     */
    interrupt(run: Run, failures: Failures): void;
    /**
     * Goes on from the row of a run in the ledger. `failures` are its first ones.
     */
    join(run: Run, failures: Failures): void;
    /**
     * What to tell the ledger, once the run has ended.
     */
    legEnd(): LegEnd;
    /**
     * Begins a run, or goes on where the cursor says.
     */
    constructor(call: MigrationCall);
    /**
     * What to do next.
     */
    next(nowMs: number): MigrationStep;
    /**
     * The page that was asked for was read.
     */
    pageRead(page: MigrationPage): void;
    /**
     * A line for `convex logs` and the dashboard, where it is time for one.
     */
    progress(): string | undefined;
    /**
     * The sweep that was asked for went through its notes, in so many milliseconds.
     */
    swept(sweep: MigrationBatch, tookMs: number): void;
}

/**
 * The internal function's way through a status: page after page.
 */
export class StatusRun {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The first page.
     */
    begin(): StatusRunStep;
    /**
     * What to do after a page was counted.
     */
    counted(page: CountedPage, nowMs: number): StatusRunStep;
    /**
     * What to do after the page that was asked for failed with a message. `jitter` is a random number from 0 to 1.
     */
    failed(message: string, nowMs: number, jitter: number): StatusRunStep;
    /**
     * Begins a status, or goes on where the cursor says.
     */
    constructor(call: StatusRunCall);
}

/**
 * The counting of one organization in one transaction.
 */
export class StatusScan {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The answer. `position` is what the step `pause` asks for.
     */
    answer(position: string | null | undefined, transaction: Transaction): StatusAnswer;
    /**
     * Takes a page of artifacts.
     */
    feedArtifacts(candidates: Candidates, page: Page): void;
    /**
     * Takes a page of so many of the organization's claims.
     */
    feedClaims(count: number, page: Page): void;
    /**
     * Takes so many transcripts that were looked up for artifacts, or resolutions for claims.
     */
    feedDocuments(count: number, found: Found): void;
    /**
     * Takes a page of the organization's drafts.
     */
    feedDrafts(statuses: DraftStatuses, page: Page): void;
    /**
     * Takes a page of flag rows.
     */
    feedFlags(values: FlagPageValues, page: Page): void;
    /**
     * Takes the artifacts that were looked up for notes.
     */
    feedLinkedArtifacts(artifacts: LinkedArtifacts, found: Found): void;
    /**
     * Takes a page of the organization's notes.
     */
    feedNotes(notes: Notes, page: Page): void;
    /**
     * Begins a status, or goes on where the cursor says.
     */
    constructor(call: StatusCall);
    /**
     * What to do next.
     */
    next(transaction: Transaction): StatusStep;
    /**
     * The position that was to be read behind is that of a document that is gone.
     */
    positionLost(): void;
}

/**
 * The account of one transaction: the runtime's own where it tells one, and what was counted since.
 */
export class Transaction {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Counts an index range.
     */
    countRange(): void;
    /**
     * Counts a document that was read, of so many bytes and so many units of text that are not measured.
     */
    countRead(bytes: number, units: number): void;
    /**
     * Counts a document of so many bytes that was written.
     */
    countWrite(bytes: number): void;
    /**
     * What was used so far, and what remains.
     */
    metrics(): Metrics;
    /**
     * Must the runtime be asked before anything is planned by this account? Not where it tells nothing.
     */
    mustBeTold(): boolean;
    /**
     * A transaction with Convex's limits, of which nothing is used.
     */
    constructor();
    /**
     * How much a migration may read for a purpose.
     */
    room(purpose: Purpose): Room;
    /**
     * Takes the runtime's account.
     */
    tell(metrics: Metrics): void;
}

/**
 * Checks the arguments of a run, and answers who runs it.
 */
export function checkMigrationCall(call: MigrationCall): string;

/**
 * What TypeScript must know to read and to describe documents.
 */
export function constants(): Constants;

/**
 * What an event means for a run.
 */
export function decideRun(run: Run, event: RunEvent, nowMs: number): RunDecision;

/**
 * What an organization is told of the current one among these runs, else of the last; undefined where there is none.
 */
export function describeLast(runs: Runs): RunAnswer | undefined;

/**
 * A run, as operators are told of it.
 */
export function describeRun(run: Run): RunAnswer;

/**
 * How far a change may read, from where its transaction is, where the rows of so many flags are read behind those of
 * this one.
 */
export function flagRoom(transaction: Transaction, flagsBehind: number): FlagRoom;

/**
 * What is to be done with each of these notes.
 */
export function judge(call: JudgeCall, notes: NotesToJudge): Judgements;

/**
 * What to say where a host's own old action cannot get further.
 */
export function legacyWarning(processed: number, skipped: number): string | undefined;

/**
 * Which rows are inserted for a note whose verdict says that something is written. `has` tells of the artifact that
 * is repaired.
 */
export function missingRows(verdict: NoteVerdict, has?: ArtifactHas | null): MissingRows | undefined;

/**
 * How many of these notes, from the first, have room in what is left of a transaction.
 */
export function notesThatFit(transaction: Transaction, rows: RowsOfNotes): Fitting;

/**
 * What is to be done with further rows of a flag.
 */
export function planFurtherRows(call: FurtherRowsCall): FurtherRowsPlan;

/**
 * What a transaction that wrote means for its run.
 */
export function recordBatch(run: Run, generation: number, recording: Recording, written: MigrationBatch, nowMs: number): RunDecision;

/**
 * Throws why a call is refused.
 */
export function refuse(call: RefusedCall): void;

/**
 * Resumes a run. `others` are those that may exclude it.
 */
export function resumeRun(run: Run, others: Runs, nowMs: number): RunStart;

/**
 * How many milliseconds to wait before a call that an action made is tried again; undefined where it is given up.
 * `failures` is how often it has failed before, `jitter` a random number from 0 to 1. No try begins at `endMs`.
 */
export function retryMs(message: string, failures: number, sinceMs: number, nowMs: number, endMs: number, jitter: number): number | undefined;

/**
 * Begins a run of the notes that failed in another one. `others` are those that may exclude it.
 */
export function retryRun(run: Run, call: RetryCall, others: Runs, nowMs: number): RunStart;

/**
 * Begins a run; undefined where it is not registered. `others` are those that may exclude it.
 */
export function startRun(runId: string, call: MigrationCall, others: Runs): RunStart | undefined;

/**
 * How to look at a run.
 */
export function watchRun(run: Run): NextRunCall;

/**
 * A whole number from 1, or `INVALID_ARGUMENT`, which names the argument.
 */
export function wholeNumber(argument: string, value: number): number;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
    readonly __wbg_allowance_free: (a: number, b: number) => void;
    readonly __wbg_flagchange_free: (a: number, b: number) => void;
    readonly __wbg_migrationrun_free: (a: number, b: number) => void;
    readonly __wbg_statusrun_free: (a: number, b: number) => void;
    readonly __wbg_statusscan_free: (a: number, b: number) => void;
    readonly __wbg_transaction_free: (a: number, b: number) => void;
    readonly allowance_count: (a: number, b: number, c: number) => void;
    readonly allowance_foundNone: (a: number) => void;
    readonly allowance_measured: (a: number, b: number) => void;
    readonly allowance_new: (a: number, b: number) => number;
    readonly allowance_read: (a: number, b: number, c: number) => void;
    readonly allowance_turn: (a: number) => number;
    readonly checkMigrationCall: (a: any) => [number, number, number];
    readonly constants: () => [number, number, number];
    readonly decideRun: (a: any, b: any, c: number) => [number, number, number];
    readonly describeLast: (a: any) => [number, number, number];
    readonly describeRun: (a: any) => [number, number, number];
    readonly flagRoom: (a: number, b: number) => [number, number, number];
    readonly flagchange_needsTraces: (a: number, b: any) => [number, number, number];
    readonly flagchange_new: (a: any) => [number, number, number];
    readonly flagchange_plan: (a: number, b: any, c: number, d: number, e: number, f: number) => [number, number, number];
    readonly judge: (a: any, b: any) => [number, number, number];
    readonly legacyWarning: (a: number, b: number) => any;
    readonly migrationrun_answer: (a: number) => [number, number, number];
    readonly migrationrun_batchWritten: (a: number, b: any, c: number) => [number, number];
    readonly migrationrun_failed: (a: number, b: number, c: number, d: number, e: number) => [number, number];
    readonly migrationrun_interrupt: (a: number, b: any, c: any) => [number, number];
    readonly migrationrun_join: (a: number, b: any, c: any) => [number, number];
    readonly migrationrun_legEnd: (a: number) => [number, number, number];
    readonly migrationrun_new: (a: any) => [number, number, number];
    readonly migrationrun_next: (a: number, b: number) => [number, number, number];
    readonly migrationrun_pageRead: (a: number, b: any) => [number, number];
    readonly migrationrun_progress: (a: number) => any;
    readonly migrationrun_swept: (a: number, b: any, c: number) => [number, number];
    readonly missingRows: (a: any, b: number) => [number, number, number];
    readonly notesThatFit: (a: number, b: any) => [number, number, number];
    readonly planFurtherRows: (a: any) => [number, number, number];
    readonly recordBatch: (a: any, b: number, c: any, d: any, e: number) => [number, number, number];
    readonly refuse: (a: any) => [number, number];
    readonly resumeRun: (a: any, b: any, c: number) => [number, number, number];
    readonly retryMs: (a: number, b: number, c: number, d: number, e: number, f: number, g: number) => [number, number];
    readonly retryRun: (a: any, b: any, c: any, d: number) => [number, number, number];
    readonly startRun: (a: number, b: number, c: any, d: any) => [number, number, number];
    readonly statusrun_begin: (a: number) => [number, number, number];
    readonly statusrun_counted: (a: number, b: any, c: number) => [number, number, number];
    readonly statusrun_failed: (a: number, b: number, c: number, d: number, e: number) => [number, number, number];
    readonly statusrun_new: (a: any) => [number, number, number];
    readonly statusscan_answer: (a: number, b: number, c: number, d: number) => [number, number, number];
    readonly statusscan_feedArtifacts: (a: number, b: any, c: any) => [number, number];
    readonly statusscan_feedClaims: (a: number, b: number, c: any) => [number, number];
    readonly statusscan_feedDocuments: (a: number, b: number, c: any) => [number, number];
    readonly statusscan_feedDrafts: (a: number, b: any, c: any) => [number, number];
    readonly statusscan_feedFlags: (a: number, b: any, c: any) => [number, number];
    readonly statusscan_feedLinkedArtifacts: (a: number, b: any, c: any) => [number, number];
    readonly statusscan_feedNotes: (a: number, b: any, c: any) => [number, number];
    readonly statusscan_new: (a: any) => [number, number, number];
    readonly statusscan_next: (a: number, b: number) => [number, number, number];
    readonly statusscan_positionLost: (a: number) => [number, number];
    readonly transaction_countRange: (a: number) => void;
    readonly transaction_countRead: (a: number, b: number, c: number) => void;
    readonly transaction_countWrite: (a: number, b: number) => void;
    readonly transaction_metrics: (a: number) => [number, number, number];
    readonly transaction_mustBeTold: (a: number) => number;
    readonly transaction_new: () => number;
    readonly transaction_room: (a: number, b: any) => [number, number, number];
    readonly transaction_tell: (a: number, b: any) => [number, number];
    readonly watchRun: (a: any) => [number, number, number];
    readonly wholeNumber: (a: number, b: number, c: number) => [number, number, number];
    readonly __wbindgen_malloc: (a: number, b: number) => number;
    readonly __wbindgen_realloc: (a: number, b: number, c: number, d: number) => number;
    readonly __wbindgen_free: (a: number, b: number, c: number) => void;
    readonly __wbindgen_externrefs: WebAssembly.Table;
    readonly __externref_table_dealloc: (a: number) => void;
    readonly __externref_table_alloc: () => number;
    readonly __wbindgen_start: () => void;
}

export type SyncInitInput = BufferSource | WebAssembly.Module;

/**
 * Instantiates the given `module`, which can either be bytes or
 * a precompiled `WebAssembly.Module`.
 *
 * @param {{ module: SyncInitInput }} module - Passing `SyncInitInput` directly is deprecated.
 *
 * @returns {InitOutput}
 */
export function initSync(module: { module: SyncInitInput } | SyncInitInput): InitOutput;

/**
 * If `module_or_path` is {RequestInfo} or {URL}, makes a request and
 * for everything else, calls `WebAssembly.instantiate` directly.
 *
 * @param {{ module_or_path: InitInput | Promise<InitInput> }} module_or_path - Passing `InitInput` directly is deprecated.
 *
 * @returns {Promise<InitOutput>}
 */
export default function __wbg_init (module_or_path?: { module_or_path: InitInput | Promise<InitInput> } | InitInput | Promise<InitInput>): Promise<InitOutput>;
