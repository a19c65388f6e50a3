import type { IncomingMessage } from "node:http";

/** Far more than any action takes. */
const MOST_BYTES = 16_384;

export type Body =
  | { kind: "json"; value: unknown }
  | { kind: "refused"; status: 400 | 413 | 415; message: string };

/** The JSON of a request. A form of another site's cannot send its content type. */
export async function readJson(request: IncomingMessage): Promise<Body> {
  const type = request.headers["content-type"] ?? "";
  if (!/^application\/json *(;|$)/i.test(type)) return refused(415, "Send application/json.");
  const chunks: Buffer[] = [];
  let size = 0;
  // The connection is still needed, for the answer.
  const body = request.iterator({ destroyOnReturn: false });
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BYTES) return refused(413, `Send ${MOST_BYTES} bytes at most.`);
    chunks.push(chunk);
  }
  try {
    return { kind: "json", value: JSON.parse(Buffer.concat(chunks).toString("utf8")) };
  } catch {
    return refused(400, "That is no JSON.");
  }
}

const refused = (status: 400 | 413 | 415, message: string): Body => ({ kind: "refused", status, message });
