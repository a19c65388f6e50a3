/// <reference path="./wasm.d.ts" />
/// <reference lib="esnext.disposable" preserve="true" />

/**
 * The core, as wasm-pack made it. Importing this file compiles nothing anew: the bundler gives a compiled module, and each
 * call makes an instance of it in its own context.
 *
 * Objects of the core hold memory that Convex's runtime never frees by itself: `free` them.
 *
 * @example
 * ```ts
 * const run = new StatusRun(call);
 * try {
 *   return run.counted(answer, Date.now());
 * } finally {
 *   free(run);
 * }
 * ```
 */

import {
  constants as coreConstants,
  initSync,
  type RefusedCall,
  refuse as refuseByCore,
} from "../pkg/v2_rollout.js";
import module from "../pkg/v2_rollout_bg.wasm";

initSync({ module });

export * from "../pkg/v2_rollout.js";

/**
 * Frees objects of the core. One whose call trapped, as for want of memory, is still in use and cannot be freed: the trap
 * is the error that a caller must see then.
 *
 * @example
 * ```ts
 * free(scan, meter);
 * ```
 */
export function free(...objects: readonly { free(): void }[]): void {
  for (const object of objects) {
    try {
      object.free();
    } catch {
      // Its instance ends with the call of the function.
    }
  }
}

/**
 * What must be known to read documents and to tell the core about them. It is the same in every call.
 *
 * @example
 * ```ts
 * const { voice_notes_v2 } = constants.flagVariables; // "VOICE_NOTES_V2_GLOBAL"
 * ```
 */
export const constants = coreConstants();

/** Throws why a call is refused. */
export function refuse(call: RefusedCall): never {
  refuseByCore(call);
  throw new Error("the core refuses by throwing");
}
