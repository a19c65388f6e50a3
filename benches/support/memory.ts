/// <reference path="../../js-shims/wasm.d.ts" />
/** The memory of the migration's core. Of the benches only this file and `filter/ours.ts` know what `pkg/` exports. */

import { initSync } from "../../pkg/migration.js";
import module from "../../pkg/migration_bg.wasm";

/** Once started, the core answers with the exports that it runs on. */
export const coreMemoryBytes = (): number => initSync({ module }).memory.buffer.byteLength;
