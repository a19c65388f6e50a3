/** Calls of internal functions over HTTP, as the Convex CLI makes them. */

export const ADMIN_KEY = "local";

/** A call that the library refused. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

type Response =
  | { status: "success"; value: unknown }
  | { status: "error"; errorMessage: string; errorData?: unknown };

/** The answer of `path`. A {@link Refused} is what the library throws; any other error must not be. */
// biome-ignore lint/suspicious/noExplicitAny: callers say what they expect of an answer.
export async function call(url: string, path: string, args: object): Promise<any> {
  const response = await fetch(`${url}/api/function`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Convex ${ADMIN_KEY}` },
    body: JSON.stringify({ path, format: "convex_encoded_json", args }),
  });
  const body = (await response.json()) as Response;
  if (body.status === "success") return body.value;
  const { code, message } = (body.errorData ?? {}) as { code?: string; message?: string };
  if (code !== undefined) throw new Refused(code, message ?? "");
  throw new Error(`${path} failed: ${body.errorMessage ?? JSON.stringify(body)}`);
}
