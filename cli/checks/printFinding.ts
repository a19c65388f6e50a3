import { green, red, yellow } from "../terminal/color.js";
import { printLines } from "../terminal/print.js";
import { wrap } from "../terminal/wrap.js";
import type { Finding } from "./finding.js";

const colors = { ok: green, warning: yellow, failed: red };
const INDENT = 9;

/** Prints a finding: its state, its sentence, and below what to do. */
export function printFinding({ state, text, remedy }: Finding): void {
  const label = colors[state](process.stdout, state.padEnd(INDENT));
  const indent = " ".repeat(INDENT);
  printLines(`${label}${wrap(text, INDENT)}`);
  for (const line of remedy) {
    if (typeof line === "string") printLines(`${indent}${wrap(line, INDENT)}`);
    else printLines(...line.code.split("\n").map((code) => `${indent}  ${code}`));
  }
}
