import { useState } from "preact/hooks";

import type { Classes, Fleet, Member, RunAnswer } from "../cli/dashboard/protocol.js";
import { counted, number } from "../cli/show/numbers.js";
import { look } from "./api.js";
import { attentionOf, byNeed } from "./attention.js";
import { ClassBar, ClassList, inWords } from "./ClassBar.js";
import { MigrateDialog } from "./MigrateDialog.js";
import { usePage } from "./page.js";
import { FlagsWord, ProblemNote, sentence, Title, VerdictWord } from "./parts.js";
import { hurry } from "./poll.js";
import { RunCard } from "./RunParts.js";
import { hrefOf } from "./route.js";
import { ago } from "./time.js";
import { classes, isOver, verdicts } from "./words.js";

/** Runs that are under way, and every organization, those first that need attention. */
export function FleetView() {
  const { snapshot } = usePage();
  const { fleet, runs, ledger } = snapshot;
  const live = (runs ?? []).filter((run) => !isOver(run));
  return (
    <>
      <Title text="Fleet" />
      {ledger.kind === "missing" && (
        <aside class="note" aria-label="No ledger">
          <p>
            <strong>This backend has no ledger.</strong> So runs can neither be begun nor watched here, and no
            history is kept. Migrate by <code>npx v2-rollout migrate</code> on a terminal, or install it by{" "}
            <code>npx v2-rollout init --ledger</code>.
          </p>
        </aside>
      )}
      {live.length > 0 && (
        <section aria-labelledby="live">
          <h2 id="live">Under way</h2>
          <div class="cards">
            {live.map((run) => (
              <RunCard key={run.runId} run={run} />
            ))}
          </div>
        </section>
      )}
      {fleet === null ? <p class="quiet">Reading…</p> : <Organizations fleet={fleet} runs={runs} />}
    </>
  );
}

/** How a member is called in the summary of the fleet. */
function groupOf({ status, problem }: Member): string {
  if (problem !== null) return "failed";
  if (status === null) return "reading…";
  return status.value.verdict === null ? "not counted" : verdicts[status.value.verdict].label;
}

function Organizations({ fleet, runs }: { fleet: Fleet; runs: RunAnswer[] | null }) {
  const { snapshot, show } = usePage();
  const [text, setText] = useState("");
  const [group, setGroup] = useState<string | null>(null);
  const members = [...fleet.members].sort(byNeed(runs));
  const groups = [...new Set(members.map(groupOf))];
  const chosen = group !== null && groups.includes(group) ? group : null;
  const wanted = text.trim().toLowerCase();
  const shown = members.filter(
    (member) =>
      (chosen === null || groupOf(member) === chosen) &&
      [member.organizationId, member.name, member.slug].some((word) => word?.toLowerCase().includes(wanted)),
  );
  const lookAgain = async (): Promise<void> => {
    await look(null).catch(() => {});
    hurry();
  };
  const all = fleet.from === "list" ? members.length : null;
  return (
    <section aria-labelledby="organizations">
      <div class="line">
        <h2 id="organizations">{counted(members.length, "organization")}</h2>
        <div class="buttons">
          <button type="button" onClick={lookAgain}>
            Look again
          </button>
          {!snapshot.isReadOnly && snapshot.ledger.kind === "present" && fleet.from !== "arguments" && (
            <button type="button" onClick={() => show(<MigrateDialog reach={{ all }} />)}>
              Migrate all…
            </button>
          )}
        </div>
      </div>
      {fleet.from === "runs" && (
        <p class="quiet">
          This backend offers no list of its organizations: these are known from its runs. Name others when
          you start the program, as in <code>npx v2-rollout dashboard org_a org_b</code>, or add{" "}
          <code>listOrganizations</code> to convex/v2RolloutHost.ts.
        </p>
      )}
      {members.length > 1 && <Total members={members} />}
      {members.length > 5 && (
        <search class="filter">
          <label>
            <span class="visually-hidden">Find an organization</span>
            <input
              type="search"
              placeholder="Find by name or id"
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          </label>
          <fieldset class="chips">
            <legend class="visually-hidden">Show only those that are</legend>
            {groups.map((name) => (
              <button
                key={name}
                type="button"
                aria-pressed={name === chosen}
                onClick={() => setGroup(name === chosen ? null : name)}
              >
                {number(members.filter((member) => groupOf(member) === name).length)} {name}
              </button>
            ))}
          </fieldset>
        </search>
      )}
      <p class="visually-hidden" role="status">
        {wanted === "" && chosen === null ? "" : `${counted(shown.length, "organization")} shown`}
      </p>
      {shown.length === 0 && members.length > 0 && <p class="quiet">None of them fits.</p>}
      <ul class="fleet">
        {shown.map((member) => (
          <MemberRow key={member.organizationId} member={member} runs={runs} />
        ))}
      </ul>
    </section>
  );
}

/** The notes of all organizations that were looked at. */
function Total({ members }: { members: readonly Member[] }) {
  const sums: Classes = { migrated: 0, eligible: 0, unfinished: 0, deferred: 0, blocked: 0, notReady: 0 };
  let total = 0;
  for (const { status } of members) {
    if (status === null) continue;
    total += status.value.voiceNotes.total;
    for (const { key } of classes) sums[key] += status.value.migration[key];
  }
  if (total === 0) return null;
  return (
    <div class="total">
      <ClassBar migration={sums} />
      <ClassList migration={sums} total={total} />
    </div>
  );
}

/** Readings older than this are marked. */
const OLD_MS = 5 * 60_000;

function MemberRow({ member, runs }: { member: Member; runs: RunAnswer[] | null }) {
  const { nowMs, isStale } = usePage();
  const { organizationId, name, status, problem } = member;
  const attention = attentionOf(member, runs);
  const isOld = status !== null && (isStale || nowMs - status.atMs > OLD_MS);
  return (
    <li class={attention.length > 0 ? "needs" : ""}>
      <div class="who">
        <a href={hrefOf({ view: "organization", id: organizationId })}>{name ?? organizationId}</a>
        {name !== null && <span class="id">{organizationId}</span>}
      </div>
      <div class="verdict">
        {problem !== null ? (
          <span class="word blocked">failed</span>
        ) : status === null ? (
          <span class="quiet">reading…</span>
        ) : (
          <VerdictWord verdict={status.value.verdict} />
        )}
      </div>
      {status !== null && (
        <>
          <div class="measure">
            <ClassBar migration={status.value.migration} />
            <p class="small">
              {inWords(status.value.migration) || "no notes"}
              {isOld && <span class="old"> · counted {ago(status.atMs, nowMs)}</span>}
            </p>
          </div>
          <FlagsWord effective={status.value.effective} />
        </>
      )}
      {problem === null && attention.length > 0 && (
        <ul class="attention">
          {attention.map((point) => (
            <li key={point}>{sentence(point)}</li>
          ))}
        </ul>
      )}
      {problem !== null && <ProblemNote problem={problem} />}
    </li>
  );
}
