/** Tables that a person can read. */

const isNumber = (cell: string) => /^[-+<]?[\d.,]+( \w+)?$/.test(cell);

/** Lines of a table; the first row is its head. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const lines = rows.map((row, nth) =>
    row
      .map((cell, at) => {
        const width = widths[at] ?? 0;
        const isRight = isNumber(cell) || (nth === 0 && isNumber(rows[1]?.[at] ?? ""));
        return isRight ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => "-".repeat(width)).join("  "));
  return lines.join("\n");
}

/** A whole number with thousands set apart. */
export const whole = (n: number): string => Math.round(n).toLocaleString("en-US");

/** Bytes as MiB. */
export const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

/** Milliseconds, or seconds where there are many. */
export const duration = (ms: number): string =>
  ms < 999.5 ? `${ms.toPrecision(3)} ms` : `${(ms / 1_000).toFixed(1)} s`;
