import { CallFailed } from "../connection/errors.js";
import type { Organization } from "../operator/organizations.js";

/** The organizations that were named: each by its id, or by its name or slug where the host lists them. */
export function organizationsNamed(
  words: readonly string[],
  listed: readonly Organization[] | null,
): Organization[] {
  const found = words.map((word): Organization => {
    const byId = listed?.find(({ organizationId }) => organizationId === word);
    if (byId !== undefined) return byId;
    const wanted = word.toLowerCase();
    const matching = (listed ?? []).filter(({ name, slug }) =>
      [name, slug].some((text) => text?.toLowerCase() === wanted),
    );
    if (matching.length < 2) return matching[0] ?? { organizationId: word, name: null, slug: null };
    const ids = matching.map(({ organizationId }) => organizationId).join(", ");
    const message = `\`${word}\` is the name of ${matching.length} organizations: ${ids}`;
    throw new CallFailed({ code: "AMBIGUOUS_NAME", message, hint: "give the id of one of them" });
  });
  return [...new Map(found.map((organization) => [organization.organizationId, organization])).values()];
}
