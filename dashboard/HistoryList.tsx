import type { Change } from "../cli/dashboard/protocol.js";
import { when } from "../cli/show/times.js";
import { hrefOf } from "./route.js";
import { flagKeys } from "./words.js";

/** Changes of flags, from the newest on. */
export function HistoryList({ changes }: { changes: readonly Change[] }) {
  if (changes.length === 0) return <p class="quiet">No change of the flags is known.</p>;
  return (
    <ol class="history">
      {changes.map((change) => (
        <li key={`${change.atMs} ${change.function}`}>
          <p>
            <time dateTime={new Date(change.atMs).toISOString()}>{when(change.atMs)}</time>{" "}
            <strong>{wordsOf(change)}</strong> by {change.by}
            {change.reason !== null && <>: “{change.reason}”</>}
          </p>
          <p class="quiet small">
            {flagKeys
              .map((key) => `${key} ${word(change.before[key])} → ${word(change.after[key])}`)
              .join(", ")}
            {change.runId !== null && (
              <>
                {" · during a "}
                <a href={hrefOf({ view: "run", id: change.runId })}>run</a>
              </>
            )}
          </p>
        </li>
      ))}
    </ol>
  );
}

function wordsOf({ function: name, restore, changed }: Change): string {
  const way = name === "enableV2ForOrg" ? "on" : "off";
  if (restore) return "brought back";
  return changed.length === 0 ? `asked to be ${way}, and was` : `switched ${way}`;
}

const word = (value: boolean | null): string => (value === null ? "no row" : value ? "on" : "off");
