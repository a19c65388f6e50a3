import { resolve } from "node:path";

import { exitCodes, Failure } from "../failure.js";
import { type Environment, readEnvironment } from "./environment.js";
import type { ConnectionOptions } from "./options.js";

/** Where functions are called, and how the deployment is called in messages. */
export type Target =
  | { kind: "address"; url: string; key: string; name: string }
  /** By the project's own `convex run`, which knows logins, projects and deploy keys. */
  | { kind: "convexRun"; folder: string; flags: readonly string[]; name: string };

export function findTarget(options: ConnectionOptions): Target {
  const folder = resolve(options.cwd);
  const environment = readEnvironment(folder, options.envFile);
  const flags = flagsOf(options);
  const selector = options.deployment ?? options.deploymentName ?? options.previewName;
  const isSelected = options.prod === true || selector !== undefined;
  if (options.url !== undefined || options.adminKey !== undefined) {
    if (isSelected) {
      throw new Failure(
        "--url and --admin-key name one deployment, and --prod or --deployment another.",
        "Give one or the other.",
        exitCodes.usage,
      );
    }
    return givenAddress(options, environment);
  }
  const url = environment("CONVEX_SELF_HOSTED_URL");
  const key = environment("CONVEX_SELF_HOSTED_ADMIN_KEY");
  const deployKey = environment("CONVEX_DEPLOY_KEY");
  const deployment = environment("CONVEX_DEPLOYMENT");
  // Where more than one is named, `convex run` knows which goes first, or says that it is a mistake.
  if (url !== null && key !== null && deployKey === null && deployment === null && !isSelected) {
    return { kind: "address", url: checked(url), key, name: url };
  }
  // A deploy key is `prod:happy-animal-123|...`: what is before the bar is no secret.
  const fromKey = deployKey?.includes("|") ? deployKey.split("|")[0] : undefined;
  const fromProject = deployment === null ? "" : ` of the project of ${deployment}`;
  const name =
    fromKey ??
    selector ??
    (options.prod ? `production${fromProject}` : (deployment ?? "the default deployment"));
  return { kind: "convexRun", folder, flags, name };
}

function givenAddress({ url, adminKey }: ConnectionOptions, environment: Environment): Target {
  const address = url ?? environment("CONVEX_SELF_HOSTED_URL");
  const key = adminKey ?? environment("CONVEX_SELF_HOSTED_ADMIN_KEY") ?? environment("CONVEX_DEPLOY_KEY");
  if (address === null) {
    throw new Failure(
      "--admin-key needs an address.",
      "Add --url, or set CONVEX_SELF_HOSTED_URL.",
      exitCodes.usage,
    );
  }
  if (key === null) {
    throw new Failure(
      "--url needs a key.",
      "Set CONVEX_SELF_HOSTED_ADMIN_KEY or CONVEX_DEPLOY_KEY, or add --admin-key.",
      exitCodes.usage,
    );
  }
  return { kind: "address", url: checked(address), key, name: address };
}

function checked(url: string): string {
  if (/^https?:\/\//.test(url) && URL.canParse(url)) return url.replace(/\/+$/, "");
  throw new Failure(`${url} is no address of a deployment.`, "It begins with https://.", exitCodes.usage);
}

/** The options that name the same deployment in a command that is shown: all but the key. */
export const sameDeployment = (options: ConnectionOptions): string[] => [
  ...(options.cwd === "." ? [] : ["--cwd", options.cwd]),
  ...(options.url === undefined ? [] : ["--url", options.url]),
  ...flagsOf(options),
];

/** A word as a shell takes it. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** The options for `convex run`. */
export function flagsOf(options: ConnectionOptions): string[] {
  const flags: string[] = [];
  if (options.prod) flags.push("--prod");
  if (options.deployment !== undefined) flags.push("--deployment", options.deployment);
  if (options.deploymentName !== undefined) flags.push("--deployment-name", options.deploymentName);
  if (options.previewName !== undefined) flags.push("--preview-name", options.previewName);
  if (options.envFile !== undefined) flags.push("--env-file", options.envFile);
  return flags;
}
