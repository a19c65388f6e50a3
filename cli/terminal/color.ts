type Stream = NodeJS.WriteStream;

/** Colors are for people: only on a terminal, and not where NO_COLOR asks for none. */
function isColored(stream: Stream): boolean {
  const isRefused = (process.env["NO_COLOR"] ?? "") !== "" || process.env["TERM"] === "dumb";
  return stream.isTTY === true && !isRefused;
}

const color =
  (start: number, end: number) =>
  (stream: Stream, text: string): string =>
    isColored(stream) ? `\u001b[${start}m${text}\u001b[${end}m` : text;

export const bold = color(1, 22);
export const dim = color(2, 22);
export const red = color(31, 39);
export const green = color(32, 39);
export const yellow = color(33, 39);
export const blue = color(34, 39);
export const magenta = color(35, 39);
export const cyan = color(36, 39);
