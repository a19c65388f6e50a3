import { expect, test } from "vitest";

import { hostFiles, installedProject, newProject, unwrapped } from "./project";

test("names the files and what stays, and asks before it removes any", () => {
  const project = installedProject();
  const { code, out, err } = project.run(["uninstall"]);
  expect(code).toBe(2);
  for (const file of hostFiles) expect(out).toContain(`convex/${file}\n`);
  expect(unwrapped(out)).toContain("What stays All data.");
  expect(err).toContain("Add --yes to agree");
  expect(hostFiles.every((file) => project.has(file))).toBe(true);
});

test("with --yes removes what init wrote, and folders that are empty then", () => {
  const project = installedProject();
  project.write("convex/scripts/mine.ts", "export {};\n");
  const { code, out } = project.run(["uninstall", "--yes"]);
  expect(code).toBe(0);
  expect(out).toContain("Removed 7 files.");
  expect(out).toContain("git log --oneline -- convex/actions/migration.ts");
  expect(hostFiles.filter((file) => project.has(file))).toEqual([]);
  expect(project.has("actions")).toBe(false);
  expect(project.has("scripts/mine.ts")).toBe(true);
  expect(project.has("lib/featureFlags.ts")).toBe(true);
});

test("leaves a file that no longer takes anything from the library", () => {
  const project = installedProject();
  const own =
    '// import { migrationArgs } from "v2-rollout/validators";\nexport const migrateVoiceNotesToV2 = 1;\n';
  project.write("convex/actions/migration.ts", own);
  project.write("convex/mine.ts", 'import { anyone } from "v2-rollout";\nexport const x = anyone;\n');
  const { code, out } = project.run(["uninstall", "--yes"]);
  expect(code).toBe(0);
  expect(out).toContain("Removed 6 files.");
  expect(unwrapped(out)).toContain("remove what they take from v2-rollout: convex/mine.ts");
  expect(out).not.toContain("git log");
  expect(project.read("actions/migration.ts")).toBe(own);
});

test("has nothing to do where nothing was written", () => {
  const { code, out } = newProject().run(["uninstall"]);
  expect(code).toBe(0);
  expect(out).toContain("There is nothing to remove");
});
