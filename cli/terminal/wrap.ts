const WIDTH = 80;

/** Breaks prose at blanks so that it fits 80 columns, or a given width; what is in backticks stays together. */
export function wrap(text: string, indent = 0, width = WIDTH): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.match(/(?:`[^`]*`|[^\s`])+/g) ?? []) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && longer.length > width - indent) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  // Lines after the first are indented, too.
  return [...lines, line].join(`\n${" ".repeat(indent)}`);
}
