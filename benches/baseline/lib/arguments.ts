/** What the arguments may hold beyond their types. */

import { ConvexError, type Value } from "convex/values";

export function refuse(code: string, message: string, hint?: string): never {
  throw new ConvexError({ code, message, ...(hint === undefined ? {} : { hint }) } as Value);
}

export function quoted(input: string): string {
  const shown = [...input]
    .slice(0, 64)
    .join("")
    .replace(/\p{Cc}/gu, "\ufffd");
  return [...input].length > 64 ? `\`${shown}\`…` : `\`${shown}\``;
}

function refuseArgument(argument: string, value: string, rule: string): never {
  return refuse("INVALID_ARGUMENT", `${argument} ${quoted(value)} ${rule}`);
}

export function checkOrganizationId(value: string): void {
  if (/^[!-~]{1,128}$/.test(value)) return;
  refuseArgument("organizationId", value, "must be 1 to 128 visible ASCII characters without spaces");
}

export function checkActor(argument: string, value: string): void {
  if (value.length <= 128 && /^[!-~]+( [!-~]+)*$/.test(value)) return;
  const rule = "must be 1 to 128 visible ASCII characters, with single spaces between words at most";
  refuseArgument(argument, value, rule);
}

export function checkReason(value: string): void {
  const { length } = [...value];
  if (length >= 1 && length <= 200 && !/\p{Cc}/u.test(value)) return;
  refuseArgument("reason", value, "must be 1 to 200 characters on one line");
}

export function checkWholeNumber(argument: string, value: number | undefined): void {
  if (value === undefined || (Number.isInteger(value) && value >= 1)) return;
  refuseArgument(argument, String(value), "must be a whole number from 1");
}
