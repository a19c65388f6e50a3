/** Links of the documents lead somewhere, in the repository and in the package. */

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";

import { readDocument, repository } from "./markdown";

const paths = [".", "docs", "benches", "packages/embedded-convex"].flatMap((folder) =>
  readdirSync(join(repository, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => normalize(join(folder, name))),
);

/** Where the links of a document lead within the repository. */
const targetsOf = (path: string) =>
  readDocument(path)
    .links.filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [file = "", anchor] = link.split("#");
      return { link, file: file === "" ? path : normalize(join(dirname(path), file)), anchor };
    });

test("README.md is short, and leads to every document", () => {
  expect(readDocument("README.md").lines).toBeLessThanOrEqual(200);
  const files = targetsOf("README.md").map(({ file }) => file);
  expect(files).toEqual(expect.arrayContaining(paths.filter((path) => path.startsWith("docs/"))));
});

test.each(paths)("%s", (path) => {
  for (const { link, file, anchor } of targetsOf(path)) {
    expect(existsSync(join(repository, file)), `${path}: ${link}`).toBe(true);
    if (anchor === undefined) continue;
    const anchors = readDocument(file).sections.map((section) => section.anchor);
    expect(anchors, `${path}: ${link}`).toContain(anchor);
  }
});

test("in the package", () => {
  const [packed] = JSON.parse(
    execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      cwd: repository,
      encoding: "utf8",
    }),
  ) as [{ files: { path: string }[] }];
  const shipped = packed.files.map((file) => file.path);
  const documents = shipped.filter((path) => path.endsWith(".md"));
  expect(documents).toEqual(expect.arrayContaining(paths.filter((path) => /^(README|docs)/.test(path))));
  const missing = documents.flatMap((path) =>
    targetsOf(path)
      .filter(({ file }) => !shipped.includes(file))
      .map(({ link }) => `${path}: ${link}`),
  );
  expect(missing).toEqual([]);
});
