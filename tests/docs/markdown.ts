/** What the tests of this folder must know of a Markdown document. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const repository = fileURLToPath(new URL("../../", import.meta.url));

export type Block = { place: string; language: string; note: string; text: string };
export type Section = { title: string; anchor: string; tables: string[][][] };
export type Document = { path: string; blocks: Block[]; sections: Section[]; links: string[]; lines: number };

/** Reads a document; `path` is relative to the repository. */
export function readDocument(path: string): Document {
  const lines = readFileSync(join(repository, path), "utf8").split("\n");
  const document: Document = { path, blocks: [], sections: [], links: [], lines: lines.length - 1 };
  let block: Block | null = null;
  let isInTable = false;
  for (const [at, line] of lines.entries()) {
    const fence = line.match(/^ *```(\w*) ?(.*)$/);
    if (fence) {
      const [, language = "", note = ""] = fence;
      if (block) document.blocks.push(block);
      block = block ? null : { place: `${path}:${at + 1}`, language, note, text: "" };
    } else if (block) {
      block.text += `${line}\n`;
    } else {
      const heading = line.match(/^#+ (.*)$/)?.[1];
      if (heading !== undefined) document.sections.push(section(heading, document.sections));
      const tables = document.sections.at(-1)?.tables;
      if (line.startsWith("|") && !isInTable) tables?.push([]);
      isInTable = line.startsWith("|");
      if (isInTable) tables?.at(-1)?.push(cellsOf(line));
      for (const [, link = ""] of line.replaceAll(/`[^`]*`/g, "x").matchAll(/\]\(([^)\s]+)\)/g)) {
        document.links.push(link);
      }
    }
  }
  if (block) throw new Error(`${block.place} is never closed`);
  return document;
}

/** The rows below the heads of all tables of a section. */
export function rowsBelow(document: Document, title: string): string[][] {
  const found = document.sections.find((section) => section.title === title);
  if (!found) throw new Error(`${document.path} has no section ${title}`);
  return found.tables.flatMap((rows) => rows.slice(2));
}

/** What stands between backticks in a cell. */
export const codesIn = (cell: string): string[] =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? "");

const cellsOf = (line: string): string[] =>
  line
    .slice(1, line.lastIndexOf("|"))
    .split("|")
    .map((cell) => cell.trim());

/** The anchor is what GitHub makes of a heading. */
function section(heading: string, before: Section[]): Section {
  const title = heading.trim();
  const slug = title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
  const same = before.filter(({ anchor }) => anchor.replace(/-\d+$/, "") === slug).length;
  return { title, anchor: same === 0 ? slug : `${slug}-${same}`, tables: [] };
}
