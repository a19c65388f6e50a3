import type { Connection } from "../connection/connect.js";
import { find, type Organization } from "./organizations.js";
import { problemOf } from "./parallel.js";
import { type OrganizationReport, reportOf } from "./report.js";

/** How far an organization is; what goes wrong is in the report, so that others can go on. */
export async function lookAt(
  connection: Connection,
  { organizationId, name }: Organization,
  { deferredDays }: { deferredDays?: number } = {},
): Promise<OrganizationReport> {
  try {
    const options = deferredDays === undefined ? {} : { deferredDays };
    const found = await find(connection, organizationId, options);
    return reportOf({ ...found, name: name ?? found.name }, { ending: "done", status: found.status });
  } catch (thrown) {
    return reportOf({ organizationId, name }, { ending: "failed", error: problemOf(thrown) });
  }
}
