/** Where the essential promises are tried: the embedded deployment, or the one that two variables name. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startDeployment } from "embedded-convex";

import { backend, convex, type Result, type Target } from "../../scripts/lib/demo/cli.mjs";
import { prepare } from "../../scripts/lib/demo/selfHosted.mjs";
import { writeSample } from "../sample/write.mjs";

export type Sampled = Target & {
  /** `npx convex run NAME ARGS`. */
  run: (name: string, args?: object, ...flags: string[]) => Promise<Result>;
  /** Ends it, if it was started for the tests. */
  end: () => Promise<void>;
};

/** The stand-in backend with the sample data. */
export async function sampled(): Promise<Sampled> {
  const { V2_ROLLOUT_E2E_URL: url, CONVEX_SELF_HOSTED_ADMIN_KEY: adminKey } = process.env;
  const { end, ...target } = url
    ? await elsewhere({ url, adminKey: adminKey ?? "" }, process.env["V2_ROLLOUT_E2E_DATA"])
    : await embedded();
  const run = (name: string, args: object = {}, ...flags: string[]) =>
    convex(target, ["run", name, JSON.stringify(args), ...flags]);
  return { ...target, run, end };
}

async function embedded(): Promise<Target & Pick<Sampled, "end">> {
  const snapshot = await mkdtemp(join(tmpdir(), "v2-rollout-"));
  await writeSample(snapshot);
  const deployment = await startDeployment({ backend, snapshot });
  const end = async () => {
    await deployment.stop();
    await rm(snapshot, { recursive: true, force: true });
  };
  return { url: deployment.url, adminKey: "local", end };
}

async function elsewhere(target: Target, data = "import"): Promise<Target & Pick<Sampled, "end">> {
  if (data !== "prepared") {
    await prepare(target, (_, work) => work(), { mayReplace: data === "replace" });
  }
  return { ...target, end: async () => {} };
}

/** The answer of a command that worked. */
// biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of an answer.
export function answerOf({ code, stdout, stderr }: Result): any {
  if (code !== 0) throw new Error(`exit ${code}: ${stderr}`);
  return JSON.parse(stdout);
}
