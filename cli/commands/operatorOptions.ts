import { type Command, InvalidArgumentError } from "commander";

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

/** Who acts, as the functions take it: refused here by the name of the option. */
export function actor(text: string): string {
  if (text.length <= 128 && /^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(text)) return text;
  throw new InvalidArgumentError(
    "It is 1 to 128 visible ASCII characters, with single spaces between words at most.",
  );
}
