/** The two flags and their cascade: environment, platform row, organization row, off. */

import { environment, flagKeys } from "../../../js-shims/flagRows";

/** A stored row's value; null where it is no boolean. */
export type RowValue = boolean | null;

export type FlagState = {
  environment: string | undefined;
  /** Of the first row each. */
  platform: RowValue | undefined;
  organization: RowValue | undefined;
  organizationRows: number;
  userRows: number;
  /** There may be more of them than were read. */
  hasMoreUserRows: boolean;
};

const variables = ["VOICE_NOTES_V2_GLOBAL", "ENTITY_RESOLUTION_V2_GLOBAL"] as const;

export { environment, flagKeys };

export const valueOf = ({ enabled }: Record<string, unknown>): RowValue =>
  typeof enabled === "boolean" ? enabled : null;

export type Reason = "ENVIRONMENT" | "PLATFORM" | "ORGANIZATION" | "DEFAULT";

export function effectiveOf(state: FlagState): { enabled: boolean; reason: Reason } {
  if (state.environment === "true" || state.environment === "false") {
    return { enabled: state.environment === "true", reason: "ENVIRONMENT" };
  }
  if (state.platform !== undefined) return { enabled: state.platform === true, reason: "PLATFORM" };
  if (state.organization !== undefined) {
    return { enabled: state.organization === true, reason: "ORGANIZATION" };
  }
  return { enabled: false, reason: "DEFAULT" };
}

/** A value for each flag, by its key. */
export const byKey = <T>(values: readonly T[]) =>
  Object.fromEntries(flagKeys.map((key, at) => [key, values[at]])) as Record<(typeof flagKeys)[number], T>;

/** What an operator must know about the flags; `wanted` is what was asked for, if anything was. */
export function warningsOf(states: readonly FlagState[], wanted: boolean | undefined): string[] {
  const warnings: string[] = [];
  for (const [at, state] of states.entries()) {
    const key = flagKeys[at];
    const variable = variables[at];
    const { enabled, reason } = effectiveOf(state);
    const { organization, organizationRows, userRows } = state;
    const row = wanted ?? (organization === undefined ? undefined : organization === true);
    if (row !== undefined && row !== enabled) {
      if (reason === "ENVIRONMENT") {
        warnings.push(
          `${key}: the environment overrules the organization: ${variable} is \`${enabled}\`; change it with ` +
            `\`npx convex env set ${variable} ${!enabled}\`, or let organizations decide with ` +
            `\`npx convex env remove ${variable}\``,
        );
      } else if (reason === "PLATFORM") {
        warnings.push(
          `${key}: a platform row overrules the organization: it is \`${enabled}\`; change it with \`npx convex ` +
            `run lib/featureFlags:setFeatureFlag '{"featureKey": "${key}", "scope": "platform", "enabled": ` +
            `${!enabled}}'\`, or delete the row so that organizations decide`,
        );
      }
    }
    if (state.platform === null || organization === null) {
      warnings.push(
        `${key}: a row's \`enabled\` is missing or no boolean and counts as off; repair or delete that row`,
      );
    }
    if (organizationRows > 1) {
      warnings.push(
        `${key}: ${organizationRows} rows for this organization; the host reads the first; delete the others`,
      );
    }
    if (userRows > 0) {
      const least = state.hasMoreUserRows ? "at least " : "";
      warnings.push(
        `${key}: ${least}${userRows} user ${userRows === 1 ? "row" : "rows"} on the platform; they have no effect ` +
          "where an organization row, a platform row or the environment decides",
      );
    }
  }
  const on = states.map((state) => effectiveOf(state).enabled);
  if (on[0] !== on[1]) {
    const [isOn, isOff] = on[0] ? flagKeys : [flagKeys[1], flagKeys[0]];
    warnings.push(
      `half on: ${isOn} is on and ${isOff} is off; run enableV2ForOrg or disableV2ForOrg to bring both to one value`,
    );
  }
  return warnings;
}
