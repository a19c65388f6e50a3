// @ts-check
import { createServer } from "node:http";
import { WebSocketServer } from "ws";

/**
 * As much of a self-hosted backend as the CLI asks before it writes anything: which functions and tables
 * there are. The rest, of which every write is a part, is noted and refused.
 *
 * @param {{ functions: object[], tables: string[] }} holdings Functions as the CLI is told of them.
 * @returns {Promise<{ url: string, posts: string[], close: () => Promise<void> }>}
 */
export async function fakeBackend({ functions, tables }) {
  /** @type {Record<string, unknown>} */
  const queries = {
    "_system/cli/modules:apiSpec": functions,
    "_system/cli/convexUrl:cloudUrl": "http://fake.invalid",
    "_system/cli/tables:default": {
      page: tables.map((name) => ({ name })),
      isDone: true,
      continueCursor: "end",
    },
  };
  /** @type {string[]} */
  const posts = [];
  const server = createServer((request, response) => {
    request.resume();
    if (request.method !== "GET") {
      posts.push(`${request.method} ${request.url}`);
    }
    response.writeHead(400, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ code: "Fake", message: "this backend takes nothing" }));
  });
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (/** @type {any} */ socket) => {
    let version = { querySet: 0, identity: 0, ts: encode(0) };
    let transitions = 0;
    socket.on("message", (/** @type {Buffer} */ data) => {
      const message = JSON.parse(String(data));
      const next =
        message.type === "Authenticate"
          ? { identity: message.baseVersion + 1 }
          : message.type === "ModifyQuerySet"
            ? { querySet: message.newVersion }
            : null;
      if (next === null) {
        return;
      }
      transitions += 1;
      const endVersion = { ...version, ...next, ts: encode(transitions) };
      const modifications = (message.type === "ModifyQuerySet" ? message.modifications : []).map(
        (/** @type {any} */ { type, queryId, udfPath }) =>
          type === "Remove"
            ? { type: "QueryRemoved", queryId }
            : { type: "QueryUpdated", queryId, value: queries[udfPath], logLines: [], journal: null },
      );
      socket.send(JSON.stringify({ type: "Transition", startVersion: version, endVersion, modifications }));
      version = endVersion;
    });
  });
  await new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(undefined));
  });
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    posts,
    close: async () => {
      for (const socket of sockets.clients) {
        socket.terminate();
      }
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** @param {number} ts */
function encode(ts) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(ts));
  return bytes.toString("base64");
}
