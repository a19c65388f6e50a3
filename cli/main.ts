#!/usr/bin/env node
import { createProgram } from "./commands/program.js";
import { run } from "./run.js";

// As in `npx v2-rollout doctor | head`: whoever reads has seen enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

await run(createProgram());
