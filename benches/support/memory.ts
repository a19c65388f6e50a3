/// <reference path="../../js-shims/wasm.d.ts" />

import { initSync } from "../../pkg/v2_rollout.js";
import module from "../../pkg/v2_rollout_bg.wasm";

/** The memory of the core that `js-shims/core.ts` started: once started, it answers with the exports that it runs on. */
export const coreMemoryBytes = (): number => initSync({ module }).memory.buffer.byteLength;
