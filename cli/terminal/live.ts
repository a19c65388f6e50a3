import { clearScreenDown, cursorTo, moveCursor } from "node:readline";

/** Lines at the bottom of a terminal that are drawn anew; what is printed meanwhile stands above them. */
export class LiveLines {
  private drawn = 0;
  private shown = "";

  constructor(private readonly stream: NodeJS.WriteStream) {}

  draw(lines: readonly string[]): void {
    const text = lines.map((line) => `${line}\n`).join("");
    if (this.drawn > 0 && text === this.shown) return;
    this.clear();
    this.stream.write(text);
    this.shown = text;
    this.drawn = lines.length;
  }

  print(line: string): void {
    this.clear();
    this.stream.write(`${line}\n`);
  }

  clear(): void {
    if (this.drawn === 0) return;
    // The terminal itself may have written ^C.
    cursorTo(this.stream, 0);
    moveCursor(this.stream, 0, -this.drawn);
    clearScreenDown(this.stream);
    this.drawn = 0;
  }
}
