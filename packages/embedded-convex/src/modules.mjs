// @ts-check
import { builtinModules, createRequire, SourceMap } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import vm from "node:vm";
import { pathIn } from "./paths.mjs";
import { messageOf, Problem } from "./problem.mjs";

/** @typedef {import("./bundle.mjs").BundledModule} BundledModule */

const scheme = "convex:";

/**
 * @typedef {object} Contexts
 * @property {import("node:vm").Context} isolate
 * @property {() => import("node:vm").Context} node Made at first use.
 */

/** The modules of the app or of one component, linked among themselves and evaluated once. */
export class Modules {
  /** @type {Map<string, BundledModule>} */
  #bundled;
  /** @type {Map<string, vm.Module>} */
  #made = new Map();
  /** @type {Map<string, SourceMap | null>} */
  #maps = new Map();

  /**
   * @param {Pick<import("./bundle.mjs").Source, "modules" | "schema">} source
   * @param {Contexts} contexts
   * @param {string} backend
   * @param {string} [component] Whose modules they are, for messages; empty for the app.
   */
  constructor({ modules, schema }, contexts, backend, component = "") {
    this.#bundled = new Map(modules.map((module) => [module.path, module]));
    if (schema !== null) {
      this.#bundled.set(schema.path, { ...schema, environment: "isolate" });
    }
    this.contexts = contexts;
    this.component = component;
    this.require = createRequire(path.join(backend, "package.json"));
  }

  /**
   * @param {string} modulePath
   * @returns {Promise<Record<string, any>>} The module's exports.
   * @throws {Problem} If the module throws, or does what Convex's runtime has not.
   */
  async evaluate(modulePath) {
    const module = await this.#module(modulePath);
    let reached = false;
    const context = /** @type {any} */ (module).context;
    try {
      // Evaluation of a module that awaits at its top ends later; its importer then runs later, too.
      const importer = new vm.SourceTextModule('import "target"; import reach from "mark"; reach();', {
        context,
      });
      const mark = new vm.SyntheticModule(
        ["default"],
        function () {
          this.setExport("default", () => {
            reached = true;
          });
        },
        { context },
      );
      await importer.link((specifier) => (specifier === "target" ? module : mark));
      const ended = importer.evaluate();
      const awaits = !reached;
      await ended;
      if (awaits) {
        throw new Error("top-level await is not supported");
      }
    } catch (error) {
      throw new Problem(`evaluating ${pathIn(this.component, modulePath)} failed: ${describe(error)}`);
    }
    return module.namespace;
  }

  /** @returns {string[]} Modules that can define functions. */
  entryPaths() {
    return [...this.#bundled.keys()]
      .filter((name) => name !== "schema.js" && !name.startsWith("_deps/"))
      .sort();
  }

  /**
   * @param {string} line Of a stack.
   * @returns {string | null} The same in terms of the source; null for what is not the backend's.
   */
  frameOf = (line) => {
    const match = /^\s+at (?:(.*) \()?convex:([^)\s]+):(\d+):(\d+)\)?$/.exec(line);
    if (match === null) {
      return null;
    }
    const [, name, modulePath, row, column] = match;
    const origin = this.#mapOf(modulePath)?.findEntry(Number(row) - 1, Number(column) - 1);
    let place = `${modulePath}:${row}:${column}`;
    if (origin !== undefined && "originalSource" in origin) {
      const source = origin.originalSource.replace(/^(\.\.\/)+/, "../");
      if (source.includes("node_modules/convex/")) {
        return null;
      }
      place = `${source}:${origin.originalLine + 1}:${origin.originalColumn + 1}`;
    }
    return name === undefined ? `    at ${place}` : `    at ${name} (${place})`;
  };

  /** @param {string} modulePath */
  #mapOf(modulePath) {
    let map = this.#maps.get(modulePath);
    if (map === undefined) {
      const text = this.#bundled.get(modulePath)?.sourceMap;
      map = text === undefined ? null : new SourceMap(JSON.parse(text));
      this.#maps.set(modulePath, map);
    }
    return map ?? undefined;
  }

  /** @param {string} modulePath */
  async #module(modulePath) {
    const module = this.#make(modulePath);
    if (module.status === "unlinked") {
      await module
        .link((specifier, referrer) => this.#resolve(specifier, referrer))
        .catch((error) => {
          throw new Problem(`linking ${pathIn(this.component, modulePath)} failed: ${describe(error)}`);
        });
    }
    return module;
  }

  /**
   * @param {string} modulePath
   * @returns {vm.Module}
   */
  #make(modulePath) {
    const made = this.#made.get(modulePath);
    if (made !== undefined) {
      return made;
    }
    const bundled = this.#bundled.get(modulePath);
    if (bundled === undefined) {
      throw new Problem(`the bundle has no module \`${modulePath}\``);
    }
    const module = new vm.SourceTextModule(bundled.source, {
      ...this.#optionsOf(bundled),
      identifier: scheme + modulePath,
    });
    this.#made.set(modulePath, module);
    return module;
  }

  /** @param {BundledModule} bundled */
  #optionsOf({ environment, path: modulePath }) {
    if (environment === "node") {
      return {
        context: this.contexts.node(),
        initializeImportMeta: (/** @type {any} */ meta) => {
          meta.url = String(pathToFileURL(path.join("/", modulePath)));
        },
        importModuleDynamically: async (/** @type {string} */ specifier) => {
          return /** @type {any} */ (await import(this.#nodeTarget(specifier)));
        },
      };
    }
    return {
      context: this.contexts.isolate,
      initializeImportMeta: () => {
        throw new Error("import.meta is not supported");
      },
      importModuleDynamically: async () => {
        throw new Error("dynamic import is not supported");
      },
    };
  }

  /**
   * @param {string} specifier
   * @param {vm.Module} referrer
   */
  async #resolve(specifier, referrer) {
    const from = referrer.identifier.slice(scheme.length);
    if (specifier.startsWith(".")) {
      return this.#make(path.posix.join(path.posix.dirname(from), specifier));
    }
    if (this.#bundled.get(from)?.environment !== "node") {
      throw new Error(`\`${specifier}\` is not available outside of "use node" modules`);
    }
    const outside = await import(this.#nodeTarget(specifier));
    const names = Object.keys(outside);
    return new vm.SyntheticModule(
      names,
      function () {
        for (const name of names) {
          this.setExport(name, outside[name]);
        }
      },
      { context: this.contexts.node(), identifier: specifier },
    );
  }

  /** @param {string} specifier */
  #nodeTarget(specifier) {
    const isBuiltin = specifier.startsWith("node:") || builtinModules.includes(specifier);
    return isBuiltin ? specifier : String(pathToFileURL(this.require.resolve(specifier)));
  }
}

/** @param {any} error Perhaps of another realm, where `instanceof Error` is false. */
const describe = (error) =>
  typeof error?.message === "string" ? `${error.name ?? "Error"}: ${error.message}` : messageOf(error);
