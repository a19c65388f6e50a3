import { useEffect, useRef, useState } from "preact/hooks";
import type { Action, RunAnswer } from "../cli/dashboard/protocol.js";
import { bytes, counted, duration, number, percent } from "../cli/show/numbers.js";
import { when } from "../cli/show/times.js";
import { ActionDialog, Field, wholeOrNull } from "./ActionDialog.js";
import { usePage } from "./page.js";
import { RunState, sentence } from "./parts.js";
import { progressOf } from "./progress.js";
import { hrefOf } from "./route.js";
import { isOver, reachOf, stateOf } from "./words.js";

/** How far a run is, how fast it goes, and how long it takes still. */
export function RunProgress({ run }: { run: RunAnswer }) {
  const { snapshot } = usePage();
  const { outcome } = run;
  const { settled, notesPerSecond } = run.progress;
  const { share, secondsLeft } = progressOf(run, snapshot.fleet);
  const parts = [
    share === null ? counted(settled, "note") : `${percent(Math.floor(1_000 * share), 1_000)} of the notes`,
    `${number(outcome.migrated + outcome.repaired)} migrated`,
    ...(notesPerSecond === null || isOver(run) ? [] : [`${rate(notesPerSecond)} notes per second`]),
    ...(secondsLeft === null || isOver(run) ? [] : [leftIn(secondsLeft)]),
    ...(isOver(run) ? [] : [paceOf(run)]),
  ];
  const share1000 = share === null ? undefined : Math.floor(1_000 * share);
  return (
    <div class="progress">
      {share1000 !== undefined && (
        <progress max={1_000} value={share1000} aria-label={`Progress of the run of ${reachOf(run)}`} />
      )}
      <p>
        {parts.join(" · ")}
        {outcome.failed > 0 && <strong class="failed"> · {number(outcome.failed)} failed</strong>}
      </p>
      <Milestones run={run} share={share} />
    </div>
  );
}

const leftIn = (seconds: number): string =>
  seconds < 1 ? "nearly through" : `about ${duration(seconds)} left`;

const rate = (perSecond: number): string =>
  perSecond < 10 ? perSecond.toFixed(1) : number(Math.round(perSecond));

function paceOf({ bytesPerSecond, fullBytesPerSecond }: RunAnswer): string {
  if (bytesPerSecond === null) return "as fast as it can";
  const pace = `at most ${bytes(bytesPerSecond)} per second`;
  const isLowered = fullBytesPerSecond !== null && fullBytesPerSecond > bytesPerSecond;
  return isLowered ? `${pace}, lowered from ${bytes(fullBytesPerSecond)}` : pace;
}

/** Tells a screen reader each change of state and each tenth, and not every second. */
function Milestones({ run, share }: { run: RunAnswer; share: number | null }) {
  const tenth = share === null ? null : Math.floor(10 * share);
  const told = useRef<string | null>(null);
  const [text, setText] = useState("");
  useEffect(() => {
    const milestone = `${run.state} ${tenth}`;
    if (told.current !== null && told.current !== milestone) {
      setText(`Run of ${reachOf(run)}: ${stateOf(run)}${tenth === null ? "" : `, ${10 * tenth} percent`}`);
    }
    told.current = milestone;
  });
  return (
    <span class="visually-hidden" role="status">
      {text}
    </span>
  );
}

type Decision = { kind: "pause" | "resume" | "cancel" | "retry"; label: string; title: string; said: string };

/** What the deployment says that fits a run, as buttons. */
const decisions: Record<string, Decision> = {
  "v2Rollout:pauseRun": { kind: "pause", label: "Pause", title: "Pause", said: "pauses at its next batch" },
  "v2Rollout:resumeRun": { kind: "resume", label: "Resume", title: "Resume", said: "goes on" },
  "v2Rollout:cancelRun": {
    kind: "cancel",
    label: "Cancel the run",
    title: "Cancel",
    said: "ends at its next batch",
  },
  "v2Rollout:retryFailures": {
    kind: "retry",
    label: "Retry failed notes",
    title: "Retry the failed notes of",
    said: "is tried again, as a run of its own",
  },
};

export function RunButtons({ run }: { run: RunAnswer }) {
  const { snapshot, show } = usePage();
  if (snapshot.isReadOnly) return null;
  const fitting = run.next.flatMap(({ function: name, why }) => {
    const decision = decisions[name];
    return decision === undefined ? [] : [{ ...decision, why }];
  });
  const hasPace = run.state !== "done" && run.state !== "cancelled";
  return (
    <div class="buttons">
      {fitting.map((decision) => (
        <button
          key={decision.kind}
          type="button"
          onClick={() => show(<DecisionDialog run={run} {...decision} />)}
        >
          {decision.label}
          <span class="visually-hidden"> ({reachOf(run)})</span>
        </button>
      ))}
      {hasPace && (
        <button type="button" onClick={() => show(<PaceDialog run={run} />)}>
          Pace<span class="visually-hidden"> ({reachOf(run)})</span>
        </button>
      )}
    </div>
  );
}

function DecisionDialog({ run, kind, title, label, said, why }: Decision & { run: RunAnswer; why: string }) {
  const name = useNameOf(run);
  const action: Action = { kind, runId: run.runId };
  return (
    <ActionDialog
      title={`${title} the run of ${name}?`}
      organizationId={run.organizationId}
      label={label}
      isGrave={kind === "cancel"}
      action={() => action}
      done={() => `The run of ${reachOf(run)} ${said}.`}
      {...(run.organizationId === null && kind === "cancel" ? { typed: "all" } : {})}
    >
      <p>{sentence(why)}</p>
      <p class="quiet">
        It was begun by {run.by}; its id is <code>{run.runId}</code>.
      </p>
    </ActionDialog>
  );
}

function PaceDialog({ run }: { run: RunAnswer }) {
  const configured = run.fullBytesPerSecond ?? run.bytesPerSecond;
  const [text, setText] = useState(configured === null ? "" : number(Math.round(configured / 1_000)));
  const kilobytes = wholeOrNull(text);
  return (
    <ActionDialog
      title={`Set the pace of the run of ${useNameOf(run)}`}
      organizationId={run.organizationId}
      label="Set the pace"
      // What is no number is refused by the program, as 0 is.
      action={() => ({
        kind: "setPace",
        runId: run.runId,
        bytesPerSecond: kilobytes === undefined ? 0 : kilobytes && kilobytes * 1_000,
      })}
      done={() => `The run of ${reachOf(run)} has a new pace from its next batch on.`}
    >
      <p>A run writes no more than this on average, so that the live pipelines keep their share.</p>
      <Field
        label="Kilobytes per second"
        value={text}
        onInput={setText}
        hint="Empty: as fast as it can."
        kind="number"
      />
    </ActionDialog>
  );
}

/** How the organization in a run's reach is called. */
export function useNameOf(run: RunAnswer): string {
  const { fleet } = usePage().snapshot;
  const member = fleet?.members.find(({ organizationId }) => organizationId === run.organizationId);
  return member?.name ?? reachOf(run);
}

/** A run in a list. */
export function RunCard({ run, level = "h3" }: { run: RunAnswer; level?: "h2" | "h3" }) {
  const name = useNameOf(run);
  const Heading = level;
  return (
    <article class="card">
      <div class="line">
        <Heading>
          <a href={hrefOf({ view: "run", id: run.runId })}>
            {run.retryOf === null ? "Migration" : "Retry"} of {name}
          </a>
        </Heading>
        <RunState run={run} />
      </div>
      <RunProgress run={run} />
      <p class="quiet small">
        begun {when(run.startedMs)} by {run.by}
        {run.reason !== null && <>: “{run.reason}”</>}
      </p>
      {!isOver(run) && <RunButtons run={run} />}
    </article>
  );
}
