/** A dashboard of a project whose own `convex run` knows where its deployment is, as after a login. */

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

import { folder } from "../e2e/support";
import { readAnswer } from "./answers";
import { runAnswer } from "./fakeDeployment";
import { dashboard, enter } from "./program";

/** A project in which `convex run` answers by what a file says. */
async function project() {
  const path = await folder();
  const own = join(path, "node_modules", "convex");
  await mkdir(own, { recursive: true });
  await writeFile(join(own, "package.json"), '{"version": "1.48.0", "bin": {"convex": "run.js"}}');
  await writeFile(
    join(own, "run.js"),
    `const { readFileSync } = require("node:fs");
     const name = process.argv[3];
     const answer = JSON.parse(readFileSync(__dirname + "/answers.json", "utf8"))[name];
     if (answer === undefined) {
       console.error(\`Failed to run function "\${name}":\\nCould not find function for '\${name}'\`);
       process.exit(1);
     }
     console.log(JSON.stringify(answer));`,
  );
  const answer = (answers: object) => writeFile(join(own, "answers.json"), JSON.stringify(answers));
  return { path, answer };
}

const answers = (deployment: string) => ({
  "v2Rollout:deployment": deployment,
  "v2Rollout:organizations": [],
  "v2Rollout:runs": [],
  "v2Rollout:pauseRun": runAnswer({ state: "pausing" }),
});

test("it names the deployment, and refuses to act once calls reach another one", async () => {
  const { path, answer } = await project();
  await answer(answers("https://first.convex.cloud"));
  const program = await dashboard({ url: "", key: "" }, "--cwd", path, "--prod");
  const { get, post } = await enter(program);
  expect(readAnswer(await get("api/snapshot"))).toMatchObject({
    deployment: "production (https://first.convex.cloud)",
  });
  const pause = { kind: "pause", runId: "run_1" };
  expect(readAnswer(await post("api/act", pause))).toMatchObject({
    kind: "done",
    value: { kind: "run", run: { state: "pausing" } },
  });
  await answer(answers("https://second.convex.cloud"));
  expect(readAnswer(await post("api/act", pause))).toMatchObject({
    kind: "failed",
    problem: {
      code: "DEPLOYMENT_CHANGED",
      message:
        "this dashboard is of production (https://first.convex.cloud), and calls now reach production (https://second.convex.cloud)",
    },
  });
  await program.stop();
});
