import { stripVTControlCharacters } from "node:util";

const WIDTH = 80;

/** Breaks prose at blanks so that it fits 80 columns, or a given width; what is in backticks stays together. */
export function wrap(text: string, indent = 0, width = WIDTH): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.match(/(?:`[^`]*`|[^\s`])+/g) ?? []) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && widthOf(longer) > width - indent) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  // Lines after the first are indented, too.
  return [...lines, line].join(`\n${" ".repeat(indent)}`);
}

/** How many columns a text takes on a screen, whatever its colors. */
export const widthOf = (text: string): number => stripVTControlCharacters(text).length;

/** With a capital letter, as a message stands at the beginning of a sentence. */
export const sentence = (message: string): string => message.charAt(0).toUpperCase() + message.slice(1);
