import { Failure } from "../failure.js";
import type { Project } from "../host/project.js";

/** What a check found. A failed one keeps the rollout from working; a warning does not. */
export type Finding = {
  state: "ok" | "warning" | "failed";
  /** One sentence. */
  text: string;
  /** What to do: sentences, and lines of code to copy. */
  remedy: readonly (string | Code)[];
};

export type Code = { code: string };

export type Check = (project: Project) => Finding[] | Promise<Finding[]>;

export const ok = (text: string): Finding => ({ state: "ok", text, remedy: [] });
export const warning = (text: string, ...remedy: (string | Code)[]): Finding => ({
  state: "warning",
  text,
  remedy,
});
export const failed = (text: string, ...remedy: (string | Code)[]): Finding => ({
  state: "failed",
  text,
  remedy,
});

/** Runs a check; what stops it is a finding, too. */
export async function findingsOf(check: Check, project: Project): Promise<Finding[]> {
  try {
    return await check(project);
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown;
    return [failed(thrown.message, ...(thrown.remedy === null ? [] : [thrown.remedy]))];
  }
}

export const isFailed = ({ state }: Finding): boolean => state === "failed";
