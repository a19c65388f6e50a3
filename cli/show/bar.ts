import type { Classes } from "../operator/answers.js";
import { green } from "../terminal/color.js";
import { classes } from "./classes.js";

/** A bar of the classes, each as wide as its share; a class with notes is never left out. */
export function classBar(migration: Classes, width: number): string {
  const present = classes.filter(({ key }) => migration[key] > 0);
  const widths = shares(
    present.map(({ key }) => migration[key]),
    width,
  );
  return present.map(({ sign, paint }, at) => paint(process.stdout, sign.repeat(widths[at] ?? 0))).join("");
}

/** Shares out columns: one at least to each, the rest by size, all of them together exactly as many as there are. */
function shares(sizes: readonly number[], width: number): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const widths = sizes.map((size) => Math.max(1, Math.floor((size / total) * width)));
  const sum = widths.reduce((a, b) => a + b, 0);
  const largest = sizes.indexOf(Math.max(...sizes));
  if (largest >= 0) widths[largest] = Math.max(1, (widths[largest] ?? 0) + width - sum);
  return widths;
}

/** A bar of one share. */
export function progressBar(part: number, whole: number, width: number, stream: NodeJS.WriteStream): string {
  const filled = whole === 0 ? width : Math.min(width, Math.floor((part / whole) * width));
  return green(stream, "█".repeat(filled)) + "░".repeat(width - filled);
}
