/** `2026-11-25 16:10Z`: UTC, so that operators in several places and the logs say the same. */
export function when(ms: number): string {
  const [day, time] = new Date(ms).toISOString().split("T");
  return `${day} ${time?.slice(0, 5)}Z`;
}
