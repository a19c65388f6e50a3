/** Ready-made `authorize` hooks. */

import type { Authorize } from "./host.js";

declare const process: { env: Record<string, string | undefined> };

/**
 * Lets everybody in, signed in or not: what the ADR accepted. Anybody who knows the deployment's address can then run a
 * migration.
 *
 * @example
 * ```ts
 * export const host = defineHost({ functions, authorize: anyone });
 * ```
 */
export const anyone: Authorize = () => true;

/**
 * Lets in whoever's identity has a claim with exactly this value. Who is let in may use the function on every organization.
 *
 * @example
 * ```ts
 * export const host = defineHost({ functions, authorize: identityClaim("role", "platform_staff") });
 * ```
 */
export const identityClaim =
  (claim: string, value: string | number | boolean): Authorize =>
  async ({ auth }) => {
    const identity = await auth.getUserIdentity();
    return (
      identity !== null && Object.prototype.hasOwnProperty.call(identity, claim) && identity[claim] === value
    );
  };

/**
 * Lets in whoever's `tokenIdentifier` or `subject` is named in an environment variable of the deployment, separated by
 * commas. A `subject` is unique within one identity provider only: prefer `tokenIdentifier` if there are several.
 *
 * @example
 * ```ts
 * // npx convex env set V2_OPERATORS "https://auth.example.com|ann,https://auth.example.com|ben"
 * export const host = defineHost({ functions, authorize: allowList("V2_OPERATORS") });
 * ```
 */
export const allowList =
  (variable: string): Authorize =>
  async ({ auth }) => {
    const identity = await auth.getUserIdentity();
    if (identity === null) return false;
    const allowed = (process.env[variable] ?? "").split(",").map((entry) => entry.trim());
    return [identity.tokenIdentifier, identity.subject].some((id) => id !== "" && allowed.includes(id));
  };
