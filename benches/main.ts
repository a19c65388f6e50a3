/** Runs benches by name, all without one. */

import { parseArgs } from "node:util";

import { cold } from "./cold/index.js";
import { filter } from "./filter/index.js";
import { load } from "./load/index.js";
import { migrate } from "./migrate/index.js";
import { ledger } from "./migrate/ledger.js";
import { planBench } from "./plan/index.js";
import { scale } from "./scale/index.js";
import type { Bench, Options } from "./support/bench.js";

const benches: Record<string, Bench> = { scale, migrate, ledger, cold, filter, plan: planBench, load };

const LOAD_SECONDS = 120;

const usage = `usage: scripts/bench [NAME ...] [--json] [--seconds N]

${Object.entries(benches)
  .map(([name, { about }]) => `  ${name.padEnd(8)} ${about}`)
  .join("\n")}

Without a name all of them. --json prints one object with the benches' names as its keys. --seconds is
how long \`load\` goes on, ${LOAD_SECONDS} without it.
Exits 1 where a bench finds what must not be, 2 on wrong arguments.
`;

type Arguments = { names: string[]; json: boolean; help: boolean } & Options;

/** Null, and the reason on standard error, where they are wrong. */
function readArguments(): Arguments | null {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        json: { type: "boolean" },
        seconds: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
    const unknown = positionals.find((name) => !Object.hasOwn(benches, name));
    if (unknown !== undefined) throw new Error(`there is no bench \`${unknown}\``);
    const seconds = values.seconds === undefined ? LOAD_SECONDS : Number(values.seconds);
    if (!(seconds > 0 && seconds < Number.POSITIVE_INFINITY))
      throw new Error("--seconds must be a number above 0");
    return {
      seconds,
      names: positionals.length === 0 ? Object.keys(benches) : positionals,
      json: values.json ?? false,
      help: values.help ?? false,
    };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}; see scripts/bench --help\n`);
    return null;
  }
}

async function run({ names, json, seconds }: Arguments): Promise<void> {
  const results: Record<string, unknown> = {};
  for (const name of names) {
    const bench = benches[name] as Bench;
    if (!json) console.log(`${name}: ${bench.about}\n`);
    const outcome = await bench.run({ seconds });
    results[name] = outcome.json;
    if (!json) console.log(`${outcome.text}\n`);
    for (const failure of outcome.failures) {
      console.error(`${name}: ${failure}`);
      process.exitCode = 1;
    }
  }
  if (json) console.log(JSON.stringify(results));
}

const given = readArguments();
if (given === null) process.exitCode = 2;
else if (given.help) process.stdout.write(usage);
else await run(given);
