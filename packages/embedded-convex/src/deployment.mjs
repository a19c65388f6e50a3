// @ts-check
import { makeFunctionReference } from "convex/server";
import { bundleBackend } from "./bundle.mjs";
import { findComponents } from "./components.mjs";
import { createIsolateContext, createNodeContext } from "./context.mjs";
import { createEngine } from "./engine.mjs";
import { Faults } from "./faults.mjs";
import { Functions } from "./functions.mjs";
import { Modules } from "./modules.mjs";
import { messageOf, Problem } from "./problem.mjs";
import { serve } from "./server.mjs";
import { loadSnapshot, readScheduled, readSnapshot, saveSnapshot } from "./snapshot.mjs";
import { installSyscalls } from "./syscalls.mjs";

/** @typedef {import("./args.mjs").Options} Options */

/**
 * @typedef {object} Deployment
 * @property {string} url
 * @property {Faults} faults What goes wrong; may be set at any time.
 * @property {() => Promise<void>} stop Ends it, and saves if it was told to.
 */

/** What a shell reports of a process that was killed. */
const exitCode = 137;

/**
 * Starts a deployment in this process, which needs Node's flags of `bin/embedded-convex`; `spawn.mjs` starts
 * one in a process of its own.
 *
 * @param {Options} options
 * @returns {Promise<Deployment>}
 * @throws {import("./problem.mjs").Problem}
 */
export async function runDeployment(options) {
  // The CLI bundles in a process of its own, which leaves this one time to read. Its end is awaited in
  // any case, since it cleans up then.
  const reading = options.snapshot === null ? null : readSnapshot(options.snapshot);
  reading?.catch(() => {});
  const bundle = await bundleBackend(options.backend);
  const snapshot = await reading;
  const faults = new Faults(() => exit(engine, options.save));
  faults.set(options.faults);
  const { engine, functions } = await evaluate(bundle, options, faults);
  if (snapshot !== null) {
    loadSnapshot(engine, snapshot);
  }
  if (options.snapshot !== null) {
    await scheduleAgain(engine, functions, await readScheduled(options.snapshot));
  }
  const server = await serve({ engine, functions, faults, adminKey: options.adminKey, port: options.port });
  return {
    url: server.url,
    faults,
    stop: async () => {
      await server.stop();
      if (options.save !== null) {
        saveSnapshot(engine, options.save);
      }
    },
  };
}

/**
 * Schedules what was scheduled when the snapshot was saved, for the same time. What is no function of the app any more is
 * left out.
 *
 * @param {import("./engine.mjs").Engine} engine
 * @param {Functions} functions
 * @param {readonly import("./order.mjs").Document[]} jobs
 */
async function scheduleAgain({ t }, functions, jobs) {
  await t.run(async (/** @type {import("convex/server").GenericMutationCtx<any>} */ { scheduler }) => {
    for (const { name, args, scheduledTime } of jobs) {
      const registered = functions.find("", name);
      if (registered !== undefined) {
        const reference = /** @type {any} */ (makeFunctionReference(registered.udfPath));
        await scheduler.runAt(Math.max(scheduledTime, Date.now()), reference, args[0]);
      }
    }
  });
}

/**
 * Ends the process as if it were killed, but for what is committed, which is saved. All of it happens in one turn:
 * nothing else is committed or answered meanwhile.
 *
 * @param {import("./engine.mjs").Engine} engine
 * @param {string | null} save
 * @returns {never}
 */
function exit(engine, save) {
  try {
    if (save !== null) {
      saveSnapshot(engine, save);
    }
  } catch (error) {
    process.stderr.write(`embedded-convex: ${messageOf(error)}\n`);
    process.exit(1);
  }
  process.exit(exitCode);
}

/**
 * @param {import("./bundle.mjs").Bundle} bundle
 * @param {Options} options
 * @param {Faults} faults
 */
async function evaluate(bundle, { backend, env, verbose, limits, metrics }, faults) {
  /** @type {import("./engine.mjs").Engine | null} */
  let engine = null;
  const host = () => {
    if (engine === null) {
      throw new Error("the database is not available while modules are evaluated");
    }
    return engine.host;
  };
  /** @type {import("./context.mjs").Syscalls} */
  const syscalls = {
    syscall: (op, args) => host().syscall(op, args),
    immediate: (op, args) => host().immediate(op, args),
    asyncSyscall: async (op, args) => await host().asyncSyscall(op, args),
    jsSyscall: (op, args) => host().jsSyscall(op, args),
  };
  const contextsFor = (/** @type {Record<string, string>} */ environment) =>
    createContexts({ env: environment, verbose, syscalls });
  const components = await findComponents(bundle, contextsFor, backend, env);
  const functions = new Functions(components.map(({ path }) => path));
  /** @type {Map<string, import("./engine.mjs").EngineSource>} */
  const sources = new Map();
  for (const component of components) {
    const { path, source } = component;
    const modules = new Modules(source, contextsFor(component.env), backend, path);
    const schema = await evaluateSchema(modules, component);
    for (const modulePath of modules.entryPaths()) {
      functions.add(path, modulePath, await modules.evaluate(modulePath));
    }
    const runner = {
      limited: limits !== false,
      isId: (/** @type {string} */ table, /** @type {string} */ id) =>
        engine?.namespaces.get(path)?.ids.isId(table, id) ?? false,
      frameOf: modules.frameOf,
      onScheduled: async (/** @type {import("./functions.mjs").Registered} */ registered) => {
        if (engine !== null) {
          await faults.beginScheduled(registered, engine);
        }
      },
      onTopLevelEnd: () => engine?.queries.clear(),
    };
    sources.set(path, { schema, modules: functions.modulesFor(path, runner) });
  }
  engine = createEngine({ sources, limits });
  installSyscalls(engine, functions, faults, metrics);
  return { engine, functions };
}

/**
 * @param {import("./context.mjs").ContextOptions} options
 * @returns {import("./modules.mjs").Contexts}
 */
function createContexts(options) {
  /** @type {import("node:vm").Context | undefined} */
  let nodeContext;
  return {
    isolate: createIsolateContext(options),
    node: () => (nodeContext ??= createNodeContext(options)),
  };
}

/**
 * @param {Modules} modules
 * @param {import("./components.mjs").Component} component
 * @returns {Promise<import("./engine.mjs").Schema | null>}
 */
async function evaluateSchema(modules, { path, source }) {
  if (source.schema === null) {
    return null;
  }
  const { default: exported } = await modules.evaluate(source.schema.path);
  if (typeof exported?.export !== "function") {
    const where = path === "" ? "convex/schema" : `the schema of the component \`${path}\``;
    throw new Problem(`${where} has no default export made by \`defineSchema\``);
  }
  return JSON.parse(exported.export());
}
