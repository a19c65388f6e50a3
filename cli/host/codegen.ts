import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { findPackage, programOf } from "./packages.js";
import type { Project } from "./project.js";

const variables = ["CONVEX_DEPLOYMENT", "CONVEX_SELF_HOSTED_URL"];
const TIMEOUT_MS = 120_000;

/** Whether Convex would find a deployment, which it needs to generate types. */
export function hasDeployment(project: Project): boolean {
  const named = new RegExp(`^\\s*(${variables.join("|")})\\s*=\\s*["']?[^\\s"'#]`, "m");
  return (
    variables.some((name) => (process.env[name] ?? "") !== "") ||
    [".env.local", ".env"]
      .map((name) => join(project.root, name))
      .some((file) => existsSync(file) && named.test(readFileSync(file, "utf8")))
  );
}

/** Runs `npx convex codegen`. Answers null, or why it did not work. */
export function runCodegen(project: Project): string | null {
  const convex = findPackage(project.root, "convex");
  const program = convex === null ? null : programOf(convex, "convex");
  if (program === null) return "convex is not installed";
  const { status, stdout, stderr, error } = spawnSync(
    process.execPath,
    [program, "codegen", "--typecheck", "disable"],
    { cwd: project.root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: TIMEOUT_MS },
  );
  if (status === 0) return null;
  const lines = `${stderr}\n${stdout}`.split("\n").map((line) => line.trim());
  // Convex marks what went wrong.
  const reason = lines.find((line) => line.startsWith("✖")) ?? lines.find((line) => line !== "");
  return error?.message ?? reason?.replace(/^✖\s*/, "") ?? "it gave no reason";
}
