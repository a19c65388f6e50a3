/// <reference path="./wasm.d.ts" />
/// <reference lib="esnext.disposable" preserve="true" />

/**
 * The core, as wasm-pack made it. Importing this file compiles nothing anew: the bundler gives a compiled module, of
 * which every call makes an instance in its own context.
 */

import { constants as coreConstants, initSync } from "../pkg/v2_rollout.js";
import module from "../pkg/v2_rollout_bg.wasm";

initSync({ module });

export * from "../pkg/v2_rollout.js";

/** What must be known to read and to describe documents. */
export const constants = coreConstants();
