import { useEffect, useRef, useState } from "preact/hooks";

import type { Answer, Problem, Snapshot } from "../cli/dashboard/protocol.js";
import { problemOf, readSnapshot } from "./api.js";

const EVERY_MS = 2_000;

/** Asks again and again while the page is seen; `again` asks at once. */
function usePolling(ask: () => Promise<void>, key: string): () => void {
  const again = useRef(() => {});
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isAsking = false;
    let isOver = false;
    const next = async (): Promise<void> => {
      clearTimeout(timer);
      if (isAsking || isOver || document.hidden) return;
      isAsking = true;
      await ask();
      isAsking = false;
      if (!isOver) timer = setTimeout(next, EVERY_MS);
    };
    const seen = (): void => void next();
    document.addEventListener("visibilitychange", seen);
    again.current = seen;
    seen();
    return () => {
      isOver = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [key]);
  return () => again.current();
}

export type Live = {
  snapshot: Snapshot | null;
  /** Why the program behind the page does not answer; null while it does. */
  lost: string | null;
  skewMs: number;
  again: () => void;
};

/** What the program knows, kept up to date. */
export function useSnapshot(): Live {
  const [live, setLive] = useState<Omit<Live, "again">>({ snapshot: null, lost: null, skewMs: 0 });
  const revision = useRef<string | null>(null);
  const again = usePolling(async () => {
    try {
      const read = await readSnapshot(revision.current);
      revision.current = read.revision;
      setLive((before) => ({
        snapshot: read.snapshot ?? before.snapshot,
        lost: null,
        skewMs: Math.abs(read.skewMs - before.skewMs) < 1_000 ? before.skewMs : read.skewMs,
      }));
    } catch (thrown) {
      setLive((before) => ({ ...before, lost: problemOf(thrown).message }));
    }
  }, "");
  return { ...live, again };
}

/** One thing that is asked for, kept up to date: what was read last, and why it could not be read again. */
export function useAnswer<Value>(key: string, ask: () => Promise<Answer<Value>>) {
  const [seen, setSeen] = useState<{ key: string; value: Value | null; problem: Problem | null }>({
    key,
    value: null,
    problem: null,
  });
  const again = usePolling(async () => {
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
  }, key);
  // What was read of another subject is none of this one's.
  return seen.key === key ? { ...seen, again } : { value: null, problem: null, again };
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
