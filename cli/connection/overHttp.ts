import { Failure, messageOf } from "../failure.js";
import { failureOf, NoAnswer } from "./errors.js";
import type { Transport } from "./transport.js";

/** Status of an answer whose body tells how the function failed. */
const FUNCTION_FAILED = 560;

/** Calls functions as `convex run` does once it knows an address and a key. */
export function overHttp(url: string, key: string): Transport {
  return async (name, args) => {
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${url}/api/function`, {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: `Convex ${key}` },
        body: JSON.stringify({ path: name, format: "convex_encoded_json", args }),
      });
      text = await response.text();
    } catch (thrown) {
      throw noAnswer(thrown);
    }
    const body = parsed(text);
    if (response.ok && body["status"] === "success") return body["value"];
    if (body["status"] === "error" && (response.ok || response.status === FUNCTION_FAILED)) {
      throw failureOf(String(body["errorMessage"]), body["errorData"]);
    }
    throw refusal(url, response.status, typeof body["message"] === "string" ? body["message"] : null);
  };
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Codes of a connection that was never made. */
const unreached = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

function noAnswer(thrown: unknown): NoAnswer {
  // `fetch` says no more than that it failed; what happened is the cause, of each address that was tried.
  const cause = (thrown as { cause?: { code?: string; errors?: { code?: string }[] } }).cause;
  const code = cause?.code ?? cause?.errors?.[0]?.code ?? "";
  return new NoAnswer(code === "" ? messageOf(thrown) : code, !unreached.has(code));
}

function refusal(url: string, status: number, message: string | null): Error {
  if (status === 401 || status === 403) {
    return new Failure(
      `${url} refuses the key.`,
      "Set CONVEX_SELF_HOSTED_ADMIN_KEY or CONVEX_DEPLOY_KEY to a key of this deployment.",
    );
  }
  if (status === 429 || status >= 500) return new NoAnswer(message ?? `HTTP status ${status}`, true);
  const said = message === null ? "" : `: ${message}`;
  return new Failure(
    `${url} does not answer as a Convex deployment (HTTP status ${status})${said}.`,
    "Check the address.",
  );
}
