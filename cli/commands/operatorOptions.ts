import type { Command } from "commander";

import { addConnectionOptions, type ConnectionOptions, wholeNumber } from "../connection/options.js";

/** What every command of an operator takes. */
export type OperatorOptions = ConnectionOptions & { json?: boolean };

export type FleetOptions = OperatorOptions & { all?: boolean; parallel: number };

export type Consent = { yes?: boolean };

export function addOperatorOptions(command: Command): Command {
  return addConnectionOptions(command).option("--json", "print JSON, and nothing else on stdout");
}

export function addFleetOptions(command: Command): Command {
  return addOperatorOptions(
    command
      .argument("[organizations...]", "each by its id, or by its name or slug where the backend lists them")
      .option("--all", "every organization that the backend lists")
      .option("--parallel <n>", "how many at a time", wholeNumber, 4),
  );
}
