// @ts-check
// What a release is made of, in CycloneDX's format: see scripts/sbom.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** @param {string} command @param {string[]} args */
const json = (command, args) =>
  JSON.parse(execFileSync(command, args, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 28 }));

/** @typedef {{ version?: string, dependencies?: Record<string, Installed> }} Installed As `npm ls` tells it. */

/** @param {Installed} installed @returns {string[]} */
const namesOf = ({ dependencies = {} }) =>
  Object.entries(dependencies).flatMap(([name, one]) => [`${name}@${one.version}`, ...namesOf(one)]);

/** What npm installs along with the package. `npm sbom --omit dev` leaves out what something else needs as well. */
function npm() {
  const options = ["--package-lock-only", "--no-workspaces"];
  const installed = json("npm", ["ls", "--all", "--json", "--omit", "dev", "--omit", "peer", ...options]);
  const names = new Set(namesOf(installed));
  const bill = json("npm", ["sbom", "--sbom-format", "cyclonedx", ...options]);
  const ships = (/** @type {{ name: string, version: string }} */ { name, version }) =>
    names.has(`${name}@${version}`);
  const components = bill.components.filter(ships);
  const refs = new Set([bill.metadata.component, ...components].map((one) => one["bom-ref"]));
  const dependencies = bill.dependencies
    .filter((/** @type {{ ref: string }} */ { ref }) => refs.has(ref))
    .map((/** @type {{ ref: string, dependsOn?: string[] }} */ { ref, dependsOn = [] }) => ({
      ref,
      dependsOn: dependsOn.filter((on) => refs.has(on)),
    }));
  return { ...bill, components, dependencies };
}

/**
 * @typedef {object} Package As `cargo metadata` tells it.
 * @property {string} id
 * @property {string} name
 * @property {string} version
 * @property {string | null} license
 * @property {string | null} source Null where it is in this repository.
 * @property {string | null} repository
 */

/** @param {Package} crate */
const purl = ({ name, version }) => `pkg:cargo/${name}@${version}`;

/** @param {Package} crate @param {"application" | "library"} type */
const component = (crate, type) => ({
  type,
  "bom-ref": purl(crate),
  name: crate.name,
  version: crate.version,
  purl: purl(crate),
  ...(crate.license === null ? {} : { licenses: [{ expression: crate.license.replaceAll("/", " OR ") }] }),
  ...(crate.repository === null ? {} : { externalReferences: [{ type: "vcs", url: crate.repository }] }),
});

/** The crates that are compiled into pkg/, and the macros that write parts of them: not what only builds or tests them. */
function cargo() {
  const { packages, resolve } = json("cargo", [
    ...["metadata", "--locked", "--format-version", "1"],
    ...["--filter-platform", "wasm32-unknown-unknown"],
  ]);
  /** @type {Map<string, Package>} */
  const byId = new Map(packages.map((/** @type {Package} */ one) => [one.id, one]));
  /** @type {Map<string, string[]>} */
  const linked = new Map();
  /** @param {string} id */
  const follow = (id) => {
    if (linked.has(id)) return;
    const node = resolve.nodes.find((/** @type {{ id: string }} */ one) => one.id === id);
    /** @type {string[]} */
    const dependencies = node.deps
      .filter((/** @type {{ dep_kinds: { kind: string | null }[] }} */ one) =>
        one.dep_kinds.some(({ kind }) => kind === null),
      )
      .map((/** @type {{ pkg: string }} */ one) => one.pkg);
    linked.set(id, dependencies);
    for (const dependency of dependencies) follow(dependency);
  };
  follow(resolve.root);
  /** @param {string} id */
  const crate = (id) => /** @type {Package} */ (byId.get(id));
  const ids = [...linked.keys()].sort((one, other) => purl(crate(one)).localeCompare(purl(crate(other))));
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.5.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata: { component: component(crate(resolve.root), "application") },
    components: ids.filter((id) => id !== resolve.root).map((id) => component(crate(id), "library")),
    dependencies: ids.map((id) => ({
      ref: purl(crate(id)),
      dependsOn: (linked.get(id) ?? []).map((one) => purl(crate(one))).sort(),
    })),
  };
}

const folder = path.resolve(root, process.argv[2] ?? "dist/sbom");
mkdirSync(folder, { recursive: true });
for (const [name, bill] of Object.entries({ npm: npm(), cargo: cargo() })) {
  const file = path.join(folder, `${name}.cdx.json`);
  writeFileSync(file, `${JSON.stringify(bill, null, 2)}\n`);
  console.log(`sbom: ${path.relative(root, file)} names ${bill.components.length} components`);
}
