/** The two flags and their cascade: environment, platform row, organization row, off. */

import { environment, flagKeys } from "../../../../js-shims/flagRows";

/** A stored row's value; null where it is no boolean. */
export type RowValue = boolean | null;

export type FlagState = {
  environment: string | undefined;
  platform: RowValue | undefined;
  organization: RowValue[];
  userRows: number;
};

const variables = ["VOICE_NOTES_V2_GLOBAL", "ENTITY_RESOLUTION_V2_GLOBAL"] as const;

export { environment, flagKeys };

export const valueOf = (row: { enabled?: unknown }): RowValue =>
  typeof row.enabled === "boolean" ? row.enabled : null;

export type Reason = "ENVIRONMENT" | "PLATFORM" | "ORGANIZATION" | "DEFAULT";

export function effectiveOf(state: FlagState): { enabled: boolean; reason: Reason } {
  if (state.environment === "true" || state.environment === "false") {
    return { enabled: state.environment === "true", reason: "ENVIRONMENT" };
  }
  if (state.platform !== undefined) return { enabled: state.platform === true, reason: "PLATFORM" };
  if (state.organization.length > 0) {
    return { enabled: state.organization[0] === true, reason: "ORGANIZATION" };
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
    const [first] = state.organization;
    const row = wanted ?? (first === undefined ? undefined : first === true);
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
    if (state.platform === null || first === null) {
      warnings.push(
        `${key}: a row's \`enabled\` is missing or no boolean and counts as off; repair or delete that row`,
      );
    }
    if (state.organization.length > 1) {
      warnings.push(
        `${key}: ${state.organization.length} rows for this organization; the host reads the first; delete the others`,
      );
    }
    if (state.userRows > 0) {
      warnings.push(
        `${key}: ${state.userRows} user ${state.userRows === 1 ? "row" : "rows"} on the platform; they have no ` +
          "effect where an organization row, a platform row or the environment decides",
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
