import { Command } from "commander";

import { addConnectionOptions, wholeNumber } from "../connection/options.js";
import { ownVersion } from "../package.js";
import { addFleetOptions, addOperatorOptions } from "./operatorOptions.js";
import { addProjectOptions } from "./options.js";

/** The commands and their options. What a command does is loaded when it is run, so that the program starts fast. */
export function createProgram(): Command {
  const program = new Command("v2-rollout")
    .description(
      "Rolls v2 voice notes out over a Convex backend: looks, switches, migrates; installs and checks itself.",
    )
    .configureHelp({ minWidthToWrap: 20 })
    .version(ownVersion())
    .exitOverride();
  addOperating(program);
  addDashboard(program);
  addInstalling(program);
  return program;
}

function addOperating(program: Command): void {
  program.commandsGroup("Operating:");
  addFleetOptions(program.command("status").description("shows how far organizations are"))
    .option("--check", "exit 3 unless every one of them is complete")
    .option("--accept-blocked", "with --check: blocked notes may stay in v1")
    .option("--deferred-days <n>", "a note of that age does not count as deferred", wholeNumber)
    .option("--watch", "look again every 5 seconds; with --check, until all are complete")
    .action(async (named, options) => (await import("./status.js")).status(named, options));
  addOperatorOptions(
    program
      .command("list")
      .argument("<organization>")
      .argument("<class>", "unfinished, deferred, blocked or duplicates"),
  )
    .description("lists the notes of a class, each with its id and why")
    .option("--deferred-days <n>", "a note of that age does not count as deferred", wholeNumber)
    .action(async (named, which, options) => (await import("./list.js")).list(named, which, options));
  for (const change of ["enable", "disable"] as const) {
    const way = change === "enable" ? "on" : "off";
    const command = addFleetOptions(
      program.command(change).description(`switches v2 ${way} for organizations`),
    );
    addWriting(command).option("--reason <why>", "why: one line, kept beside the flags");
    if (change === "enable") command.option("--create", "of an organization nothing may be stored yet");
    command.action(async (named, options) => (await import("./flags.js")).flags(change, named, options));
  }
  const migrate = addFleetOptions(
    program
      .command("migrate")
      .description("migrates the notes of organizations, after a dry run and a question"),
  );
  migrate
    .option("--dry-run", "write nothing, and show what a run would do")
    .option("--limit <n>", "migrate at most so many notes of each organization", wholeNumber)
    .option("--repair", "also finish what was broken off more than a day ago")
    .option("--deferred-days <n>", "a note of that age does not count as deferred", wholeNumber)
    .option("--yes", "neither rehearse nor ask")
    .action(async (named, options) => (await import("./migrate.js")).migrate(named, options));
  const undo = addOperatorOptions(program.command("undo").argument("<organization>"));
  addWriting(undo)
    .description("brings flags back to what they were before the last change from this machine")
    .option("--reason <why>", "why: one line, kept beside the flags")
    .option("--previous <text>", "`previous` of the answer to the change that is undone")
    .action(async (named, options) => (await import("./undo.js")).undo(named, options));
}

function addDashboard(program: Command): void {
  addConnectionOptions(
    program
      .command("dashboard")
      .argument("[organizations...]", "only these (default: every one that the backend lists)"),
  )
    .description("serves a page, to this machine alone, on which you see and do all this")
    .option("--no-open", "print the page's address, and open no browser")
    .option("--read-only", "show, and change nothing")
    .option("--port <n>", "serve it on this port (default: a free one)", wholeNumber)
    .action(async (named, options) => (await import("./dashboard.js")).dashboard(named, options));
}

/** The options of what writes. */
const addWriting = (command: Command): Command =>
  command
    .option("--by <name>", "who does it (default: the user of this machine)")
    .option("--yes", "do not ask");

function addInstalling(program: Command): void {
  program.commandsGroup("Installing:");
  addProjectOptions(
    program
      .command("init")
      .description("writes the files that wire the rollout into this project, and checks its schema"),
  )
    .option("--yes", "overwrite files that differ without asking; the differences are shown all the same")
    .option("--ledger", "also install the ledger, by convex.config.ts: runs that go on in the background")
    .action(async (options) => (await import("./init.js")).init(options));
  addProjectOptions(
    program.command("doctor").description("checks that the rollout can work in this project"),
  ).action(async (options) => (await import("./doctor.js")).doctor(options));
  addProjectOptions(
    program.command("uninstall").description("removes the files that init wrote; no data is deleted"),
  )
    .option("--yes", "remove them without asking")
    .action(async (options) => (await import("./uninstall.js")).uninstall(options));
}
