import type { Report } from "../operator/report.js";

/** Prints a report: over several lines, or on one of its own where several follow each other. */
export function printJson(
  report: Omit<Report, "version" | "error" | "runs"> & Partial<Report>,
  isOneOfSeveral = false,
): void {
  const whole: Report = { version: 1, error: null, runs: null, ...report };
  process.stdout.write(`${JSON.stringify(whole, null, isOneOfSeveral ? undefined : 2)}\n`);
}
