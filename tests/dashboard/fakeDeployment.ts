/** A deployment that answers as the test says, and counts what it is asked. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll } from "vitest";

type Args = { organizationId?: string; runId?: string };
export type Functions = Record<string, (args: Args) => unknown>;

/** How a function fails by a ConvexError. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export const status = "scripts/v2MigrationStatus:default";

/** A status of so many notes. */
export const statusAnswer = (fields: object = {}) => ({
  voiceNotes: { total: 10 },
  migration: { migrated: 0, unfinished: 0, notReady: 0, deferred: 0, blocked: 0, eligible: 10 },
  duplicates: 0,
  effective: {
    voice_notes_v2: { enabled: false, reason: "DEFAULT" },
    entity_resolution_v2: { enabled: false, reason: "DEFAULT" },
  },
  featureFlags: { voice_notes_v2: false, entity_resolution_v2: false },
  samples: { unfinished: [], deferred: [], blocked: [], duplicates: [] },
  verdict: "notStarted",
  stopped: null,
  warnings: [],
  ...fields,
});

export const runAnswer = (fields: object = {}) => ({
  runId: "run_1",
  organizationId: "org_a",
  by: "Ann",
  reason: null,
  background: true,
  repair: false,
  retryOf: null,
  state: "running",
  stopped: null,
  progress: { settled: 2, share: null, notesPerSecond: 1, secondsLeft: null },
  outcome: {
    migrated: 2,
    repaired: 0,
    alreadyMigrated: 0,
    unfinished: 0,
    notReady: 0,
    deferred: 0,
    blocked: 0,
    failed: 0,
  },
  artifacts: 2,
  transcripts: 2,
  claims: 2,
  batches: 1,
  bytesWritten: 2_000,
  limit: null,
  bytesPerSecond: null,
  fullBytesPerSecond: null,
  lastError: null,
  startedMs: 1_760_000_000_000,
  updatedMs: 1_760_000_001_000,
  endedMs: null,
  next: [],
  ...fields,
});

export const noLedger = (): never => {
  throw new Refused("INVALID_ARGUMENT", "runs needs the ledger, which this host does not have");
};

const servers = new Set<Server>();
afterAll(() => {
  for (const server of servers) server.closeAllConnections();
  for (const server of servers) server.close();
});

export async function fakeDeployment(functions: Functions, delayMs = 0) {
  const calls: { path: string; args: Args }[] = [];
  const unanswered: string[] = [];
  const seen = { underWay: 0, mostAtOnce: 0, isSilent: false };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { path, args } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    if (seen.isSilent) {
      unanswered.push(path);
      response.writeHead(503).end("{}");
      return;
    }
    calls.push({ path, args });
    seen.underWay += 1;
    seen.mostAtOnce = Math.max(seen.mostAtOnce, seen.underWay);
    await sleep(delayMs);
    seen.underWay -= 1;
    response.writeHead(200, { "Content-Type": "application/json" });
    response.end(JSON.stringify(replyTo(functions, path, args)));
  });
  servers.add(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const count = (path: string): number => calls.filter((call) => call.path === path).length;
  return { url: `http://127.0.0.1:${port}`, calls, unanswered, count, seen };
}

function replyTo(functions: Functions, path: string, args: Args): object {
  const run = functions[path];
  if (run === undefined) return { status: "error", errorMessage: `Could not find function for '${path}'` };
  try {
    return { status: "success", value: run(args) ?? null };
  } catch (thrown) {
    if (!(thrown instanceof Refused)) throw thrown;
    const { code, message } = thrown;
    return { status: "error", errorMessage: "Uncaught ConvexError", errorData: { code, message } };
  }
}
