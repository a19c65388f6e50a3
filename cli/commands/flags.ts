import { CallFailed } from "../connection/errors.js";
import { changeFlags, type FlagChange, type FlagOptions } from "../operator/changeFlags.js";
import { agrees } from "../operator/consent.js";
import { lookAtAll } from "../operator/lookAt.js";
import { inParallel } from "../operator/parallel.js";
import { exitCodeOf, type OrganizationReport } from "../operator/report.js";
import { deploymentOf, open, wanted } from "../operator/session.js";
import { printFlagChange } from "../show/flagChange.js";
import { printJson } from "../show/json.js";
import { counted } from "../show/numbers.js";
import { verdictSentence } from "../show/statusSummary.js";
import { print, printLines } from "../terminal/print.js";
import type { Consent, FleetOptions } from "./operatorOptions.js";

export type FlagsOptions = FleetOptions & Consent & FlagOptions;

const words = {
  enable: { verb: "Switch v2 on", what: "Switching v2 on" },
  disable: { verb: "Switch v2 off", what: "Switching v2 off" },
} as const;

export async function flags(change: FlagChange, named: string[], options: FlagsOptions): Promise<void> {
  const connection = await open(options);
  const organizations = await wanted(connection, named, options);
  const deployment = await deploymentOf(connection);
  const looked = await lookAtAll(connection, organizations, { parallel: options.parallel });
  const found = looked.filter(({ ending }) => ending === "done");
  if (organizations.length === 1 && looked[0]?.error && !options.json) throw new CallFailed(looked[0].error);
  if (!options.json) await showBefore(looked);
  const { verb, what } = words[change];
  const [only] = found;
  const whom =
    organizations.length === 1 ? (only?.name ?? only?.organizationId) : counted(found.length, "organization");
  const question = `${verb} for ${whom} on ${deployment}?`;
  const typed = options.all ? { typed: String(found.length) } : {};
  const isAgreed = found.length > 0 && (await agrees({ what, question, ...typed }, options));
  const changed = isAgreed
    ? await inParallel(found, options.parallel, (report) =>
        changeFlags(connection, deployment, { ...report, slug: null }, change, options),
      )
    : found.map((report): OrganizationReport => ({ ...report, ending: "declined" }));
  const reports = [...looked.filter(({ ending }) => ending === "failed"), ...changed];
  process.exitCode = exitCodeOf(reports);
  if (options.json) {
    const exitCode = Number(process.exitCode);
    printJson({ version: 1, command: change, deployment, exitCode, error: null, organizations: reports });
  } else if (!isAgreed) print("Nothing was changed.");
  else await showAfter(reports, change, options);
}

/** How far they are, so that nobody switches on what is not migrated without having seen it. */
async function showBefore(reports: readonly OrganizationReport[]): Promise<void> {
  const [only] = reports;
  if (reports.length === 1 && only?.status) {
    printLines(`${only.organizationId}: ${verdictSentence(only.status)}`, "");
    return;
  }
  const { printFleet } = await import("../show/fleetTable.js");
  printFleet(reports);
  printLines("");
}

async function showAfter(
  reports: readonly OrganizationReport[],
  change: FlagChange,
  options: FlagsOptions,
): Promise<void> {
  const [only] = reports;
  if (reports.length === 1 && only) {
    if (only.error !== null) throw new CallFailed(only.error);
    printFlagChange(only, change, options);
    return;
  }
  const { changedColumn, fleetLine, printFleet } = await import("../show/fleetTable.js");
  printFleet(reports, [changedColumn]);
  printLines("", fleetLine(reports));
}
