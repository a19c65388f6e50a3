import type { Connection } from "../connection/connect.js";
import { find, type Organization } from "./organizations.js";
import { inParallel, problemOf } from "./parallel.js";
import { type OrganizationReport, reportOf } from "./report.js";

/** How far an organization is; what goes wrong is in the report, so that others can go on. */
async function lookAt(
  connection: Connection,
  { organizationId, name }: Organization,
  options: { deferredDays?: number },
): Promise<OrganizationReport> {
  try {
    const found = await find(connection, organizationId, options);
    return reportOf({ ...found, name: name ?? found.name }, { ending: "done", status: found.status });
  } catch (thrown) {
    return reportOf({ organizationId, name }, { ending: "failed", error: problemOf(thrown) });
  }
}

/** The same for several, some at a time. One that is named twice, as by its id and by its name, is one. */
export async function lookAtAll(
  connection: Connection,
  organizations: readonly Organization[],
  { parallel, deferredDays }: { parallel: number; deferredDays?: number },
): Promise<OrganizationReport[]> {
  const options = deferredDays === undefined ? {} : { deferredDays };
  const reports = await inParallel(organizations, parallel, (organization) =>
    lookAt(connection, organization, options),
  );
  return [...new Map(reports.map((report) => [report.organizationId, report])).values()];
}
