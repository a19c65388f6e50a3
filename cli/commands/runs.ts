import { exitCodes } from "../failure.js";
import { everyOrganization, organizationOf } from "../operator/organizations.js";
import { runsOf } from "../operator/runs.js";
import { open } from "../operator/session.js";
import { printJson } from "../show/json.js";
import { printRuns } from "../show/runsTable.js";
import { shellCommand } from "../show/shellCommand.js";
import { print, printLines } from "../terminal/print.js";
import type { OperatorOptions } from "./operatorOptions.js";

export type RunsOptions = OperatorOptions & { all?: boolean };

/** Lists runs from the newest on: the last ones of all, or those of organizations. */
export async function runs(named: string[], options: RunsOptions): Promise<void> {
  const connection = await open(options);
  const organizations = options.all
    ? await everyOrganization(connection)
    : await Promise.all(named.map((name) => organizationOf(connection, name)));
  const reaches = organizations.map(({ organizationId }) => ({ organizationId }));
  const listed = await Promise.all(
    (reaches.length === 0 ? [{}] : reaches).map((reach) => runsOf(connection, reach)),
  );
  const found = listed.flat().sort((a, b) => b.startedMs - a.startedMs);
  if (options.json) {
    const { done: exitCode } = exitCodes;
    const listedRuns = found.map((run) => ({ ...run, failures: null }));
    printJson({
      command: "runs",
      deployment: connection.name,
      exitCode,
      organizations: [],
      runs: listedRuns,
    });
    return;
  }
  if (found.length === 0) {
    print(named.length === 0 ? "The ledger has no run." : `The ledger has no run of ${named.join(", ")}.`);
    return;
  }
  printRuns(found);
  const [first] = found;
  if (first === undefined) return;
  printLines("", "To see one, or to watch it with --watch:");
  printLines(shellCommand(["run", first.runId.slice(0, 8)], options));
}
