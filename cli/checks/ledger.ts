import { configFile, installsLedger, readHostFile, wiringFile } from "../host/files.js";
import { shown } from "../host/project.js";
import { readWiring } from "../host/wiring.js";
import { type Check, failed, ok, warning } from "./finding.js";

/** Whether the ledger is installed and wired, or neither. */
export const checkLedger: Check = async (project) => {
  const wiring = await readWiring(project);
  if (wiring === null) return [];
  const isInstalled = installsLedger(readHostFile(project, configFile) ?? "");
  const [config, host] = [shown(project, configFile), shown(project, wiringFile.path)];
  if (wiring.ledger && !isInstalled) {
    return [
      failed(
        `${host} names the ledger, but ${config} does not install it.`,
        "Run `npx v2-rollout init --ledger`.",
      ),
    ];
  }
  if (!wiring.ledger && isInstalled) {
    return [
      warning(
        `${config} installs the ledger, but ${host} does not name it.`,
        "Import components from `./_generated/api`, and add `ledger: components.v2Rollout`.",
      ),
    ];
  }
  return wiring.ledger ? [ok("The ledger is installed and wired")] : [];
};
