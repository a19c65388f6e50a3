import ts from "typescript";
import { describe, expect, test } from "vitest";

import { hostFiles, installedProject, newProject, unwrapped } from "./project";

const ownAction = `"use node";
import { internalAction } from "../_generated/server";
export const migrateVoiceNotesToV2 = internalAction(async () => null);
export const countVoiceNotes = internalAction(async () => 0);
export const leftover = internalAction(async () => 0);
`;

/** Convex does not break such a line, either. */
const isGenerated = (line: string) => line.startsWith("+import type * as ");

const syntaxErrors = (text: string) =>
  ts
    .transpileModule(text, { reportDiagnostics: true, compilerOptions: { target: ts.ScriptTarget.ESNext } })
    .diagnostics?.map(({ messageText }) => messageText);

describe.each(["convex-oldest", "convex"])("in a project of %s", (convex) => {
  test("writes seven files, and nothing the second time", () => {
    const project = newProject({ convex });
    const first = project.run(["init", "--yes"]);
    expect(first).toMatchObject({ code: 0, err: "" });
    for (const file of hostFiles) {
      expect(first.out).toContain(`written        convex/${file}`);
      expect(syntaxErrors(project.read(file))).toEqual([]);
    }
    const files = [...hostFiles, "_generated/api.d.ts"];
    const before = files.map((file) => project.read(file));
    const second = project.run(["init"]);
    expect(second.code).toBe(0);
    expect(second.out.match(/^unchanged/gm)).toHaveLength(hostFiles.length);
    expect(second.out).toContain("The generated types know the files.");
    expect(files.map((file) => project.read(file))).toEqual(before);
    expect(project.run(["doctor"]).code).toBe(0);
  });
});

test("no line of what it writes or says is longer than 80 characters", () => {
  const project = newProject();
  const { out } = project.run(["init", "--yes"]);
  const texts = [out, ...hostFiles.map((file) => project.read(file))];
  expect(
    texts.flatMap((text) => text.split("\n")).filter((line) => line.length > 80 && !isGenerated(line)),
  ).toEqual([]);
});

describe("a file that differs", () => {
  test("without a terminal is shown and left, and --yes is named", () => {
    const project = newProject();
    project.write("convex/actions/migration.ts", ownAction);
    const { code, out, err } = project.run(["init"]);
    expect(code).toBe(2);
    expect(out).toContain("-export const leftover = internalAction(async () => 0);");
    expect(out).toContain("+  handler: async (ctx, args): Promise<MigrationAnswer> =>");
    expect(out).not.toContain("\u001b[");
    expect(err).toContain("Add --yes to agree");
    expect(project.read("actions/migration.ts")).toBe(ownAction);
    expect(project.has("v2RolloutHost.ts")).toBe(false);
  });

  test("with --yes is shown and replaced; exports that get lost are named", () => {
    const project = newProject();
    project.write("convex/actions/migration.ts", ownAction);
    project.write(
      "convex/numbers.ts",
      `import { internal } from "./_generated/api";
export const count = () => internal.actions.migration.countVoiceNotes;
`,
    );
    const { code, out } = project.run(["init", "--yes"]);
    expect(code).toBe(0);
    expect(out).toContain("--- convex/actions/migration.ts");
    expect(unwrapped(out)).toContain(
      "removes countVoiceNotes, which is still used in convex/numbers.ts: move it first.",
    );
    expect(unwrapped(out)).toContain("removes leftover; nothing else in the functions uses it.");
    expect(project.read("actions/migration.ts")).toContain("v2-rollout/validators");
  });

  test("is the same with the line ends of another system", () => {
    const project = installedProject();
    const text = project.read("v2Rollout.ts").replaceAll("\n", "\r\n");
    project.write("convex/v2Rollout.ts", text);
    expect(project.run(["init"]).code).toBe(0);
    expect(project.read("v2Rollout.ts")).toBe(text);
  });

  test("is kept where the project made it its own", () => {
    const project = installedProject();
    project.edit("v2RolloutHost.ts", "defineHost({", "defineHost({\n  legacyMigration: true,");
    project.write("convex/actions/migration.ts", ownAction);
    const { code, out } = project.run(["init", "--yes"]);
    expect(code).toBe(0);
    expect(out).toContain("kept, yours    convex/v2RolloutHost.ts");
    expect(out).toContain("kept, yours    convex/actions/migration.ts");
    expect(project.read("actions/migration.ts")).toBe(ownAction);
  });
});

test.each([
  ["biome", "@biomejs/biome", { "biome.json": '{ "formatter": { "indentStyle": "tab" } }' }],
  ["prettier", "prettier", { ".prettierrc": '{ "useTabs": true }' }],
])("formats the files by %s, where the project does", (_name, module, config) => {
  const project = newProject();
  project.link(module, module);
  for (const [file, text] of Object.entries(config)) project.write(file, text);
  expect(project.run(["init", "--yes"]).code).toBe(0);
  expect(project.read("v2Rollout.ts")).toContain("\n\tstatusPage,");
  expect(project.run(["init"]).out.match(/^unchanged/gm)).toHaveLength(hostFiles.length);
});

test("says that the formatter failed, and goes on", () => {
  const project = newProject();
  project.link("prettier", "prettier");
  project.write(".prettierrc", "{ not json");
  const { code, out } = project.run(["init", "--yes"]);
  expect(code).toBe(0);
  expect(unwrapped(out)).toContain(
    "The files are not formatted as this project is: prettier could not format the files:",
  );
});

describe("the schema", () => {
  const byOrg = '.index("by_orgId", ["orgId"])\n    ';
  test.each([
    {
      what: "a missing index",
      before: '.index("by_voiceNoteId", ["voiceNoteId"])',
      after: "",
      says: [
        "voiceNoteArtifacts has no index by_voiceNoteId on voiceNoteId.",
        'In convex/schema.ts add to the table voiceNoteArtifacts: .index("by_voiceNoteId", ["voiceNoteId"])',
      ],
    },
    {
      what: "an index that does as well",
      before: byOrg,
      after: "",
      says: [
        "voiceNotes has no index by_orgId on orgId.",
        "by_orgId_and_coachId does as well; in convex/v2RolloutHost.ts give defineHost:",
        'indexes: { notesByOrganization: { name: "by_orgId_and_coachId", fields: ["orgId", "coachId"] } },',
      ],
    },
    {
      what: "an index of the name on other fields",
      before: '.index("by_voiceNoteId", ["voiceNoteId"])',
      after: '.index("by_voiceNoteId", ["status"])',
      says: [
        "voiceNoteArtifacts has an index by_voiceNoteId, but on status.",
        '.index("v2_by_voiceNoteId", ["voiceNoteId"])',
        'indexes: { artifactsByNote: { name: "v2_by_voiceNoteId", fields: ["voiceNoteId"] } },',
      ],
    },
    {
      what: "an index of the flags that lacks a field",
      before: '.index("by_featureKey_scope_org", ["featureKey", "scope", "organizationId"])',
      after: "",
      says: ['.index("by_featureKey_scope_org", ["featureKey", "scope", "organizationId"])'],
    },
    {
      what: "a missing table",
      before: "insightDrafts: defineTable",
      after: "drafts: defineTable",
      says: [
        "convex/schema.ts has no table insightDrafts.",
        '.index("by_org_and_coach_and_status", ["organizationId", "coachUserId", "status"])',
      ],
    },
    {
      what: "a schema that does not compile",
      before: "export default",
      after: "export defalt",
      says: ["convex/schema.ts cannot be bundled: line 51:"],
    },
  ])("is read: $what", ({ before, after, says }) => {
    const project = newProject();
    project.edit("schema.ts", before, after);
    const { code, out } = project.run(["init", "--yes"]);
    expect(code).toBe(1);
    for (const text of says) expect(unwrapped(out)).toContain(text);
    expect(project.has("v2Rollout.ts")).toBe(true);
  });

  test("may name its indexes otherwise", () => {
    const project = installedProject();
    project.edit("schema.ts", byOrg, "");
    project.edit(
      "v2RolloutHost.ts",
      "defineHost({",
      'defineHost({ indexes: { notesByOrganization: { name: "by_orgId_and_coachId", fields: ["orgId", "coachId"] } },',
    );
    expect(project.run(["init"])).toMatchObject({ code: 0 });
  });
});

describe("the generated types", () => {
  test("are shown and left without consent", () => {
    const project = newProject();
    const before = project.read("_generated/api.d.ts");
    const { code, out } = project.run(["init"]);
    expect(code).toBe(0);
    expect(out).toContain('+import type * as v2RolloutHost from "../v2RolloutHost.js";');
    expect(out).toContain('+  "scripts/runMigration": typeof scripts_runMigration;');
    expect(project.read("_generated/api.d.ts")).toBe(before);
  });

  test("become what Convex generates", () => {
    const project = installedProject();
    const modules = [
      "actions/migration",
      "lib/featureFlags",
      "scripts/disableV2ForOrg",
      "scripts/enableV2ForOrg",
    ];
    const imports = project.read("_generated/api.d.ts").match(/(?<=from "\.\.\/)[^.]+/g);
    expect(imports).toEqual([
      ...modules,
      "scripts/runMigration",
      "scripts/v2MigrationStatus",
      "v2Rollout",
      "v2RolloutHost",
    ]);
    expect(syntaxErrors(project.read("_generated/api.d.ts"))).toEqual([]);
  });

  test("are extended where they hold no module yet", () => {
    const project = newProject();
    const none = project.read("_generated/api.d.ts").replace(/import type \* as .*\n/, "");
    project.write("convex/_generated/api.d.ts", none.replace(/<\{[^}]*\}>/, "<{}>"));
    expect(project.run(["init", "--yes"]).code).toBe(0);
    const text = project.read("_generated/api.d.ts");
    expect(text).toContain(
      'declare const fullApi: ApiFromModules<{\n  "actions/migration": typeof actions_migration;',
    );
    expect(text).toContain("  v2RolloutHost: typeof v2RolloutHost;\n}>;");
  });

  test("are left to Convex where their layout is another", () => {
    const project = newProject();
    const other = "export declare const api: { a: 1 };\n";
    project.write("convex/_generated/api.d.ts", other);
    expect(unwrapped(project.run(["init", "--yes"]).out)).toContain("run `npx convex codegen`");
    expect(project.read("_generated/api.d.ts")).toBe(other);
  });

  test("are generated by Convex where there is a deployment", () => {
    const project = newProject();
    project.write(".env.local", "CONVEX_SELF_HOSTED_URL=http://127.0.0.1:9\n");
    project.remove("node_modules/convex");
    project.write("node_modules/convex/package.json", '{"version": "1.29.3", "bin": {"convex": "main.mjs"}}');
    project.link("convex/node_modules/esbuild", "esbuild");
    project.link("convex-real", "convex-oldest");
    for (const entry of ["server", "values"]) {
      project.write(
        `node_modules/convex/${entry}.js`,
        `export * from "../convex-real/dist/esm/${entry}/index.js";`,
      );
    }
    project.write(
      "node_modules/convex/main.mjs",
      `import { appendFileSync } from "node:fs";
const names = ${JSON.stringify(hostFiles.map((file) => file.replace(".ts", "")))};
appendFileSync("convex/_generated/api.d.ts", names.map((name) => \`// "../\${name}.js"\\n\`).join(""));
console.log(process.argv.slice(2).join(" "));
`,
    );
    const { code, out } = project.run(["init"]);
    expect(out).toContain("Running `npx convex codegen` ...\nThe generated types know the files now.");
    expect(code).toBe(0);
  });

  test("are shown where Convex cannot generate them", () => {
    const project = newProject();
    const env = { CONVEX_SELF_HOSTED_URL: "http://127.0.0.1:9", CONVEX_SELF_HOSTED_ADMIN_KEY: "none" };
    const { code, out } = project.run(["init", "--yes"], env);
    expect(code).toBe(0);
    expect(out).toContain("It did not work: ");
    expect(project.read("_generated/api.d.ts")).toContain("v2RolloutHost");
  });
});

test("finds the functions by convex.json, and by --convex", () => {
  const project = newProject({ functions: "src/backend" });
  expect(project.run(["init", "--yes"])).toMatchObject({
    code: 1,
    err: expect.stringContaining("convex is not a folder"),
  });
  expect(project.run(["init", "--yes", "--convex", "src/backend"]).code).toBe(0);
  project.write("convex.json", '{ "functions": "src/backend/" }');
  const { code, out } = project.run(["init"]);
  expect(out).toContain("unchanged      src/backend/scripts/runMigration.ts");
  expect(code).toBe(0);
});

test.each([
  [["init", "--cwd", "nowhere"], "There is no folder nowhere."],
  [["init", "--no-such-option"], "unknown option '--no-such-option'"],
  [["begin"], "unknown command 'begin'"],
])("%j is a usage error", (args, message) => {
  const { code, err } = newProject().run(args);
  expect(code).toBe(2);
  expect(err).toContain(message);
});

describe("--ledger", () => {
  const config = "convex.config.ts";

  test("installs and wires the ledger in a new project", () => {
    const project = newProject();
    const { code, out } = project.run(["init", "--yes", "--ledger"]);
    expect(code, out).toBe(0);
    expect(out).toContain(`written        convex/${config}`);
    expect(project.read(config)).toContain("app.use(v2Rollout);");
    expect(project.read("v2RolloutHost.ts")).toContain("  ledger: components.v2Rollout,");
    expect(project.read("v2RolloutHost.ts")).not.toContain("init --ledger");
    expect(syntaxErrors(project.read("v2RolloutHost.ts"))).toEqual([]);
    expect(project.run(["doctor"]).out).toContain("The ledger is installed and wired");
    expect(project.run(["init", "--ledger"]).out).toContain(`unchanged      convex/${config}`);
  });

  test("adds it to a config of the project's own, once that was shown", () => {
    const project = newProject();
    const before = `import { defineApp } from 'convex/server'
import betterAuth from '@convex-dev/better-auth/convex.config'

const app = defineApp()
app.use(betterAuth)

export default app
`;
    project.write(`convex/${config}`, before);
    const left = project.run(["init", "--ledger"]);
    expect(left).toMatchObject({ code: 2 });
    expect(project.read(config)).toBe(before);
    for (const { out } of [left, project.run(["init", "--ledger", "--yes"])]) {
      expect(out).toContain("+import v2Rollout from 'v2-rollout/convex.config'");
      expect(out).toContain("+app.use(v2Rollout)");
    }
    expect(project.read(config)).toContain(
      "const app = defineApp()\napp.use(v2Rollout)\napp.use(betterAuth)",
    );
  });

  test("doctor finds a ledger that is named but not installed, and the reverse", () => {
    const project = installedProject();
    project.write(`convex/${config}`, "export default 1;\n");
    const unplanned = project.run(["init", "--ledger"]);
    expect(unwrapped(unplanned.out)).toContain("laid out in a way that only you can extend");
    project.remove(`convex/${config}`);
    expect(project.run(["init", "--ledger"]).code).toBe(0);
    expect(unwrapped(project.run(["doctor"]).out)).toContain(
      "convex/convex.config.ts installs the ledger, but convex/v2RolloutHost.ts does not name it.",
    );
    project.edit("v2RolloutHost.ts", "// ledger: components.v2Rollout,", "ledger: {},");
    project.remove(`convex/${config}`);
    expect(unwrapped(project.run(["doctor"]).out)).toContain(
      "convex/v2RolloutHost.ts names the ledger, but convex/convex.config.ts does not install it.",
    );
  });
});
