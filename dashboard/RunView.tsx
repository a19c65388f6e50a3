import { useEffect, useState } from "preact/hooks";
import type { FailurePage, NoteFailure, Problem, RunWithChanges } from "../cli/dashboard/protocol.js";
import { bytes, counted, duration, number } from "../cli/show/numbers.js";
import { when } from "../cli/show/times.js";
import { problemOf, readFailures, readRun } from "./api.js";
import { HistoryList } from "./HistoryList.js";
import { usePage } from "./page.js";
import { ProblemNote, RunState, Title } from "./parts.js";
import { useAnswer } from "./poll.js";
import { RunButtons, RunProgress, useNameOf } from "./RunParts.js";
import { hrefOf } from "./route.js";
import { ago } from "./time.js";
import { isOver } from "./words.js";

/** One run: how far it is, what became of the notes, and which failed. */
export function RunView({ id }: { id: string }) {
  const { value: run, problem } = useAnswer(id, () => readRun(id));
  const { nowMs } = usePage();
  if (run === null) {
    return (
      <>
        <Title text="Run" />
        {problem === null ? <p class="quiet">Reading…</p> : <ProblemNote problem={problem} />}
      </>
    );
  }
  return <Run run={run} problem={problem} nowMs={nowMs} />;
}

type Properties = { run: RunWithChanges; problem: Problem | null; nowMs: number };

function Run({ run, problem, nowMs }: Properties) {
  const name = useNameOf(run);
  const { organizationId, retryOf } = run;
  return (
    <>
      <p class="crumbs">
        <a href="#/runs">Runs</a>
        {organizationId !== null && (
          <>
            {" · "}
            <a href={hrefOf({ view: "organization", id: organizationId })}>{name}</a>
          </>
        )}
      </p>
      <div class="line">
        <div>
          <Title text={`${retryOf === null ? "Migration" : "Retry"} of ${name}`} />
          <p class="id">{run.runId}</p>
        </div>
        <RunButtons run={run} />
      </div>
      {problem !== null && <ProblemNote problem={problem} title="The last look failed." />}
      <p class="headline">
        <RunState run={run} />
        <span class="quiet"> {timesOf(run, nowMs)}</span>
      </p>
      <RunProgress run={run} />
      {run.lastError !== null && (
        <p class="problem">
          <strong>The last error, {when(run.lastError.atMs)}:</strong> {run.lastError.message}
        </p>
      )}
      <div class="halves">
        <Outcome run={run} />
        <Facts run={run} />
      </div>
      {run.outcome.failed > 0 && <Failures key={run.outcome.failed} run={run} />}
      {run.flagChanges.length > 0 && (
        <section aria-labelledby="changes">
          <h2 id="changes">Flags changed meanwhile</h2>
          <HistoryList changes={run.flagChanges} />
        </section>
      )}
    </>
  );
}

function timesOf(run: RunWithChanges, nowMs: number): string {
  const took = ((run.endedMs ?? nowMs) - run.startedMs) / 1_000;
  const begun = `begun ${when(run.startedMs)} by ${run.by}`;
  if (isOver(run) && run.endedMs !== null) return `${begun}, ended after ${duration(took)}`;
  return `${begun}, ${duration(took)} ago; last heard of ${ago(run.updatedMs, nowMs)}`;
}

const outcomeWords = [
  ["migrated", "migrated"],
  ["repaired", "repaired"],
  ["alreadyMigrated", "migrated before"],
  ["unfinished", "unfinished"],
  ["deferred", "deferred"],
  ["blocked", "blocked"],
  ["notReady", "not ready"],
  ["failed", "failed"],
] as const;

function Outcome({ run: { outcome } }: { run: RunWithChanges }) {
  return (
    <section aria-labelledby="outcome">
      <h2 id="outcome">What became of the notes</h2>
      <dl class="table">
        {outcomeWords
          .filter(([key]) => key === "migrated" || outcome[key] > 0)
          .map(([key, label]) => (
            <div key={key} class={key === "failed" ? "failed" : ""}>
              <dt>{label}</dt>
              <dd>{number(outcome[key])}</dd>
            </div>
          ))}
      </dl>
    </section>
  );
}

function Facts({ run }: { run: RunWithChanges }) {
  const facts = [
    ["reason", run.reason ?? "none given"],
    ["goes on", run.background ? "in the background" : "in the foreground: a command waits for it"],
    [
      "written",
      `${bytes(run.bytesWritten)} in ${counted(run.batches, "batch").replace("batchs", "batches")}`,
    ],
    ["documents", documentsOf(run)],
    ...(run.limit === null ? [] : [["limit", counted(run.limit, "note")]]),
    ...(run.repair ? [["repair", "yes"]] : []),
    ...(run.retryOf === null ? [] : [["retries", run.retryOf]]),
  ] as const;
  return (
    <section aria-labelledby="facts">
      <h2 id="facts">The run</h2>
      <dl class="table facts">
        {facts.map(([label, text]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const documentsOf = ({ artifacts, transcripts, claims }: RunWithChanges): string =>
  [counted(artifacts, "artifact"), counted(transcripts, "transcript"), counted(claims, "claim")].join(", ");

type Listed = { failures: NoteFailure[]; isLast: boolean };

/** Every note that failed, a hundred at a time. */
function Failures({ run }: { run: RunWithChanges }) {
  const [listed, setListed] = useState<Listed | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const more = async (): Promise<void> => {
    setProblem(null);
    const before = listed?.failures ?? [];
    try {
      const answer = await readFailures(run.runId, before.at(-1)?.voiceNoteId ?? null);
      if (answer.kind === "failed") setProblem(answer.problem);
      else setListed(joined(before, answer.value));
    } catch (thrown) {
      setProblem(problemOf(thrown));
    }
  };
  useEffect(() => void more(), []);
  return (
    <section aria-labelledby="failures">
      <h2 id="failures">{counted(run.outcome.failed, "failed note")}</h2>
      <ul class="failures">
        {(listed?.failures ?? []).map(({ voiceNoteId, code, message }) => (
          <li key={voiceNoteId}>
            <code>{voiceNoteId}</code> <span class="code">{code}</span> {message}
          </li>
        ))}
      </ul>
      {problem !== null && <ProblemNote problem={problem} />}
      {listed !== null && !listed.isLast && (
        <button type="button" onClick={more}>
          Show more
        </button>
      )}
    </section>
  );
}

const joined = (before: NoteFailure[], { failures, isLast }: FailurePage): Listed => ({
  failures: [...before, ...failures],
  isLast,
});
