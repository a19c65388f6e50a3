import { describe, expect, test } from "vitest";

import { installedProject, Project, unwrapped } from "./project";

type Row = {
  what: string;
  breakIt: (project: Project) => void;
  code: 0 | 1;
  says: string;
};

const rows: Row[] = [
  {
    what: "convex is too old",
    breakIt: (project) => {
      project.remove("node_modules/convex");
      project.write("node_modules/convex/package.json", '{"version": "1.29.2"}');
    },
    code: 1,
    says: "failed convex is 1.29.2; 1.29.3 or newer is needed.",
  },
  {
    what: "convex is missing",
    breakIt: (project) => project.remove("node_modules/convex"),
    code: 1,
    says: "failed convex is not installed in this project.",
  },
  {
    what: "the library is missing",
    breakIt: (project) => project.remove("node_modules/v2-rollout"),
    code: 1,
    says: "failed v2-rollout is not installed in this project.",
  },
  {
    what: "a part of the library is missing",
    breakIt: (project) => project.remove("node_modules/v2-rollout/pkg/v2_rollout_bg.wasm"),
    code: 1,
    says: "failed The installed v2-rollout is incomplete; it lacks pkg/v2_rollout_bg.wasm.",
  },
  {
    what: "the WebAssembly is of another release",
    breakIt: (project) => project.write("node_modules/v2-rollout/pkg/package.json", '{"version": "0.0.9"}'),
    code: 1,
    says: "failed v2-rollout is 0.2.0, but pkg/, which its dist/core.js loads, is 0.0.9.",
  },
  {
    what: "an entry of the library is missing",
    breakIt: (project) => project.remove("node_modules/v2-rollout/dist/runMigration.js"),
    code: 1,
    says: "failed The installed v2-rollout is incomplete; it lacks dist/runMigration.js.",
  },
  {
    what: "the library has a convex of its own",
    breakIt: (project) =>
      project.write("node_modules/v2-rollout/node_modules/convex/package.json", '{"version": "1.48.0"}'),
    code: 1,
    says: "failed v2-rollout brings convex 1.48.0 beside this project's 1.29.3:",
  },
  {
    what: "moduleResolution finds no entry of a package",
    breakIt: (project) => {
      project.remove("node_modules/typescript");
      project.write("node_modules/typescript/package.json", '{"version": "5.9.3", "bin": {"tsc": "tsc.js"}}');
      const config = { compilerOptions: { module: "esnext" } };
      project.write("node_modules/typescript/tsc.js", `console.log('${JSON.stringify(config)}')`);
    },
    code: 1,
    says: "failed convex/tsconfig.json: with moduleResolution classic TypeScript does not find",
  },
  {
    what: "moduleResolution is that of older projects",
    breakIt: (project) => project.edit("tsconfig.json", '"Bundler"', '"Node10", "ignoreDeprecations": "6.0"'),
    code: 0,
    says: "convex/tsconfig.json: moduleResolution is node10",
  },
  {
    what: "tsconfig.json is broken",
    breakIt: (project) => project.edit("tsconfig.json", '"compilerOptions": {', '"compilerOptions": ['),
    code: 1,
    says: "failed convex/tsconfig.json cannot be read:",
  },
  {
    what: "a file is missing",
    breakIt: (project) => project.remove("convex/scripts/runMigration.ts"),
    code: 1,
    says: "failed convex/scripts/runMigration.ts is missing.",
  },
  {
    what: "several files are missing",
    breakIt: (project) => project.remove("convex/scripts"),
    code: 1,
    says: "failed 4 files of the rollout are missing: convex/scripts/enableV2ForOrg.ts",
  },
  {
    what: "an export is missing",
    breakIt: (project) =>
      project.edit(
        "scripts/runMigration.ts",
        "export default functions.internal;",
        "void functions.internal;",
      ),
    code: 1,
    says: "failed convex/scripts/runMigration.ts does not export default.",
  },
  {
    what: "a function of the library's is not exported",
    breakIt: (project) => project.edit("v2Rollout.ts", "  flagRows,\n", ""),
    code: 1,
    says: "failed convex/v2Rollout.ts does not export flagRows.",
  },
  {
    what: "a script is not the library's",
    breakIt: (project) =>
      project.write("convex/scripts/runMigration.ts", "export default 1; export const runMigration = 2;"),
    code: 1,
    says: "failed convex/scripts/runMigration.ts does not import v2-rollout/runMigration.",
  },
  {
    what: "the action is not the relay",
    breakIt: (project) =>
      project.write("convex/actions/migration.ts", "export const migrateVoiceNotesToV2 = 1;"),
    code: 1,
    says: "failed convex/actions/migration.ts holds an action of your own, not the relay to the rollout.",
  },
  {
    what: "a file does not compile",
    breakIt: (project) => project.edit("v2RolloutHost.ts", "defineHost({", "defineHost(("),
    code: 1,
    says: "failed convex/v2RolloutHost.ts cannot be read: line",
  },
  {
    what: "setFeatureFlag is missing",
    breakIt: (project) =>
      project.edit("lib/featureFlags.ts", "export const setFeatureFlag", "export const setFlag"),
    code: 1,
    says: "calls internal.lib.featureFlags.setFeatureFlag, but convex/lib/featureFlags.ts does not export it.",
  },
  {
    what: "setFeatureFlag is wired to a file that is not there",
    breakIt: (project) => project.edit("v2RolloutHost.ts", "lib.featureFlags.set", "flags.set"),
    code: 1,
    says: "calls internal.flags.setFeatureFlag, but there is no convex/flags.ts.",
  },
  {
    what: "an index is missing",
    breakIt: (project) =>
      project.edit(
        "schema.ts",
        '.index("by_claimId", ["claimId"])\n    .index("by_artifactId"',
        '.index("by_artifactId"',
      ),
    code: 1,
    says: 'failed voiceNoteEntityResolutions has no index by_claimId on claimId. In convex/schema.ts add to the table voiceNoteEntityResolutions: .index("by_claimId", ["claimId"])',
  },
  {
    what: "the schema is missing",
    breakIt: (project) => project.remove("convex/schema.ts"),
    code: 1,
    says: "failed There is no convex/schema.ts.",
  },
  {
    what: "the generated types do not know a file",
    breakIt: (project) =>
      project.edit("_generated/api.d.ts", 'import type * as v2Rollout from "../v2Rollout.js";\n', ""),
    code: 0,
    says: "warning convex/_generated/api.d.ts does not know v2Rollout.",
  },
  {
    what: "there are no generated types",
    breakIt: (project) => project.remove("convex/_generated"),
    code: 0,
    says: "warning convex/_generated/api.d.ts is missing.",
  },
  {
    what: "the tarball is ignored",
    breakIt: (project) => {
      project.write("package.json", '{"dependencies": {"v2-rollout": "file:vendor/v2-rollout-0.2.0.tgz"}}');
      project.write("vendor/v2-rollout-0.2.0.tgz", "");
      project.write(".gitignore", "node_modules\n*.tgz\n");
      project.initGit();
    },
    code: 0,
    says: "warning v2-rollout comes from vendor/v2-rollout-0.2.0.tgz, which git ignores (.gitignore:2:*.tgz):",
  },
  {
    what: "the tarball is of another repository",
    breakIt: (project) => {
      const other = new Project();
      other.write("v2.tgz", "");
      project.write("package.json", `{"dependencies": {"v2-rollout": "file:${other.path("v2.tgz")}"}}`);
      project.initGit();
    },
    code: 0,
    says: "v2.tgz, outside of this repository: npm ci would not find it elsewhere.",
  },
  {
    what: "the library is a folder that git ignores a part of",
    breakIt: (project) => {
      project.move("node_modules/v2-rollout", "packages/v2-rollout");
      project.write(".gitignore", "node_modules\ndist\n");
      project.initGit();
    },
    code: 0,
    says: "Commit it all the same: git add --force packages/v2-rollout/dist packages/v2-rollout/pkg",
  },
  {
    what: "the tarball is not there",
    breakIt: (project) =>
      project.write("package.json", '{"dependencies": {"v2-rollout": "file:./v2-rollout-0.2.0.tgz"}}'),
    code: 1,
    says: "failed package.json takes v2-rollout from ./v2-rollout-0.2.0.tgz, which is not there.",
  },
];

describe.each(rows)("$what", ({ breakIt, code, says }) => {
  test(`exits ${code} and says so`, () => {
    const project = installedProject();
    breakIt(project);
    const result = project.run(["doctor"]);
    expect(unwrapped(result.out)).toContain(says);
    expect(result).toMatchObject({ code, err: "" });
    expect(
      result.out
        .split("\n")
        .filter((line) => line.length > 80 && line.includes(" ") && !/^\s+(\.index|indexes:)/.test(line)),
    ).toEqual([]);
  });
});

test("a project in order gets one line per check, and is reminded of the hooks", () => {
  const { code, out } = installedProject().run(["doctor"]);
  expect(code).toBe(0);
  expect(out.match(/^ok /gm)).toHaveLength(8);
  expect(unwrapped(out)).toContain("warning convex/v2RolloutHost.ts has no authorize:");
  expect(unwrapped(out)).toContain("warning convex/v2RolloutHost.ts has no findOrganization:");
  expect(out).toContain("The rollout can work here (2 warnings).");
});

test.each([
  ["written out", "authorize: () => true, findOrganization: () => null,"],
  ["spread from elsewhere", "...betterAuth(components.betterAuth, {}),"],
])("hooks that are %s are found", (_what, hooks) => {
  const project = installedProject();
  project.edit(
    "v2RolloutHost.ts",
    "import { defineHost,",
    'import { betterAuth } from "our-hooks";\nimport { defineHost,',
  );
  project.edit("v2RolloutHost.ts", "import { internal }", "import { components, internal }");
  project.edit("v2RolloutHost.ts", "  functions: {", `  ${hooks}\n  functions: {`);
  const { code, out } = project.run(["doctor"]);
  expect(code).toBe(0);
  expect(out).toContain("convex/v2RolloutHost.ts has authorize and findOrganization");
  expect(out).toContain("The rollout can work here.");
});

test.each([
  ["*.tgz", "warning"],
  ["/vendor/*.tgz", "warning"],
  ["**/*.tgz", "warning"],
  ["vendor/", "warning"],
  ["vendor", "warning"],
  ["*.tgz\n!vendor/*.tgz", "ok"],
  ["# *.tgz", "ok"],
  ["*.tar", "ok"],
])("the rule %j about vendor/v.tgz: %s", (rules, state) => {
  const project = installedProject();
  project.write("package.json", '{"dependencies": {"v2-rollout": "file:vendor/v.tgz"}}');
  project.write("vendor/v.tgz", "");
  project.write(".gitignore", `${rules}\n`);
  project.initGit();
  const line = project
    .run(["doctor"])
    .out.split("\n")
    .find((text) => text.includes("vendor/v.tgz"));
  expect(line).toMatch(new RegExp(`^${state} `));
});
