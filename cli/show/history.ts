import type { Change, FlagKey } from "../operator/answers.js";
import { bold, dim } from "../terminal/color.js";
import { printLines } from "../terminal/print.js";
import { columns } from "../terminal/width.js";
import { wrap } from "../terminal/wrap.js";
import { decidedBy, rowOf } from "./flags.js";
import { when } from "./times.js";

const { stdout } = process;

/** Changes of an organization's flags, from the newest on. */
export function printHistory(changes: readonly Change[]): void {
  const width = Math.min(columns(), 100);
  for (const [at, change] of changes.entries()) {
    if (at > 0) printLines("");
    printLines(
      `${bold(stdout, when(change.atMs))}  ${wrap(`${verbOf(change)} by ${change.by}`, 2, width - 19)}`,
      ...(change.reason === null ? [] : [`  ${wrap(change.reason, 2, width)}`]),
      ...rowLines(change),
      ...(change.runId === null ? [] : [dim(stdout, `  while run ${change.runId} was under way`)]),
    );
  }
}

/** `enabled 2026-11-25 16:10Z by Ann Lee: first club` */
export const changeLine = (change: Change): string =>
  `${verbOf(change)} ${when(change.atMs)} by ${change.by}${change.reason === null ? "" : `: ${change.reason}`}`;

/** What was run, in the past tense. */
function verbOf({ function: name, restore, changed }: Change): string {
  const verb = name === "enableV2ForOrg" ? "enabled" : "disabled";
  if (restore) return "brought back";
  return changed.length === 0 ? `${verb} again` : verb;
}

/** Both flags on one line where the same became of them. */
function rowLines(change: Change): string[] {
  const keys: FlagKey[] = ["voice_notes_v2", "entity_resolution_v2"];
  const texts = keys.map((key) => {
    const { enabled, reason } = change.effective[key];
    const row = `row ${rowOf(change.before[key])} → ${rowOf(change.after[key])}`;
    return `${row.padEnd(18)}${(enabled ? "on" : "off").padEnd(5)}${dim(stdout, decidedBy[reason])}`;
  });
  const [first, second] = texts;
  if (first !== undefined && first === second) return [`  ${"both flags".padEnd(22)}${first}`];
  return keys.map((key, at) => `  ${key.padEnd(22)}${texts[at]}`);
}
