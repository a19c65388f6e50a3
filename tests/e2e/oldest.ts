import { execFile } from "node:child_process";
import { cp, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { folder } from "./support";

const run = promisify(execFile);
const repository = fileURLToPath(new URL("../../", import.meta.url));

/**
 * The stand-in backend as it would be in a project of its own: with the oldest convex that known hosts are
 * locked to, and this library as the package that `npm pack` makes.
 */
export async function installOldest(): Promise<string> {
  const path = await folder();
  const modules = join(path, "node_modules");
  await mkdir(join(modules, "v2-rollout"), { recursive: true });
  await symlink(join(repository, "node_modules", "convex-oldest"), join(modules, "convex"));
  await run("npm", ["pack", "--silent", "--pack-destination", path], { cwd: repository });
  const [tarball] = (await readdir(path)).filter((name) => name.endsWith(".tgz"));
  await run("tar", [
    "-xzf",
    join(path, tarball ?? ""),
    "-C",
    join(modules, "v2-rollout"),
    "--strip-components=1",
  ]);
  const convex = join(path, "convex");
  await cp(join(repository, "tests", "backend", "package.json"), join(path, "package.json"));
  await cp(join(repository, "tests", "backend", "convex"), convex, { recursive: true });
  for (const file of await readdir(convex, { recursive: true })) {
    if (!file.endsWith(".ts") || file.includes("_generated")) continue;
    const source = await readFile(join(convex, file), "utf8");
    await writeFile(
      join(convex, file),
      source.replaceAll(/"(\.\.\/)+js-shims(\/functions)?/g, '"v2-rollout'),
    );
  }
  return path;
}
