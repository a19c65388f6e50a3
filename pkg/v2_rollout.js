/* @ts-self-types="./v2_rollout.d.ts" */
import { ConvexError } from 'convex/values';


/**
 * How far readers side by side may go.
 */
export class Allowance {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        AllowanceFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_allowance_free(ptr, 0);
    }
    /**
     * A document was read that no reader asked for, whatever is left.
     * @param {number} bytes
     * @param {number} units
     */
    count(bytes, units) {
        wasm.allowance_count(this.__wbg_ptr, bytes, units);
    }
    /**
     * There was no document.
     */
    foundNone() {
        wasm.allowance_foundNone(this.__wbg_ptr);
    }
    /**
     * All documents that were read have so many bytes.
     * @param {number} bytes
     */
    measured(bytes) {
        wasm.allowance_measured(this.__wbg_ptr, bytes);
    }
    /**
     * So many documents, and none once so many bytes were read. One document may always be read.
     * @param {number} documents
     * @param {number} bytes
     */
    constructor(documents, bytes) {
        const ret = wasm.allowance_new(documents, bytes);
        this.__wbg_ptr = ret;
        AllowanceFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * A document was read, of so many bytes and so many units of text that are not measured.
     * @param {number} bytes
     * @param {number} units
     */
    read(bytes, units) {
        wasm.allowance_read(this.__wbg_ptr, bytes, units);
    }
    /**
     * Asked before each document, and answered by `read` or `foundNone`.
     * @returns {Turn}
     */
    turn() {
        const ret = wasm.allowance_turn(this.__wbg_ptr);
        return __wbindgen_enum_Turn[ret];
    }
}
if (Symbol.dispose) Allowance.prototype[Symbol.dispose] = Allowance.prototype.free;

/**
 * A change of both flags.
 */
export class FlagChange {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        FlagChangeFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_flagchange_free(ptr, 0);
    }
    /**
     * Must `plan` be told what else is stored of the organization?
     * @param {FlagRows} rows
     * @returns {boolean}
     */
    needsTraces(rows) {
        const ret = wasm.flagchange_needsTraces(this.__wbg_ptr, rows);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return ret[0] !== 0;
    }
    /**
     * Accepts the arguments.
     * @param {FlagChangeCall} call
     */
    constructor(call) {
        const ret = wasm.flagchange_new(call);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        this.__wbg_ptr = ret[0];
        FlagChangeFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * What is to be done about the rows of both flags. `now` is the present as text.
     * @param {FlagRows} rows
     * @param {string} now
     * @param {Transaction} transaction
     * @param {Traces | null} [traces]
     * @returns {FlagPlan}
     */
    plan(rows, now, transaction, traces) {
        _assertClass(transaction, Transaction);
        const ptr0 = passStringToWasm0(now, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.flagchange_plan(this.__wbg_ptr, rows, ptr0, len0, transaction.__wbg_ptr, isLikeNone(traces) ? 0 : addToExternrefTable0(traces));
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return takeFromExternrefTable0(ret[0]);
    }
}
if (Symbol.dispose) FlagChange.prototype[Symbol.dispose] = FlagChange.prototype.free;

/**
 * One run of the migration.
 */
export class MigrationRun {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        MigrationRunFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_migrationrun_free(ptr, 0);
    }
    /**
     * The answer, once the run has ended.
     * @returns {MigrationEnd}
     */
    answer() {
        const ret = wasm.migrationrun_answer(this.__wbg_ptr);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return takeFromExternrefTable0(ret[0]);
    }
    /**
     * The batch that was asked for was written, in so many milliseconds.
     * @param {MigrationBatch} batch
     * @param {number} tookMs
     */
    batchWritten(batch, tookMs) {
        const ret = wasm.migrationrun_batchWritten(this.__wbg_ptr, batch, tookMs);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
    /**
     * The transaction that was asked for failed with a message. `jitter` is a random number from 0 to 1.
     * @param {string} message
     * @param {number} nowMs
     * @param {number} jitter
     */
    failed(message, nowMs, jitter) {
        const val2 = +nowMs;
        const val3 = +jitter;
        const ptr0 = passStringToWasm0(message, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.migrationrun_failed(this.__wbg_ptr, ptr0, len0, val2, val3);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
    /**
     * Ends where the row of a run says, because someone paused or cancelled it.
     * @param {Run} run
     * @param {Failures} failures
     */
    interrupt(run, failures) {
        const ret = wasm.migrationrun_interrupt(this.__wbg_ptr, run, failures);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
    /**
     * Goes on from the row of a run in the ledger. `failures` are its first ones.
     * @param {Run} run
     * @param {Failures} failures
     */
    join(run, failures) {
        const ret = wasm.migrationrun_join(this.__wbg_ptr, run, failures);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
    /**
     * What to tell the ledger, once the run has ended.
     * @returns {LegEnd}
     */
    legEnd() {
        const ret = wasm.migrationrun_legEnd(this.__wbg_ptr);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return takeFromExternrefTable0(ret[0]);
    }
    /**
     * Begins a run, or goes on where the cursor says.
     * @param {MigrationCall} call
     */
    constructor(call) {
        const ret = wasm.migrationrun_new(call);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        this.__wbg_ptr = ret[0];
        MigrationRunFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * What to do next.
     * @param {number} nowMs
     * @returns {MigrationStep}
     */
    next(nowMs) {
        const ret = wasm.migrationrun_next(this.__wbg_ptr, nowMs);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return takeFromExternrefTable0(ret[0]);
    }
    /**
     * The page that was asked for was read.
     * @param {MigrationPage} page
     */
    pageRead(page) {
        const ret = wasm.migrationrun_pageRead(this.__wbg_ptr, page);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
    /**
     * A line for `convex logs` and the dashboard, where it is time for one.
     * @returns {string | undefined}
     */
    progress() {
        const ret = wasm.migrationrun_progress(this.__wbg_ptr);
        return ret;
    }
    /**
     * The sweep that was asked for went through its notes, in so many milliseconds.
     * @param {MigrationBatch} sweep
     * @param {number} tookMs
     */
    swept(sweep, tookMs) {
        const ret = wasm.migrationrun_swept(this.__wbg_ptr, sweep, tookMs);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
}
if (Symbol.dispose) MigrationRun.prototype[Symbol.dispose] = MigrationRun.prototype.free;

/**
 * The internal function's way through a status: page after page.
 */
export class StatusRun {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        StatusRunFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_statusrun_free(ptr, 0);
    }
    /**
     * The first page.
     * @returns {StatusRunStep}
     */
    begin() {
        const ret = wasm.statusrun_begin(this.__wbg_ptr);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return takeFromExternrefTable0(ret[0]);
    }
    /**
     * What to do after a page was counted.
     * @param {CountedPage} page
     * @param {number} nowMs
     * @returns {StatusRunStep}
     */
    counted(page, nowMs) {
        const ret = wasm.statusrun_counted(this.__wbg_ptr, page, nowMs);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return takeFromExternrefTable0(ret[0]);
    }
    /**
     * What to do after the page that was asked for failed with a message. `jitter` is a random number from 0 to 1.
     * @param {string} message
     * @param {number} nowMs
     * @param {number} jitter
     * @returns {StatusRunStep}
     */
    failed(message, nowMs, jitter) {
        const val2 = +nowMs;
        const val3 = +jitter;
        const ptr0 = passStringToWasm0(message, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.statusrun_failed(this.__wbg_ptr, ptr0, len0, val2, val3);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return takeFromExternrefTable0(ret[0]);
    }
    /**
     * Begins a status, or goes on where the cursor says.
     * @param {StatusRunCall} call
     */
    constructor(call) {
        const ret = wasm.statusrun_new(call);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        this.__wbg_ptr = ret[0];
        StatusRunFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
}
if (Symbol.dispose) StatusRun.prototype[Symbol.dispose] = StatusRun.prototype.free;

/**
 * The counting of one organization in one transaction.
 */
export class StatusScan {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        StatusScanFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_statusscan_free(ptr, 0);
    }
    /**
     * The answer. `position` is what the step `pause` asks for.
     * @param {string | null | undefined} position
     * @param {Transaction} transaction
     * @returns {StatusAnswer}
     */
    answer(position, transaction) {
        _assertClass(transaction, Transaction);
        var ptr0 = isLikeNone(position) ? 0 : passStringToWasm0(position, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        var len0 = WASM_VECTOR_LEN;
        const ret = wasm.statusscan_answer(this.__wbg_ptr, ptr0, len0, transaction.__wbg_ptr);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return takeFromExternrefTable0(ret[0]);
    }
    /**
     * Takes a page of artifacts.
     * @param {Candidates} candidates
     * @param {Page} page
     */
    feedArtifacts(candidates, page) {
        const ret = wasm.statusscan_feedArtifacts(this.__wbg_ptr, candidates, page);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
    /**
     * Takes a page of so many of the organization's claims.
     * @param {number} count
     * @param {Page} page
     */
    feedClaims(count, page) {
        const ret = wasm.statusscan_feedClaims(this.__wbg_ptr, count, page);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
    /**
     * Takes so many transcripts that were looked up for artifacts, or resolutions for claims.
     * @param {number} count
     * @param {Found} found
     */
    feedDocuments(count, found) {
        const ret = wasm.statusscan_feedDocuments(this.__wbg_ptr, count, found);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
    /**
     * Takes a page of the organization's drafts.
     * @param {DraftStatuses} statuses
     * @param {Page} page
     */
    feedDrafts(statuses, page) {
        const ret = wasm.statusscan_feedDrafts(this.__wbg_ptr, statuses, page);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
    /**
     * Takes a page of flag rows.
     * @param {FlagPageValues} values
     * @param {Page} page
     */
    feedFlags(values, page) {
        const ret = wasm.statusscan_feedFlags(this.__wbg_ptr, values, page);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
    /**
     * Takes the artifacts that were looked up for notes.
     * @param {LinkedArtifacts} artifacts
     * @param {Found} found
     */
    feedLinkedArtifacts(artifacts, found) {
        const ret = wasm.statusscan_feedLinkedArtifacts(this.__wbg_ptr, artifacts, found);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
    /**
     * Takes a page of the organization's notes.
     * @param {Notes} notes
     * @param {Page} page
     */
    feedNotes(notes, page) {
        const ret = wasm.statusscan_feedNotes(this.__wbg_ptr, notes, page);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
    /**
     * Begins a status, or goes on where the cursor says.
     * @param {StatusCall} call
     */
    constructor(call) {
        const ret = wasm.statusscan_new(call);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        this.__wbg_ptr = ret[0];
        StatusScanFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * What to do next.
     * @param {Transaction} transaction
     * @returns {StatusStep}
     */
    next(transaction) {
        _assertClass(transaction, Transaction);
        const ret = wasm.statusscan_next(this.__wbg_ptr, transaction.__wbg_ptr);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return takeFromExternrefTable0(ret[0]);
    }
    /**
     * The position that was to be read behind is that of a document that is gone.
     */
    positionLost() {
        const ret = wasm.statusscan_positionLost(this.__wbg_ptr);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
}
if (Symbol.dispose) StatusScan.prototype[Symbol.dispose] = StatusScan.prototype.free;

/**
 * The account of one transaction: the runtime's own where it tells one, and what was counted since.
 */
export class Transaction {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        TransactionFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_transaction_free(ptr, 0);
    }
    /**
     * Counts an index range.
     */
    countRange() {
        wasm.transaction_countRange(this.__wbg_ptr);
    }
    /**
     * Counts a document that was read, of so many bytes and so many units of text that are not measured.
     * @param {number} bytes
     * @param {number} units
     */
    countRead(bytes, units) {
        wasm.transaction_countRead(this.__wbg_ptr, bytes, units);
    }
    /**
     * Counts a document of so many bytes that was written.
     * @param {number} bytes
     */
    countWrite(bytes) {
        wasm.transaction_countWrite(this.__wbg_ptr, bytes);
    }
    /**
     * What was used so far, and what remains.
     * @returns {Metrics}
     */
    metrics() {
        const ret = wasm.transaction_metrics(this.__wbg_ptr);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return takeFromExternrefTable0(ret[0]);
    }
    /**
     * Must the runtime be asked before anything is planned by this account? Not where it tells nothing.
     * @returns {boolean}
     */
    mustBeTold() {
        const ret = wasm.transaction_mustBeTold(this.__wbg_ptr);
        return ret !== 0;
    }
    /**
     * A transaction with Convex's limits, of which nothing is used.
     */
    constructor() {
        const ret = wasm.transaction_new();
        this.__wbg_ptr = ret;
        TransactionFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * How much a migration may read for a purpose.
     * @param {Purpose} purpose
     * @returns {Room}
     */
    room(purpose) {
        const ret = wasm.transaction_room(this.__wbg_ptr, purpose);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return takeFromExternrefTable0(ret[0]);
    }
    /**
     * Takes the runtime's account.
     * @param {Metrics} metrics
     */
    tell(metrics) {
        const ret = wasm.transaction_tell(this.__wbg_ptr, metrics);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
}
if (Symbol.dispose) Transaction.prototype[Symbol.dispose] = Transaction.prototype.free;

/**
 * Checks the arguments of a run, and answers who runs it.
 * @param {MigrationCall} call
 * @returns {string}
 */
export function checkMigrationCall(call) {
    const ret = wasm.checkMigrationCall(call);
    if (ret[2]) {
        throw takeFromExternrefTable0(ret[1]);
    }
    return takeFromExternrefTable0(ret[0]);
}

/**
 * What TypeScript must know to read and to describe documents.
 * @returns {Constants}
 */
export function constants() {
    const ret = wasm.constants();
    if (ret[2]) {
        throw takeFromExternrefTable0(ret[1]);
    }
    return takeFromExternrefTable0(ret[0]);
}

/**
 * What an event means for a run.
 * @param {Run} run
 * @param {RunEvent} event
 * @param {number} nowMs
 * @returns {RunDecision}
 */
export function decideRun(run, event, nowMs) {
    const ret = wasm.decideRun(run, event, nowMs);
    if (ret[2]) {
        throw takeFromExternrefTable0(ret[1]);
    }
    return takeFromExternrefTable0(ret[0]);
}

/**
 * What an organization is told of the current one among these runs, else of the last; undefined where there is none.
 * @param {Runs} runs
 * @returns {RunAnswer | undefined}
 */
export function describeLast(runs) {
    const ret = wasm.describeLast(runs);
    if (ret[2]) {
        throw takeFromExternrefTable0(ret[1]);
    }
    return takeFromExternrefTable0(ret[0]);
}

/**
 * A run, as operators are told of it.
 * @param {Run} run
 * @returns {RunAnswer}
 */
export function describeRun(run) {
    const ret = wasm.describeRun(run);
    if (ret[2]) {
        throw takeFromExternrefTable0(ret[1]);
    }
    return takeFromExternrefTable0(ret[0]);
}

/**
 * How far a change may read, from where its transaction is, where the rows of so many flags are read behind those of
 * this one.
 * @param {Transaction} transaction
 * @param {number} flagsBehind
 * @returns {FlagRoom}
 */
export function flagRoom(transaction, flagsBehind) {
    _assertClass(transaction, Transaction);
    const ret = wasm.flagRoom(transaction.__wbg_ptr, flagsBehind);
    if (ret[2]) {
        throw takeFromExternrefTable0(ret[1]);
    }
    return takeFromExternrefTable0(ret[0]);
}

/**
 * What is to be done with each of these notes.
 * @param {JudgeCall} call
 * @param {NotesToJudge} notes
 * @returns {Judgements}
 */
export function judge(call, notes) {
    const ret = wasm.judge(call, notes);
    if (ret[2]) {
        throw takeFromExternrefTable0(ret[1]);
    }
    return takeFromExternrefTable0(ret[0]);
}

/**
 * What to say where a host's own old action cannot get further.
 * @param {number} processed
 * @param {number} skipped
 * @returns {string | undefined}
 */
export function legacyWarning(processed, skipped) {
    const ret = wasm.legacyWarning(processed, skipped);
    return ret;
}

/**
 * Which rows are inserted for a note whose verdict says that something is written. `has` tells of the artifact that
 * is repaired.
 * @param {NoteVerdict} verdict
 * @param {ArtifactHas | null} [has]
 * @returns {MissingRows | undefined}
 */
export function missingRows(verdict, has) {
    const ret = wasm.missingRows(verdict, isLikeNone(has) ? 0 : addToExternrefTable0(has));
    if (ret[2]) {
        throw takeFromExternrefTable0(ret[1]);
    }
    return takeFromExternrefTable0(ret[0]);
}

/**
 * How many of these notes, from the first, have room in what is left of a transaction.
 * @param {Transaction} transaction
 * @param {RowsOfNotes} rows
 * @returns {Fitting}
 */
export function notesThatFit(transaction, rows) {
    _assertClass(transaction, Transaction);
    const ret = wasm.notesThatFit(transaction.__wbg_ptr, rows);
    if (ret[2]) {
        throw takeFromExternrefTable0(ret[1]);
    }
    return takeFromExternrefTable0(ret[0]);
}

/**
 * What is to be done with further rows of a flag.
 * @param {FurtherRowsCall} call
 * @returns {FurtherRowsPlan}
 */
export function planFurtherRows(call) {
    const ret = wasm.planFurtherRows(call);
    if (ret[2]) {
        throw takeFromExternrefTable0(ret[1]);
    }
    return takeFromExternrefTable0(ret[0]);
}

/**
 * What a transaction that wrote means for its run.
 * @param {Run} run
 * @param {number} generation
 * @param {Recording} recording
 * @param {MigrationBatch} written
 * @param {number} nowMs
 * @returns {RunDecision}
 */
export function recordBatch(run, generation, recording, written, nowMs) {
    const ret = wasm.recordBatch(run, generation, recording, written, nowMs);
    if (ret[2]) {
        throw takeFromExternrefTable0(ret[1]);
    }
    return takeFromExternrefTable0(ret[0]);
}

/**
 * Throws why a call is refused.
 * @param {RefusedCall} call
 */
export function refuse(call) {
    const ret = wasm.refuse(call);
    if (ret[1]) {
        throw takeFromExternrefTable0(ret[0]);
    }
}

/**
 * Resumes a run. `others` are those that may exclude it.
 * @param {Run} run
 * @param {Runs} others
 * @param {number} nowMs
 * @returns {RunStart}
 */
export function resumeRun(run, others, nowMs) {
    const ret = wasm.resumeRun(run, others, nowMs);
    if (ret[2]) {
        throw takeFromExternrefTable0(ret[1]);
    }
    return takeFromExternrefTable0(ret[0]);
}

/**
 * How many milliseconds to wait before a call that an action made is tried again; undefined where it is given up.
 * `failures` is how often it has failed before, `jitter` a random number from 0 to 1. No try begins at `endMs`.
 * @param {string} message
 * @param {number} failures
 * @param {number} sinceMs
 * @param {number} nowMs
 * @param {number} endMs
 * @param {number} jitter
 * @returns {number | undefined}
 */
export function retryMs(message, failures, sinceMs, nowMs, endMs, jitter) {
    const val2 = +failures;
    const val3 = +sinceMs;
    const val4 = +nowMs;
    const val5 = +endMs;
    const val6 = +jitter;
    const ptr0 = passStringToWasm0(message, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
    const len0 = WASM_VECTOR_LEN;
    const ret = wasm.retryMs(ptr0, len0, val2, val3, val4, val5, val6);
    return ret[0] === 0 ? undefined : ret[1];
}

/**
 * Begins a run of the notes that failed in another one. `others` are those that may exclude it.
 * @param {Run} run
 * @param {RetryCall} call
 * @param {Runs} others
 * @param {number} nowMs
 * @returns {RunStart}
 */
export function retryRun(run, call, others, nowMs) {
    const ret = wasm.retryRun(run, call, others, nowMs);
    if (ret[2]) {
        throw takeFromExternrefTable0(ret[1]);
    }
    return takeFromExternrefTable0(ret[0]);
}

/**
 * Begins a run; undefined where it is not registered. `others` are those that may exclude it.
 * @param {string} runId
 * @param {MigrationCall} call
 * @param {Runs} others
 * @returns {RunStart | undefined}
 */
export function startRun(runId, call, others) {
    const ptr0 = passStringToWasm0(runId, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
    const len0 = WASM_VECTOR_LEN;
    const ret = wasm.startRun(ptr0, len0, call, others);
    if (ret[2]) {
        throw takeFromExternrefTable0(ret[1]);
    }
    return takeFromExternrefTable0(ret[0]);
}

/**
 * How to look at a run.
 * @param {Run} run
 * @returns {NextRunCall}
 */
export function watchRun(run) {
    const ret = wasm.watchRun(run);
    if (ret[2]) {
        throw takeFromExternrefTable0(ret[1]);
    }
    return takeFromExternrefTable0(ret[0]);
}

/**
 * A whole number from 1, or `INVALID_ARGUMENT`, which names the argument.
 * @param {string} argument
 * @param {number} value
 * @returns {number}
 */
export function wholeNumber(argument, value) {
    const val2 = +value;
    const ptr0 = passStringToWasm0(argument, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
    const len0 = WASM_VECTOR_LEN;
    const ret = wasm.wholeNumber(ptr0, len0, val2);
    if (ret[2]) {
        throw takeFromExternrefTable0(ret[1]);
    }
    return ret[0];
}
function __wbg_get_imports() {
    const import0 = {
        __proto__: null,
        __wbg_Error_208446807d0d1e30: function(arg0, arg1) {
            const ret = Error(getStringFromWasm0(arg0, arg1));
            return ret;
        },
        __wbg_String_8564e559799eccda: function(arg0, arg1) {
            const ret = String(arg1);
            const ptr1 = passStringToWasm0(ret, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            const len1 = WASM_VECTOR_LEN;
            getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 1, len1, true);
            getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 0, ptr1, true);
        },
        __wbg___wbindgen_boolean_get_4f1baf9a00be3c74: function(arg0) {
            const v = arg0;
            const ret = typeof(v) === 'boolean' ? v : undefined;
            return isLikeNone(ret) ? 0xFFFFFF : ret ? 1 : 0;
        },
        __wbg___wbindgen_is_null_c22311b1cc228e3a: function(arg0) {
            const ret = arg0 === null;
            return ret;
        },
        __wbg___wbindgen_is_object_8b968c3ab8e96595: function(arg0) {
            const val = arg0;
            const ret = typeof(val) === 'object' && val !== null;
            return ret;
        },
        __wbg___wbindgen_is_undefined_be5b34249ff1fc15: function(arg0) {
            const ret = arg0 === undefined;
            return ret;
        },
        __wbg___wbindgen_number_get_934b640d0889af78: function(arg0, arg1) {
            const obj = arg1;
            const ret = typeof(obj) === 'number' ? obj : undefined;
            getDataViewMemory0().setFloat64((arg0 >>> 0) + 8 * 1, isLikeNone(ret) ? 0 : ret, true);
            getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 0, !isLikeNone(ret), true);
        },
        __wbg___wbindgen_string_get_7ce8eee7fd327545: function(arg0, arg1) {
            const obj = arg1;
            const ret = typeof(obj) === 'string' ? obj : undefined;
            var ptr1 = isLikeNone(ret) ? 0 : passStringToWasm0(ret, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            var len1 = WASM_VECTOR_LEN;
            getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 1, len1, true);
            getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 0, ptr1, true);
        },
        __wbg___wbindgen_throw_4c88d8bf264fd984: function(arg0, arg1) {
            throw new Error(getStringFromWasm0(arg0, arg1));
        },
        __wbg___wbindgen_typeof_ee4990276e02f607: function(arg0) {
            const ret = typeof arg0;
            return ret;
        },
        __wbg_get_e3f5464b817d8f0b: function(arg0, arg1) {
            const ret = arg0[arg1];
            return ret;
        },
        __wbg_get_unchecked_e6325ad374eff861: function(arg0, arg1) {
            const ret = arg0[arg1 >>> 0];
            return ret;
        },
        __wbg_indexOf_60c95f6e9124857d: function(arg0, arg1, arg2) {
            const ret = arg0.indexOf(arg1, arg2);
            return ret;
        },
        __wbg_instanceof_Uint32Array_ba721c3060d01f9a: function(arg0) {
            let result;
            try {
                result = arg0 instanceof Uint32Array;
            } catch (_) {
                result = false;
            }
            const ret = result;
            return ret;
        },
        __wbg_isArray_bcf1376d0d732d08: function(arg0) {
            const ret = Array.isArray(arg0);
            return ret;
        },
        __wbg_length_b03a0fabb109b1e9: function(arg0) {
            const ret = arg0.length;
            return ret;
        },
        __wbg_length_c702d06d28b96b72: function(arg0) {
            const ret = arg0.length;
            return ret;
        },
        __wbg_new_37eb45aaf5eeb820: function() {
            const ret = new Array();
            return ret;
        },
        __wbg_new_787b9fb330d55d78: function(arg0, arg1) {
            const ret = new Error(getStringFromWasm0(arg0, arg1));
            return ret;
        },
        __wbg_new_cd4348290afae586: function() {
            const ret = new Object();
            return ret;
        },
        __wbg_new_ebec736f459939b0: function(arg0) {
            const ret = new ConvexError(arg0);
            return ret;
        },
        __wbg_prototypesetcall_4aea6470234c8414: function(arg0, arg1, arg2) {
            Uint32Array.prototype.set.call(getArrayU32FromWasm0(arg0, arg1), arg2);
        },
        __wbg_set_d2d33b52458e984a: function(arg0, arg1, arg2) {
            arg0[arg1 >>> 0] = arg2;
        },
        __wbg_set_e4b9a833d288759a: function(arg0, arg1, arg2) {
            arg0[arg1] = arg2;
        },
        __wbindgen_generic_0000000000000001: function(arg0) {
            // Cast intrinsic for `F64 -> Externref`.
            const ret = arg0;
            return ret;
        },
        __wbindgen_generic_0000000000000002: function(arg0, arg1) {
            // Cast intrinsic for `Ref(String) -> Externref`.
            const ret = getStringFromWasm0(arg0, arg1);
            return ret;
        },
        __wbindgen_generic_0000000000000003: function(arg0) {
            // Cast intrinsic for `U64 -> Externref`.
            const ret = BigInt.asUintN(64, arg0);
            return ret;
        },
        __wbindgen_init_externref_table: function() {
            const table = wasm.__wbindgen_externrefs;
            table.set(0, undefined);
            table.set(1024, undefined);
            table.set(1025, null);
            table.set(1026, true);
            table.set(1027, false);
        },
    };
    return {
        __proto__: null,
        "./v2_rollout_bg.js": import0,
    };
}

const __wbindgen_enum_Turn = ["read", "wait", "measure", "stop"];
const AllowanceFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_allowance_free(ptr, 1));
const FlagChangeFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_flagchange_free(ptr, 1));
const MigrationRunFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_migrationrun_free(ptr, 1));
const StatusRunFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_statusrun_free(ptr, 1));
const StatusScanFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_statusscan_free(ptr, 1));
const TransactionFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_transaction_free(ptr, 1));

function addToExternrefTable0(obj) {
    const idx = wasm.__externref_table_alloc();
    wasm.__wbindgen_externrefs.set(idx, obj);
    return idx;
}

function _assertClass(instance, klass) {
    if (!(instance instanceof klass)) {
        throw new Error(`expected instance of ${klass.name}`);
    }
}

function getArrayU32FromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return getUint32ArrayMemory0().subarray(ptr / 4, ptr / 4 + len);
}

let cachedDataViewMemory0 = null;
function getDataViewMemory0() {
    if (cachedDataViewMemory0 === null || cachedDataViewMemory0.buffer.detached === true || (cachedDataViewMemory0.buffer.detached === undefined && cachedDataViewMemory0.buffer !== wasm.memory.buffer)) {
        cachedDataViewMemory0 = new DataView(wasm.memory.buffer);
    }
    return cachedDataViewMemory0;
}

function getStringFromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return decodeText(getUint8ArrayMemory0().subarray(ptr, ptr + len));
}

let cachedUint32ArrayMemory0 = null;
function getUint32ArrayMemory0() {
    if (cachedUint32ArrayMemory0 === null || cachedUint32ArrayMemory0.byteLength === 0) {
        cachedUint32ArrayMemory0 = new Uint32Array(wasm.memory.buffer);
    }
    return cachedUint32ArrayMemory0;
}

let cachedUint8ArrayMemory0 = null;
function getUint8ArrayMemory0() {
    if (cachedUint8ArrayMemory0 === null || cachedUint8ArrayMemory0.byteLength === 0) {
        cachedUint8ArrayMemory0 = new Uint8Array(wasm.memory.buffer);
    }
    return cachedUint8ArrayMemory0;
}

function isLikeNone(x) {
    return x === undefined || x === null;
}

function passStringToWasm0(arg, malloc, realloc) {
    if (realloc === undefined) {
        const buf = cachedTextEncoder.encode(arg);
        const ptr = malloc(buf.length, 1) >>> 0;
        getUint8ArrayMemory0().subarray(ptr, ptr + buf.length).set(buf);
        WASM_VECTOR_LEN = buf.length;
        return ptr;
    }

    let len = arg.length;
    let ptr = malloc(len, 1) >>> 0;

    const mem = getUint8ArrayMemory0();

    let offset = 0;

    for (; offset < len; offset++) {
        const code = arg.charCodeAt(offset);
        if (code > 0x7F) break;
        mem[ptr + offset] = code;
    }
    if (offset !== len) {
        if (offset !== 0) {
            arg = arg.slice(offset);
        }
        ptr = realloc(ptr, len, len = offset + arg.length * 3, 1) >>> 0;
        const view = getUint8ArrayMemory0().subarray(ptr + offset, ptr + len);
        const ret = cachedTextEncoder.encodeInto(arg, view);

        offset += ret.written;
        ptr = realloc(ptr, len, offset, 1) >>> 0;
    }

    WASM_VECTOR_LEN = offset;
    return ptr;
}

function takeFromExternrefTable0(idx) {
    const value = wasm.__wbindgen_externrefs.get(idx);
    wasm.__externref_table_dealloc(idx);
    return value;
}

let cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
cachedTextDecoder.decode();
const MAX_SAFARI_DECODE_BYTES = 2146435072;
let numBytesDecoded = 0;
function decodeText(bytes) {
    numBytesDecoded += bytes.length;
    if (numBytesDecoded >= MAX_SAFARI_DECODE_BYTES) {
        cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
        cachedTextDecoder.decode();
        numBytesDecoded = bytes.length;
    }
    return cachedTextDecoder.decode(bytes);
}

const cachedTextEncoder = new TextEncoder();

if (!('encodeInto' in cachedTextEncoder)) {
    cachedTextEncoder.encodeInto = function (arg, view) {
        const buf = cachedTextEncoder.encode(arg);
        view.set(buf);
        return {
            read: arg.length,
            written: buf.length
        };
    };
}

let WASM_VECTOR_LEN = 0;

let wasmModule, wasmInstance, wasm;
function __wbg_finalize_init(instance, module) {
    wasmInstance = instance;
    wasm = instance.exports;
    wasmModule = module;
    cachedDataViewMemory0 = null;
    cachedUint32ArrayMemory0 = null;
    cachedUint8ArrayMemory0 = null;
    wasm.__wbindgen_start();
    return wasm;
}

async function __wbg_load(module, imports) {
    if (typeof Response === 'function' && module instanceof Response) {
        if (!module.ok) {
            throw new Error(`failed to fetch Wasm: ${module.status} ${module.statusText} fetching '${module.url}'`);
        }

        if (typeof WebAssembly.instantiateStreaming === 'function') {
            try {
                return await WebAssembly.instantiateStreaming(module, imports);
            } catch (e) {
                const validResponse = expectedResponseType(module.type);

                if (validResponse && module.headers.get('Content-Type') !== 'application/wasm') {
                    console.warn("`WebAssembly.instantiateStreaming` failed because your server does not serve Wasm with `application/wasm` MIME type. Falling back to `WebAssembly.instantiate` which is slower. Original error:\n", e);

                } else { throw e; }
            }
        }

        const bytes = await module.arrayBuffer();
        return await WebAssembly.instantiate(bytes, imports);
    } else {
        const instance = await WebAssembly.instantiate(module, imports);

        if (instance instanceof WebAssembly.Instance) {
            return { instance, module };
        } else {
            return instance;
        }
    }

    function expectedResponseType(type) {
        switch (type) {
            case 'basic': case 'cors': case 'default': return true;
        }
        return false;
    }
}

function initSync(module) {
    if (wasm !== undefined) return wasm;


    if (module !== undefined) {
        if (Object.getPrototypeOf(module) === Object.prototype) {
            ({module} = module)
        } else {
            console.warn('using deprecated parameters for `initSync()`; pass a single object instead')
        }
    }

    const imports = __wbg_get_imports();
    if (!(module instanceof WebAssembly.Module)) {
        module = new WebAssembly.Module(module);
    }
    const instance = new WebAssembly.Instance(module, imports);
    return __wbg_finalize_init(instance, module);
}

let __wbg_init_promise;
async function __wbg_init(module_or_path) {
    if (wasm !== undefined) return wasm;
    if (__wbg_init_promise === undefined) {
        __wbg_init_promise = __wbg_init_once(module_or_path);
        __wbg_init_promise.catch(() => { __wbg_init_promise = undefined; });
    }
    return __wbg_init_promise;
}

async function __wbg_init_once(module_or_path) {

    if (module_or_path !== undefined) {
        if (Object.getPrototypeOf(module_or_path) === Object.prototype) {
            ({module_or_path} = module_or_path)
        } else {
            console.warn('using deprecated parameters for the initialization function; pass a single object instead')
        }
    }

    if (module_or_path === undefined) {
        module_or_path = new URL('v2_rollout_bg.wasm', import.meta.url);
    }
    const imports = __wbg_get_imports();

    if (typeof module_or_path === 'string' || (typeof Request === 'function' && module_or_path instanceof Request) || (typeof URL === 'function' && module_or_path instanceof URL)) {
        module_or_path = fetch(module_or_path);
    }

    const { instance, module } = await __wbg_load(await module_or_path, imports);

    return __wbg_finalize_init(instance, module);
}

export { initSync, __wbg_init as default };
