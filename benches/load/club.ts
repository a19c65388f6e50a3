/** What is known of an organization that clients work on. */

import { BUSY_NOTES } from "./platform.js";

export type Flags = { voice_notes_v2: boolean | null; entity_resolution_v2: boolean | null };

export class Club {
  /** Notes that answers said were migrated. Exact while one client at a time works here. */
  migrated = 0;
  /** What the last change set. */
  flags: Flags = { voice_notes_v2: null, entity_resolution_v2: null };
  /** Runs in the background that are not known to have ended. */
  readonly live = new Set<string>();
  /** All of them. A run that stopped at its limit takes as many notes again each time it is resumed. */
  readonly runs = new Map<string, { migrated: number; resumes: number }>();

  constructor(
    readonly organizationId: string,
    /** Whether several clients work here at once. */
    readonly isShared: boolean,
  ) {}

  get eligible(): number {
    return BUSY_NOTES - this.migrated;
  }

  addRun(runId: string): void {
    this.live.add(runId);
    this.runs.set(runId, { migrated: 0, resumes: 0 });
  }

  /** What a run was seen to have migrated, by whomever and in whatever order. */
  count(runId: string, migrated: number): void {
    const run = this.runOf(runId);
    this.migrated += Math.max(0, migrated - run.migrated);
    run.migrated = Math.max(run.migrated, migrated);
  }

  runOf(runId: string): { migrated: number; resumes: number } {
    const run = this.runs.get(runId);
    if (run === undefined) throw new Error(`nobody started run ${runId}`);
    return run;
  }

  /** Whether a model of it can say each answer in advance. */
  get isKnown(): boolean {
    return !this.isShared && this.live.size === 0;
  }
}
