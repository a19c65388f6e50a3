import type { Report } from "../operator/report.js";

/** Prints a report: over several lines, or on one of its own where several follow each other. */
export function printJson(report: Report, isOneOfSeveral = false): void {
  process.stdout.write(`${JSON.stringify(report, null, isOneOfSeveral ? undefined : 2)}\n`);
}
