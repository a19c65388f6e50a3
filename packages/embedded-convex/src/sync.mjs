// @ts-check
// @ts-expect-error: the package brings no types.
import { WebSocketServer } from "ws";
import { messageOf } from "./problem.mjs";
import { answerSystemQuery } from "./system.mjs";

/** @typedef {import("./server.mjs").Service} Service */
/** @typedef {import("./server.mjs").Caller} Caller */

// The CLI knows a message by these words, and prints it without a stack.
const permissionDenied = "You do not have permission to perform this operation";

/**
 * The part of the sync protocol by which the CLI asks what the deployment holds: each query is answered once,
 * and not again when its answer changes.
 *
 * @param {import("node:http").Server} server
 * @param {Service} service
 * @param {(header: string) => Caller} callerOf
 * @returns {{ close: () => void }}
 */
export function attachSync(server, service, callerOf) {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1 << 20 });
  server.on("upgrade", (request, socket, head) => {
    const path = (request.url ?? "").split("?")[0];
    if (!/^\/api\/[^/]+\/sync$/.test(path)) {
      socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n");
      return;
    }
    sockets.handleUpgrade(request, socket, head, (/** @type {any} */ client) => {
      const session = new Session(service, callerOf);
      client.on("error", () => client.terminate());
      client.on("message", (/** @type {Buffer} */ data) => {
        try {
          const answer = session.answer(JSON.parse(String(data)));
          if (answer !== null) {
            client.send(JSON.stringify(answer));
          }
        } catch (error) {
          client.send(JSON.stringify({ type: "FatalError", error: messageOf(error) }));
          client.close();
        }
      });
    });
  });
  return {
    close: () => {
      for (const client of sockets.clients) {
        client.terminate();
      }
      sockets.close();
    },
  };
}

/** One client's view: which version of queries and identity it has been told of. */
class Session {
  #version = { querySet: 0, identity: 0, ts: 0n };
  #isAdmin = false;

  /**
   * @param {Service} service
   * @param {(header: string) => Caller} callerOf
   */
  constructor(service, callerOf) {
    this.service = service;
    this.callerOf = callerOf;
  }

  /**
   * @param {any} message
   * @returns {object | null}
   */
  answer(message) {
    switch (message.type) {
      case "Authenticate":
        return this.#authenticate(message);
      case "ModifyQuerySet":
        return this.#transition(
          { querySet: message.newVersion },
          message.modifications.map((/** @type {any} */ change) => this.#modify(change)),
        );
      default:
        return null;
    }
  }

  /** @param {any} message */
  #authenticate({ tokenType, value, baseVersion }) {
    this.#isAdmin = false;
    if (tokenType !== "None") {
      try {
        const scheme = tokenType === "Admin" ? "Convex" : "Bearer";
        this.#isAdmin = this.callerOf(`${scheme} ${value}`).isAdmin;
      } catch (error) {
        return {
          type: "AuthError",
          error: messageOf(error),
          baseVersion,
          authUpdateAttempted: true,
        };
      }
    }
    return this.#transition({ identity: baseVersion + 1 }, []);
  }

  /** @param {any} change */
  #modify({ type, queryId, udfPath, args, componentPath }) {
    if (type === "Remove") {
      return { type: "QueryRemoved", queryId };
    }
    const common = { queryId, logLines: [], journal: null };
    try {
      if (!this.#isAdmin) {
        throw new Error(`${permissionDenied}: embedded-convex answers only queries that carry the admin key`);
      }
      const value = answerSystemQuery(this.service, udfPath, args?.[0], componentPath);
      return { type: "QueryUpdated", value, ...common };
    } catch (error) {
      return { type: "QueryFailed", errorMessage: messageOf(error), ...common };
    }
  }

  /**
   * @param {{ querySet?: number, identity?: number }} next
   * @param {object[]} modifications
   */
  #transition(next, modifications) {
    const startVersion = this.#version;
    this.#version = { ...startVersion, ...next, ts: startVersion.ts + 1n };
    return {
      type: "Transition",
      startVersion: encodeVersion(startVersion),
      endVersion: encodeVersion(this.#version),
      modifications,
    };
  }
}

/** @param {{ querySet: number, identity: number, ts: bigint }} version */
function encodeVersion({ ts, ...version }) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(ts);
  return { ...version, ts: bytes.toString("base64") };
}
