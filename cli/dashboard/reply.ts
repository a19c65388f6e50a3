import type { OutgoingHttpHeaders, ServerResponse } from "node:http";

/** The page runs its own script and style and talks to its own server, and nobody may frame it or keep it. */
const headers: OutgoingHttpHeaders = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cache-Control": "no-store",
};

export function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Buffer,
  more: OutgoingHttpHeaders = {},
): void {
  response.writeHead(status, {
    ...headers,
    "Content-Type": type,
    "Content-Length": Buffer.byteLength(body),
    ...more,
  });
  response.end(body);
}

export const sendText = (response: ServerResponse, status: number, text: string): void =>
  send(response, status, "text/plain; charset=utf-8", `${text}\n`);

export const sendJson = (response: ServerResponse, value: unknown, more?: OutgoingHttpHeaders): void =>
  send(response, 200, "application/json; charset=utf-8", JSON.stringify(value), more);

export const sendNothing = (
  response: ServerResponse,
  status: 204 | 303,
  more: OutgoingHttpHeaders = {},
): void => {
  response.writeHead(status, { ...headers, ...more });
  response.end();
};
