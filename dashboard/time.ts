import { duration } from "../cli/show/numbers.js";

/** `just now`, `45 s ago` */
export function ago(atMs: number, nowMs: number): string {
  const seconds = (nowMs - atMs) / 1_000;
  return seconds < 5 ? "just now" : `${duration(seconds)} ago`;
}
