// @ts-check
import { parseArgs } from "node:util";

/** What the end-to-end suite finds on a deployment, and may do with it. */
const dataFlags = /** @type {const} */ (["replace", "prepared"]);

/**
 * @typedef {object} Arguments
 * @property {string[]} names Of steps.
 * @property {boolean} isVerbose
 * @property {boolean} isList
 * @property {Record<string, string>} env By which the step `e2e` learns of another deployment than the embedded one.
 */

/**
 * @param {string[]} given
 * @param {NodeJS.ProcessEnv} env
 * @returns {Arguments}
 * @throws {Error} With what is wrong, in a line.
 */
export function readArguments(given, env) {
  const { values, positionals } = parseArgs({
    args: given,
    allowPositionals: true,
    options: {
      verbose: { type: "boolean" },
      list: { type: "boolean" },
      url: { type: "string" },
      replace: { type: "boolean" },
      prepared: { type: "boolean" },
    },
  });
  return {
    names: positionals,
    isVerbose: values.verbose ?? false,
    isList: values.list ?? false,
    env: deploymentOf(values, positionals, env),
  };
}

/**
 * @param {{ url?: string, replace?: boolean, prepared?: boolean }} values
 * @param {string[]} names
 * @param {NodeJS.ProcessEnv} env
 * @returns {Record<string, string>}
 */
function deploymentOf({ url, replace, prepared }, names, env) {
  if (url === undefined) {
    const flag = dataFlags.find((name) => ({ replace, prepared })[name]);
    if (flag !== undefined) {
      throw new Error(`--${flag} needs --url`);
    }
    return {};
  }
  if (names.join() !== "e2e") {
    throw new Error("--url is for the step `e2e` alone");
  }
  if (!URL.canParse(url)) {
    throw new Error(`--url \`${url}\` is no address`);
  }
  if (!env.CONVEX_SELF_HOSTED_ADMIN_KEY) {
    throw new Error("--url needs the deployment's key in CONVEX_SELF_HOSTED_ADMIN_KEY");
  }
  if (replace && prepared) {
    throw new Error("--replace and --prepared cannot be combined");
  }
  return {
    V2_ROLLOUT_E2E_URL: url,
    V2_ROLLOUT_E2E_DATA: prepared ? "prepared" : replace ? "replace" : "import",
  };
}
