import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Builds dist/ once, as `npm pack` does, before the tests that run or pack it. */
export default function build(): void {
  const root = fileURLToPath(new URL("../", import.meta.url));
  execFileSync("npm", ["run", "--silent", "prepack"], { cwd: root, stdio: "inherit" });
}
