import { expect, test } from "vitest";

import { newProject, type Project } from "../cli/project";
import { answerOf, deploy, row } from "../e2e/support";
import * as make from "../shims/documents";
import { installTarball } from "./install";

const names = ["enableV2ForOrg", "runMigration", "v2MigrationStatus", "disableV2ForOrg"] as const;

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

test.each([
  ["the oldest", "convex-oldest"],
  ["the newest", "convex"],
])("a fresh project on %s convex: wired, type-checked, bundled and answering", async (_which, convex) => {
  const project = newProject({ convex });
  installTarball(project);

  const init = project.run(["init", "--yes"]);
  expect(init, init.out + init.err).toMatchObject({ code: 0 });
  const doctor = project.run(["doctor"]);
  expect(doctor, doctor.out + doctor.err).toMatchObject({ code: 0, err: "" });

  project.write("src/app.ts", app);
  expect(typeErrors(project, "-p", "convex", "--skipLibCheck", "false")).toBe("");
  project.write("tsconfig.json", appTsconfig);
  expect(typeErrors(project, "-p", ".")).toBe("");

  const tables = { organizations: [row(make.organization("org_a"))], voiceNotes: [row(make.note())] };
  const backend = await deploy(tables, { backend: project.root });
  for (const name of names) {
    const args = { organizationId: "org_a", ...(name === "runMigration" ? { dryRun: false } : {}) };
    const answer = answerOf(await backend.run(`scripts/${name}`, args));
    if (name === "runMigration") expect(answer).toMatchObject({ outcome: { migrated: 1 }, done: true });
    if (name === "v2MigrationStatus") expect(answer).toMatchObject({ verdict: "complete" });
  }
});
