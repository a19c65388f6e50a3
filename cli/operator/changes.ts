import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import type { FlagChangeAnswer } from "./answers.js";

/** A change of an organization's flags that this program made, and the way back. */
export type Change = {
  at: string;
  deployment: string;
  organizationId: string;
  change: "enable" | "disable";
  /** Null where the answer that held it was lost, or the flags have too many rows. */
  previous: string | null;
  /** Whether it brought back what was before another change; earlier releases did not keep that. */
  restore?: boolean;
  /** The rows before it; null where the answer was lost. */
  before?: FlagChangeAnswer["before"] | null;
};

/** Remembers a change in the user's state folder, one line for each. */
export function remember(change: Change): void {
  mkdirSync(folder(), { recursive: true, mode: 0o700 });
  appendFileSync(file(), `${JSON.stringify(change)}\n`, { mode: 0o600 });
}

/** The last change of an organization's flags that was made from here. */
export function lastChange(deployment: string, organizationId: string): Change | null {
  if (!existsSync(file())) return null;
  const changes = readFileSync(file(), "utf8").split("\n").flatMap(parsed);
  return (
    changes
      .filter((change) => change.deployment === deployment && change.organizationId === organizationId)
      .at(-1) ?? null
  );
}

/** A line that was cut off, as on a full disk, is passed over. */
function parsed(line: string): Change[] {
  try {
    return [JSON.parse(line) as Change];
  } catch {
    return [];
  }
}

const file = (): string => join(folder(), "changes.jsonl");

function folder(): string {
  const { XDG_STATE_HOME, LOCALAPPDATA } = process.env;
  if (XDG_STATE_HOME) return join(XDG_STATE_HOME, "v2-rollout");
  if (process.platform === "win32" && LOCALAPPDATA) return join(LOCALAPPDATA, "v2-rollout");
  return join(homedir(), ".local", "state", "v2-rollout");
}
