// @ts-check
// Packs the library as `npm pack` does, and fails when a host could not use what comes out of it.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const scratch = mkdtempSync(path.join(tmpdir(), "v2-rollout-package-"));

const needed = [
  ...["README.md", "LICENSE", "CHANGELOG.md", "dist/cli/main.js", "pkg/v2_rollout_bg.wasm"],
  ...["index.html", "page.js", "page.css", "icon.svg"].map((file) => `dist/dashboard/${file}`),
];
// npm runs these on the host's machine.
const installScripts = ["preinstall", "install", "postinstall", "prepare"];

/** @param {string} folder The unpacked package. */
function problemsOf(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  /** @param {string} file */
  const read = (file) => JSON.parse(readFileSync(path.join(folder, file), "utf8"));
  const { scripts = {} } = read("package.json");
  return [
    ...needed.filter((file) => !files.includes(file)).map((file) => `${file} is missing`),
    // A host's type check takes a source for one of its own, and applies its own settings.
    ...files
      .filter((file) => /(?<!\.d)\.[cm]?tsx?$/.test(file))
      .map((file) => `${file} is TypeScript; only declarations may be packed`),
    ...files
      .filter((file) => file.endsWith(".map") && !read(file).sourcesContent)
      .map((file) => `${file} does not hold its source, which is not packed`),
    ...installScripts
      .filter((name) => name in scripts)
      .map((name) => `package.json has a script \`${name}\``),
  ];
}

try {
  execFileSync("npm", ["pack", "--silent", "--pack-destination", scratch], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const tarball = path.join(scratch, readdirSync(scratch)[0] ?? "");
  execFileSync("tar", ["-xzf", tarball, "-C", scratch]);
  const problems = problemsOf(path.join(scratch, "package"));
  for (const problem of problems) {
    process.stderr.write(`package: ${problem}\n`);
  }
  const checks = [
    ["publint", "run", "--strict", tarball],
    // The package is ESM alone, as Convex's bundler takes it.
    ["attw", "--format", "ascii", "--no-emoji", "--ignore-rules", "cjs-resolves-to-esm", "--", tarball],
  ];
  const statuses = checks.map(
    ([program, ...args]) => spawnSync(/** @type {string} */ (program), args, { stdio: "inherit" }).status,
  );
  process.exitCode = problems.length === 0 && statuses.every((status) => status === 0) ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
