import { usePage } from "./page.js";
import { Title } from "./parts.js";
import { RunCard } from "./RunParts.js";
import { isOver } from "./words.js";

/** The newest runs, those first that are under way. */
export function RunsView() {
  const { runs, ledger } = usePage().snapshot;
  const sorted = [...(runs ?? [])].sort((a, b) => Number(isOver(a)) - Number(isOver(b)));
  return (
    <>
      <Title text="Runs" />
      {ledger.kind === "missing" && (
        <p>
          This backend has no ledger, so its runs are not known here. Install it by{" "}
          <code>npx v2-rollout init --ledger</code>.
        </p>
      )}
      {ledger.kind === "unknown" && <p class="quiet">Reading…</p>}
      {ledger.kind === "present" && sorted.length === 0 && <p class="quiet">No run is known yet.</p>}
      <div class="cards">
        {sorted.map((run) => (
          <RunCard key={run.runId} run={run} level="h2" />
        ))}
      </div>
    </>
  );
}
