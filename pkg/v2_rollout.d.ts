/* tslint:disable */
/* eslint-disable */

/**
 * A change of both flags.
 */
export class FlagChange {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The answer, when all is written.
     */
    answer(): any;
    /**
     * The change that is asked for.
     */
    constructor(organization_id: string, wanted: boolean, actor?: string | null, reason?: string | null, restore?: string | null);
    /**
     * What the row's `notes` say of a write; `from` is the row's fact before, below 0 where there was none.
     */
    note(now: string, from: number, to: boolean): string;
    /**
     * Takes the rows of the flag with this index (platform rows and organization rows as 0 off, 1 on, else
     * no boolean) and tells what is written, three numbers a write: 0 set, 1 delete, 2 insert; the index of
     * the organization row; the value.
     */
    plan(flag: number, environment: string | null | undefined, platform: Uint32Array | number[], organization: Uint32Array | number[], user_rows: number): Uint32Array;
    /**
     * Why the arguments are refused, or null.
     */
    refusal(): any;
    /**
     * The row's `updatedBy`.
     */
    updatedBy(): string;
}

/**
 * A run of the migration.
 */
export class MigrationRun {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The answer; `position` is what the last step asks for.
     */
    answer(position?: string | null): any;
    /**
     * Ends the run after an error of something else; false where the error itself must be the answer.
     */
    error(message: string): boolean;
    /**
     * Takes the error of a batch and the id of the batch's first note.
     */
    failed(message: string, id: string): void;
    /**
     * Takes the position at which the limit was reached.
     */
    mark(position?: string | null): void;
    /**
     * Numbers as JavaScript prints them; see [`MigrationCall`].
     */
    constructor(organization_id: string | null | undefined, dry_run: boolean, batch_size: string | null | undefined, limit: string | null | undefined, repair: boolean, deferred_days: string | null | undefined, cursor: string | null | undefined, is_legacy: boolean, now_ms: number, deadline_ms: number, bytes_per_ms: number);
    /**
     * The next step as numbers: 0 stop (notes done), 1 page (notes), 2 batch (its notes ...), 3 wait
     * (milliseconds), 4 mark (notes done).
     */
    next(now_ms: number): Float64Array;
    /**
     * Takes a page; see [`MigrationPage`].
     */
    page(codes: Uint8Array | number[], facts: Uint32Array | number[], claims: Uint32Array | number[], transcripts: Uint32Array | number[], bytes: Float64Array | number[], malformed: string, is_last: boolean): void;
    /**
     * The position behind which the reader begins.
     */
    position(): string | undefined;
    /**
     * Why the arguments are refused, or null.
     */
    refusal(): any;
    /**
     * Takes what a batch came to: codes a note, rows inserted (artifacts, transcripts, claims), what it used
     * of each measure and the limits of those.
     */
    written(codes: Uint8Array | number[], inserted: Float64Array | number[], used: Float64Array | number[], limits: Float64Array | number[], malformed: string, took_ms: number): void;
}

/**
 * One transaction of a status.
 */
export class StatusRun {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The answer; `position` is what the last step asks for.
     */
    answer(position?: string | null): any;
    /**
     * Takes what look-ups found; see [`Found`] for the columns.
     */
    found(complete: number, open_id: string, open_after: string | null | undefined, of: Uint32Array | number[], facts: Uint32Array | number[], organization_ids: Uint8Array | number[], names: Uint8Array | number[]): void;
    /**
     * The position behind which the first look-up of a step goes on, if it broke off before.
     */
    lookUpAfter(): string | undefined;
    /**
     * `limits` holds documents, bytes and ranges of one transaction, or nothing where they are not known.
     */
    constructor(organization_id: string, deferred_days: string | null | undefined, cursor: string | null | undefined, voice_notes_variable: string | null | undefined, entity_resolution_variable: string | null | undefined, limits: Float64Array | number[], now_ms: number, artifacts_are_indexed: boolean);
    /**
     * The next step, after so many documents, bytes and ranges were read in this transaction, as numbers:
     * - 0 done
     * - 1 pause: rows of the page that are through, -1 where no page of the range was read
     * - 2 page: range, flag, first (0 or 1), rows, bytes
     * - 3 look-ups: range, width, documents, bytes, rows of the page ...
     */
    next(documents: number, bytes: number, ranges: number): Float64Array;
    /**
     * Takes a page; see [`PageRead`] for the columns.
     */
    page(is_last: boolean, first_id: string, facts: Uint32Array | number[], created_ms: Float64Array | number[], organization_ids: Uint8Array | number[], names: Uint8Array | number[]): void;
    /**
     * The position behind which the reader goes on.
     */
    position(): string | undefined;
    /**
     * Why the arguments are refused, or null.
     */
    refusal(): any;
}

/**
 * Refuses a finished status that is not complete; null otherwise.
 */
export function checkComplete(verdict: string, left: number): any;

/**
 * The refusal of a caller that may not use `function`.
 */
export function forbidden(_function: string): any;

/**
 * What a transaction has left, after `used` of `limits` (documents, bytes and ranges each; Convex's own
 * limits where empty): notes that take so many ranges each, documents, bytes, and reads side by side.
 */
export function headroom(used: Float64Array | number[], limits: Float64Array | number[], ranges_each: number): Float64Array;

/**
 * What a run does with each note: 0 to 5 nothing, as it is in this class; 6 migrate, 7 repair, 8 it is
 * malformed. `changed_ms` has one an artifact, below 0 where it is completed.
 */
export function judgeNotes(now_ms: number, deferred_days: number | null | undefined, repair: boolean, facts: Uint32Array | number[], created_ms: Float64Array | number[], of: Uint32Array | number[], changed_ms: Float64Array | number[]): Uint8Array;

/**
 * A warning where a host's own old action cannot get further.
 */
export function legacyWarning(processed: number, skipped: number): string | undefined;

/**
 * The refusal of a cursor whose position is not there any more.
 */
export function lostPosition(): any;

/**
 * The refusal of an organization of which nothing is stored, for a host without a look-up.
 */
export function nothingStored(organization_id: string): any;

/**
 * The refusal of an organization that nobody knows.
 */
export function organizationNotFound(organization_id: string): any;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
    readonly __wbg_flagchange_free: (a: number, b: number) => void;
    readonly __wbg_migrationrun_free: (a: number, b: number) => void;
    readonly __wbg_statusrun_free: (a: number, b: number) => void;
    readonly checkComplete: (a: number, b: number, c: number) => any;
    readonly flagchange_answer: (a: number) => any;
    readonly flagchange_new: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number) => number;
    readonly flagchange_note: (a: number, b: number, c: number, d: number, e: number) => [number, number];
    readonly flagchange_plan: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number) => [number, number];
    readonly flagchange_refusal: (a: number) => any;
    readonly flagchange_updatedBy: (a: number) => [number, number];
    readonly forbidden: (a: number, b: number) => any;
    readonly headroom: (a: number, b: number, c: number, d: number, e: number) => [number, number];
    readonly judgeNotes: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: number, k: number, l: number) => [number, number];
    readonly legacyWarning: (a: number, b: number) => [number, number];
    readonly lostPosition: () => any;
    readonly migrationrun_answer: (a: number, b: number, c: number) => any;
    readonly migrationrun_error: (a: number, b: number, c: number) => number;
    readonly migrationrun_failed: (a: number, b: number, c: number, d: number, e: number) => void;
    readonly migrationrun_mark: (a: number, b: number, c: number) => void;
    readonly migrationrun_new: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: number, k: number, l: number, m: number, n: number, o: number, p: number) => number;
    readonly migrationrun_next: (a: number, b: number) => [number, number];
    readonly migrationrun_page: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: number, k: number, l: number, m: number, n: number) => void;
    readonly migrationrun_position: (a: number) => [number, number];
    readonly migrationrun_refusal: (a: number) => any;
    readonly migrationrun_written: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: number, k: number, l: number) => void;
    readonly nothingStored: (a: number, b: number) => any;
    readonly organizationNotFound: (a: number, b: number) => any;
    readonly statusrun_answer: (a: number, b: number, c: number) => any;
    readonly statusrun_found: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: number, k: number, l: number, m: number, n: number) => void;
    readonly statusrun_lookUpAfter: (a: number) => [number, number];
    readonly statusrun_new: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: number, k: number, l: number, m: number, n: number) => number;
    readonly statusrun_next: (a: number, b: number, c: number, d: number) => [number, number];
    readonly statusrun_page: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: number, k: number, l: number) => void;
    readonly statusrun_position: (a: number) => [number, number];
    readonly statusrun_refusal: (a: number) => any;
    readonly __wbindgen_externrefs: WebAssembly.Table;
    readonly __wbindgen_malloc: (a: number, b: number) => number;
    readonly __wbindgen_realloc: (a: number, b: number, c: number, d: number) => number;
    readonly __wbindgen_free: (a: number, b: number, c: number) => void;
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
