import type { FleetOptions, OperatorOptions } from "../commands/operatorOptions.js";
import { type Connection, connect, type OnWait } from "../connection/connect.js";
import { CallFailed } from "../connection/errors.js";
import { exitCodes, Failure } from "../failure.js";
import { everyOrganization, type Organization } from "./organizations.js";

const toStderr = (message: string): void => {
  process.stderr.write(`${message}\n`);
};

/** Connects; what is waited for is said on stderr, or where something is drawn there, above it. */
export const open = async (options: OperatorOptions, say: OnWait = toStderr): Promise<Connection> =>
  await connect(options, say);

/** The organizations that a command is about: as they were named, or all. */
export async function wanted(
  connection: Connection,
  named: readonly string[],
  { all }: FleetOptions,
): Promise<Organization[]> {
  if (named.length > 0 && all) {
    throw new Failure(
      "Organizations are named, and --all is given.",
      "Give one or the other.",
      exitCodes.usage,
    );
  }
  if (named.length === 0 && !all) {
    throw new Failure("No organization is named.", "Name one or more, or give --all.", exitCodes.usage);
  }
  if (all) return await everyOrganization(connection);
  return [...new Set(named)].map((organizationId) => ({ organizationId, name: null, slug: null }));
}

/** Which deployment is about to be changed: its address, where it tells. */
export async function deploymentOf({ name, isAddress, read }: Connection): Promise<string> {
  if (isAddress) return name;
  try {
    const address = await read("v2Rollout:deployment", {});
    return typeof address === "string" ? `${name} (${address})` : name;
  } catch (thrown) {
    // A host that was wired for an earlier release.
    if (thrown instanceof CallFailed) return name;
    throw thrown;
  }
}
