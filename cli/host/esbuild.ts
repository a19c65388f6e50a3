import { realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { Failure, messageOf } from "../failure.js";
import { findPackage } from "./packages.js";
import type { Project } from "./project.js";

export type Esbuild = typeof import("esbuild");

/** The esbuild that the project's own convex bundles with. */
export function esbuildOf(project: Project): Esbuild {
  const convex = findPackage(project.root, "convex");
  if (convex === null) {
    throw new Failure("convex is not installed in this project.", "Run `npm install` first.");
  }
  try {
    // A package manager may link to convex from elsewhere, where its own packages are.
    return createRequire(join(realpathSync(convex.folder), "package.json"))("esbuild") as Esbuild;
  } catch (thrown) {
    throw new Failure(
      `The esbuild that convex brings cannot be loaded: ${messageOf(thrown)}`,
      "Install the packages anew: remove node_modules and run `npm install`.",
    );
  }
}
