/** Whether a version is a minimum or above it. A suffix such as `-alpha.1` is ignored. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [actual, wanted] = [numbersOf(version), numbersOf(minimum)];
  for (const [index, number] of wanted.entries()) {
    const other = actual[index] ?? 0;
    if (other !== number) return other > number;
  }
  return true;
}

function numbersOf(version: string): number[] {
  const [numbers = ""] = version.replace(/^v/, "").split(/[-+]/);
  return numbers.split(".").map(Number);
}
