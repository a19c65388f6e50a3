/** A thousand organizations, as an operator lists them. */

import { execFile, execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { root } from "../support/root.js";
import { ADMIN_KEY, call } from "./call.js";
import { BUSY_NOTES, ORGANIZATIONS, organizationOf, QUIET_NOTES } from "./platform.js";

/** A table that takes an operator longer is of no use. */
const MOST_STATUS_MS = 180_000;
const MOST_OUTPUT_BYTES = 2 ** 28;

export type Listing = { organizationsMs: number; statusMs: number; failures: string[] };

export async function listAll(url: string, busy: number): Promise<Listing> {
  const failures: string[] = [];
  const begun = performance.now();
  const listed: { organizationId: string }[] = await call(url, "v2Rollout:organizations", {});
  const organizationsMs = performance.now() - begun;
  const expected = Array.from({ length: ORGANIZATIONS }, (_, nth) => organizationOf(nth));
  const ids = listed.map(({ organizationId }) => organizationId).sort();
  if (ids.join() !== expected.join()) failures.push(`organizations lists ${ids.length} of ${ORGANIZATIONS}`);

  const reports = await statusOfAll(url);
  if (reports.organizations.length !== ORGANIZATIONS) failures.push("status --all leaves organizations out");
  for (const { organizationId, ending, status } of reports.organizations) {
    const notes = expected.indexOf(organizationId) < busy ? BUSY_NOTES : QUIET_NOTES;
    if (ending === "done" && status.voiceNotes.total === notes) continue;
    failures.push(`status --all of ${organizationId}: ${ending}, ${status?.voiceNotes.total} notes`);
  }
  if (reports.ms > MOST_STATUS_MS) failures.push(`status --all takes ${Math.round(reports.ms / 1_000)} s`);
  return { organizationsMs, statusMs: reports.ms, failures };
}

type Report = { organizationId: string; ending: string; status: { voiceNotes: { total: number } } };

/** `npx v2-rollout status --all --json`, of the program as it is in the source tree. */
async function statusOfAll(url: string): Promise<{ organizations: Report[]; ms: number }> {
  execFileSync("npm", ["run", "--silent", "prepack"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  const state = await mkdtemp(path.join(tmpdir(), "load-"));
  try {
    const begun = performance.now();
    const program = path.join(root, "dist/cli/main.js");
    const { stdout } = await promisify(execFile)(process.execPath, [program, "status", "--all", "--json"], {
      cwd: path.join(root, "tests/backend"),
      maxBuffer: MOST_OUTPUT_BYTES,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        CI: "1",
        CONVEX_SELF_HOSTED_URL: url,
        CONVEX_SELF_HOSTED_ADMIN_KEY: ADMIN_KEY,
        XDG_STATE_HOME: state,
      },
    });
    return { ...JSON.parse(stdout), ms: performance.now() - begun };
  } finally {
    await rm(state, { recursive: true, force: true });
  }
}
