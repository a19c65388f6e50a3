import type { Connection } from "../connection/connect.js";
import type { Problem } from "../connection/errors.js";
import { Broken, migrateInWindows } from "./migrateInWindows.js";
import type { Migration, MigrationOptions } from "./migration.js";
import { statusOf } from "./organizations.js";
import { problemOf } from "./parallel.js";
import type { Ending, OrganizationReport } from "./report.js";

/** Migrates an organization of a backend without the ledger; what goes wrong is in the report. */
export async function runInWindows(
  connection: Connection,
  report: OrganizationReport,
  how: MigrationOptions,
  isInterrupted: () => boolean,
  onProgress: (soFar: Migration) => void,
): Promise<OrganizationReport> {
  const { organizationId } = report;
  let migration: Migration | null = null;
  try {
    migration = await migrateInWindows(connection, organizationId, how, isInterrupted, onProgress);
    const { deferredDays } = how;
    const status = await statusOf(
      connection,
      organizationId,
      deferredDays === undefined ? {} : { deferredDays },
    );
    return { ...report, migration, status, ending: endingOf(migration), error: errorOf(migration) };
  } catch (thrown) {
    if (thrown instanceof Broken) migration = thrown.soFar;
    const error = problemOf(thrown instanceof Broken ? thrown.cause : thrown);
    return { ...report, migration, status: null, ending: "failed", error };
  }
}

function endingOf({ done, stopped, outcome }: Migration): Ending {
  if (stopped === "failures" || stopped === "error" || outcome.failed > 0) return "failed";
  return done ? "done" : "notComplete";
}

function errorOf({ stopped, outcome, failures, warnings }: Migration): Problem | null {
  if (stopped === "error") {
    return { code: "STOPPED", message: "the deployment kept failing", hint: warnings.join("; ") || null };
  }
  if (stopped === "failures") {
    const [first] = failures;
    const hint = first === undefined ? null : `the first is ${first.voiceNoteId}: ${first.message}`;
    return { code: "STOPPED", message: "more than half of the notes that were tried failed", hint };
  }
  if (outcome.failed === 0) return null;
  const message = `${outcome.failed} ${outcome.failed === 1 ? "note" : "notes"} failed`;
  return {
    code: "NOTES_FAILED",
    message,
    hint: "see `failures` of --json, correct these notes, and run it again",
  };
}
