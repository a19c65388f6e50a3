/** Ready-made `authorize` hooks. */

import type { Authorize } from "./host.js";

declare const process: { env: Record<string, string | undefined> };

/** Lets everybody in, signed in or not: what the ADR accepted. */
export const anyone: Authorize = () => true;

/** Lets in whose identity has a claim with this value, as `identityClaim("role", "platform_staff")`. */
export const identityClaim =
  (claim: string, value: string | number | boolean): Authorize =>
  async ({ auth }) => {
    const identity = await auth.getUserIdentity();
    return (
      identity !== null && Object.prototype.hasOwnProperty.call(identity, claim) && identity[claim] === value
    );
  };

/**
 * Lets in whose identity's `tokenIdentifier` or `subject` stands in an environment variable of the deployment,
 * separated by commas. A `subject` is unique within one identity provider only: prefer `tokenIdentifier` where
 * there are several.
 */
export const allowList =
  (variable: string): Authorize =>
  async ({ auth }) => {
    const identity = await auth.getUserIdentity();
    if (identity === null) return false;
    const allowed = (process.env[variable] ?? "").split(",").map((entry) => entry.trim());
    return [identity.tokenIdentifier, identity.subject].some((id) => id !== "" && allowed.includes(id));
  };
