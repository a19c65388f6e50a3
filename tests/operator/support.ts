/** The operator's commands, run as people run them, against the stand-in backend. */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { type deploy, folder, row, standIn, type Tables } from "../e2e/support";
import * as make from "../shims/documents";

const program = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

export type Ran = { code: number | null; out: string; err: string };

export type Deployment = Awaited<ReturnType<typeof deploy>>;

type Options = {
  /** Variables beside those that name the deployment. */
  env?: Record<string, string>;
  /** Sent so long after the program has said that it can be stopped. */
  signal?: { name: NodeJS.Signals; afterMs: number };
};

/** Runs `v2-rollout` on a deployment, with a state folder of its own. */
export async function operator({ url }: Pick<Deployment, "url">) {
  const state = await folder();
  const environment = {
    CI: "1",
    CONVEX_SELF_HOSTED_URL: url,
    CONVEX_SELF_HOSTED_ADMIN_KEY: "local",
    XDG_STATE_HOME: state,
    NO_COLOR: "1",
  };
  return (args: readonly string[], { env = {}, signal }: Options = {}): Promise<Ran> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [program, ...args], {
        cwd: standIn,
        env: { ...processEnvironment(), ...environment, ...env },
        stdio: ["ignore", "pipe", "pipe"],
      });
      const ran = { out: "", err: "" };
      let isSent = signal === undefined;
      child.stdout.setEncoding("utf8").on("data", (chunk) => (ran.out += chunk));
      child.stderr.setEncoding("utf8").on("data", (chunk) => {
        ran.err += chunk;
        if (isSent || !/Ctrl-C (stops|ends)/.test(ran.err)) return;
        isSent = true;
        setTimeout(() => child.kill(signal?.name), signal?.afterMs);
      });
      child.on("close", (code) => resolve({ code, ...ran }));
    });
}

const processEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: process.env["PATH"],
  HOME: process.env["HOME"],
});

const SCRIPT = "/usr/bin/script";

/** Whether a terminal can be had, by util-linux's `script`. */
export const hasTerminal = process.platform === "linux" && existsSync(SCRIPT);

/** Runs `v2-rollout` on a terminal of 80 columns, and types keys once something is on the screen. */
export function onTerminal(
  { url }: Pick<Deployment, "url">,
  state: string,
  args: readonly string[],
  keys: readonly (readonly [said: string, typed: string])[],
): Promise<Ran> {
  const quoted = [process.execPath, program, ...args].map((word) => `'${word}'`).join(" ");
  return new Promise((resolve) => {
    const child = spawn(SCRIPT, ["-qefc", `stty cols 80; ${quoted}`, "/dev/null"], {
      cwd: standIn,
      env: {
        ...processEnvironment(),
        TERM: "xterm",
        CONVEX_SELF_HOSTED_URL: url,
        CONVEX_SELF_HOSTED_ADMIN_KEY: "local",
        XDG_STATE_HOME: state,
      },
    });
    let out = "";
    let seen = 0;
    const rest = [...keys];
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      out += chunk;
      const [next] = rest;
      if (next === undefined || !out.slice(seen).includes(next[0])) return;
      seen = out.length;
      rest.shift();
      child.stdin.write(next[1]);
    });
    child.on("close", (code) => resolve({ code, out, err: "" }));
  });
}

/** Organizations with so many eligible notes each. */
export const platform = (notes: Record<string, number>, fields: Record<string, unknown> = {}): Tables => ({
  organizations: Object.keys(notes).map((id) => row({ ...make.organization(id), slug: `club-${id}` })),
  voiceNotes: Object.entries(notes).flatMap(([orgId, count]) =>
    Array.from({ length: count }, () => row(make.note({ orgId, insights: [make.insight()], ...fields }))),
  ),
});

// biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of a report.
export const reportOf = ({ out }: Ran): any => JSON.parse(out);
