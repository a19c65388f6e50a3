#!/usr/bin/env node
import { Command } from "commander";

import { addDoctor } from "./commands/doctor.js";
import { addInit } from "./commands/init.js";
import { addUninstall } from "./commands/uninstall.js";
import { ownVersion } from "./package.js";
import { run } from "./run.js";

// As in `npx v2-rollout doctor | head`: whoever reads has seen enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

const program = new Command("v2-rollout")
  .description("Adds the v2 voice-note rollout to a Convex backend, and checks that it is in order.")
  .version(ownVersion())
  .exitOverride();

addInit(program);
addDoctor(program);
addUninstall(program);

await run(program);
