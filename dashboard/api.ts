import type {
  Action,
  ActionAnswer,
  Answer,
  Detail,
  FailurePage,
  Problem,
  RunWithChanges,
  Snapshot,
} from "../cli/dashboard/protocol.js";

/** The program does not answer, or no longer knows this page. */
export class Lost extends Error {
  override readonly name = "Lost";
}

async function call(path: string, init?: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`api/${path}`, init);
  } catch {
    throw new Lost("The program behind this page does not answer. Start `npx v2-rollout dashboard` again.");
  }
  if (response.ok) return response;
  throw new Lost((await response.text()).trim());
}

const get = async <Value>(path: string): Promise<Answer<Value>> => (await call(path)).json();

async function post<Value>(path: string, body: object): Promise<Answer<Value>> {
  const headers = { "Content-Type": "application/json" };
  const init = { method: "POST", headers, body: JSON.stringify(body) };
  return (await call(path, init)).json();
}

/** A snapshot that is newer than the one at hand; `skewMs` is how far the program's clock is ahead. */
export async function readSnapshot(after: string | null) {
  const response = await call(after === null ? "snapshot" : `snapshot?after=${after}`);
  const skewMs = Number(response.headers.get("X-Now")) - Date.now();
  const snapshot = response.status === 204 ? null : ((await response.json()) as Snapshot);
  return { snapshot, revision: response.headers.get("X-Revision"), skewMs };
}

export const readOrganization = (id: string) => get<Detail>(`organization?id=${encodeURIComponent(id)}`);

export const readRun = (id: string) => get<RunWithChanges>(`run?id=${encodeURIComponent(id)}`);

export const readFailures = (id: string, after: string | null) =>
  get<FailurePage>(
    `failures?id=${encodeURIComponent(id)}${after === null ? "" : `&after=${encodeURIComponent(after)}`}`,
  );

/** Asks that the deployment be read again: one organization, or all. */
export const look = (organizationId: string | null) => post<null>("look", { organizationId });

/** Does something; what goes wrong is in the answer. */
export async function act(action: Action): Promise<Answer<ActionAnswer>> {
  try {
    return await post<ActionAnswer>("act", action);
  } catch (thrown) {
    return { kind: "failed", problem: problemOf(thrown) };
  }
}

export const problemOf = (thrown: unknown): Problem => ({
  code: "LOST",
  message: thrown instanceof Error ? thrown.message : String(thrown),
  hint: null,
});
