import { Command } from "commander";

import { addConnectionOptions, portNumber, wholeNumber } from "../connection/options.js";
import { ownVersion } from "../package.js";
import { wrap } from "../terminal/wrap.js";
import { actor, addFleetOptions, addOperatorOptions } from "./operatorOptions.js";
import { addProjectOptions } from "./options.js";

/** The commands and their options. What a command does is loaded when it is run, so that the program starts fast. */
export function createProgram(): Command {
  const program = new Command("v2-rollout")
    .description(
      "Rolls v2 voice notes out over a Convex backend: looks, switches, migrates; installs and checks itself.",
    )
    .configureHelp({ minWidthToWrap: 20 })
    .version(ownVersion())
    .configureOutput({
      outputError: (text, write) =>
        write(
          `${text
            .trimEnd()
            .split("\n")
            .map((line) => wrap(line))
            .join("\n")}\n`,
        ),
    })
    .exitOverride();
  addOperating(program);
  addRuns(program);
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
    .option("--background", "start it, and do not wait for it: needs the ledger")
    .option("--by <name>", "who does it (default: the user of this machine)", actor)
    .option("--reason <why>", "why: one line, kept in the ledger")
    .option("--yes", "neither rehearse nor ask")
    .action(async (named, options) => (await import("./migrate.js")).migrate(named, options));
  const undo = addOperatorOptions(program.command("undo").argument("<organization>"));
  addWriting(undo)
    .description("brings flags back to what they were before the last change")
    .option("--reason <why>", "why: one line, kept beside the flags")
    .option("--previous <text>", "`previous` of the answer to the change that is undone")
    .action(async (named, options) => (await import("./undo.js")).undo(named, options));
}

function addRuns(program: Command): void {
  program.commandsGroup("Runs, where the backend has the ledger:");
  addOperatorOptions(
    program.command("runs").description("lists runs, the newest first").argument("[organizations...]"),
  )
    .option("--all", "the runs of every organization that the backend lists, up to 50 of each")
    .action(async (named, options) => (await import("./runs.js")).runs(named, options));
  addOperatorOptions(program.command("run").argument("<run>", RUN))
    .description("shows a run")
    .option("--watch", "watch it to its end; exit as it ended")
    .action(async (named, options) => (await import("./run.js")).run(named, options));
  for (const [command, description] of [
    ["pause", "stops a run behind its current batch; it can be resumed"],
    ["resume", "lets a run go on that was paused or stopped"],
    ["cancel", "ends a run for good; a second time at once"],
    ["retry", "tries the notes again that failed in a run, and no others"],
  ] as const) {
    const decision = addOperatorOptions(program.command(command).argument("<run>", RUN))
      .description(description)
      .option("--watch", "watch it to its end")
      .option("--yes", "do not ask");
    if (command === "retry")
      decision.option("--by <name>", "who does it (default: the user of this machine)", actor);
    decision.action(async (named, options) => (await import("./decide.js")).decide(command, named, options));
  }
  addOperatorOptions(
    program
      .command("pace")
      .argument("<run>", RUN)
      .argument("<bytes>", "bytes per second on average, or none for as fast as it can"),
  )
    .description("sets how fast a run writes")
    .option("--yes", "do not ask")
    .action(async (named, bytes, options) => (await import("./decide.js")).pace(named, bytes, options));
  addOperatorOptions(program.command("history").argument("<organization>"))
    .description("shows who changed the flags of an organization, when and why")
    .action(async (named, options) => (await import("./history.js")).history(named, options));
}

const RUN = "its id, or the beginning of it";

function addDashboard(program: Command): void {
  addConnectionOptions(
    program
      .command("dashboard")
      .argument("[organizations...]", "only these (default: every one that the backend lists)"),
  )
    .description("serves a page, to this machine alone, on which you see and do all this")
    .option("--no-open", "print the page's address, and open no browser")
    .option("--read-only", "show, and change nothing")
    .option("--port <n>", "serve it on this port (default: a free one)", portNumber)
    .action(async (named, options) => (await import("./dashboard.js")).dashboard(named, options));
}

/** The options of what writes. */
const addWriting = (command: Command): Command =>
  command
    .option("--by <name>", "who does it (default: the user of this machine)", actor)
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
