import { duration } from "../cli/show/numbers.js";

const format = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});

/** 25 Nov, 17:04 */
export const moment = (atMs: number): string => format.format(atMs);

/** `just now`, `45 s ago` */
export function ago(atMs: number, nowMs: number): string {
  const seconds = (nowMs - atMs) / 1_000;
  return seconds < 5 ? "just now" : `${duration(seconds)} ago`;
}
