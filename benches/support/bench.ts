/** What a bench gives its runner. */
export type Outcome = {
  /** What `--json` prints under the bench's name. */
  json: unknown;
  /** What a person reads. */
  text: string;
  /** What must hold and does not; with any, the run exits 1. */
  failures: string[];
};

export type Options = {
  /** How long a bench goes on that has no end of its own. */
  seconds: number;
};

export type Bench = {
  about: string;
  run(options: Options): Promise<Outcome>;
};
