/** What most tests begin with. */

import { isRolloutError } from "../../js-shims/errors";
import type { Backend } from "./backend";
import * as make from "./documents";

export const staff = { subject: "staff_1" };
export const coach = { subject: "coach_1" };

/** Two organizations, a platform staff member and a coach. */
export async function seed(t: Backend): Promise<void> {
  await t.run(async ({ db }) => {
    for (const id of ["org_a", "org_b"]) await db.insert("organizations", make.organization(id));
    await db.insert("users", { subject: staff.subject, name: "Staff", isPlatformStaff: true });
    await db.insert("users", { subject: coach.subject, name: "Coach", isPlatformStaff: false });
  });
}

/** The code of this library's error; the message of another one. */
export function codeOf(error: unknown): string {
  if (isRolloutError(error)) return error.data.code;
  return error instanceof Error ? error.message : String(error);
}
