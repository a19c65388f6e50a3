/** The three ways of migrating, as the bench runs them. */

import * as convexMigrations from "./convexMigrations.js";
import type { Deployment } from "./deployment.js";
import * as ours from "./ours.js";
import * as perNote from "./perNote.js";
import { ORGANIZATION } from "./platform.js";

export type Way = "perNote" | "convexMigrations" | "ours";

/** Migrates what there is to migrate, and answers what it tells its operator, in a few words. */
export type Migrate = (deployment: Deployment) => Promise<string>;

export const ways: Record<Way, Migrate> = {
  perNote: async (deployment) => `answers errors: ${await perNote.migrate(deployment, ORGANIZATION)}`,
  convexMigrations: async (deployment) => {
    await convexMigrations.migrate(deployment);
    return `state is ${await convexMigrations.stateOf(deployment)}`;
  },
  ours: async (deployment) => {
    const { failures, stopped } = await ours.migrate(deployment, ORGANIZATION);
    const codes = failures.map(({ code }) => code).join(", ");
    return `answers ${stopped ?? "done"}${codes === "" ? "" : `, reports ${codes}`}`;
  },
};

export const wayNames = Object.keys(ways) as Way[];
