// @ts-check
import { help, parseArgs } from "./args.mjs";
import { runDeployment } from "./deployment.mjs";
import { messageOf, Problem } from "./problem.mjs";

/** @param {unknown} error */
function fail(error) {
  const text = error instanceof Problem ? error.message : error instanceof Error ? error.stack : error;
  process.stderr.write(`embedded-convex: ${text}\n`);
  process.exit(1);
}

// A function may leave a promise or a timer behind that fails later; that is its own affair, and the
// deployment goes on.
process.on("unhandledRejection", (error) => warn("unhandled rejection", error));
process.on("uncaughtException", (error) => warn("uncaught exception", error));

/**
 * @param {string} what
 * @param {unknown} error
 */
function warn(what, error) {
  process.stderr.write(`embedded-convex: ${what}: ${messageOf(error)}\n`);
}

async function main() {
  const options = parseArgs(process.argv.slice(2));
  if (options === "help") {
    process.stdout.write(help);
    return;
  }
  // Smaller limits than Convex's, which tests pass; there is no flag, since no host has them.
  const limits = process.env.EMBEDDED_CONVEX_LIMITS;
  if (limits !== undefined) {
    options.limits = JSON.parse(limits);
  }
  let asked = 0;
  /** @type {Promise<import("./deployment.mjs").Deployment> | undefined} */
  let starting;
  const end = async () => {
    asked += 1;
    if (asked > 1) {
      process.exit(1);
    }
    try {
      await (await starting)?.stop();
      process.exit(0);
    } catch (error) {
      fail(error);
    }
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
  starting = runDeployment(options);
  const { url } = await starting;
  process.stdout.write(`ready ${url}\n`);
}

main().catch(fail);
