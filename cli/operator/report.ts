import type { Problem } from "../connection/errors.js";
import { type ExitCode, exitCodes } from "../failure.js";
import type { Change, FlagChangeAnswer, NoteFailure, Run, StatusAnswer } from "./answers.js";
import type { Migration } from "./migration.js";
import type { ListedNote } from "./notes.js";

/** How a command ended for an organization. */
export type Ending =
  | "done"
  /** Notes are left, or counting ended early. */
  | "notComplete"
  /** Something overrules the organization's flags; nothing was written. */
  | "overruled"
  /** The operator did not agree; nothing was written. */
  | "declined"
  | "failed";

/** What a command came to for one organization. */
export type OrganizationReport = {
  organizationId: string;
  name: string | null;
  ending: Ending;
  error: Problem | null;
  status: StatusAnswer | null;
  change: FlagChangeAnswer | null;
  migration: Migration | null;
  /** The run of the ledger that the command started, resumed or watched. */
  run: Run | null;
  notes: ListedNote[] | null;
  /** The changes of its flags, from the newest on. */
  changes: Change[] | null;
};

/** What `--json` prints. A field may be added within a version; a change of meaning takes a new one. */
export type Report = {
  version: 1;
  command: string;
  deployment: string | null;
  exitCode: number;
  /** Of the command as a whole. */
  error: Problem | null;
  organizations: OrganizationReport[];
  /** Of the commands about runs. */
  runs: ReportedRun[] | null;
};

/** A run, and the notes that failed in it where the command tells of one run alone. */
export type ReportedRun = Run & { failures: NoteFailure[] | null };

export const reportOf = (
  organization: { organizationId: string; name: string | null },
  parts: Partial<OrganizationReport> & { ending: Ending },
): OrganizationReport => ({
  organizationId: organization.organizationId,
  name: organization.name,
  error: null,
  status: null,
  change: null,
  migration: null,
  run: null,
  notes: null,
  changes: null,
  ...parts,
});

/** How a command about one thing exits. */
export const endingCodes: Record<Ending, ExitCode> = {
  done: exitCodes.done,
  notComplete: exitCodes.notComplete,
  overruled: exitCodes.overruled,
  declined: exitCodes.failed,
  failed: exitCodes.failed,
};

/** The worst of all: a failure goes before what is overruled, and that before what is left. */
export function exitCodeOf(reports: readonly OrganizationReport[]): ExitCode {
  const endings = new Set(reports.map(({ ending }) => ending));
  if (endings.has("failed") || endings.has("declined")) return exitCodes.failed;
  if (endings.has("overruled")) return exitCodes.overruled;
  return endings.has("notComplete") ? exitCodes.notComplete : exitCodes.done;
}
