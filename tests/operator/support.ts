/** The operator's commands, run as people run them, against the stand-in backend. */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { type deploy, folder, row, standIn, type Tables } from "../e2e/support";
import * as make from "../shims/documents";

const program = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

export type Ran = { code: number | null; out: string; err: string };

export type Deployment = Awaited<ReturnType<typeof deploy>>;

type Options = {
  /** Variables beside those that name the deployment. */
  env?: Record<string, string>;
  /** Sent so long after the program has said what Ctrl-C does. */
  signals?: readonly { name: NodeJS.Signals; afterMs: number }[];
  /** Called when it has said that. */
  onHint?: () => void;
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
  return (
    args: readonly string[],
    { env = {}, signals = [], onHint = () => {} }: Options = {},
  ): Promise<Ran> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [program, ...args], {
        cwd: standIn,
        env: { ...processEnvironment(), ...environment, ...env },
        stdio: ["ignore", "pipe", "pipe"],
      });
      const ran = { out: "", err: "" };
      let isSent = false;
      child.stdout.setEncoding("utf8").on("data", (chunk) => (ran.out += chunk));
      child.stderr.setEncoding("utf8").on("data", (chunk) => {
        ran.err += chunk;
        if (isSent || !/Ctrl-C (stops|ends)/.test(ran.err)) return;
        isSent = true;
        onHint();
        for (const { name, afterMs } of signals) setTimeout(() => child.kill(name), afterMs);
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

/** A copy of the stand-in that is wired without the ledger. */
export async function withoutLedger(): Promise<string> {
  const copy = await folder();
  await cp(standIn, copy, { recursive: true, filter: (path) => !path.endsWith("convex.config.ts") });
  const repository = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
  await symlink(join(repository, "node_modules"), join(copy, "node_modules"));
  for (const entry of await readdir(join(copy, "convex"), { recursive: true, withFileTypes: true })) {
    if (!entry.name.endsWith(".ts")) continue;
    const path = join(entry.parentPath, entry.name);
    const text = await readFile(path, "utf8");
    const wired = text.replaceAll(/"(\.\.\/)+js-shims/g, `"${repository}/js-shims`);
    await writeFile(path, wired.replace("  ledger: components.v2Rollout,\n", ""));
  }
  return copy;
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

/**
 * A wire to a deployment that can be cut: for so long nothing comes through, and no connection is made. It loses the first
 * answer to a call of `losing`.
 */
export async function behindWire({ url }: Pick<Deployment, "url">, losing: string | null = null) {
  const { hostname, port } = new URL(url);
  const open = new Set<Socket>();
  let isLost = losing === null;
  const wire = createServer((near) => {
    const far = connect(Number(port), hostname);
    near.on("data", (chunk) => {
      if (isLost || losing === null || !chunk.includes(losing)) return;
      isLost = true;
      far.unpipe(near);
      far.once("data", () => near.destroy());
      far.resume();
    });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        open.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => wire.listen(0, "127.0.0.1", resolve));
  const { port: own } = wire.address() as AddressInfo;
  wire.unref();
  return {
    url: `http://127.0.0.1:${own}`,
    cut: (forMs: number) => {
      wire.close();
      for (const socket of open) socket.destroy();
      setTimeout(() => wire.listen(own, "127.0.0.1").unref(), forMs);
    },
  };
}
