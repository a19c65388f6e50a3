import type { MigrationAnswer, MigrationArgs } from "./validators/migration.js";

/** Console lines of one run at most; Convex keeps 256 a function. */
const MOST_LINES = 100;

/** Tells `convex logs` and the dashboard how far a run is. What an operator must know is in the answer. */
export class Progress {
  private readonly begun = Date.now();
  private readonly everyMs: number;
  private readonly reach: string;
  private firstMs: number | undefined;
  private reported = this.begun;
  private notes = 0;

  constructor(args: MigrationArgs, deadlineMs: number) {
    this.reach = args.organizationId ?? "all organizations";
    this.everyMs = deadlineMs / (MOST_LINES - 2);
  }

  /** A batch of so many notes was written, the last of them created at this time. */
  report(createdMs: number | undefined, notes: number): void {
    this.notes += notes;
    this.firstMs ??= createdMs;
    const now = Date.now();
    if (createdMs === undefined || this.firstMs === undefined || now - this.reported < this.everyMs) return;
    this.reported = now;
    const share = (createdMs - this.firstMs) / Math.max(1, now - this.firstMs);
    const perSecond = this.notes / Math.max(0.001, (now - this.begun) / 1_000);
    console.info(
      `runMigration ${this.reach}: about ${Math.round(share * 100)} % by creation time, ` +
        `${this.notes} notes, ${perSecond.toFixed(1)} notes a second`,
    );
  }

  end(answer: MigrationAnswer): MigrationAnswer {
    const { outcome, stopped, batches, batchSize } = answer;
    console.info(
      `runMigration ${this.reach}: ${answer.done ? "done" : `stopped (${stopped})`}, ` +
        `${outcome.migrated} migrated, ${outcome.repaired} repaired, ${outcome.failed} failed ` +
        `in ${batches} batches, limited by ${batchSize.limitedBy ?? "nothing"}`,
    );
    return answer;
  }
}
