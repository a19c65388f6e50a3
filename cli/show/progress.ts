import { type Migration, written } from "../operator/migration.js";
import type { OrganizationReport } from "../operator/report.js";
import { LiveLines } from "../terminal/live.js";
import { columns } from "../terminal/width.js";
import { progressBar } from "./bar.js";
import { counted, duration, number, percent } from "./numbers.js";

const { stderr } = process;

/** Between two lines where nothing can be drawn anew. */
const LINE_MS = 10_000;
const DRAW_MS = 500;

type Running = { organizationId: string; total: number; soFar: Migration | null; began: number };

/** How far the migrations are that run: drawn anew on a terminal, a line now and then elsewhere. On stderr. */
export class Progress {
  private readonly running = new Map<string, Running>();
  private readonly live =
    stderr.isTTY === true && process.env["TERM"] !== "dumb" ? new LiveLines(stderr) : null;
  private timer: NodeJS.Timeout | undefined;
  private organizations = 0;
  private ended: OrganizationReport[] = [];
  private isStopping = false;

  start(organizations: number): void {
    this.organizations = organizations;
    this.timer = setInterval(() => this.show(), this.live === null ? LINE_MS : DRAW_MS);
    this.timer.unref();
  }

  begin(organizationId: string, total: number): void {
    this.running.set(organizationId, { organizationId, total, soFar: null, began: Date.now() });
    if (this.live !== null) this.show();
  }

  update(organizationId: string, soFar: Migration): void {
    const running = this.running.get(organizationId);
    if (running !== undefined) running.soFar = soFar;
    if (this.live !== null) this.show();
  }

  finish(report: OrganizationReport): void {
    this.running.delete(report.organizationId);
    this.ended = [...this.ended, report];
    if (this.organizations > 1 && report.ending === "failed") {
      this.say(`${report.organizationId} failed: ${report.error?.message ?? ""}`);
    }
  }

  /** Says something above the progress. */
  say(text: string): void {
    if (this.live === null) stderr.write(`${text}\n`);
    else this.live.print(text);
  }

  stopping(): void {
    this.isStopping = true;
    this.say("Stopping after the current window; Ctrl-C again ends at once.");
  }

  end(): void {
    clearInterval(this.timer);
    this.live?.clear();
  }

  private show(): void {
    const running = [...this.running.values()];
    const lines = running.map((one) => this.lineOf(one));
    if (this.organizations > 1) lines.push(this.fleetLine(running.length));
    if (this.live !== null) this.live.draw(lines.slice(-Math.max(1, (stderr.rows ?? 24) - 1)));
    else for (const line of lines) stderr.write(`${line}\n`);
  }

  private fleetLine(running: number): string {
    const failed = this.ended.filter(({ ending }) => ending === "failed").length;
    const waiting = this.organizations - this.ended.length - running;
    return `${this.ended.length} of ${counted(this.organizations, "organization")} ended, ${failed} failed, ${waiting} to come${this.isStopping ? "; stopping" : ""}`;
  }

  /** As many parts as the line has room for, the most important ones first. */
  private lineOf({ organizationId, total, soFar, began }: Running): string {
    const notes = soFar === null ? 0 : written(soFar);
    const whole = Math.max(total, notes);
    const rate = soFar === null ? 0 : notes / Math.max(soFar.seconds, 0.001);
    const title = organizationId.length > 24 ? `${organizationId.slice(0, 23)}…` : organizationId;
    const parts = [`${title}  ${progressBar(notes, whole, 20, stderr)} ${percent(notes, whole).padStart(4)}`];
    let length = title.length + 27;
    const failed = soFar?.outcome.failed ?? 0;
    const limit = soFar?.batchSize?.limitedBy ?? null;
    for (const part of [
      `${number(notes)} of ${number(whole)}`,
      failed > 0 ? `${number(failed)} failed` : null,
      rate > 0 ? `${duration((whole - notes) / rate)} left` : duration((Date.now() - began) / 1_000),
      rate > 0 ? `${number(Math.round(rate))} notes/s` : null,
      soFar?.batchSize
        ? `batches of ${number(soFar.batchSize.notes)}${limit === null ? "" : ` (${limit})`}`
        : null,
    ]) {
      if (part === null) continue;
      if (length + part.length + 2 > columns() - 1) break;
      parts.push(part);
      length += part.length + 2;
    }
    return parts.join("  ");
  }
}
