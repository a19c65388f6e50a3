// @ts-check
import { bundleBackend } from "./bundle.mjs";
import { createIsolateContext, createNodeContext } from "./context.mjs";
import { createEngine } from "./engine.mjs";
import { Faults } from "./faults.mjs";
import { Functions } from "./functions.mjs";
import { Modules } from "./modules.mjs";
import { messageOf, Problem } from "./problem.mjs";
import { serve } from "./server.mjs";
import { loadSnapshot, readSnapshot, saveSnapshot } from "./snapshot.mjs";
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
  /** @type {import("./context.mjs").ContextOptions} */
  const contextOptions = {
    env,
    verbose,
    syscalls: {
      syscall: (op, args) => host().syscall(op, args),
      immediate: (op, args) => host().immediate(op, args),
      asyncSyscall: async (op, args) => await host().asyncSyscall(op, args),
      jsSyscall: (op, args) => host().jsSyscall(op, args),
    },
  };
  /** @type {import("node:vm").Context | undefined} */
  let nodeContext;
  const contexts = {
    isolate: createIsolateContext(contextOptions),
    node: () => (nodeContext ??= createNodeContext(contextOptions)),
  };
  const modules = new Modules(bundle, contexts, backend);
  const schema = bundle.schema === null ? null : await modules.evaluate(bundle.schema.path);
  if (schema !== null && typeof schema.default?.export !== "function") {
    throw new Problem("convex/schema has no default export made by `defineSchema`");
  }
  const functions = new Functions();
  for (const path of modules.entryPaths()) {
    functions.add(path, await modules.evaluate(path));
  }
  engine = createEngine({
    schema: schema === null ? null : JSON.parse(schema.default.export()),
    limits,
    modules: functions.modulesFor({
      limited: limits !== false,
      isId: (table, id) => engine?.ids.isId(table, id) ?? false,
      frameOf: modules.frameOf,
      onScheduled: async (registered) => {
        if (engine !== null) {
          await faults.beginScheduled(registered, engine);
        }
      },
      onTopLevelEnd: () => engine?.queries.clear(),
    }),
  });
  installSyscalls(engine, functions, faults, metrics);
  return { engine, functions };
}
