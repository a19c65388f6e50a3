import { cp, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { folder } from "./support";

const repository = fileURLToPath(new URL("../../", import.meta.url));

/** The stand-in backend as it would be with the oldest convex that known hosts are locked to. */
export async function installOldest(): Promise<string> {
  const path = await folder();
  for (const part of ["js-shims", "pkg", "tests/backend", "tsconfig.json"]) {
    await cp(join(repository, part), join(path, part), { recursive: true });
  }
  await mkdir(join(path, "node_modules"));
  await symlink(join(repository, "node_modules", "convex-oldest"), join(path, "node_modules", "convex"));
  return join(path, "tests", "backend");
}
