import type { Command } from "commander";

/** The options that say where the project is. */
export function addProjectOptions(command: Command): Command {
  return command
    .option("--cwd <dir>", "the project's folder, with its package.json", ".")
    .option("--convex <dir>", "the folder of the functions (default: as convex.json says, else convex)");
}
