import { type Command, InvalidArgumentError } from "commander";

/** The options of `convex run` that say which deployment is meant, and the project's folder. */
export type ConnectionOptions = {
  cwd: string;
  url?: string;
  adminKey?: string;
  envFile?: string;
  prod?: boolean;
  deployment?: string;
  deploymentName?: string;
  previewName?: string;
  /** Seconds that a deployment is waited for that has answered before. */
  wait?: number;
};

export function addConnectionOptions(command: Command): Command {
  return command
    .optionsGroup("Deployment:")
    .option("--cwd <dir>", "the project's folder, with its package.json", ".")
    .option("--prod", "the project's production deployment")
    .option("--deployment <name>", "another deployment, as `convex run --deployment` takes it")
    .option("--deployment-name <name>", "the same, as older releases of convex take it")
    .option("--preview-name <name>", "a preview deployment")
    .option("--env-file <file>", "a file with the variables that name the deployment")
    .option("--url <url>", "the deployment's address")
    .option("--admin-key <key>", "its key; better set CONVEX_SELF_HOSTED_ADMIN_KEY or CONVEX_DEPLOY_KEY")
    .option("--wait <seconds>", "how long to wait for it once it no longer answers", wholeNumber, 60)
    .optionsGroup("Options:");
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("It is a whole number from 1.");
}

export function portNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value < 65_536) return value;
  throw new InvalidArgumentError("It is a port, from 1 to 65535.");
}
