import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import type { Project } from "../host/project.js";
import type { FilePlan } from "./planFiles.js";

export function writeFile(project: Project, { path, after }: FilePlan): void {
  const file = join(project.functions, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, after);
}
