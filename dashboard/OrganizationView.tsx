import type { Detail, Reading, StatusAnswer } from "../cli/dashboard/protocol.js";
import { counted, number } from "../cli/show/numbers.js";
import { look, readOrganization } from "./api.js";
import { ClassBar, ClassList } from "./ClassBar.js";
import { FlagDialog } from "./FlagDialog.js";
import { HistoryList } from "./HistoryList.js";
import { MigrateDialog } from "./MigrateDialog.js";
import { usePage } from "./page.js";
import { ProblemNote, Prose, sentence, Title, VerdictWord } from "./parts.js";
import { hurry, useAnswer } from "./poll.js";
import { RunCard } from "./RunParts.js";
import { ago } from "./time.js";
import { flagKeys, isOver, reasons } from "./words.js";

/** One organization: how far it is, its flags, its runs, and what was changed when. */
export function OrganizationView({ id }: { id: string }) {
  const { snapshot, nowMs } = usePage();
  const { value: detail, problem } = useAnswer(
    id,
    () => readOrganization(id),
    ({ status, problem, history }) =>
      (status === null && problem === null) || (history === null && snapshot.ledger.kind === "present"),
  );
  if (detail === null) {
    return (
      <>
        <Title text={id} />
        {problem === null ? <p class="quiet">Reading…</p> : <ProblemNote problem={problem} />}
      </>
    );
  }
  const { name, status, history } = detail;
  const lookAgain = async (): Promise<void> => {
    await look(id).catch(() => {});
    hurry();
  };
  const live = history?.value.runs.filter((run) => !isOver(run)) ?? [];
  const over = history?.value.runs.filter(isOver) ?? [];
  return (
    <>
      <p class="crumbs">
        <a href="#/">Fleet</a>
      </p>
      <div class="line">
        <div>
          <Title text={name ?? id} />
          {name !== null && <p class="id">{id}</p>}
        </div>
        <div class="buttons">
          <button type="button" onClick={lookAgain}>
            Look again
          </button>
          {live.length === 0 && <Migrate detail={detail} />}
        </div>
      </div>
      {detail.problem !== null && <ProblemNote problem={detail.problem} title="The last look failed." />}
      {status === null ? (
        detail.problem === null && <p class="quiet">Reading…</p>
      ) : (
        <>
          <Count status={status} nowMs={nowMs} />
          {live.map((run) => (
            <RunCard key={run.runId} run={run} level="h2" />
          ))}
          <div class="halves">
            <Flags detail={detail} status={status.value} />
            <Next detail={detail} />
          </div>
          <Samples status={status.value} />
        </>
      )}
      <div class="halves">
        <section aria-labelledby="history">
          <h2 id="history">Changes of the flags</h2>
          {history !== null ? (
            <HistoryList changes={history.value.changes} />
          ) : (
            <p class="quiet">
              {snapshot.ledger.kind === "missing" ? "None are kept: this backend has no ledger." : "Reading…"}
            </p>
          )}
        </section>
        <section aria-labelledby="runs">
          <h2 id="runs">Runs</h2>
          {over.length === 0 && (
            <p class="quiet">
              {snapshot.ledger.kind === "missing"
                ? "None are kept: this backend has no ledger."
                : history === null
                  ? "Reading…"
                  : "No run has ended yet."}
            </p>
          )}
          <div class="cards one">
            {over.slice(0, 10).map((run) => (
              <RunCard key={run.runId} run={run} />
            ))}
          </div>
        </section>
      </div>
    </>
  );
}

function Migrate({ detail }: { detail: Detail }) {
  const { snapshot, show } = usePage();
  const isPossible = !snapshot.isReadOnly && snapshot.ledger.kind === "present";
  return isPossible ? (
    <button type="button" class="main" onClick={() => show(<MigrateDialog reach={detail} />)}>
      Migrate…
    </button>
  ) : null;
}

function Count({ status, nowMs }: { status: Reading<StatusAnswer>; nowMs: number }) {
  const { verdict, migration, voiceNotes, warnings } = status.value;
  return (
    <section aria-label="How far it is">
      <p class="headline">
        <VerdictWord verdict={verdict} /> {number(migration.migrated)} of {counted(voiceNotes.total, "note")}{" "}
        migrated
        <span class="quiet"> · counted {ago(status.atMs, nowMs)}</span>
      </p>
      <div class="total">
        <ClassBar migration={migration} />
        <ClassList migration={migration} total={voiceNotes.total} />
      </div>
      {warnings.length > 0 && (
        <ul class="warnings">
          {warnings.map((warning) => (
            <li key={warning}>
              <Prose text={sentence(warning)} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Flags({ detail, status }: { detail: Detail; status: StatusAnswer }) {
  const { snapshot, show } = usePage();
  const isOn = flagKeys.every((key) => status.effective[key].enabled);
  const isOff = flagKeys.every((key) => !status.effective[key].enabled);
  const ask = (change: "enable" | "disable") => () => show(<FlagDialog detail={detail} change={change} />);
  return (
    <section aria-labelledby="flags">
      <h2 id="flags">Flags</h2>
      <dl class="flag-list">
        {flagKeys.map((key) => {
          const { enabled, reason } = status.effective[key];
          return (
            <div key={key}>
              <dt>
                <code>{key}</code>
              </dt>
              <dd>
                <span class={enabled ? "flags on" : "flags"}>{enabled ? "on" : "off"}</span>{" "}
                <span class="quiet">
                  {reason}: {reasons[reason]}
                </span>
              </dd>
            </div>
          );
        })}
      </dl>
      {!snapshot.isReadOnly && (
        <div class="buttons">
          {!isOn && (
            <button type="button" onClick={ask("enable")}>
              Switch v2 on…
            </button>
          )}
          {!isOff && (
            <button type="button" onClick={ask("disable")}>
              Switch v2 off…
            </button>
          )}
        </div>
      )}
    </section>
  );
}

/** What a terminal would be asked next. */
function Next({ detail }: { detail: Detail }) {
  if (detail.next.length === 0) return null;
  return (
    <section aria-labelledby="next">
      <h2 id="next">On a terminal</h2>
      {detail.next.map(({ why, command }) => (
        <div key={command} class="command">
          <p>{why}</p>
          <pre>{command}</pre>
        </div>
      ))}
    </section>
  );
}

/** A few ids of what a person may want to look at. */
function Samples({ status }: { status: StatusAnswer }) {
  const kinds = (["blocked", "unfinished", "deferred", "duplicates"] as const).filter(
    (kind) => status.samples[kind].length > 0,
  );
  if (kinds.length === 0) return null;
  return (
    <section aria-labelledby="samples">
      <h2 id="samples">Notes to look at</h2>
      <dl class="samples">
        {kinds.map((kind) => (
          <div key={kind}>
            <dt>
              {kind}
              {kind !== "duplicates" && status.migration[kind] > status.samples[kind].length && (
                <span class="quiet">
                  {" "}
                  ({status.samples[kind].length} of {number(status.migration[kind])})
                </span>
              )}
            </dt>
            <dd>
              {status.samples[kind].map((id) => (
                <code key={id}>{id}</code>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
