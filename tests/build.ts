import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Compiles the program once, before the tests that run it. */
export default function compile(): void {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const tsc = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));
  execFileSync(process.execPath, [tsc, "-p", "cli"], { cwd: root, stdio: "inherit" });
}
