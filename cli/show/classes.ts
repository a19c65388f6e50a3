import type { Classes, StatusAnswer } from "../operator/answers.js";
import { blue, cyan, dim, green, magenta, red, yellow } from "../terminal/color.js";

type Paint = (stream: NodeJS.WriteStream, text: string) => string;

/** How the classes of notes look, in the order of a bar. Each has a sign of its own, for where there is no color. */
export const classes: readonly {
  key: keyof Classes;
  label: string;
  says: string;
  sign: string;
  paint: Paint;
}[] = [
  { key: "migrated", label: "migrated", says: "done", sign: "█", paint: green },
  { key: "eligible", label: "eligible", says: "can be migrated now", sign: "░", paint: blue },
  {
    key: "unfinished",
    label: "unfinished",
    says: "begun in v2 and not completed",
    sign: "▚",
    paint: magenta,
  },
  {
    key: "deferred",
    label: "deferred",
    says: "the old pipeline is not done with them",
    sign: "▒",
    paint: yellow,
  },
  { key: "blocked", label: "blocked", says: "a person must decide", sign: "×", paint: red },
  { key: "notReady", label: "not ready", says: "no text, so nothing to migrate", sign: "·", paint: dim },
];

type Verdict = NonNullable<StatusAnswer["verdict"]>;

/** The words for a verdict, and how early it comes among what needs attention. */
export const verdicts: Record<Verdict, { label: string; paint: Paint; rank: number }> = {
  blocked: { label: "blocked", paint: red, rank: 1 },
  waiting: { label: "waiting", paint: yellow, rank: 2 },
  inProgress: { label: "in progress", paint: cyan, rank: 3 },
  notStarted: { label: "not started", paint: blue, rank: 4 },
  complete: { label: "complete", paint: green, rank: 5 },
  empty: { label: "no notes", paint: dim, rank: 6 },
};
