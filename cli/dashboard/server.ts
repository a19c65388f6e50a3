import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import type { Connection } from "../connection/connect.js";
import { CallFailed, type Problem } from "../connection/errors.js";
import { problemOf } from "../operator/parallel.js";
import { Access } from "./access.js";
import { carryOut, parseAction } from "./actions.js";
import { readJson } from "./body.js";
import type { ActionAnswer, Answer, Detail, FailurePage, RunWithChanges, Snapshot } from "./protocol.js";
import { send, sendJson, sendNothing, sendText } from "./reply.js";
import type { Watch } from "./watch.js";

export type Served = {
  /** An address that opens the page once; the one before no longer does. */
  newAddress(): string;
  close(): Promise<void>;
};

type Subject = {
  connection: Connection;
  watch: Watch;
  deployment: string;
  /** The deployment that calls reach now: its name, where nothing has changed meanwhile. */
  reached(): Promise<string>;
  isReadOnly: boolean;
  by: string | null;
  /** Commands for a terminal, for an organization. */
  next(organizationId: string, status: NonNullable<Detail["status"]>["value"]): Detail["next"];
};

/** Serves the page and what it asks for, to this machine alone. */
export async function serve(subject: Subject, port: number): Promise<Served> {
  const server = createServer();
  await listening(server, port);
  const access = new Access((server.address() as AddressInfo).port);
  const routes = routesOf(subject);
  server.on("request", (request, response) => {
    handle(access, routes, request, response).catch((thrown) => {
      if (response.headersSent) response.destroy();
      else sendText(response, 500, problemOf(thrown).message);
    });
  });
  return {
    newAddress: () => access.newAddress(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const listening = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve());
  });

type Read = (query: URLSearchParams, response: ServerResponse) => void | Promise<void>;

async function handle(
  access: Access,
  routes: ReadonlyMap<string, Route>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = "", url = "", headers } = request;
  const admission = access.admit({ method, url, headers });
  if (admission.kind === "refused") {
    sendText(response, admission.status, admission.message);
    return;
  }
  if (admission.kind === "exchanged") {
    sendNothing(response, 303, { Location: admission.location, "Set-Cookie": admission.cookie });
    return;
  }
  const { path, query } = admission;
  const route = routes.get(path);
  if (route === undefined) sendText(response, 404, "There is nothing here.");
  else if (route.method !== method) sendText(response, 405, `This takes ${route.method} only.`);
  else if (route.method === "GET") await route.read(query, response);
  else await act(route.write, request, response);
}

type Route =
  | { method: "GET"; read: Read }
  | { method: "POST"; write: (value: unknown) => Promise<Answer<unknown> | Refused> };

/** The program's own refusal. */
type Refused = { kind: "refused"; status: 400 | 403; message: string };

async function act(
  write: (value: unknown) => Promise<Answer<unknown> | Refused>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readJson(request);
  // What is left of a body that is too large is not waited for.
  if (body.kind === "refused") {
    response.setHeader("Connection", "close");
    sendText(response, body.status, body.message);
    return;
  }
  const answer = await write(body.value);
  if (answer.kind === "refused") sendText(response, answer.status, answer.message);
  else sendJson(response, answer);
}

/** All that there is. */
function routesOf(subject: Subject): Map<string, Route> {
  const { watch } = subject;
  const routes = new Map<string, Route>();
  for (const [name, file, type] of files) {
    const body = readFileSync(new URL(`../../dashboard/${file}`, import.meta.url));
    routes.set(name, { method: "GET", read: (_query, response) => send(response, 200, type, body) });
  }
  const snapshot = snapshotsOf(subject);
  routes.set("api/snapshot", { method: "GET", read: snapshot });
  routes.set("api/organization", {
    method: "GET",
    read: (query, response) => sendJson(response, detailOf(subject, query.get("id") ?? "")),
  });
  const reading = (read: (query: URLSearchParams) => Promise<unknown>): Route => ({
    method: "GET",
    read: async (query, response) => sendJson(response, await answerOf(() => read(query))),
  });
  routes.set(
    "api/run",
    reading(
      async (query) =>
        (await watch.read("v2Rollout:run", { runId: query.get("id") ?? "" })) as RunWithChanges,
    ),
  );
  routes.set(
    "api/failures",
    reading(async (query) => {
      const after = query.get("after");
      const args = { runId: query.get("id") ?? "", ...(after === null ? {} : { after }) };
      return (await watch.read("v2Rollout:failures", args)) as FailurePage;
    }),
  );
  routes.set("api/look", { method: "POST", write: async (value) => look(subject, value) });
  routes.set("api/act", { method: "POST", write: (value) => perform(subject, value) });
  return routes;
}

const files = [
  ["", "index.html", "text/html; charset=utf-8"],
  ["page.js", "page.js", "text/javascript; charset=utf-8"],
  ["page.css", "page.css", "text/css; charset=utf-8"],
  ["icon.svg", "icon.svg", "image/svg+xml"],
] as const;

/** Answers with what is known, or with nothing where the page has it already. */
function snapshotsOf({ watch, deployment, isReadOnly, by }: Subject): Read {
  let last = "";
  let revision = 0;
  return (query, response) => {
    const snapshot: Snapshot = { deployment, isReadOnly, by, ...watch.look() };
    const text = JSON.stringify(snapshot);
    if (text !== last) {
      last = text;
      revision += 1;
    }
    const more = { "X-Revision": String(revision), "X-Now": String(Date.now()) };
    if (query.get("after") === String(revision)) sendNothing(response, 204, more);
    else send(response, 200, "application/json; charset=utf-8", text, more);
  };
}

function detailOf({ watch, next }: Subject, organizationId: string): Answer<Detail> {
  const known = watch.lookAt(organizationId);
  if (known === null) {
    const message = `\`${organizationId}\` is not in this fleet`;
    return { kind: "failed", problem: { code: "NOT_IN_FLEET", message, hint: null } };
  }
  const suggested = known.status === null ? [] : next(organizationId, known.status.value);
  return { kind: "done", value: { ...known, next: suggested } };
}

function look({ watch }: Subject, value: unknown): Answer<null> | Refused {
  const { organizationId } = (value ?? {}) as Record<string, unknown>;
  if (organizationId !== null && typeof organizationId !== "string") return unknown;
  watch.want(organizationId);
  return { kind: "done", value: null };
}

async function perform(subject: Subject, value: unknown): Promise<Answer<ActionAnswer> | Refused> {
  if (subject.isReadOnly) {
    const message = "This dashboard only shows: the program was started with --read-only.";
    return { kind: "refused", status: 403, message };
  }
  const action = parseAction(value);
  if (action === null) return unknown;
  const { connection, watch, deployment } = subject;
  const answer = await answerOf(async () => {
    // A file or a login that names the deployment may have changed since the page named it.
    const reached = await subject.reached();
    if (reached !== deployment) throw new CallFailed(moved(deployment, reached));
    return await carryOut(connection, deployment, action);
  });
  if (action.kind === "enable" || action.kind === "disable") watch.want(action.organizationId);
  else if (action.kind !== "rehearse") watch.wantRuns();
  return answer;
}

const moved = (deployment: string, reached: string): Problem => ({
  code: "DEPLOYMENT_CHANGED",
  message: `this dashboard is of ${deployment}, and calls now reach ${reached}`,
  hint: "nothing was done; start `npx v2-rollout dashboard` again",
});

const unknown: Refused = { kind: "refused", status: 400, message: "That is no action." };

async function answerOf<Value>(work: () => Promise<Value>): Promise<Answer<Value>> {
  try {
    return { kind: "done", value: await work() };
  } catch (thrown) {
    return { kind: "failed", problem: problemOf(thrown) };
  }
}
