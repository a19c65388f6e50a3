import { exitCodes } from "../failure.js";
import { changesOf } from "../operator/history.js";
import { organizationOf } from "../operator/organizations.js";
import { reportOf } from "../operator/report.js";
import { open } from "../operator/session.js";
import { printHistory } from "../show/history.js";
import { printJson } from "../show/json.js";
import { print } from "../terminal/print.js";
import type { OperatorOptions } from "./operatorOptions.js";

/** Shows the changes of an organization's flags, from the newest on. */
export async function history(named: string, options: OperatorOptions): Promise<void> {
  const connection = await open(options);
  const organization = await organizationOf(connection, named);
  const { organizationId } = organization;
  const changes = await changesOf(connection, organizationId);
  if (options.json) {
    const report = reportOf(organization, { ending: "done", changes });
    const { done: exitCode } = exitCodes;
    printJson({ command: "history", deployment: connection.name, exitCode, organizations: [report] });
  } else if (changes.length === 0) print(`The ledger has no change of the flags of ${organizationId}.`);
  else printHistory(changes);
}
