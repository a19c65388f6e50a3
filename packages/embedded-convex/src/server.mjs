// @ts-check
import { createServer } from "node:http";
import { version } from "convex";
import { jsonToConvex } from "convex/values";
import { callFunction } from "./caller.mjs";
import { codeOf, messageOf, Problem } from "./problem.mjs";
import { attachSync } from "./sync.mjs";

/** @typedef {import("node:http").IncomingMessage} IncomingMessage */
/** @typedef {import("node:http").ServerResponse} ServerResponse */

/**
 * @typedef {object} Service
 * @property {import("./engine.mjs").Engine} engine
 * @property {import("./functions.mjs").Functions} functions
 * @property {import("./faults.mjs").Faults} faults
 * @property {string} adminKey
 * @property {string} url
 */

/**
 * @typedef {object} Caller
 * @property {boolean} isAdmin
 * @property {Record<string, unknown> | null} identity
 */

// Arguments may have 16 MiB; in JSON, with what is around them, they can take more.
const maxBodyBytes = 20 << 20;
// Of this program only: replaces what `--fault` gave.
const faultsPath = "/embedded/faults";
const drainMs = 3000;
// What clients take for a failure of the function, with a body that says which.
const functionFailed = 560;

/** @type {Record<string, import("./functions.mjs").Kind | null>} */
const endpoints = {
  "/api/function": null,
  "/api/query": "query",
  "/api/mutation": "mutation",
  "/api/action": "action",
};

/** A request that never reaches a function. */
class HttpError extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} message
   */
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/**
 * @param {Omit<Service, "url"> & { port: number }} options
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 * @throws {Problem} If the port is in use.
 */
export async function serve({ port, ...options }) {
  /** @type {Service} */
  const service = { ...options, url: "" };
  /** @type {Set<Promise<void>>} */
  const open = new Set();
  const server = createServer((request, response) => {
    const handled = handle(service, request, response).catch((error) => answerError(response, error));
    open.add(handled);
    void handled.finally(() => open.delete(handled));
  });
  const sync = attachSync(server, service, (header) => callerOf(service, header));
  await new Promise((resolve, reject) => {
    server.once("error", (error) => {
      const inUse = codeOf(error) === "EADDRINUSE";
      reject(new Problem(inUse ? `port ${port} is in use` : `cannot listen: ${messageOf(error)}`));
    });
    server.listen(port, "127.0.0.1", () => resolve(undefined));
  });
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  service.url = `http://127.0.0.1:${address.port}`;
  return {
    url: service.url,
    stop: async () => {
      server.close();
      sync.close();
      // Idle connections are of clients that would wait for more; running functions get a moment.
      server.closeIdleConnections();
      const scheduled = service.engine.t.finishInProgressScheduledFunctions();
      await within(drainMs, Promise.all([...open, scheduled]));
      server.closeAllConnections();
    },
  };
}

/**
 * @param {number} ms
 * @param {Promise<unknown>} work
 */
async function within(ms, work) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const timeout = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}

/**
 * @param {Service} service
 * @param {IncomingMessage} request
 * @param {ServerResponse} response
 */
async function handle(service, request, response) {
  const path = (request.url ?? "/").split("?")[0];
  if (request.method === "GET" && (path === "/version" || path === "/")) {
    response.writeHead(200, { "Content-Type": "text/plain" }).end(version);
    return;
  }
  if (path !== faultsPath && !Object.hasOwn(endpoints, path)) {
    // Not 404, after which the CLI tries again for half a minute.
    throw new HttpError(400, "NotServed", `embedded-convex does not serve ${request.method} ${path}`);
  }
  if (request.method !== "POST") {
    throw new HttpError(405, "MethodNotAllowed", `${path} takes POST`);
  }
  const caller = callerOf(service, request.headers.authorization);
  if (path === faultsPath) {
    setFaults(service, caller, await readBody(request));
    answerJson(response, 200, {});
    return;
  }
  const call = parseCall(await readBody(request));
  if (call.component !== "") {
    checkComponent(service, caller, call.component);
  }
  const { isError, body } = await callFunction(service, caller, call, endpoints[path]);
  answerJson(response, isError ? functionFailed : 200, body);
}

/**
 * @param {Service} service
 * @param {Caller} caller
 * @param {string} text
 */
function setFaults({ faults }, { isAdmin }, text) {
  if (!isAdmin) {
    throw new HttpError(401, "BadDeployKey", "Faults can only be set with the admin key");
  }
  const given = parseJson(text);
  if (!Array.isArray(given)) {
    throw new HttpError(400, "BadFault", "The request body is not an array of faults");
  }
  try {
    faults.set(given);
  } catch (error) {
    throw error instanceof Problem ? new HttpError(400, "BadFault", error.message) : error;
  }
}

/**
 * Only the app's public functions are for everyone; whether there is such a component is not told either.
 *
 * @param {Service} service
 * @param {Caller} caller
 * @param {string} component
 */
function checkComponent({ functions }, { isAdmin }, component) {
  if (!isAdmin) {
    throw new HttpError(
      400,
      "BadComponentPath",
      "Functions of components can only be called with the admin key",
    );
  }
  if (!functions.hasComponent(component)) {
    throw new HttpError(400, "BadComponentPath", `The backend installs no component \`${component}\``);
  }
}

/**
 * @param {Service} service
 * @param {string | undefined} header
 * @returns {Caller}
 */
function callerOf({ adminKey }, header) {
  if (header === undefined || header === "") {
    return { isAdmin: false, identity: null };
  }
  const [, scheme, token] = /^(\S+)\s+([\s\S]+)$/.exec(header.trim()) ?? [];
  if (scheme === "Bearer") {
    throw new HttpError(
      401,
      "NoAuthProvider",
      "No auth provider found matching the given token: this deployment has none configured.",
    );
  }
  if (scheme !== "Convex") {
    throw new HttpError(401, "BadAuthorization", "The Authorization header is neither Convex nor Bearer");
  }
  if (token === adminKey) {
    return { isAdmin: true, identity: null };
  }
  if (token.startsWith(`${adminKey}:`)) {
    return { isAdmin: true, identity: parseIdentity(token.slice(adminKey.length + 1)) };
  }
  throw new HttpError(401, "BadDeployKey", "The provided deploy key was invalid for this deployment");
}

/** @param {string} encoded */
function parseIdentity(encoded) {
  try {
    const identity = JSON.parse(Buffer.from(encoded, "base64").toString("utf8"));
    if (typeof identity === "object" && identity !== null && !Array.isArray(identity)) {
      return identity;
    }
  } catch {
    // Told below.
  }
  throw new HttpError(400, "BadIdentity", "The identity to act as is not an object in base64 JSON");
}

/**
 * @param {IncomingMessage} request
 * @returns {Promise<string>}
 */
async function readBody(request) {
  /** @type {Buffer[]} */
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) {
      throw new HttpError(413, "RequestTooLarge", "The request body is larger than 20 MiB");
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/**
 * @param {string} text
 * @returns {{ component: string, path: string, args: any }}
 */
function parseCall(text) {
  const body = parseJson(text);
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new HttpError(400, "BadJsonBody", "The request body is not an object");
  }
  if (typeof body.path !== "string") {
    throw new HttpError(400, "BadJsonBody", "`path` is missing or not a string");
  }
  const component = body.componentPath ?? "";
  if (typeof component !== "string") {
    throw new HttpError(400, "BadComponentPath", "`componentPath` is not a string");
  }
  if (body.format !== undefined && !["convex_encoded_json", "json"].includes(body.format)) {
    throw new HttpError(400, "BadFormat", "`format` is not one that this deployment knows");
  }
  return { component, path: body.path, args: parseArguments(body.args) };
}

/**
 * @param {string} text
 * @returns {any}
 */
function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError(400, "BadJsonBody", "The request body is not JSON");
  }
}

/** @param {any} given An object, or as older clients send it, an array of one. */
function parseArguments(given) {
  const encoded = Array.isArray(given) ? (given.length === 0 ? {} : given[0]) : (given ?? {});
  const isOne = !Array.isArray(given) || given.length <= 1;
  if (!isOne || typeof encoded !== "object" || encoded === null || Array.isArray(encoded)) {
    throw new HttpError(400, "BadArguments", "`args` is neither an object nor an array of one object");
  }
  /** @type {any} */
  let args;
  try {
    args = jsonToConvex(encoded);
  } catch (error) {
    throw new HttpError(400, "BadArguments", `\`args\` has no Convex value: ${messageOf(error)}`);
  }
  // An object with one key such as `$integer` stands for another value.
  if (typeof args !== "object" || args === null || args instanceof ArrayBuffer) {
    throw new HttpError(400, "BadArguments", "`args` is not an object");
  }
  return args;
}

/**
 * @param {ServerResponse} response
 * @param {unknown} error
 */
function answerError(response, error) {
  if (response.headersSent || response.destroyed) {
    return;
  }
  if (error instanceof HttpError) {
    // The rest of a body that was refused is not read, so the connection cannot be used again.
    response.shouldKeepAlive = error.status < 413 && error.status !== 401;
    answerJson(response, error.status, { code: error.code, message: error.message });
    return;
  }
  process.stderr.write(`embedded-convex: ${error instanceof Error ? error.stack : error}\n`);
  answerJson(response, 500, { code: "InternalServerError", message: messageOf(error) });
}

/**
 * @param {ServerResponse} response
 * @param {number} status
 * @param {unknown} body
 */
function answerJson(response, status, body) {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}
