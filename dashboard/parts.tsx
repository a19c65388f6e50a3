import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

import type { FlagKey, Problem, RunAnswer, StatusAnswer } from "../cli/dashboard/protocol.js";
import { usePage } from "./page.js";
import { flagKeys, isOver, stateOf, verdicts } from "./words.js";

/** The heading of a view, which is the window's title, too. */
export function Title({ children, text }: { children?: ComponentChildren; text: string }) {
  const { deployment } = usePage().snapshot;
  useEffect(() => {
    document.title = `${text} · ${deployment}`;
  }, [text, deployment]);
  return <h1>{children ?? text}</h1>;
}

/** What went wrong, where it went wrong, and what to do about it. */
export function ProblemNote({ problem, title }: { problem: Problem; title?: string }) {
  return (
    <div class="problem" role="alert">
      <p>
        {title !== undefined && <strong>{title} </strong>}
        <Prose text={sentence(problem.message)} />
      </p>
      {problem.hint !== null && (
        <p class="hint">
          <Prose text={sentence(problem.hint)} />
        </p>
      )}
    </div>
  );
}

/** A text with its code set as such: what is between backticks. */
export function Prose({ text }: { text: string }) {
  return <>{text.split("`").map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part))}</>;
}

/** Messages start lower-case and have no full stop. An address or a name in front stays as it is. */
export const sentence = (text: string): string => {
  const isWord = /^[a-z]+[ ,]/.test(text);
  const whole = isWord ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return /[.!?:]$/.test(whole) ? whole : `${whole}.`;
};

export function VerdictWord({ verdict }: { verdict: StatusAnswer["verdict"] }) {
  if (verdict === null) return <span class="word warn">not counted</span>;
  return <span class={`word ${verdict}`}>{verdicts[verdict].label}</span>;
}

export function RunState({ run }: { run: RunAnswer }) {
  const look = run.state === "stopped" ? "blocked" : isOver(run) ? "complete" : "inProgress";
  return <span class={`word ${look}`}>{stateOf(run)}</span>;
}

/** `v2 on`; `!` is told in words where the organization's own row does not decide. */
export function FlagsWord({ effective }: { effective: StatusAnswer["effective"] }) {
  const both = flagKeys.map((key: FlagKey) => effective[key]);
  const on = both.filter(({ enabled }) => enabled).length;
  const isOverruled = both.some(({ reason }) => reason === "ENVIRONMENT" || reason === "PLATFORM");
  const word = on === 2 ? "on" : on === 1 ? "half on" : "off";
  return (
    <span class={`flags ${on === 2 ? "on" : ""}`}>
      v2 {word}
      {isOverruled && <span class="quiet"> for all</span>}
    </span>
  );
}
