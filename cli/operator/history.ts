import type { Connection } from "../connection/connect.js";
import type { Change } from "./answers.js";
import { lacksLedger } from "./runs.js";

/** The last changes of an organization's flags that the ledger has, from the newest on. */
export const changesOf = async (connection: Connection, organizationId: string): Promise<Change[]> =>
  (await connection.read("v2Rollout:changes", { organizationId })) as Change[];

/** The last one that wrote a flag; null where the ledger has none, or there is no ledger. */
export async function lastWritten(connection: Connection, organizationId: string): Promise<Change | null> {
  try {
    const changes = await changesOf(connection, organizationId);
    return changes.find(({ changed }) => changed.length > 0) ?? null;
  } catch (thrown) {
    if (lacksLedger(thrown)) return null;
    throw thrown;
  }
}
