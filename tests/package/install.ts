import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { Project } from "../cli/project";

const repository = fileURLToPath(new URL("../../", import.meta.url));

/** Installs the library as `npm install <tarball>` does: unpacked, beside what it depends on. */
export function installTarball(project: Project): void {
  // `prepack` has been run before the tests; again, it would take away what others run meanwhile.
  execFileSync("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", project.root], {
    cwd: repository,
    stdio: "ignore",
  });
  const tarball = readdirSync(project.root).find((file) => file.endsWith(".tgz")) ?? "";
  const folder = project.path("node_modules/v2-rollout");
  mkdirSync(folder, { recursive: true });
  execFileSync("tar", ["-xzf", project.path(tarball), "-C", folder, "--strip-components=1"]);
  const { dependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  for (const name of Object.keys(dependencies)) project.link(name, name);
}
