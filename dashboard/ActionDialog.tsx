import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";

import type { Action, ActionAnswer, Problem } from "../cli/dashboard/protocol.js";
import { act } from "./api.js";
import { Dialog } from "./Dialog.js";
import { usePage } from "./page.js";
import { ProblemNote } from "./parts.js";
import { hurry } from "./poll.js";

type Properties = {
  title: string;
  /** Null stands for all. */
  organizationId: string | null;
  /** What is written on the button that does it. */
  label: string;
  /** The action, once the fields are filled in. */
  action: () => Action;
  /** Says what was done. */
  done: (answer: ActionAnswer) => string;
  /** A word that must be typed, where more than one organization is meant. */
  typed?: string;
  isGrave?: boolean;
  children?: ComponentChildren;
};

/** Asks before something is done, names where, and shows what went wrong. */
export function ActionDialog({
  title,
  organizationId,
  label,
  action,
  done,
  typed,
  isGrave,
  children,
}: Properties) {
  const page = usePage();
  const [text, setText] = useState("");
  const [isPending, setPending] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const close = (): void => page.show(null);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (isPending || (typed !== undefined && text.trim() !== typed)) return;
    setPending(true);
    setProblem(null);
    const answer = await act(action());
    setPending(false);
    hurry();
    if (answer.kind === "failed") {
      setProblem(answer.problem);
      return;
    }
    close();
    page.say(done(answer.value));
  };
  return (
    <Dialog title={title} onClose={close}>
      <form onSubmit={submit}>
        <Where organizationId={organizationId} />
        {children}
        {typed !== undefined && (
          <Field label={`Type ${typed} to go on`} value={text} onInput={setText} isMonospaced />
        )}
        {problem !== null && <ProblemNote problem={problem} title="It did not work." />}
        <div class="buttons">
          <button type="button" onClick={close}>
            Back
          </button>
          <button
            type="submit"
            class={isGrave ? "grave" : "main"}
            aria-disabled={isPending || (typed !== undefined && text.trim() !== typed)}
          >
            {isPending ? "Working…" : label}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** What is about to be changed: an organization, or all of them, on this deployment. */
export function Where({ organizationId }: { organizationId: string | null }) {
  return (
    <p class="where">
      {organizationId === null ? <strong>all organizations</strong> : <code>{organizationId}</code>} on{" "}
      <strong>{usePage().snapshot.deployment}</strong>
    </p>
  );
}

type FieldProperties = {
  label: string;
  value: string;
  onInput: (value: string) => void;
  hint?: string;
  isMonospaced?: boolean;
  kind?: "number";
};

export function Field({ label, value, onInput, hint, isMonospaced, kind }: FieldProperties) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        class={isMonospaced ? "monospaced" : ""}
        value={value}
        inputMode={kind === "number" ? "numeric" : "text"}
        autoComplete="off"
        spellcheck={false}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      {hint !== undefined && (
        <p id={`${id}-hint`} class="hint">
          {hint}
        </p>
      )}
    </div>
  );
}

/** Who acts, and why: kept beside what is changed. */
export function WhoAndWhy({ reason, setReason }: { reason: string; setReason: (text: string) => void }) {
  const { by, setBy } = usePage();
  return (
    <div class="fields">
      <Field label="By" value={by} onInput={setBy} />
      <Field label="Reason (optional)" value={reason} onInput={setReason} />
    </div>
  );
}

/** An empty field is none. */
export const textOrNull = (text: string): string | null => (text.trim() === "" ? null : text.trim());

/** A whole number from 1, or null where the field is empty; undefined where it holds anything else. */
export function wholeOrNull(text: string): number | null | undefined {
  const plain = text.replaceAll(",", "").trim();
  if (plain === "") return null;
  return /^[1-9]\d{0,14}$/.test(plain) ? Number(plain) : undefined;
}
