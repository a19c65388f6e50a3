// @ts-check
import { Modules } from "./modules.mjs";
import { Problem } from "./problem.mjs";

/** @typedef {import("./bundle.mjs").Source} Source */

/**
 * @typedef {object} Component The app, or a component as it is installed in it.
 * @property {string} path Names from the app inwards, such as `ledger` or `ledger/clock`; empty for the app.
 * @property {Source} source
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
 * Finds out which components a backend installs: a definition can be installed several times, under different names.
 *
 * @param {import("./bundle.mjs").Bundle} bundle
 * @param {(env: Record<string, string>) => import("./modules.mjs").Contexts} contextsFor
 * @param {string} backend
 * @param {Record<string, string>} env Of the app.
 * @returns {Promise<Component[]>} The app, then each component after the one that installs it.
 * @throws {Problem} If a config cannot be evaluated.
 */
export async function findComponents(bundle, contextsFor, backend, env) {
  /** @type {Component[]} */
  const found = [{ path: "", source: bundle, env }];
  if (bundle.config === null || bundle.dependencies.length === 0) {
    return found;
  }
  const definitions = new Definitions(bundle, contextsFor({}), backend);
  // The list grows while it is walked.
  for (const parent of found) {
    const { childComponents } = await definitions.evaluate(parent.source);
    for (const child of childComponents) {
      if (!validName.test(child.name)) {
        throw new Problem(
          `\`${child.name}\` is no name for a component: use letters, digits and underscores`,
        );
      }
      const path = join(parent.path, child.name);
      if (found.some((other) => other.path === path)) {
        throw new Problem(`two components are installed as \`${path}\`: give one of them another name`);
      }
      found.push({ path, source: definitions.source(child.path), env: envOf(child.env ?? [], parent.env) });
    }
  }
  return found;
}

/**
 * @param {string} component Path of a component; empty for the app.
 * @param {string} name Of something in it.
 */
export const join = (component, name) => (component === "" ? name : `${component}/${name}`);

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

/** Configs, each evaluated once. */
class Definitions {
  /** @type {Map<Source, Promise<Definition>>} */
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

  /** @param {string} path */
  source(path) {
    if (!Object.hasOwn(this.bundle.definitions, path)) {
      throw new Problem(`the bundle has no component \`${path}\``);
    }
    return this.bundle.definitions[path];
  }

  /**
   * @param {Source} source
   * @param {readonly Source[]} importers
   * @returns {Promise<Definition>}
   */
  evaluate(source, importers = []) {
    if (importers.includes(source)) {
      throw new Problem("a component installs itself, directly or through others");
    }
    let definition = this.#evaluated.get(source);
    if (definition === undefined) {
      definition = this.#evaluate(source, [...importers, source]);
      this.#evaluated.set(source, definition);
    }
    return definition;
  }

  /**
   * @param {Source} source
   * @param {readonly Source[]} importers
   * @returns {Promise<Definition>}
   */
  async #evaluate({ config, dependencies }, importers) {
    if (config === null) {
      return { name: undefined, childComponents: [] };
    }
    const stubs = dependencies.map(async (path) => {
      const { name } = await this.evaluate(this.source(path), importers);
      return stubOf(path, name);
    });
    const modules = [config, ...(await Promise.all(stubs))];
    const evaluated = new Modules({ modules, schema: null }, this.contexts, this.backend);
    const { default: exported } = await evaluated.evaluate(config.path);
    if (typeof exported?.export !== "function") {
      throw new Problem(`${config.path} has no default export made by \`defineApp\` or \`defineComponent\``);
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
