import { useEffect, useRef, useState } from "preact/hooks";

import type { Answer, Problem, Snapshot } from "../cli/dashboard/protocol.js";
import { problemOf, readSnapshot } from "./api.js";

const EVERY_MS = 2_000;
/** Until everything was read once, and for a while after something was done. */
const HURRY_MS = 300;
const HURRY_FOR_MS = 3_000;

let hurryUntilMs = 0;
const wakers = new Set<() => void>();

/** Asks at once what has become of things, and more often for a while. */
export function hurry(): void {
  hurryUntilMs = Date.now() + HURRY_FOR_MS;
  for (const wake of wakers) wake();
}

/** Asks again and again while the page is seen; the answer says whether something is still missing. */
function usePolling(ask: () => Promise<boolean>, key: string): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isAsking = false;
    let isOver = false;
    const next = async (): Promise<void> => {
      clearTimeout(timer);
      if (isAsking || isOver || document.hidden) return;
      isAsking = true;
      const isIncomplete = await ask();
      isAsking = false;
      const isHurried = isIncomplete || Date.now() < hurryUntilMs;
      if (!isOver) timer = setTimeout(next, isHurried ? HURRY_MS : EVERY_MS);
    };
    const wake = (): void => void next();
    document.addEventListener("visibilitychange", wake);
    wakers.add(wake);
    wake();
    return () => {
      isOver = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", wake);
      wakers.delete(wake);
    };
  }, [key]);
}

export type Live = {
  snapshot: Snapshot | null;
  /** Why the program behind the page does not answer; null while it does. */
  lost: string | null;
  skewMs: number;
};

const isUnread = ({ fleet, silence }: Snapshot): boolean =>
  silence === null && (fleet === null || fleet.members.some(({ status, problem }) => !status && !problem));

/** What the program knows, kept up to date. */
export function useSnapshot(): Live {
  const [live, setLive] = useState<Live>({ snapshot: null, lost: null, skewMs: 0 });
  const revision = useRef<string | null>(null);
  const isIncomplete = useRef(true);
  usePolling(async () => {
    try {
      const read = await readSnapshot(revision.current);
      revision.current = read.revision;
      if (read.snapshot !== null) isIncomplete.current = isUnread(read.snapshot);
      setLive((before) => ({
        snapshot: read.snapshot ?? before.snapshot,
        lost: null,
        skewMs: Math.abs(read.skewMs - before.skewMs) < 1_000 ? before.skewMs : read.skewMs,
      }));
    } catch (thrown) {
      setLive((before) => ({ ...before, lost: problemOf(thrown).message }));
      return false;
    }
    return isIncomplete.current;
  }, "");
  return live;
}

type Seen<Value> = { value: Value | null; problem: Problem | null };

/** One thing that is asked for, kept up to date: what was read last, and why it could not be read again. */
export function useAnswer<Value>(
  key: string,
  ask: () => Promise<Answer<Value>>,
  isIncomplete: (value: Value) => boolean = () => false,
): Seen<Value> {
  const [seen, setSeen] = useState<Seen<Value> & { key: string }>({ key, value: null, problem: null });
  usePolling(async () => {
    let answer: Answer<Value>;
    try {
      answer = await ask();
    } catch (thrown) {
      answer = { kind: "failed", problem: problemOf(thrown) };
    }
    setSeen((before) => {
      if (answer.kind === "done") return { key, value: answer.value, problem: null };
      return { key, value: before.key === key ? before.value : null, problem: answer.problem };
    });
    return answer.kind === "done" && isIncomplete(answer.value);
  }, key);
  // What was read of another subject is none of this one's.
  return seen.key === key ? seen : { value: null, problem: null };
}

/** The time, every second. */
export function useNow(skewMs: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now + skewMs;
}
