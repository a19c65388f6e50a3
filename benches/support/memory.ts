/// <reference path="../../js-shims/wasm.d.ts" />
/** The core's memory. Of the benches only this file and `filter/ours.ts` know what `pkg/` exports. */

import { initSync } from "../../pkg/v2_rollout.js";
import module from "../../pkg/v2_rollout_bg.wasm";

/** Once started, the core answers with the exports that it runs on. */
export const coreMemoryBytes = (): number => initSync({ module }).memory.buffer.byteLength;
