import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";

import { bold, cyan, green, red } from "./color.js";

/** A unified diff of one file, colored on a terminal, without a line break at its end. */
export function diff(path: string, before: string, after: string): string {
  const patch = createTwoFilesPatch(path, path, before, after, "now", "as v2-rollout has it", {
    context: 3,
    headerOptions: FILE_HEADERS_ONLY,
  });
  return patch.trimEnd().split("\n").map(colored).join("\n");
}

function colored(line: string): string {
  const { stdout } = process;
  if (line.startsWith("---") || line.startsWith("+++")) return bold(stdout, line);
  if (line.startsWith("@@")) return cyan(stdout, line);
  if (line.startsWith("+")) return green(stdout, line);
  return line.startsWith("-") ? red(stdout, line) : line;
}
