import type { ConnectionOptions } from "../connection/options.js";
import type { FlagChange } from "../operator/changeFlags.js";
import type { OrganizationReport } from "../operator/report.js";
import { bold, green, yellow } from "../terminal/color.js";
import { print, printLines } from "../terminal/print.js";
import { columns } from "../terminal/width.js";
import { wrap } from "../terminal/wrap.js";
import { rowOf } from "./flags.js";
import { keyReminder, shellCommand } from "./shellCommand.js";
import { suggestions } from "./suggestions.js";

const { stdout } = process;

/** What a change of one organization's flags came to. */
export function printFlagChange(
  { organizationId, change, status }: OrganizationReport,
  did: FlagChange | "undo",
  options: ConnectionOptions,
): void {
  printLines(bold(stdout, organizationId));
  if (change === null) {
    print(
      "The answer was lost, but the status shows that both flags are as you want them. What they were before is not known here, so `undo` cannot bring it back.",
    );
  } else {
    for (const key of change.flagsSet) {
      const [before, after] = [rowOf(change.before[key]), rowOf(change.after[key])];
      const row = before === after ? `row stays ${after}` : `row ${before} → ${after}`;
      const { enabled } = change.effective[key];
      printLines(`  ${key.padEnd(22)}${row.padEnd(20)}${enabled ? green(stdout, "on") : "off"}`);
    }
    for (const warning of change.warnings) {
      printLines(`${yellow(stdout, "!")} ${wrap(warning, 2, Math.min(columns(), 100))}`);
    }
  }
  if (change !== null && change.changed.length > 0 && did !== "undo") {
    printLines("", "To bring them back to what they were:", shellCommand(["undo", organizationId], options));
  }
  const next = did === "enable" && status !== null ? suggestions(organizationId, status).slice(0, 1) : [];
  for (const { why, words } of next) printLines("", why, shellCommand(words, options));
  const reminder = keyReminder(options);
  if (reminder !== null) printLines("", reminder);
}
