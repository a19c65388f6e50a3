import type { Connection } from "../connection/connect.js";
import { CallFailed } from "../connection/errors.js";
import { exitCodes, Failure } from "../failure.js";
import type { StatusAnswer } from "./answers.js";

/** An organization that the host knows; null where it was named by its id and nobody asked for more. */
export type Organization = { organizationId: string; name: string | null; slug: string | null };

/** An organization and how far it is. */
export type Found = Organization & { status: StatusAnswer };

/** Every organization of the host, or null where it offers no list. */
export async function listOrganizations(connection: Connection): Promise<Organization[] | null> {
  try {
    return (await connection.read("v2Rollout:organizations", {})) as Organization[] | null;
  } catch (thrown) {
    // A host that was wired for an earlier release.
    if (thrown instanceof CallFailed && thrown.problem.code === "FUNCTION_NOT_FOUND") return null;
    throw thrown;
  }
}

/** All organizations, for `--all`. */
export async function everyOrganization(connection: Connection): Promise<Organization[]> {
  const organizations = await listOrganizations(connection);
  if (organizations !== null) return organizations;
  throw new Failure(
    "This backend offers no list of its organizations, which --all needs.",
    "Name them one by one, or add `listOrganizations` to convex/v2RolloutHost.ts.",
    exitCodes.usage,
  );
}

export type StatusOptions = { deferredDays?: number };

/** Asks how far an organization is that is named by its id, its name or its slug. */
export async function find(connection: Connection, named: string, options: StatusOptions): Promise<Found> {
  const organization = { organizationId: named, name: null, slug: null };
  try {
    return { ...organization, status: await statusOf(connection, named, options) };
  } catch (thrown) {
    if (!(thrown instanceof CallFailed) || !mayBeName(thrown)) throw thrown;
    const listed = await listOrganizations(connection);
    if (listed === null) throw thrown;
    const known = amongNames(listed, named);
    if (known === null) throw unknown(connection, named);
    return { ...known, status: await statusOf(connection, known.organizationId, options) };
  }
}

export const statusOf = async (
  connection: Connection,
  organizationId: string,
  options: StatusOptions,
): Promise<StatusAnswer> =>
  (await connection.read("scripts/v2MigrationStatus:default", {
    organizationId,
    ...options,
  })) as StatusAnswer;

/** Neither an unknown id nor one with blanks in it is one. */
const mayBeName = ({ problem: { code, message } }: CallFailed): boolean =>
  code === "ORGANIZATION_NOT_FOUND" || (code === "INVALID_ARGUMENT" && message.includes("organizationId"));

/** An organization that is named by its id, its name or its slug, without a look at its notes. */
export async function organizationOf(connection: Connection, named: string): Promise<Organization> {
  const known = (await listOrganizations(connection)) ?? [];
  const ofId = known.find(({ organizationId }) => organizationId === named);
  return ofId ?? amongNames(known, named) ?? { organizationId: named, name: null, slug: null };
}

const unknown = ({ command }: Connection, named: string): CallFailed =>
  new CallFailed({
    code: "ORGANIZATION_NOT_FOUND",
    message: `no organization has the id, name or slug \`${named}\``,
    hint: `${command("status", "--all")} lists them`,
  });

function amongNames(known: readonly Organization[], named: string): Organization | null {
  const wanted = named.toLowerCase();
  const matching = known.filter(({ name, slug }) =>
    [name, slug].some((word) => word?.toLowerCase() === wanted),
  );
  if (matching.length < 2) return matching[0] ?? null;
  const ids = matching.map(({ organizationId }) => organizationId).join(", ");
  const message = `\`${named}\` is the name of ${matching.length} organizations: ${ids}`;
  throw new CallFailed({ code: "AMBIGUOUS_NAME", message, hint: "give the id of one of them" });
}
