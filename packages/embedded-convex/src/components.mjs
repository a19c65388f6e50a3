// @ts-check
import { Modules } from "./modules.mjs";
import { pathIn } from "./paths.mjs";
import { Problem } from "./problem.mjs";

/**
 * @typedef {object} Component The app, or a component as it is installed.
 * @property {string} path Names from the app inwards, such as `ledger` or `ledger/clock`; empty for the app.
 * @property {string} definition Path of its definition, of which several components can be installed; empty for the
 *   app.
 * @property {import("./bundle.mjs").Source} source
 * @property {Record<string, string>} env What its functions see of the environment.
 */

/**
 * @typedef {object} Definition What a `convex.config.ts` says.
 * @property {string | undefined} name
 * @property {{ name: string, path: string, env?: [string, EnvValue][] | null }[]} childComponents
 */

/** @typedef {{ type: "value", value: string } | { type: "envVar", name: string }} EnvValue */

// A name is a part of ids and of paths in snapshots.
const validName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Finds out what a backend installs.
 *
 * @param {import("./bundle.mjs").Bundle} bundle
 * @param {(env: Record<string, string>) => import("./modules.mjs").Contexts} contextsFor
 * @param {string} backend
 * @param {Record<string, string>} env Of the app.
 * @returns {Promise<Component[]>} The app, then each component after the one that installs it.
 * @throws {Problem} For a config that cannot be evaluated, and for names that are not valid or not unique.
 */
export async function findComponents(bundle, contextsFor, backend, env) {
  /** @type {Component[]} */
  const found = [{ path: "", definition: "", source: bundle, env }];
  if (bundle.config === null || bundle.dependencies.length === 0) {
    return found;
  }
  const definitions = new Definitions(bundle, contextsFor({}), backend);
  // The list grows while it is walked.
  for (const parent of found) {
    const { childComponents } = await definitions.evaluate(parent.definition);
    for (const child of childComponents) {
      if (!validName.test(child.name)) {
        throw new Problem(`a component's name has letters, digits and underscores, got \`${child.name}\``);
      }
      const path = pathIn(parent.path, child.name);
      if (found.some((other) => other.path === path)) {
        throw new Problem(`two components are installed as \`${path}\`; give one of them another name`);
      }
      const source = definitions.source(child.path);
      found.push({ path, definition: child.path, source, env: envOf(child.env ?? [], parent.env) });
    }
  }
  return found;
}

/**
 * A component sees of the environment what the one that installs it hands over.
 *
 * @param {[string, EnvValue][]} given
 * @param {Record<string, string>} parent
 * @returns {Record<string, string>}
 */
function envOf(given, parent) {
  const values = given.map(([name, value]) => [
    name,
    value.type === "value" ? value.value : parent[value.name],
  ]);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

/** What the configs say, each of which is evaluated once. */
class Definitions {
  /** @type {Map<string, Promise<Definition>>} */
  #evaluated = new Map();

  /**
   * @param {import("./bundle.mjs").Bundle} bundle
   * @param {import("./modules.mjs").Contexts} contexts
   * @param {string} backend
   */
  constructor(bundle, contexts, backend) {
    this.bundle = bundle;
    this.contexts = contexts;
    this.backend = backend;
  }

  /**
   * @param {string} path Empty for the app.
   * @returns {import("./bundle.mjs").Source}
   */
  source(path) {
    const source = path === "" ? this.bundle : this.bundle.definitions[path];
    if (source === undefined) {
      throw new Problem(`the bundle has no component \`${path}\``);
    }
    return source;
  }

  /**
   * @param {string} path
   * @param {readonly string[]} importers
   * @returns {Promise<Definition>}
   */
  evaluate(path, importers = []) {
    if (importers.includes(path)) {
      throw new Problem(`the component \`${path}\` installs itself`);
    }
    let definition = this.#evaluated.get(path);
    if (definition === undefined) {
      definition = this.#evaluate(path, [...importers, path]);
      this.#evaluated.set(path, definition);
    }
    return definition;
  }

  /**
   * @param {string} path
   * @param {readonly string[]} importers
   * @returns {Promise<Definition>}
   */
  async #evaluate(path, importers) {
    const { config, dependencies } = this.source(path);
    if (config === null) {
      throw new Problem(`the component \`${path}\` has no convex.config`);
    }
    const stubs = dependencies.map(async (imported) => {
      const { name } = await this.evaluate(imported, importers);
      return stubOf(imported, name);
    });
    const modules = [config, ...(await Promise.all(stubs))];
    const evaluated = new Modules({ modules, schema: null }, this.contexts, this.backend, path);
    const { default: exported } = await evaluated.evaluate(config.path);
    if (typeof exported?.export !== "function") {
      const where = pathIn(path, "convex.config");
      throw new Problem(`${where} has no default export made by \`defineApp\` or \`defineComponent\``);
    }
    return exported.export();
  }
}

/**
 * What a config sees of a component that it imports.
 *
 * @param {string} path
 * @param {string | undefined} defaultName
 * @returns {import("./bundle.mjs").BundledModule}
 */
const stubOf = (path, defaultName) => ({
  path: `_componentDeps/${Buffer.from(path).toString("base64url")}`,
  source: `export default ${JSON.stringify({ componentDefinitionPath: path, defaultName })};`,
  environment: "isolate",
});
