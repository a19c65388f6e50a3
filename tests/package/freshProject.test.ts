import { expect, test } from "vitest";

import { newProject, type Project } from "../cli/project";
import { answerOf, deploy, row } from "../e2e/support";
import * as make from "../shims/documents";
import { installTarball } from "./install";

const installed = "node_modules/v2-rollout";

/** Code of an app's that uses what the library is to give it: types that are neither `any` nor missing. */
const app = `import type { FunctionReturnType } from "convex/server";
import { isRolloutError, type RolloutErrorCode } from "v2-rollout";
import { statusAnswer } from "v2-rollout/validators";
import type { api } from "../convex/_generated/api";

type Status = FunctionReturnType<typeof api.scripts.v2MigrationStatus.v2MigrationStatus>;

export const total = (status: Status): number => status.voiceNotes.total;
// @ts-expect-error: a word that no verdict has.
export const isOver = (status: Status): boolean => status.verdict === "over";
export const codeOf = (thrown: unknown): RolloutErrorCode | null =>
  isRolloutError(thrown) ? thrown.data.code : null;
export const validator = statusAnswer;
`;

/** As an app has it, where the functions are checked with the rest. */
const appTsconfig = JSON.stringify({
  compilerOptions: {
    target: "ES2017",
    module: "ESNext",
    moduleResolution: "Bundler",
    strict: true,
    verbatimModuleSyntax: true,
    types: [],
    skipLibCheck: false,
    noEmit: true,
  },
  include: ["convex", "src"],
});

/** What tsc complains of. */
function typeErrors(project: Project, ...args: string[]): string {
  return project.runProgram(project.path("node_modules/typescript/bin/tsc"), ["--pretty", "false", ...args])
    .out;
}

/** A project of its own in which the packed library is installed and wired. */
function wiredProject(convex: string, folder: string): Project {
  const project = newProject({ convex });
  installTarball(project);
  if (folder !== installed) project.move(installed, folder);
  for (const args of [["init", "--yes", "--ledger"], ["doctor"]]) {
    const result = project.run(args);
    expect(result, result.out).toMatchObject({ code: 0, err: "" });
  }
  return project;
}

test.each([
  ["the oldest", "convex-oldest"],
  ["the newest", "convex"],
])("a fresh project on %s convex: wired, type-checked, bundled and answering", async (_which, convex) => {
  const project = wiredProject(convex, installed);

  project.write("src/app.ts", app);
  project.write("tsconfig.json", appTsconfig);
  expect(typeErrors(project, "-p", "convex", "--skipLibCheck", "false")).toBe("");
  expect(typeErrors(project, "-p", ".")).toBe("");

  const tables = { organizations: [row(make.organization("org_a"))], voiceNotes: [row(make.note())] };
  const backend = await deploy(tables, { backend: project.root });
  const run = async (name: string, args = {}) =>
    answerOf(await backend.run(`scripts/${name}`, { organizationId: "org_a", ...args }));
  expect(await run("enableV2ForOrg")).toMatchObject({ success: true });
  expect(await run("runMigration", { dryRun: false })).toMatchObject({ outcome: { migrated: 1 } });
  expect(await run("v2MigrationStatus")).toMatchObject({ verdict: "complete" });
  const { runId } = await run("runMigration", { dryRun: false, background: true, by: "Ann" });
  let state = "queued";
  for (let tries = 0; tries < 20 && state !== "done"; tries++) {
    ({ state } = answerOf(await backend.run("v2Rollout:run", { runId })));
  }
  expect(state).toBe("done");
  expect(await run("disableV2ForOrg")).toMatchObject({ success: true });
});

test("a monorepo with the library as a folder: wired and type-checked", () => {
  const project = wiredProject("convex-oldest", "packages/v2-rollout");
  expect(typeErrors(project, "-p", "convex", "--skipLibCheck", "false")).toBe("");
});
