import type { Connection } from "../connection/connect.js";
import { CallFailed } from "../connection/errors.js";
import { exitCodes, Failure } from "../failure.js";
import type { FlagChangeAnswer } from "../operator/answers.js";
import { changeFlags, type FlagChange, type FlagOptions } from "../operator/changeFlags.js";
import { lastChange } from "../operator/changes.js";
import { agrees } from "../operator/consent.js";
import { lastWritten } from "../operator/history.js";
import { type Found, find } from "../operator/organizations.js";
import { exitCodeOf, type OrganizationReport } from "../operator/report.js";
import { deploymentOf, open } from "../operator/session.js";
import { printFlagChange } from "../show/flagChange.js";
import { rowsOf } from "../show/flags.js";
import { printJson } from "../show/json.js";
import { when } from "../show/times.js";
import { print } from "../terminal/print.js";
import type { Consent, OperatorOptions } from "./operatorOptions.js";

export type UndoOptions = OperatorOptions & Consent & FlagOptions & { previous?: string };

/** The way back: which function takes it, what of, and to which rows, where that is known. */
type WayBack = { by: readonly FlagChange[]; restore: string; of: string; to: string | null };

/** A change that can be undone. */
type Undoable = {
  change: FlagChange;
  previous: string | null;
  isUndo: boolean;
  before: FlagChangeAnswer["before"] | null;
  /** When it was made, and by whom where that is known. */
  made: string;
};

export async function undo(named: string, options: UndoOptions): Promise<void> {
  const connection = await open(options);
  const found = await find(connection, named, {});
  const deployment = await deploymentOf(connection);
  const way = await wayBack(connection, deployment, found.organizationId, options);
  const to = way.to === null ? "" : ` (${way.to})`;
  const question = `Bring the flags of ${found.name ?? found.organizationId} on ${deployment} back to what they were before ${way.of}${to}?`;
  if (!(await agrees({ what: "Undoing a change", question }, options))) {
    print("Nothing was changed.");
    process.exitCode = exitCodes.failed;
    return;
  }
  const report = await restore(connection, deployment, found, way, options);
  process.exitCode = exitCodeOf([report]);
  if (options.json) {
    const exitCode = Number(process.exitCode);
    printJson({ version: 1, command: "undo", deployment, exitCode, error: null, organizations: [report] });
    return;
  }
  if (report.error !== null) throw new CallFailed(report.error);
  printFlagChange(report, "undo", options);
}

async function wayBack(
  connection: Connection,
  deployment: string,
  organizationId: string,
  { previous: given, yes }: UndoOptions,
): Promise<WayBack> {
  // Only the deployment can tell which of the two takes it.
  if (given !== undefined) return { by: ["disable", "enable"], restore: given, of: "the change", to: null };
  const last = await lastUndoable(connection, deployment, organizationId);
  // A script that runs twice would else switch back on what its first run switched off.
  if (last.isUndo && yes) {
    throw new Failure(
      `The last change of ${organizationId} was an undo already, ${last.made}.`,
      "Give the `previous` of the answer to the change that you mean with --previous, or use enable or disable.",
    );
  }
  return wayBackFrom(organizationId, last);
}

/** The last change that wrote something: by the ledger, or by this machine where the ledger has none. */
async function lastUndoable(
  connection: Connection,
  deployment: string,
  organizationId: string,
): Promise<Undoable> {
  const kept = await lastWritten(connection, organizationId);
  if (kept !== null) {
    const change = kept.function === "enableV2ForOrg" ? "enable" : "disable";
    const { previous, before, restore: isUndo } = kept;
    return { change, previous, isUndo, before, made: `${when(kept.atMs)} by ${kept.by}` };
  }
  const last = lastChange(deployment, organizationId);
  if (last === null) {
    throw new Failure(
      `Neither the ledger nor this machine knows a change of ${organizationId} on ${deployment}.`,
      "Give the `previous` of the answer to the change with --previous, or use enable or disable.",
      exitCodes.failed,
    );
  }
  const { change, previous, at: made, restore: isUndo = false, before = null } = last;
  return { change, previous, isUndo, before, made };
}

function wayBackFrom(organizationId: string, { change, previous, isUndo, before, made }: Undoable): WayBack {
  const of = `the ${isUndo ? "undo" : change} of ${made}`;
  if (previous === null) {
    throw new Failure(
      `What the flags of ${organizationId} were before ${of} is not known.`,
      `Use ${opposite[change]}.`,
    );
  }
  return { by: [opposite[change]], restore: previous, of, to: before === null ? null : rowsOf(before) };
}

const opposite = { enable: "disable", disable: "enable" } as const;

async function restore(
  connection: Connection,
  deployment: string,
  found: Found,
  { by: [first = "disable", other], restore: previous }: WayBack,
  options: UndoOptions,
): Promise<OrganizationReport> {
  const { by, reason } = options;
  const how = {
    restore: previous,
    ...(by === undefined ? {} : { by }),
    ...(reason === undefined ? {} : { reason }),
  };
  const report = await changeFlags(connection, deployment, found, first, how);
  const isOfOther =
    report.error?.code === "INVALID_ARGUMENT" && JSON.stringify(report.error).includes(`${other}V2ForOrg`);
  return other !== undefined && isOfOther
    ? await changeFlags(connection, deployment, found, other, how)
    : report;
}
