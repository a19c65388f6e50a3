/** Columns of the terminal; 80 where there is none and COLUMNS does not say otherwise. */
export function columns(): number {
  const width = process.stdout.columns ?? Number(process.env["COLUMNS"]);
  return Number.isInteger(width) && width > 0 ? Math.max(width, 40) : 80;
}
