/** `scripts/sbom` names what a release is made of, and nothing that only builds or tests it. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path) => readFileSync(path, "utf8");

test("the bills of materials name what is shipped, with the versions of the lock files", () => {
  const folder = mkdtempSync(join(tmpdir(), "v2-rollout-sbom-"));
  try {
    execFileSync(join(root, "scripts/sbom"), [folder], { stdio: "ignore" });
    const bill = (name) => JSON.parse(read(join(folder, `${name}.cdx.json`)));
    const [npm, cargo] = [bill("npm"), bill("cargo")];
    for (const { bomFormat, components } of [npm, cargo]) {
      expect(bomFormat).toBe("CycloneDX");
      for (const { name, version, purl } of components) {
        expect({ name, purl: decodeURIComponent(purl) }).toEqual({
          name,
          purl: expect.stringMatching(`/?${name}@${version}$`),
        });
      }
    }
    const { dependencies } = JSON.parse(read(join(root, "package.json")));
    const npmVersions = Object.fromEntries(npm.components.map(({ name, version }) => [name, version]));
    expect(npmVersions).toMatchObject(dependencies);
    // Something else needs it, too.
    expect(npmVersions).toHaveProperty("picocolors");
    expect(npmVersions).not.toHaveProperty("vitest");
    const crates = cargo.components.map(({ name, version }) => `${name} ${version}`);
    const locked = [...read(join(root, "Cargo.lock")).matchAll(/name = "(.*)"\nversion = "(.*)"/g)];
    const lockedCrates = locked.map(([, name, version]) => `${name} ${version}`);
    expect(lockedCrates).toEqual(expect.arrayContaining(crates));
    const named = cargo.components.map(({ name }) => name);
    expect(named).toEqual(expect.arrayContaining(["postcard", "rlsf", "serde", "tsify", "wasm-bindgen"]));
    // Of the tests alone.
    expect(named).not.toContain("proptest");
    for (const { licenses } of cargo.components) expect(licenses?.[0]?.expression).toBeTruthy();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
