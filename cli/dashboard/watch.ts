import type { Connection } from "../connection/connect.js";
import type { Problem } from "../connection/errors.js";
import type { StatusAnswer } from "../operator/answers.js";
import { listOrganizations, type Organization, statusOf } from "../operator/organizations.js";
import { problemOf } from "../operator/parallel.js";
import { isSaidByClasses } from "../show/statusSummary.js";
import type { Change, Fleet, History, Reading, RunAnswer, Snapshot, Summary } from "./protocol.js";
import { Seen } from "./seen.js";

/** Calls under way at once. */
const MOST_AT_ONCE = 4;
/** A status reads a whole organization. */
const STATUS_MS = 60_000;
/** While a run works on it. */
const BUSY_STATUS_MS = 10_000;
const LIST_MS = 60_000;
/** Runs and changes are a few documents. */
const RUNS_MS = 1_500;
const RUNS_REST = 4;
const HISTORY_MS = 5_000;

type Rest = "silence" | "ledger" | "fleet" | "runs";

/**
 * What is known of a deployment. It is read while somebody looks, and no more often than its size allows: the page asks every
 * two seconds, and each time what is due is begun.
 */
export class Watch {
  readonly #organizations: Seen<Organization[] | null>;
  readonly #runs: Seen<RunAnswer[]>;
  readonly #statuses = new Map<string, Seen<StatusAnswer>>();
  readonly #histories = new Map<string, Seen<History>>();
  #silence: Snapshot["silence"] = null;
  #underWay = 0;

  /** Of the organizations that are named; of all that can be found where none is. */
  constructor(
    private readonly connection: Connection,
    private readonly named: readonly Organization[],
  ) {
    this.#organizations = new Seen(() => listOrganizations(connection), LIST_MS);
    this.#runs = new Seen(async () => this.#noteEnds(await this.#read("runs", {})), RUNS_MS, RUNS_REST);
  }

  /** What is known now; what is due is read meanwhile. */
  look(): Pick<Snapshot, Rest> {
    this.#begin();
    return { silence: this.#silence, ledger: this.#ledger(), fleet: this.#fleet(), runs: this.#runs.value };
  }

  /** An organization, or null where it is not in the fleet. */
  lookAt(organizationId: string) {
    const member = this.#known()?.members.find((known) => known.organizationId === organizationId);
    if (member === undefined) return null;
    const status = this.#statusOf(organizationId);
    const history = this.#ledger().kind === "missing" ? null : this.#historyOf(organizationId);
    if (history?.isDue(Date.now())) this.#start(history);
    this.#begin();
    return {
      ...member,
      status: status.reading,
      problem: status.problem,
      history: history?.reading ?? null,
    };
  }

  /** Reads an organization again as soon as can be; all of them where none is named. */
  want(organizationId: string | null): void {
    if (organizationId === null) {
      this.#organizations.want();
      for (const status of this.#statuses.values()) status.want();
    } else this.#statuses.get(organizationId)?.want();
    this.wantRuns();
  }

  /** Reads the runs again, and the histories that somebody looks at. */
  wantRuns(): void {
    this.#runs.want();
    for (const history of this.#histories.values()) history.want();
    this.#begin();
  }

  /** Calls a function that writes nothing. What the deployment does not answer is known from then on. */
  async read(name: string, args: object): Promise<unknown> {
    return await this.#hear(() => this.connection.read(name, args));
  }

  async #read<Value>(name: string, args: object): Promise<Value> {
    return (await this.connection.read(`v2Rollout:${name}`, args)) as Value;
  }

  #begin(): void {
    const nowMs = Date.now();
    // One call is enough to learn whether a silent deployment answers again.
    const most = this.#silence === null ? MOST_AT_ONCE : 1;
    for (const seen of this.#due(nowMs)) {
      if (this.#underWay >= most) return;
      this.#start(seen);
    }
  }

  #due(nowMs: number): Seen<unknown>[] {
    const runsMs = this.#ledger().kind === "missing" ? LIST_MS : RUNS_MS;
    const due: Seen<unknown>[] = [];
    if (this.#runs.isDue(nowMs, runsMs)) due.push(this.#runs);
    if (this.named.length === 0 && this.#organizations.isDue(nowMs)) due.push(this.#organizations);
    const busy = this.#busy();
    const statuses = (this.#known()?.members ?? []).flatMap(({ organizationId }) => {
      const status = this.#statusOf(organizationId);
      const isBusy = busy.has(organizationId) || busy.has(null);
      return status.isDue(nowMs, isBusy ? BUSY_STATUS_MS : STATUS_MS) ? [status] : [];
    });
    return [...due, ...statuses.sort((a, b) => a.endedMs - b.endedMs)];
  }

  #start(seen: Seen<unknown>): void {
    this.#underWay += 1;
    this.#hear(() => seen.refresh())
      .then(
        () => true,
        () => false,
      )
      .then((isAnswered) => {
        this.#underWay -= 1;
        if (isAnswered) this.#begin();
      });
  }

  async #hear<Value>(call: () => Promise<Value>): Promise<Value> {
    try {
      const answer = await call();
      this.#silence = null;
      return answer;
    } catch (thrown) {
      const problem = problemOf(thrown);
      if (isSilence(problem)) this.#silence = { sinceMs: this.#silence?.sinceMs ?? Date.now(), problem };
      else this.#silence = null;
      throw thrown;
    }
  }

  #statusOf(organizationId: string): Seen<StatusAnswer> {
    return entry(
      this.#statuses,
      organizationId,
      () => new Seen(() => this.#count(organizationId), STATUS_MS),
    );
  }

  async #count(organizationId: string): Promise<StatusAnswer> {
    const status = await statusOf(this.connection, organizationId, {});
    return { ...status, warnings: status.warnings.filter((warning) => !isSaidByClasses(warning)) };
  }

  #historyOf(organizationId: string): Seen<History> {
    const read = async (): Promise<History> => {
      const of = { organizationId };
      const [changes, runs] = await Promise.all([
        this.#read<Change[]>("changes", of),
        this.#read<RunAnswer[]>("runs", of),
      ]);
      return { changes, runs };
    };
    return entry(this.#histories, organizationId, () => new Seen(read, HISTORY_MS, RUNS_REST));
  }

  #ledger(): Snapshot["ledger"] {
    const { value, problem } = this.#runs;
    if (problem !== null && lacksLedger(problem)) return { kind: "missing", problem };
    return { kind: value === null ? "unknown" : "present" };
  }

  #known(): { from: Fleet["from"]; members: readonly Organization[] } | null {
    if (this.named.length > 0) return { from: "arguments", members: this.named };
    const listed = this.#organizations.value;
    if (listed !== null) return { from: "list", members: listed };
    if (this.#organizations.reading === null && this.#organizations.problem === null) return null;
    const ids = new Set(
      (this.#runs.value ?? []).flatMap(({ organizationId: id }) => (id === null ? [] : [id])),
    );
    return {
      from: "runs",
      members: [...ids].map((organizationId) => ({ organizationId, name: null, slug: null })),
    };
  }

  #fleet(): Fleet | null {
    const known = this.#known();
    if (known === null) return null;
    const members = known.members.map((organization) => {
      const status = this.#statusOf(organization.organizationId);
      return { ...organization, status: summaryOf(status.reading), problem: status.problem };
    });
    return { from: known.from, members };
  }

  /** The organizations that a run works on; null stands for all. */
  #busy(): Set<string | null> {
    return new Set((this.#runs.value ?? []).filter(isUnderWay).map(({ organizationId }) => organizationId));
  }

  /** Where a run has ended, its organization is looked at again. */
  #noteEnds(runs: RunAnswer[]): RunAnswer[] {
    const before = this.#busy();
    const after = new Set(runs.filter(isUnderWay).map(({ organizationId }) => organizationId));
    for (const ended of before) {
      if (after.has(ended)) continue;
      const statuses = ended === null ? [...this.#statuses.values()] : [this.#statuses.get(ended)];
      for (const status of statuses) status?.want();
    }
    return runs;
  }
}

const isUnderWay = ({ state }: RunAnswer): boolean =>
  state === "queued" || state === "running" || state === "pausing" || state === "cancelling";

const isSilence = ({ code }: Problem): boolean => code === "NO_ANSWER" || code === "UNEXPECTED";

/** A host without a ledger, or wired for a release that had none. */
const lacksLedger = ({ code, message }: Problem): boolean =>
  code === "FUNCTION_NOT_FOUND" || (code === "INVALID_ARGUMENT" && message.includes("needs the ledger"));

function summaryOf(reading: Reading<StatusAnswer> | null): Reading<Summary> | null {
  if (reading === null) return null;
  const { verdict, stopped, voiceNotes, migration, duplicates, effective, warnings } = reading.value;
  return {
    ...reading,
    value: { verdict, stopped, voiceNotes, migration, duplicates, effective, warnings },
  };
}

function entry<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const known = map.get(key) ?? make();
  map.set(key, known);
  return known;
}
