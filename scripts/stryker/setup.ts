import fc from "fast-check";
import { beforeAll, beforeEach } from "vitest";

// The same data each time, so that scores can be compared. A property that fails is not looked into any further.
fc.configureGlobal({ seed: 20_260_208, endOnFailure: true, interruptAfterTimeLimit: 1_000 });

/** What takes seconds, each time for a change that no other test has noticed. It would rarely notice more. */
const slow = [
  "a cursor lives for more than 150 transactions",
  "a dry run that is followed cursor by cursor",
  "a note that fails alone every time",
  "a note that goes through once others do",
  "of 1,000 notes",
];

// The engine loads the host's functions when a test first calls one. Then only that test would be run again for what is
// done while they are loaded.
beforeAll(async () => {
  await import("../../tests/backend/convex/v2Rollout");
});

beforeEach(({ task, skip }) => {
  const name = `${task.suite?.name ?? ""} ${task.name}`;
  if (slow.some((part) => name.includes(part))) skip();
});
