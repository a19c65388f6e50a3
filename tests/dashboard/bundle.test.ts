/** The page loads nothing from elsewhere, and is no part of what a host deploys. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = (file: string): string => readFileSync(`${root}dist/dashboard/${file}`, "utf8");

test("the page names no other address, and holds the license of what it is made with", () => {
  const script = page("page.js");
  expect(script).toContain("Permission is hereby granted");
  const addresses = `${script}${page("page.css")}${page("index.html")}`.match(/(https?:)?\/\/[\w.-]+/g) ?? [];
  // The names of XML's namespaces, which nothing is loaded from.
  expect(addresses.filter((address) => !address.endsWith("//www.w3.org"))).toEqual([]);
});

test("a host's bundle holds nothing of it", async () => {
  const { exports } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
  const entryPoints = Object.values<{ default?: string }>(exports).flatMap(({ default: file }) => file ?? []);
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints,
    bundle: true,
    format: "esm",
    outdir: "unused",
    write: false,
    metafile: true,
    external: ["convex"],
    loader: { ".wasm": "binary" },
  });
  const inputs = Object.keys(metafile.inputs);
  expect(inputs).toContain("dist/functions/runMigration.js");
  expect(inputs.filter((input) => /dist\/(cli|dashboard)|preact/.test(input))).toEqual([]);
});
