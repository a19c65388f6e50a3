import { bold } from "./color.js";
import { wrap } from "./wrap.js";

/** Lines as they are: code, paths, commands. */
export function printLines(...lines: string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
}

/** Prose, wrapped. */
export function print(text: string): void {
  printLines(wrap(text));
}

/** Begins a part of the output. */
export function printHeading(text: string): void {
  printLines("", bold(process.stdout, text));
}
