#!/usr/bin/env node
import { Command } from "commander";

import { addDoctor } from "./commands/doctor.js";
import { addInit } from "./commands/init.js";
import { addUninstall } from "./commands/uninstall.js";
import { ownVersion } from "./package.js";
import { run } from "./run.js";

const program = new Command("v2-rollout")
  .description("Adds the v2 voice-note rollout to a Convex backend, and checks that it is in order.")
  .version(ownVersion())
  .exitOverride();

addInit(program);
addDoctor(program);
addUninstall(program);

await run(program);
