// @ts-check
// Writes the sample data as a Convex export: one directory a table, one document a line.
//
//   node tests/sample/write.mjs DIR
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { sampleTables, tableNumbers } from "./sample.mjs";

/** @returns {[file: string, text: string][]} */
export function sampleFiles() {
  const numbers = Object.entries(tableNumbers).map(([name, id]) => ({ name, id }));
  const tables = { _tables: numbers, ...sampleTables() };
  return Object.entries(tables).map(([table, documents]) => [
    `${table}/documents.jsonl`,
    documents.map((document) => `${JSON.stringify(document)}\n`).join(""),
  ]);
}

/** @param {string} directory */
export async function writeSample(directory) {
  for (const [file, text] of sampleFiles()) {
    const target = path.join(directory, file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, text);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [directory, ...rest] = process.argv.slice(2);
  if (directory === undefined || rest.length > 0) {
    process.stderr.write("usage: node tests/sample/write.mjs DIR\n");
    process.exit(2);
  }
  await writeSample(directory);
}
