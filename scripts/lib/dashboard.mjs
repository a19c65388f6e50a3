// @ts-check
// Bundles the dashboard's page into dist/dashboard: all that it needs is in there, as it loads nothing from elsewhere.
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));
const license = readFileSync(path.join(root, "node_modules/preact/LICENSE"), "utf8").trim();

await build({
  absWorkingDir: root,
  entryPoints: [
    { in: "dashboard/main.tsx", out: "page" },
    { in: "dashboard/page.css", out: "page" },
    { in: "dashboard/index.html", out: "index" },
    { in: "dashboard/icon.svg", out: "icon" },
  ],
  outdir: "dist/dashboard",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  loader: { ".html": "copy", ".svg": "copy" },
  banner: { js: `/* It holds Preact:\n\n${license}\n*/` },
  logLevel: "warning",
});
