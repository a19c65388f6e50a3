import { useState } from "preact/hooks";

import type { Action, Migration, Problem } from "../cli/dashboard/protocol.js";
import { bytes, counted, duration, number } from "../cli/show/numbers.js";
import { ActionDialog, Field, textOrNull, Where, WhoAndWhy, wholeOrNull } from "./ActionDialog.js";
import { act } from "./api.js";
import { Dialog } from "./Dialog.js";
import { usePage } from "./page.js";
import { ProblemNote } from "./parts.js";

type Reach = { organizationId: string; name: string | null } | { all: number | null };

type What = { organizationId: string | null; limit: number | null; repair: boolean };

/** First a dry run, then, with its numbers at hand, the question. */
export function MigrateDialog({ reach }: { reach: Reach }) {
  const [rehearsed, setRehearsed] = useState<{ what: What; migration: Migration } | null>(null);
  if (rehearsed === null) {
    return <Rehearsal reach={reach} onRehearsed={(what, migration) => setRehearsed({ what, migration })} />;
  }
  return <Start reach={reach} {...rehearsed} />;
}

const nameOf = (reach: Reach): string =>
  "all" in reach ? "all organizations" : (reach.name ?? reach.organizationId);

function Rehearsal({
  reach,
  onRehearsed,
}: {
  reach: Reach;
  onRehearsed: (what: What, migration: Migration) => void;
}) {
  const { show } = usePage();
  const organizationId = "all" in reach ? null : reach.organizationId;
  const [limit, setLimit] = useState("");
  const [repair, setRepair] = useState(false);
  const [isPending, setPending] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (isPending) return;
    const most = wholeOrNull(limit);
    if (most === undefined) {
      setProblem({ code: "INPUT", message: "the limit is a whole number from 1, or empty", hint: null });
      return;
    }
    const what = { organizationId, limit: most, repair };
    setPending(true);
    setProblem(null);
    const answer = await act({ kind: "rehearse", ...what });
    setPending(false);
    if (answer.kind === "failed") setProblem(answer.problem);
    else if (answer.value.kind === "rehearsed") onRehearsed(what, answer.value.migration);
  };
  return (
    <Dialog title={`Migrate ${nameOf(reach)}`} onClose={() => show(null)}>
      <form onSubmit={submit}>
        <Where organizationId={organizationId} />
        <p>First a dry run: it writes nothing, and tells what a run would do.</p>
        <Field
          label="At most so many notes (optional)"
          value={limit}
          onInput={setLimit}
          hint="The oldest go first. A few are a canary."
          kind="number"
        />
        <label class="check">
          <input
            type="checkbox"
            checked={repair}
            onChange={(event) => setRepair(event.currentTarget.checked)}
          />
          Also finish what was broken off more than a day ago (repair)
        </label>
        <p role="status" class="quiet">
          {isPending ? "The dry run is under way. It reads every note." : ""}
        </p>
        {problem !== null && <ProblemNote problem={problem} />}
        <div class="buttons">
          <button type="button" onClick={() => show(null)}>
            Back
          </button>
          <button type="submit" class="main" aria-disabled={isPending}>
            {isPending ? "Working…" : "Dry run"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Start({ reach, what, migration }: { reach: Reach; what: What; migration: Migration }) {
  const { by, show } = usePage();
  const [reason, setReason] = useState("");
  const { outcome, estimate, failures } = migration;
  const would = outcome.migrated + outcome.repaired;
  const title = `Migrate ${counted(would, "note")} of ${nameOf(reach)}?`;
  const rest = (["unfinished", "deferred", "blocked", "notReady", "failed"] as const).filter(
    (key) => outcome[key] > 0,
  );
  const summary = (
    <>
      <p>
        {would === 0 ? "The dry run found nothing to migrate. " : ""}
        {outcome.repaired > 0 && `${number(outcome.repaired)} of them would be repaired. `}
        {estimate !== null && would > 0
          ? `It takes about ${duration(estimate.seconds)} and writes ${bytes(estimate.bytesWritten)}, in the background.`
          : ""}
      </p>
      {rest.length > 0 && (
        <p class="quiet">
          Not migrated: {rest.map((key) => `${number(outcome[key])} ${restWords[key]}`).join(", ")}.
        </p>
      )}
      {failures.length > 0 && (
        <ul class="failures">
          {failures.slice(0, 5).map(({ voiceNoteId, message }) => (
            <li key={voiceNoteId}>
              <code>{voiceNoteId}</code> {message}
            </li>
          ))}
        </ul>
      )}
    </>
  );
  if (would === 0) {
    return (
      <Dialog title={title.replace(/\?$/, "")} onClose={() => show(null)}>
        <Where organizationId={what.organizationId} />
        {summary}
        <div class="buttons">
          <button type="button" class="main" onClick={() => show(null)}>
            Close
          </button>
        </div>
      </Dialog>
    );
  }
  const action = (): Action => ({
    kind: "migrate",
    ...what,
    by: textOrNull(by),
    reason: textOrNull(reason),
  });
  return (
    <ActionDialog
      key="start"
      title={title}
      organizationId={what.organizationId}
      label={`Migrate ${counted(would, "note")}`}
      action={action}
      {...("all" in reach ? { typed: reach.all === null ? "all" : String(reach.all) } : {})}
      done={() => `The migration of ${nameOf(reach)} has begun.`}
    >
      {"all" in reach && (
        <p>
          This is one run over {reach.all === null ? "all organizations" : counted(reach.all, "organization")}
          . No other run can begin until it ends.
        </p>
      )}
      {summary}
      <WhoAndWhy reason={reason} setReason={setReason} />
    </ActionDialog>
  );
}

const restWords = {
  unfinished: "unfinished",
  deferred: "deferred",
  blocked: "blocked",
  notReady: "not ready",
  failed: "would fail",
} as const;
