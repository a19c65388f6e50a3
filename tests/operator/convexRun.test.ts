import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { beforeAll, expect, test } from "vitest";

import { deploy, folder } from "../e2e/support";
import { type Deployment, operator, platform, reportOf } from "./support";

const convex = fileURLToPath(new URL("../../node_modules/convex/bin/main.js", import.meta.url));

let backend: Deployment;
let run: Awaited<ReturnType<typeof operator>>;
let project: string;

/** No address is given; the project's own `convex run` knows where its deployment is, as it does after a login. */
beforeAll(async () => {
  backend = await deploy(platform({ org_a: 120, org_b: 2 }));
  run = await operator(backend);
  project = await folder();
  const own = join(project, "node_modules", "convex");
  await mkdir(own, { recursive: true });
  await writeFile(join(own, "package.json"), '{"version": "1.48.0", "bin": {"convex": "run.js"}}');
  const where = ["--url", backend.url, "--admin-key", "local"];
  await writeFile(
    join(own, "run.js"),
    `const args = process.argv.slice(2).filter((word) => word !== "--prod");
     process.argv.splice(2, Infinity, ...args, ...${JSON.stringify(where)});
     process.chdir(${JSON.stringify(fileURLToPath(new URL("../backend", import.meta.url)))});
     import(${JSON.stringify(convex)});`,
  );
});

const nowhere = { CONVEX_SELF_HOSTED_URL: "", CONVEX_SELF_HOSTED_ADMIN_KEY: "" };
const inProject = (...words: string[]) =>
  run([...words, "--cwd", project, "--prod"], { env: { ...nowhere, COLUMNS: "60" } });

test("the project's own convex run is asked where no address is given", async () => {
  const { code, out } = await inProject("status", "org_a");
  expect(code).toBe(0);
  expect(out).toMatch(/^org_a {2}production\n/);
  expect(out).toMatch(/\n {2}npx v2-rollout migrate org_a \\\n {4}--cwd \S+( \\\n {4}| )--prod\n/);
});

test("its failures are told as those of a direct connection", async () => {
  const { code, err } = await inProject("status", "org_x");
  expect(code).toBe(1);
  expect(err).toMatch(/^no organization has the id, name or slug `org_x`\n`npx v2-rollout status --all/);
});

test("it writes, and names the deployment before", async () => {
  const ran = await inProject("enable", "org_b", "--yes", "--json");
  expect(ran.err).toBe("Switch v2 on for org_b on production? Yes (--yes).\n");
  expect(reportOf(ran).organizations[0]).toMatchObject({ ending: "done", change: { success: true } });
});

test("Ctrl-C does not reach it: the run is paused", async () => {
  await backend.setFaults([{ on: "mutation", path: "migrationBatch", count: 0, delayMs: 1_500 }]);
  const ran = await run(["migrate", "org_a", "--cwd", project, "--yes", "--json"], {
    env: nowhere,
    signals: [{ name: "SIGINT", afterMs: 500 }],
  });
  expect(ran.code).toBe(3);
  expect(reportOf(ran).organizations[0]).toMatchObject({
    migration: { stopped: "interrupted" },
    run: { state: "paused" },
  });
});
