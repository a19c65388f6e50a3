import type { ConnectionOptions } from "../connection/options.js";
import type { FlagKey, StatusAnswer } from "../operator/answers.js";
import type { Found } from "../operator/organizations.js";
import { bold, dim, green, yellow } from "../terminal/color.js";
import { printLines } from "../terminal/print.js";
import { columns } from "../terminal/width.js";
import { wrap } from "../terminal/wrap.js";
import { classBar } from "./bar.js";
import { classes, verdicts } from "./classes.js";
import { decidedBy } from "./flags.js";
import { changeLine } from "./history.js";
import { counted, number, percent } from "./numbers.js";
import { runLine } from "./runLine.js";
import { keyReminder, shellCommand } from "./shellCommand.js";
import { overrulers, suggestions } from "./suggestions.js";

const { stdout } = process;

/** The status of one organization, on a screen. */
export function printStatus(
  found: Found,
  deployment: string,
  options: ConnectionOptions & { deferredDays?: number },
): void {
  const { organizationId, name, status } = found;
  const title = name === null ? organizationId : `${name} (${organizationId})`;
  printLines(`${bold(stdout, title)}  ${dim(stdout, deployment)}`, "", verdictSentence(status));
  if (status.voiceNotes.total > 0) {
    printLines(
      "",
      `  ${classBar(status.migration, Math.min(columns(), 100) - 4)}`,
      "",
      ...classLines(status),
    );
  }
  printLines("", ...flagLines(status));
  const told = ledgerLines(status);
  if (told.length > 0) printLines("", ...told);
  for (const warning of status.warnings.filter((text) => !isSaidByClasses(text))) {
    // The samples are in the JSON; here a command shows all of the notes.
    const said = warning.replace("see `samples`", `see \`list ${organizationId} duplicates\``);
    printLines("", `${yellow(stdout, "!")} ${wrap(said, 2, Math.min(columns(), 100))}`);
  }
  const by = overrulers(status);
  if (by.length > 0) {
    const said = `\`enable\` would be refused: ${by.join(" and ")} ${by.length === 1 ? "decides" : "decide"} for all organizations.`;
    printLines("", wrap(said, 0, Math.min(columns(), 100)));
  }
  const next = suggestions(organizationId, status, options.deferredDays);
  for (const { why, words } of next) printLines("", why, shellCommand(words, options));
  const reminder = next.length === 0 ? null : keyReminder(options);
  if (reminder !== null) printLines("", reminder);
}

/** The verdict in a line. */
export function verdictSentence({ verdict, stopped, voiceNotes, migration }: StatusAnswer): string {
  if (verdict === null) {
    return `${bold(stdout, yellow(stdout, "NOT COUNTED"))}  counting ended early (${stopped ?? "not done"}); these are sums so far`;
  }
  const { label, paint } = verdicts[verdict];
  const word = bold(stdout, paint(stdout, label.toUpperCase()));
  if (verdict === "empty") return word;
  const left = migration.eligible === 0 ? "" : `, ${number(migration.eligible)} can be migrated now`;
  return `${word}  ${number(migration.migrated)} of ${counted(voiceNotes.total, "note")} migrated${left}`;
}

function classLines({ migration, voiceNotes }: StatusAnswer): string[] {
  return classes
    .filter(({ key }) => key === "migrated" || migration[key] > 0)
    .map(({ key, label, says, sign, paint }) => {
      const count = number(migration[key]).padStart(9);
      const share = percent(migration[key], voiceNotes.total).padStart(5);
      return `  ${paint(stdout, sign)} ${label.padEnd(11)}${count}${share}  ${dim(stdout, says)}`;
    });
}

function flagLines({ effective }: StatusAnswer): string[] {
  const keys: FlagKey[] = ["voice_notes_v2", "entity_resolution_v2"];
  return keys.map((key) => {
    const { enabled, reason } = effective[key];
    const value = enabled ? green(stdout, "on ") : "off";
    return `  ${key.padEnd(22)}${value}  ${dim(stdout, decidedBy[reason])}`;
  });
}

/** The current or last run, and the last change of the flags. */
function ledgerLines({ run, flagChange, voiceNotes }: StatusAnswer): string[] {
  const line = (label: string, text: string): string =>
    `  ${label.padEnd(22)}${wrap(text, 24, Math.min(columns(), 100))}`;
  return [
    ...(run ? [line(run.endedMs === null ? "current run" : "last run", runLine(run, voiceNotes.total))] : []),
    ...(flagChange ? [line("flags were last", changeLine(flagChange))] : []),
  ];
}

/** A warning that says again how many notes a class has, which is to be seen above. */
export const isSaidByClasses = (warning: string): boolean =>
  /^[\d,]+ notes? (is|are) (deferred|blocked|unfinished)\b/.test(warning);
