import type { Report } from "../operator/report.js";

/** Prints a report: over several lines, or on one of its own where several follow each other. */
export function printJson(
  report: Omit<Report, "version" | "error" | "runs"> & Partial<Report>,
  isOneOfSeveral = false,
): void {
  const { command, deployment, exitCode, error = null, organizations, runs = null } = report;
  const whole: Report = { version: 1, command, deployment, exitCode, error, organizations, runs };
  process.stdout.write(`${JSON.stringify(whole, null, isOneOfSeveral ? undefined : 2)}\n`);
}
