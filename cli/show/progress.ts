import type { OrganizationReport } from "../operator/report.js";
import { LiveLines } from "../terminal/live.js";
import { columns } from "../terminal/width.js";
import { progressBar } from "./bar.js";
import type { HowFar } from "./howFar.js";
import { counted, duration, number, percent } from "./numbers.js";

const { stderr } = process;

/** Between two lines where nothing can be drawn anew. */
const LINE_MS = 10_000;
const DRAW_MS = 500;

type Running = { organizationId: string; howFar: HowFar; began: number; errorAtMs: number };

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

  begin(organizationId: string, howFar: HowFar): void {
    const began = Date.now();
    this.running.set(organizationId, { organizationId, howFar, began, errorAtMs: began });
    if (this.live !== null) this.show();
  }

  update(organizationId: string, howFar: HowFar): void {
    const running = this.running.get(organizationId);
    if (running === undefined) return;
    running.howFar = howFar;
    const { error } = howFar;
    if (error !== null && error.atMs > running.errorAtMs) {
      running.errorAtMs = error.atMs;
      this.say(`${organizationId}: ${error.message}`);
    }
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

  stopping(text: string): void {
    this.isStopping = true;
    this.say(text);
  }

  end(): void {
    clearInterval(this.timer);
    this.live?.clear();
  }

  private show(): void {
    const running = [...this.running.values()];
    const width = Math.max(0, ...running.map(({ organizationId }) => titleOf(organizationId).length));
    const lines = running.map((one) => this.lineOf(one, width));
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
  private lineOf({ organizationId, howFar, began }: Running, width: number): string {
    const { notes, whole, failed, notesPerSecond, secondsLeft, remarks } = howFar;
    const title = titleOf(organizationId).padEnd(width);
    const parts = [title];
    let length = title.length;
    const rest = [
      failed > 0 ? `${number(failed)} failed` : null,
      secondsLeft === null
        ? `${duration((Date.now() - began) / 1_000)} so far`
        : `${duration(secondsLeft)} left`,
      notesPerSecond === null ? null : `${number(Math.round(notesPerSecond))} notes/s`,
      ...remarks,
    ];
    if (whole === null) rest.unshift(counted(notes, "note"));
    else {
      // On a narrow terminal, how fast it is tells more than a long bar.
      const bar = columns() < 100 ? SHORT_BAR : BAR;
      parts.push(`${progressBar(notes, whole, bar, stderr)} ${percent(notes, whole).padStart(4)}`);
      length += bar + 7;
      rest.unshift(`${number(notes)} of ${number(whole)}`);
    }
    for (const part of rest) {
      if (part === null) continue;
      if (length + part.length + 2 > columns() - 1) break;
      parts.push(part);
      length += part.length + 2;
    }
    return parts.join("  ");
  }
}

const BAR = 20;
const SHORT_BAR = 8;

const titleOf = (organizationId: string): string =>
  organizationId.length > 24 ? `${organizationId.slice(0, 23)}…` : organizationId;
