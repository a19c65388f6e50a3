import type { ConnectionOptions } from "../connection/options.js";
import { quoted, sameDeployment } from "../connection/target.js";
import { columns } from "../terminal/width.js";

/** A command of this program that can be pasted into a shell as it is shown: with the same deployment, without the key. */
export function shellCommand(words: readonly string[], options: ConnectionOptions, indent = 2): string {
  // An option stays on one line with its value.
  const parts = ["npx v2-rollout"];
  for (const word of [...words, ...sameDeployment(options)]) {
    const isValue = !word.startsWith("-") && parts.at(-1)?.startsWith("--") && !parts.at(-1)?.includes(" ");
    if (isValue) parts.push(`${parts.pop()} ${quoted(word)}`);
    else parts.push(quoted(word));
  }
  const lines: string[] = [];
  let line = "";
  for (const part of parts) {
    const longer = line === "" ? part : `${line} ${part}`;
    if (line !== "" && longer.length > columns() - indent - 2) {
      lines.push(`${line} \\`);
      line = `  ${part}`;
    } else line = longer;
  }
  return [...lines, line].map((text) => " ".repeat(indent) + text).join("\n");
}

/** What must be set first, because a shown command leaves it out. */
export function keyReminder(options: ConnectionOptions): string | null {
  return options.adminKey === undefined
    ? null
    : "The key is left out: set CONVEX_SELF_HOSTED_ADMIN_KEY to it first.";
}
