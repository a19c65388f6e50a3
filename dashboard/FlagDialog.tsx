import { useState } from "preact/hooks";

import type { Detail } from "../cli/dashboard/protocol.js";
import { number } from "../cli/show/numbers.js";
import { ActionDialog, textOrNull, WhoAndWhy } from "./ActionDialog.js";
import { inWords } from "./ClassBar.js";
import { usePage } from "./page.js";
import { VerdictWord } from "./parts.js";

/** Asks before v2 is switched on or off for an organization, and shows how far it is. */
export function FlagDialog({ detail, change }: { detail: Detail; change: "enable" | "disable" }) {
  const { by } = usePage();
  const [reason, setReason] = useState("");
  const { organizationId, name, status } = detail;
  const way = change === "enable" ? "on" : "off";
  const left = status?.value.migration.eligible ?? 0;
  return (
    <ActionDialog
      title={`Switch v2 ${way} for ${name ?? organizationId}?`}
      organizationId={organizationId}
      label={`Switch ${way}`}
      isGrave={change === "disable"}
      action={() => ({ kind: change, organizationId, by: textOrNull(by), reason: textOrNull(reason) })}
      done={(answer) =>
        answer.kind === "flags" && answer.change?.changed.length === 0
          ? `v2 was ${way} already for ${organizationId}.`
          : `v2 is ${way} for ${organizationId}.`
      }
    >
      <p>
        {status === null ? (
          "It was not looked at yet."
        ) : (
          <>
            <VerdictWord verdict={status.value.verdict} /> {inWords(status.value.migration)}
          </>
        )}
      </p>
      {change === "enable" && left > 0 && (
        <p>
          {number(left)} {left === 1 ? "note is" : "notes are"} not migrated yet. Where your app shows only v2
          documents once it is on, migrate first.
        </p>
      )}
      {change === "disable" && <p>What was migrated stays; the organization uses the old pipeline again.</p>}
      <WhoAndWhy reason={reason} setReason={setReason} />
    </ActionDialog>
  );
}
