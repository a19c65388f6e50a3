/**
 * What a trap of the wasm leaves behind. Each call of a Convex function has an instance of its own; in these tests, and
 * for all that one action does, it is shared.
 */

import { beforeEach, expect, test, vi } from "vitest";

import type { StatusCall } from "../../js-shims/core";
import type * as Glue from "../../pkg/v2_rollout.js";
import module from "../../pkg/v2_rollout_bg.wasm";

const call: StatusCall = {
  organizationId: "org_a",
  check: false,
  acceptBlocked: false,
  indexes: "",
  halvings: 0,
  environment: { voice_notes_v2: undefined, entity_resolution_v2: undefined },
  nowMs: 1e12,
  artifactsAreIndexed: false,
};
const page = { isLast: true, malformed: [] };
/** More than fits into what an instance has left. */
const tooLong = "x".repeat(2_000_000);
const tooMany = Array(500_000).fill("on");

/** An instance whose memory cannot grow, as a call of a Convex function makes one. */
async function exhausted() {
  vi.resetModules();
  const core = await import("../../js-shims/core");
  const glue: typeof Glue = await import("../../pkg/v2_rollout.js");
  const { memory } = glue.initSync({ module });
  // An address space of 32 bits has 65,536 pages.
  memory.grow(65_536 - memory.buffer.byteLength / 65_536);
  return core;
}

let core: Awaited<ReturnType<typeof exhausted>>;
beforeEach(async () => {
  core = await exhausted();
});

/** What a status that has come to its first page answers then. */
function works({ StatusScan, Transaction }: typeof core): void {
  const scan = new StatusScan(call);
  const meter = new Transaction();
  expect(scan.next(meter)).toMatchObject({ kind: "readPage", range: { kind: "platformFlags" } });
  scan.feedFlags(["on"], page);
  expect(scan.next(meter)).toMatchObject({ kind: "readPage", range: { kind: "organizationFlags" } });
  core.free(scan, meter);
}

test("a call that finds no memory for its argument traps, and those that follow answer right", () => {
  for (let nth = 0; nth < 1_000; nth++) {
    expect(() => core.refuse({ kind: "noOrganization", organizationId: tooLong })).toThrow(
      WebAssembly.RuntimeError,
    );
  }
  works(core);
  expect(() => core.refuse({ kind: "noOrganization", organizationId: "org_b" })).toThrow(
    expect.objectContaining({ data: expect.anything() }),
  );
});

test("an object whose call trapped refuses any other, and freeing it does not hide why", () => {
  const scan = new core.StatusScan(call);
  const meter = new core.Transaction();
  const read = () => {
    try {
      scan.next(meter);
      scan.feedFlags(tooMany, page);
    } finally {
      core.free(scan, meter);
    }
  };
  expect(read).toThrow(WebAssembly.RuntimeError);
  expect(() => scan.next(meter)).toThrow();
});

test("what a trap has lost is lost for its own instance only", async () => {
  const scan = new core.StatusScan(call);
  scan.next(new core.Transaction());
  expect(() => scan.feedFlags(tooMany, page)).toThrow(WebAssembly.RuntimeError);
  const next = await exhausted();
  core = next;
  works(next);
});
