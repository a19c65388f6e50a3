import { setTimeout as sleep } from "node:timers/promises";

import type { Connection } from "../connection/connect.js";
import { CallFailed } from "../connection/errors.js";
import { find, type Organization, statusOf } from "../operator/organizations.js";
import { inParallel, problemOf } from "../operator/parallel.js";
import { exitCodeOf, type OrganizationReport, reportOf } from "../operator/report.js";
import { open, wanted } from "../operator/session.js";
import { printJson } from "../show/json.js";
import { printStatus } from "../show/statusSummary.js";
import { printLines } from "../terminal/print.js";
import { sentence, wrap } from "../terminal/wrap.js";
import type { FleetOptions } from "./operatorOptions.js";

export type StatusOptions = FleetOptions & {
  check?: boolean;
  acceptBlocked?: boolean;
  deferredDays?: number;
  watch?: boolean;
};

const WATCH_MS = 5_000;

export async function status(named: string[], options: StatusOptions): Promise<void> {
  const connection = await open(options);
  const organizations = await wanted(connection, named, options);
  for (;;) {
    const reports = await inParallel(organizations, options.parallel, (organization) =>
      lookAt(connection, organization, options),
    );
    process.exitCode = exitCodeOf(reports);
    if (options.watch && process.stdout.isTTY === true && !options.json) clear();
    await show(reports, connection, options);
    const isOver = options.check === true && reports.every(({ ending }) => ending === "done");
    if (!options.watch || isOver) return;
    await sleep(WATCH_MS);
  }
}

/** With `--check` the deployment decides whether an organization is complete. */
async function lookAt(
  connection: Connection,
  organization: Organization,
  { check, acceptBlocked, deferredDays }: StatusOptions,
): Promise<OrganizationReport> {
  const arguments_ = deferredDays === undefined ? {} : { deferredDays };
  try {
    const found = await find(connection, organization.organizationId, arguments_);
    const known = { ...found, name: organization.name ?? found.name };
    if (!check) return reportOf(known, { ending: "done", status: found.status });
    try {
      const asked = { ...arguments_, check, ...(acceptBlocked ? { acceptBlocked } : {}) };
      const complete = await statusOf(connection, found.organizationId, asked);
      return reportOf(known, { ending: "done", status: complete });
    } catch (thrown) {
      if (!(thrown instanceof CallFailed) || thrown.problem.code !== "NOT_COMPLETE") throw thrown;
      return reportOf(known, { ending: "notComplete", status: found.status, error: thrown.problem });
    }
  } catch (thrown) {
    return reportOf(organization, { ending: "failed", error: problemOf(thrown) });
  }
}

async function show(
  reports: readonly OrganizationReport[],
  connection: Connection,
  options: StatusOptions,
): Promise<void> {
  if (options.json) {
    const { exitCode } = process;
    const deployment = connection.name;
    printJson(
      {
        version: 1,
        command: "status",
        deployment,
        exitCode: Number(exitCode),
        error: null,
        organizations: [...reports],
      },
      options.watch,
    );
    return;
  }
  const [only] = reports;
  if (reports.length === 1 && only?.status) {
    printStatus({ ...only, slug: null, status: only.status }, connection.name, options);
    if (only.error !== null) printLines("", wrap(`${sentence(only.error.message)}.`));
    return;
  }
  if (reports.length === 1 && only?.error) throw new CallFailed(only.error);
  const { fleetLine, printFleet, runColumn } = await import("../show/fleetTable.js");
  printFleet(reports, reports.some((report) => runColumn.of(report) !== "") ? [runColumn] : []);
  printLines("", fleetLine(reports), connection.name);
}

/** Draws over what is on the screen. */
function clear(): void {
  process.stdout.write("\u001b[H\u001b[J");
}
