/** The program `v2-rollout dashboard`, run as people run it. */

import { type ChildProcess, spawn } from "node:child_process";
import { request } from "node:http";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

import { folder, standIn } from "../e2e/support";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** A key that no text holds by chance. */
export const KEY = "kept-by-the-program|7d1f0b";

const running = new Set<ChildProcess>();
afterAll(() => {
  for (const child of running) child.kill("SIGKILL");
});

export type Program = {
  /** The address that it printed. */
  address: string;
  origin: string;
  port: number;
  stop(): Promise<number | null>;
};

/** Starts it, and waits for the address that it prints. */
export async function dashboard(
  { url, key = KEY }: { url: string; key?: string },
  ...args: string[]
): Promise<Program> {
  const child = spawn(process.execPath, [main, "dashboard", "--no-open", ...args], {
    cwd: standIn,
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      CI: "1",
      CONVEX_SELF_HOSTED_URL: url,
      CONVEX_SELF_HOSTED_ADMIN_KEY: key,
      XDG_STATE_HOME: await folder(),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  let err = "";
  child.stderr.setEncoding("utf8").on("data", (chunk) => (err += chunk));
  const address = await new Promise<string>((resolve, reject) => {
    let out = "";
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      out += chunk;
      const [, line] = /^(http\S+)\n/m.exec(out) ?? [];
      if (line !== undefined) resolve(line);
    });
    child.once("close", (code) => reject(new Error(`exit ${code}: ${err}`)));
  });
  const { origin, port } = new URL(address);
  return {
    address,
    origin,
    port: Number(port),
    stop: () => {
      child.kill("SIGINT");
      running.delete(child);
      return ended;
    },
  };
}

export type Reply = { status: number; headers: Record<string, string | string[] | undefined>; body: string };

type Asked = { method?: string; headers?: Record<string, string>; body?: string };

/** One request as it is given, which `fetch` would not let pass: with any Host, and dots in its path. */
export const ask = (
  { port }: Pick<Program, "port">,
  path: string,
  { method = "GET", headers = {}, body }: Asked = {},
): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, path, method, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk) => (text += chunk));
      response.once("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      );
    });
    asked.once("error", reject);
    asked.end(body);
  });

/** Uses the address, and asks from then on as the page does. */
export async function enter(program: Program) {
  const { pathname, search } = new URL(program.address);
  const { headers } = await ask(program, pathname + search);
  const path = String(headers["location"]);
  const cookie = String(headers["set-cookie"]).split(";")[0] ?? "";
  const get = (name: string, more: Asked = {}): Promise<Reply> =>
    ask(program, path + name, { ...more, headers: { cookie, ...more.headers } });
  const post = (name: string, body: unknown, more: Record<string, string> = {}): Promise<Reply> =>
    get(name, {
      method: "POST",
      headers: { "content-type": "application/json", origin: program.origin, ...more },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  return { path, cookie, get, post };
}
