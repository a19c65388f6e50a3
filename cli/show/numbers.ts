const grouped = new Intl.NumberFormat("en");

/** 12,345 */
export const number = (value: number): string => grouped.format(value);

/** `1 note`, `2 notes` */
export const counted = (count: number, what: string, many = `${what}s`): string =>
  `${number(count)} ${count === 1 ? what : many}`;

/** A share in whole percent; never 100% before all, nor 0% behind the first. */
export function percent(part: number, whole: number): string {
  if (whole === 0 || part === whole) return "100%";
  return `${part === 0 ? 0 : Math.min(99, Math.max(1, Math.round((100 * part) / whole)))}%`;
}

/** `< 1 s`, `45 s`, `3 min 20 s`, `2 h 5 min` */
export function duration(seconds: number): string {
  if (seconds < 1) return "< 1 s";
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** `12 KB`, `3.4 MB` */
export function bytes(value: number): string {
  if (value < 1e6) return `${number(Math.ceil(value / 1e3))} KB`;
  return `${(value / 1e6).toFixed(1)} MB`;
}
