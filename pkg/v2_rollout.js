/* @ts-self-types="./v2_rollout.d.ts" */

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
     * The answer, when all is written.
     * @returns {any}
     */
    answer() {
        const ret = wasm.flagchange_answer(this.__wbg_ptr);
        return ret;
    }
    /**
     * The change that is asked for.
     * @param {string} organization_id
     * @param {boolean} wanted
     * @param {string | null} [actor]
     * @param {string | null} [reason]
     * @param {string | null} [restore]
     */
    constructor(organization_id, wanted, actor, reason, restore) {
        const val5 = +wanted;
        let ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3;
        try {
            ptr0 = passStringToWasm0(organization_id, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = isLikeNone(actor) ? 0 : passStringToWasm0(actor, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len1 = WASM_VECTOR_LEN;
            ptr2 = isLikeNone(reason) ? 0 : passStringToWasm0(reason, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len2 = WASM_VECTOR_LEN;
            ptr3 = isLikeNone(restore) ? 0 : passStringToWasm0(restore, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len3 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr3) { wasm.__wbindgen_free(ptr3, len3 * 1, 1); }
            if (ptr2) { wasm.__wbindgen_free(ptr2, len2 * 1, 1); }
            if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 1, 1); }
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
            throw e;
        }
        const ret = wasm.flagchange_new(ptr0, len0, val5, ptr1, len1, ptr2, len2, ptr3, len3);
        this.__wbg_ptr = ret;
        FlagChangeFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * What the row's `notes` say of a write; `from` is the row's fact before, below 0 where there was none.
     * @param {string} now
     * @param {number} from
     * @param {boolean} to
     * @returns {string}
     */
    note(now, from, to) {
        let deferred4_0;
        let deferred4_1;
        try {
            const val2 = +from;
            const val3 = +to;
            const ptr0 = passStringToWasm0(now, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            const len0 = WASM_VECTOR_LEN;
            const ret = wasm.flagchange_note(this.__wbg_ptr, ptr0, len0, val2, val3);
            deferred4_0 = ret[0];
            deferred4_1 = ret[1];
            return getStringFromWasm0(ret[0], ret[1]);
        } finally {
            wasm.__wbindgen_free(deferred4_0, deferred4_1, 1);
        }
    }
    /**
     * Takes the rows of the flag with this index (platform rows and organization rows as 0 off, 1 on, else
     * no boolean) and tells what is written, three numbers a write: 0 set, 1 delete, 2 insert; the index of
     * the organization row; the value.
     * @param {number} flag
     * @param {string | null | undefined} environment
     * @param {Uint32Array | number[]} platform
     * @param {Uint32Array | number[]} organization
     * @param {number} user_rows
     * @returns {Uint32Array}
     */
    plan(flag, environment, platform, organization, user_rows) {
        const val4 = +flag;
        const val5 = +user_rows;
        let ptr0, len0, ptr1, len1, ptr2, len2;
        try {
            ptr0 = isLikeNone(environment) ? 0 : passStringToWasm0(environment, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = passArray32ToWasm0(platform, wasm.__wbindgen_malloc);
            len1 = WASM_VECTOR_LEN;
            ptr2 = passArray32ToWasm0(organization, wasm.__wbindgen_malloc);
            len2 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr2) { wasm.__wbindgen_free(ptr2, len2 * 4, 4); }
            if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 4, 4); }
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
            throw e;
        }
        const ret = wasm.flagchange_plan(this.__wbg_ptr, val4, ptr0, len0, ptr1, len1, ptr2, len2, val5);
        var v6 = getArrayU32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v6;
    }
    /**
     * Why the arguments are refused, or null.
     * @returns {any}
     */
    refusal() {
        const ret = wasm.flagchange_refusal(this.__wbg_ptr);
        return ret;
    }
    /**
     * The row's `updatedBy`.
     * @returns {string}
     */
    updatedBy() {
        let deferred1_0;
        let deferred1_1;
        try {
            const ret = wasm.flagchange_updatedBy(this.__wbg_ptr);
            deferred1_0 = ret[0];
            deferred1_1 = ret[1];
            return getStringFromWasm0(ret[0], ret[1]);
        } finally {
            wasm.__wbindgen_free(deferred1_0, deferred1_1, 1);
        }
    }
}
if (Symbol.dispose) FlagChange.prototype[Symbol.dispose] = FlagChange.prototype.free;

/**
 * A run of the migration.
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
     * The answer; `position` is what the last step asks for.
     * @param {string | null} [position]
     * @returns {any}
     */
    answer(position) {
        var ptr0 = isLikeNone(position) ? 0 : passStringToWasm0(position, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        var len0 = WASM_VECTOR_LEN;
        const ret = wasm.migrationrun_answer(this.__wbg_ptr, ptr0, len0);
        return ret;
    }
    /**
     * Ends the run after an error of something else; false where the error itself must be the answer.
     * @param {string} message
     * @returns {boolean}
     */
    error(message) {
        const ptr0 = passStringToWasm0(message, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.migrationrun_error(this.__wbg_ptr, ptr0, len0);
        return ret !== 0;
    }
    /**
     * Takes the error of a batch and the id of the batch's first note.
     * @param {string} message
     * @param {string} id
     */
    failed(message, id) {
        let ptr0, len0, ptr1, len1;
        try {
            ptr0 = passStringToWasm0(message, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = passStringToWasm0(id, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len1 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 1, 1); }
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
            throw e;
        }
        wasm.migrationrun_failed(this.__wbg_ptr, ptr0, len0, ptr1, len1);
    }
    /**
     * Takes the position at which the limit was reached.
     * @param {string | null} [position]
     */
    mark(position) {
        var ptr0 = isLikeNone(position) ? 0 : passStringToWasm0(position, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        var len0 = WASM_VECTOR_LEN;
        wasm.migrationrun_mark(this.__wbg_ptr, ptr0, len0);
    }
    /**
     * Numbers as JavaScript prints them; see [`MigrationCall`].
     * @param {string | null | undefined} organization_id
     * @param {boolean} dry_run
     * @param {string | null | undefined} batch_size
     * @param {string | null | undefined} limit
     * @param {boolean} repair
     * @param {string | null | undefined} deferred_days
     * @param {string | null | undefined} cursor
     * @param {boolean} is_legacy
     * @param {number} now_ms
     * @param {number} deadline_ms
     * @param {number} bytes_per_ms
     */
    constructor(organization_id, dry_run, batch_size, limit, repair, deferred_days, cursor, is_legacy, now_ms, deadline_ms, bytes_per_ms) {
        const val6 = +dry_run;
        const val7 = +repair;
        const val8 = +is_legacy;
        const val9 = +now_ms;
        const val10 = +deadline_ms;
        const val11 = +bytes_per_ms;
        let ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3, ptr4, len4;
        try {
            ptr0 = isLikeNone(organization_id) ? 0 : passStringToWasm0(organization_id, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = isLikeNone(batch_size) ? 0 : passStringToWasm0(batch_size, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len1 = WASM_VECTOR_LEN;
            ptr2 = isLikeNone(limit) ? 0 : passStringToWasm0(limit, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len2 = WASM_VECTOR_LEN;
            ptr3 = isLikeNone(deferred_days) ? 0 : passStringToWasm0(deferred_days, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len3 = WASM_VECTOR_LEN;
            ptr4 = isLikeNone(cursor) ? 0 : passStringToWasm0(cursor, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len4 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr4) { wasm.__wbindgen_free(ptr4, len4 * 1, 1); }
            if (ptr3) { wasm.__wbindgen_free(ptr3, len3 * 1, 1); }
            if (ptr2) { wasm.__wbindgen_free(ptr2, len2 * 1, 1); }
            if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 1, 1); }
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
            throw e;
        }
        const ret = wasm.migrationrun_new(ptr0, len0, val6, ptr1, len1, ptr2, len2, val7, ptr3, len3, ptr4, len4, val8, val9, val10, val11);
        this.__wbg_ptr = ret;
        MigrationRunFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * The next step as numbers: 0 stop (notes done), 1 page (notes), 2 batch (its notes ...), 3 wait
     * (milliseconds), 4 mark (notes done).
     * @param {number} now_ms
     * @returns {Float64Array}
     */
    next(now_ms) {
        const ret = wasm.migrationrun_next(this.__wbg_ptr, now_ms);
        var v1 = getArrayF64FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 8, 8);
        return v1;
    }
    /**
     * Takes a page; see [`MigrationPage`].
     * @param {Uint8Array | number[]} codes
     * @param {Uint32Array | number[]} facts
     * @param {Uint32Array | number[]} claims
     * @param {Uint32Array | number[]} transcripts
     * @param {Float64Array | number[]} bytes
     * @param {string} malformed
     * @param {boolean} is_last
     */
    page(codes, facts, claims, transcripts, bytes, malformed, is_last) {
        const val7 = +is_last;
        let ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3, ptr4, len4, ptr5, len5;
        try {
            ptr0 = passArray8ToWasm0(codes, wasm.__wbindgen_malloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = passArray32ToWasm0(facts, wasm.__wbindgen_malloc);
            len1 = WASM_VECTOR_LEN;
            ptr2 = passArray32ToWasm0(claims, wasm.__wbindgen_malloc);
            len2 = WASM_VECTOR_LEN;
            ptr3 = passArray32ToWasm0(transcripts, wasm.__wbindgen_malloc);
            len3 = WASM_VECTOR_LEN;
            ptr4 = passArrayF64ToWasm0(bytes, wasm.__wbindgen_malloc);
            len4 = WASM_VECTOR_LEN;
            ptr5 = passStringToWasm0(malformed, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len5 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr5) { wasm.__wbindgen_free(ptr5, len5 * 1, 1); }
            if (ptr4) { wasm.__wbindgen_free(ptr4, len4 * 8, 8); }
            if (ptr3) { wasm.__wbindgen_free(ptr3, len3 * 4, 4); }
            if (ptr2) { wasm.__wbindgen_free(ptr2, len2 * 4, 4); }
            if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 4, 4); }
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
            throw e;
        }
        wasm.migrationrun_page(this.__wbg_ptr, ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3, ptr4, len4, ptr5, len5, val7);
    }
    /**
     * The position behind which the reader begins.
     * @returns {string | undefined}
     */
    position() {
        const ret = wasm.migrationrun_position(this.__wbg_ptr);
        let v1;
        if (ret[0] !== 0) {
            v1 = getStringFromWasm0(ret[0], ret[1]);
            wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
        }
        return v1;
    }
    /**
     * Why the arguments are refused, or null.
     * @returns {any}
     */
    refusal() {
        const ret = wasm.migrationrun_refusal(this.__wbg_ptr);
        return ret;
    }
    /**
     * Takes what a batch came to: codes a note, rows inserted (artifacts, transcripts, claims), what it used
     * of each measure and the limits of those.
     * @param {Uint8Array | number[]} codes
     * @param {Float64Array | number[]} inserted
     * @param {Float64Array | number[]} used
     * @param {Float64Array | number[]} limits
     * @param {string} malformed
     * @param {number} took_ms
     */
    written(codes, inserted, used, limits, malformed, took_ms) {
        const val6 = +took_ms;
        let ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3, ptr4, len4;
        try {
            ptr0 = passArray8ToWasm0(codes, wasm.__wbindgen_malloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = passArrayF64ToWasm0(inserted, wasm.__wbindgen_malloc);
            len1 = WASM_VECTOR_LEN;
            ptr2 = passArrayF64ToWasm0(used, wasm.__wbindgen_malloc);
            len2 = WASM_VECTOR_LEN;
            ptr3 = passArrayF64ToWasm0(limits, wasm.__wbindgen_malloc);
            len3 = WASM_VECTOR_LEN;
            ptr4 = passStringToWasm0(malformed, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len4 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr4) { wasm.__wbindgen_free(ptr4, len4 * 1, 1); }
            if (ptr3) { wasm.__wbindgen_free(ptr3, len3 * 8, 8); }
            if (ptr2) { wasm.__wbindgen_free(ptr2, len2 * 8, 8); }
            if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 8, 8); }
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
            throw e;
        }
        wasm.migrationrun_written(this.__wbg_ptr, ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3, ptr4, len4, val6);
    }
}
if (Symbol.dispose) MigrationRun.prototype[Symbol.dispose] = MigrationRun.prototype.free;

/**
 * One transaction of a status.
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
     * The answer; `position` is what the last step asks for.
     * @param {string | null} [position]
     * @returns {any}
     */
    answer(position) {
        var ptr0 = isLikeNone(position) ? 0 : passStringToWasm0(position, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        var len0 = WASM_VECTOR_LEN;
        const ret = wasm.statusrun_answer(this.__wbg_ptr, ptr0, len0);
        return ret;
    }
    /**
     * Takes what look-ups found; see [`Found`] for the columns.
     * @param {number} complete
     * @param {string} open_id
     * @param {string | null | undefined} open_after
     * @param {Uint32Array | number[]} of
     * @param {Uint32Array | number[]} facts
     * @param {Uint8Array | number[]} organization_ids
     * @param {Uint8Array | number[]} names
     */
    found(complete, open_id, open_after, of, facts, organization_ids, names) {
        const val7 = +complete;
        let ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3, ptr4, len4, ptr5, len5;
        try {
            ptr0 = passStringToWasm0(open_id, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = isLikeNone(open_after) ? 0 : passStringToWasm0(open_after, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len1 = WASM_VECTOR_LEN;
            ptr2 = passArray32ToWasm0(of, wasm.__wbindgen_malloc);
            len2 = WASM_VECTOR_LEN;
            ptr3 = passArray32ToWasm0(facts, wasm.__wbindgen_malloc);
            len3 = WASM_VECTOR_LEN;
            ptr4 = passArray8ToWasm0(organization_ids, wasm.__wbindgen_malloc);
            len4 = WASM_VECTOR_LEN;
            ptr5 = passArray8ToWasm0(names, wasm.__wbindgen_malloc);
            len5 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr5) { wasm.__wbindgen_free(ptr5, len5 * 1, 1); }
            if (ptr4) { wasm.__wbindgen_free(ptr4, len4 * 1, 1); }
            if (ptr3) { wasm.__wbindgen_free(ptr3, len3 * 4, 4); }
            if (ptr2) { wasm.__wbindgen_free(ptr2, len2 * 4, 4); }
            if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 1, 1); }
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
            throw e;
        }
        wasm.statusrun_found(this.__wbg_ptr, val7, ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3, ptr4, len4, ptr5, len5);
    }
    /**
     * The position behind which the first look-up of a step goes on, if it broke off before.
     * @returns {string | undefined}
     */
    lookUpAfter() {
        const ret = wasm.statusrun_lookUpAfter(this.__wbg_ptr);
        let v1;
        if (ret[0] !== 0) {
            v1 = getStringFromWasm0(ret[0], ret[1]);
            wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
        }
        return v1;
    }
    /**
     * `limits` holds documents, bytes and ranges of one transaction, or nothing where they are not known.
     * @param {string} organization_id
     * @param {string | null | undefined} deferred_days
     * @param {string | null | undefined} cursor
     * @param {string | null | undefined} voice_notes_variable
     * @param {string | null | undefined} entity_resolution_variable
     * @param {Float64Array | number[]} limits
     * @param {number} now_ms
     * @param {boolean} artifacts_are_indexed
     */
    constructor(organization_id, deferred_days, cursor, voice_notes_variable, entity_resolution_variable, limits, now_ms, artifacts_are_indexed) {
        const val7 = +now_ms;
        const val8 = +artifacts_are_indexed;
        let ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3, ptr4, len4, ptr5, len5;
        try {
            ptr0 = passStringToWasm0(organization_id, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = isLikeNone(deferred_days) ? 0 : passStringToWasm0(deferred_days, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len1 = WASM_VECTOR_LEN;
            ptr2 = isLikeNone(cursor) ? 0 : passStringToWasm0(cursor, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len2 = WASM_VECTOR_LEN;
            ptr3 = isLikeNone(voice_notes_variable) ? 0 : passStringToWasm0(voice_notes_variable, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len3 = WASM_VECTOR_LEN;
            ptr4 = isLikeNone(entity_resolution_variable) ? 0 : passStringToWasm0(entity_resolution_variable, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len4 = WASM_VECTOR_LEN;
            ptr5 = passArrayF64ToWasm0(limits, wasm.__wbindgen_malloc);
            len5 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr5) { wasm.__wbindgen_free(ptr5, len5 * 8, 8); }
            if (ptr4) { wasm.__wbindgen_free(ptr4, len4 * 1, 1); }
            if (ptr3) { wasm.__wbindgen_free(ptr3, len3 * 1, 1); }
            if (ptr2) { wasm.__wbindgen_free(ptr2, len2 * 1, 1); }
            if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 1, 1); }
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
            throw e;
        }
        const ret = wasm.statusrun_new(ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3, ptr4, len4, ptr5, len5, val7, val8);
        this.__wbg_ptr = ret;
        StatusRunFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * The next step, after so many documents, bytes and ranges were read in this transaction, as numbers:
     * - 0 done
     * - 1 pause: rows of the page that are through, -1 where no page of the range was read
     * - 2 page: range, flag, first (0 or 1), rows, bytes
     * - 3 look-ups: range, width, documents, bytes, rows of the page ...
     * @param {number} documents
     * @param {number} bytes
     * @param {number} ranges
     * @returns {Float64Array}
     */
    next(documents, bytes, ranges) {
        const ret = wasm.statusrun_next(this.__wbg_ptr, documents, bytes, ranges);
        var v1 = getArrayF64FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 8, 8);
        return v1;
    }
    /**
     * Takes a page; see [`PageRead`] for the columns.
     * @param {boolean} is_last
     * @param {string} first_id
     * @param {Uint32Array | number[]} facts
     * @param {Float64Array | number[]} created_ms
     * @param {Uint8Array | number[]} organization_ids
     * @param {Uint8Array | number[]} names
     */
    page(is_last, first_id, facts, created_ms, organization_ids, names) {
        const val6 = +is_last;
        let ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3, ptr4, len4;
        try {
            ptr0 = passStringToWasm0(first_id, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = passArray32ToWasm0(facts, wasm.__wbindgen_malloc);
            len1 = WASM_VECTOR_LEN;
            ptr2 = passArrayF64ToWasm0(created_ms, wasm.__wbindgen_malloc);
            len2 = WASM_VECTOR_LEN;
            ptr3 = passArray8ToWasm0(organization_ids, wasm.__wbindgen_malloc);
            len3 = WASM_VECTOR_LEN;
            ptr4 = passArray8ToWasm0(names, wasm.__wbindgen_malloc);
            len4 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr4) { wasm.__wbindgen_free(ptr4, len4 * 1, 1); }
            if (ptr3) { wasm.__wbindgen_free(ptr3, len3 * 1, 1); }
            if (ptr2) { wasm.__wbindgen_free(ptr2, len2 * 8, 8); }
            if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 4, 4); }
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
            throw e;
        }
        wasm.statusrun_page(this.__wbg_ptr, val6, ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3, ptr4, len4);
    }
    /**
     * The position behind which the reader goes on.
     * @returns {string | undefined}
     */
    position() {
        const ret = wasm.statusrun_position(this.__wbg_ptr);
        let v1;
        if (ret[0] !== 0) {
            v1 = getStringFromWasm0(ret[0], ret[1]);
            wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
        }
        return v1;
    }
    /**
     * Why the arguments are refused, or null.
     * @returns {any}
     */
    refusal() {
        const ret = wasm.statusrun_refusal(this.__wbg_ptr);
        return ret;
    }
}
if (Symbol.dispose) StatusRun.prototype[Symbol.dispose] = StatusRun.prototype.free;

/**
 * Refuses a finished status that is not complete; null otherwise.
 * @param {string} verdict
 * @param {number} left
 * @returns {any}
 */
export function checkComplete(verdict, left) {
    const val2 = +left;
    const ptr0 = passStringToWasm0(verdict, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
    const len0 = WASM_VECTOR_LEN;
    const ret = wasm.checkComplete(ptr0, len0, val2);
    return ret;
}

/**
 * The refusal of a caller that may not use `function`.
 * @param {string} _function
 * @returns {any}
 */
export function forbidden(_function) {
    const ptr0 = passStringToWasm0(_function, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
    const len0 = WASM_VECTOR_LEN;
    const ret = wasm.forbidden(ptr0, len0);
    return ret;
}

/**
 * What a transaction has left, after `used` of `limits` (documents, bytes and ranges each; Convex's own
 * limits where empty): notes that take so many ranges each, documents, bytes, and reads side by side.
 * @param {Float64Array | number[]} used
 * @param {Float64Array | number[]} limits
 * @param {number} ranges_each
 * @returns {Float64Array}
 */
export function headroom(used, limits, ranges_each) {
    const val3 = +ranges_each;
    let ptr0, len0, ptr1, len1;
    try {
        ptr0 = passArrayF64ToWasm0(used, wasm.__wbindgen_malloc);
        len0 = WASM_VECTOR_LEN;
        ptr1 = passArrayF64ToWasm0(limits, wasm.__wbindgen_malloc);
        len1 = WASM_VECTOR_LEN;
    } catch (e) {
        if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 8, 8); }
        if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 8, 8); }
        throw e;
    }
    const ret = wasm.headroom(ptr0, len0, ptr1, len1, val3);
    var v4 = getArrayF64FromWasm0(ret[0], ret[1]).slice();
    wasm.__wbindgen_free(ret[0], ret[1] * 8, 8);
    return v4;
}

/**
 * What a run does with each note: 0 to 5 nothing, as it is in this class; 6 migrate, 7 repair, 8 it is
 * malformed. `changed_ms` has one an artifact, below 0 where it is completed.
 * @param {number} now_ms
 * @param {number | null | undefined} deferred_days
 * @param {boolean} repair
 * @param {Uint32Array | number[]} facts
 * @param {Float64Array | number[]} created_ms
 * @param {Uint32Array | number[]} of
 * @param {Float64Array | number[]} changed_ms
 * @returns {Uint8Array}
 */
export function judgeNotes(now_ms, deferred_days, repair, facts, created_ms, of, changed_ms) {
    const val5 = +now_ms;
    const val6 = +(isLikeNone(deferred_days) ? 0 : deferred_days);
    const val7 = +repair;
    let ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3;
    try {
        ptr0 = passArray32ToWasm0(facts, wasm.__wbindgen_malloc);
        len0 = WASM_VECTOR_LEN;
        ptr1 = passArrayF64ToWasm0(created_ms, wasm.__wbindgen_malloc);
        len1 = WASM_VECTOR_LEN;
        ptr2 = passArray32ToWasm0(of, wasm.__wbindgen_malloc);
        len2 = WASM_VECTOR_LEN;
        ptr3 = passArrayF64ToWasm0(changed_ms, wasm.__wbindgen_malloc);
        len3 = WASM_VECTOR_LEN;
    } catch (e) {
        if (ptr3) { wasm.__wbindgen_free(ptr3, len3 * 8, 8); }
        if (ptr2) { wasm.__wbindgen_free(ptr2, len2 * 4, 4); }
        if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 8, 8); }
        if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 4, 4); }
        throw e;
    }
    const ret = wasm.judgeNotes(val5, !isLikeNone(deferred_days), val6, val7, ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3);
    var v8 = getArrayU8FromWasm0(ret[0], ret[1]).slice();
    wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
    return v8;
}

/**
 * A warning where a host's own old action cannot get further.
 * @param {number} processed
 * @param {number} skipped
 * @returns {string | undefined}
 */
export function legacyWarning(processed, skipped) {
    const ret = wasm.legacyWarning(processed, skipped);
    let v1;
    if (ret[0] !== 0) {
        v1 = getStringFromWasm0(ret[0], ret[1]);
        wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
    }
    return v1;
}

/**
 * The refusal of a cursor whose position is not there any more.
 * @returns {any}
 */
export function lostPosition() {
    const ret = wasm.lostPosition();
    return ret;
}

/**
 * The refusal of an organization of which nothing is stored, for a host without a look-up.
 * @param {string} organization_id
 * @returns {any}
 */
export function nothingStored(organization_id) {
    const ptr0 = passStringToWasm0(organization_id, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
    const len0 = WASM_VECTOR_LEN;
    const ret = wasm.nothingStored(ptr0, len0);
    return ret;
}

/**
 * The refusal of an organization that nobody knows.
 * @param {string} organization_id
 * @returns {any}
 */
export function organizationNotFound(organization_id) {
    const ptr0 = passStringToWasm0(organization_id, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
    const len0 = WASM_VECTOR_LEN;
    const ret = wasm.organizationNotFound(ptr0, len0);
    return ret;
}
function __wbg_get_imports() {
    const import0 = {
        __proto__: null,
        __wbg_Error_208446807d0d1e30: function(arg0, arg1) {
            const ret = Error(getStringFromWasm0(arg0, arg1));
            return ret;
        },
        __wbg___wbindgen_is_string_fc456fee5d3317de: function(arg0) {
            const ret = typeof(arg0) === 'string';
            return ret;
        },
        __wbg___wbindgen_throw_4c88d8bf264fd984: function(arg0, arg1) {
            throw new Error(getStringFromWasm0(arg0, arg1));
        },
        __wbg_new_37eb45aaf5eeb820: function() {
            const ret = new Array();
            return ret;
        },
        __wbg_new_7075786089b89c5e: function() {
            const ret = new Map();
            return ret;
        },
        __wbg_new_cd4348290afae586: function() {
            const ret = new Object();
            return ret;
        },
        __wbg_set_8282f7e0d2d01336: function(arg0, arg1, arg2) {
            const ret = arg0.set(arg1, arg2);
            return ret;
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

const FlagChangeFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_flagchange_free(ptr, 1));
const MigrationRunFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_migrationrun_free(ptr, 1));
const StatusRunFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_statusrun_free(ptr, 1));

function getArrayF64FromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return getFloat64ArrayMemory0().subarray(ptr / 8, ptr / 8 + len);
}

function getArrayU32FromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return getUint32ArrayMemory0().subarray(ptr / 4, ptr / 4 + len);
}

function getArrayU8FromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return getUint8ArrayMemory0().subarray(ptr / 1, ptr / 1 + len);
}

let cachedFloat64ArrayMemory0 = null;
function getFloat64ArrayMemory0() {
    if (cachedFloat64ArrayMemory0 === null || cachedFloat64ArrayMemory0.byteLength === 0) {
        cachedFloat64ArrayMemory0 = new Float64Array(wasm.memory.buffer);
    }
    return cachedFloat64ArrayMemory0;
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

function passArray32ToWasm0(arg, malloc) {
    const ptr = malloc(arg.length * 4, 4) >>> 0;
    getUint32ArrayMemory0().set(arg, ptr / 4);
    WASM_VECTOR_LEN = arg.length;
    return ptr;
}

function passArray8ToWasm0(arg, malloc) {
    const ptr = malloc(arg.length * 1, 1) >>> 0;
    getUint8ArrayMemory0().set(arg, ptr / 1);
    WASM_VECTOR_LEN = arg.length;
    return ptr;
}

function passArrayF64ToWasm0(arg, malloc) {
    const ptr = malloc(arg.length * 8, 8) >>> 0;
    getFloat64ArrayMemory0().set(arg, ptr / 8);
    WASM_VECTOR_LEN = arg.length;
    return ptr;
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
    cachedFloat64ArrayMemory0 = null;
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
