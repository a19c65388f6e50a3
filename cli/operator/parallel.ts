import { CallFailed, NoAnswer, type Problem } from "../connection/errors.js";
import { Failure, messageOf } from "../failure.js";

/** Does the same for each, some at a time; the results are in the order of the items. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  most: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [at, item] of queue) results[at] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(most, items.length)) }, worker));
  return results;
}

/** What went wrong with one organization, so that the others can go on. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof CallFailed) return thrown.problem;
  if (thrown instanceof NoAnswer) {
    return { code: "NO_ANSWER", message: thrown.message, hint: "look at the status, then run it again" };
  }
  if (thrown instanceof Failure) return { code: "NO_ANSWER", message: thrown.message, hint: thrown.remedy };
  return { code: "UNEXPECTED", message: messageOf(thrown), hint: null };
}
