// @ts-check
import path from "node:path";
import { parseFault } from "./faults.mjs";
import { Problem } from "./problem.mjs";

/** @typedef {boolean | Record<string, number>} Limits Whether limits hold, or smaller ones by name. */

/**
 * @typedef {object} Options
 * @property {number} port TCP port on 127.0.0.1; 0 picks a free one.
 * @property {string} backend Directory that contains `convex/`.
 * @property {string | null} snapshot Directory to load; null starts empty.
 * @property {string | null} save Directory to write at the end; null writes nothing.
 * @property {string} adminKey
 * @property {Limits} limits
 * @property {Record<string, string>} env The deployment's environment variables.
 * @property {import("./faults.mjs").Fault[]} faults What goes wrong from the start on.
 * @property {boolean} metrics Whether `ctx.meta.getTransactionMetrics()` answers.
 * @property {boolean} verbose Whether console lines of functions go to stderr too.
 */

/** @returns {Options} */
export const defaultOptions = () => ({
  port: 3210,
  backend: process.cwd(),
  snapshot: null,
  save: null,
  adminKey: "local",
  limits: true,
  env: {},
  faults: [],
  metrics: true,
  verbose: false,
});

export const help = `usage: embedded-convex [flags]

Serves a Convex backend from memory on 127.0.0.1, for \`npx convex run\` and ConvexHttpClient.
Prints \`ready URL\` when it takes requests; SIGTERM or SIGINT ends it.

  --port P           port to listen on, 0 for a free one (3210)
  --backend DIR      directory that contains convex/ (the current directory)
  --snapshot DIR     load DIR/<table>/documents.jsonl first (empty)
  --save DIR         write every table to DIR/<table>/documents.jsonl at the end (nothing)
  --admin-key KEY    key that calls internal functions, too (local)
  --limits on|off    enforce Convex's limits of a transaction (on)
  --env NAME=VALUE   environment variable of the functions; may repeat
  --fault SPEC       make calls go wrong, as the JSON object SPEC says; may repeat
  --no-metrics       fail ctx.meta.getTransactionMetrics(), as backends without it do
  --verbose          print console lines of functions to stderr
  --help             print this

A fault affects calls of queries or mutations by clients, by actions and by the scheduler:
  on            "query" or "mutation"
  path          only functions whose path contains this, within transactions, too (all)
  from          the first affected one of these calls, counted from 1 since the start (1)
  count         how many calls are affected, 0 for all from there on (1)
  forMs         instead of count: calls that begin so long after the first one
and has one effect:
  message       the call fails with this text and does not commit
  lostAnswer    true: it commits, then fails with "Your request couldn't be completed. Try again later."
  delayMs       it is answered so much later
  exit          true: the process ends after the commit, as if killed, and saves what is committed
For example, the third call of a mutation, and then all for two seconds:
  --fault '{"on": "mutation", "path": "books:add", "from": 3, "forMs": 2000, "message": "Too many writes"}'

The CLI can \`run\`, \`data\` and \`function-spec\`.
Not served: live queries, crons, HTTP actions, components, contents of files. User code has no time or heap limit.
`;

/** @type {Record<string, (options: Options, value: string) => void>} */
const flags = {
  "--port": (options, value) => {
    const port = Number(value);
    if (!/^\d+$/.test(value) || port > 65535) {
      throw new Problem(`--port takes a number from 0 to 65535, got \`${value}\``);
    }
    options.port = port;
  },
  "--backend": (options, value) => {
    options.backend = path.resolve(value);
  },
  "--snapshot": (options, value) => {
    options.snapshot = path.resolve(value);
  },
  "--save": (options, value) => {
    options.save = path.resolve(value);
  },
  "--admin-key": (options, value) => {
    options.adminKey = value;
  },
  "--limits": (options, value) => {
    if (value !== "on" && value !== "off") {
      throw new Problem(`--limits takes \`on\` or \`off\`, got \`${value}\``);
    }
    options.limits = value === "on";
  },
  "--env": (options, value) => {
    const match = /^([A-Za-z_][A-Za-z0-9_]*)=([\s\S]*)$/.exec(value);
    if (match === null) {
      throw new Problem(`--env takes NAME=VALUE, got \`${value}\``);
    }
    options.env[match[1]] = match[2];
  },
  "--fault": (options, value) => {
    options.faults.push(parseFault(value));
  },
};

/** @type {Record<string, (options: Options) => void>} */
const switches = {
  "--no-metrics": (options) => {
    options.metrics = false;
  },
  "--verbose": (options) => {
    options.verbose = true;
  },
};

/**
 * @param {readonly string[]} argv
 * @returns {Options | "help"}
 * @throws {Problem} For a flag or a value that is not understood.
 */
export function parseArgs(argv) {
  if (argv.includes("--help") || argv.includes("-h")) {
    return "help";
  }
  const options = defaultOptions();
  const rest = [...argv];
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    const [flag, inline] = splitInline(argument);
    if (Object.hasOwn(switches, flag) && inline === undefined) {
      switches[flag](options);
      continue;
    }
    if (!Object.hasOwn(flags, flag)) {
      throw new Problem(`unknown flag \`${argument}\`, see --help`);
    }
    const value = inline ?? rest.shift();
    if (value === undefined || value === "" || (inline === undefined && value.startsWith("--"))) {
      throw new Problem(`${flag} needs a value`);
    }
    flags[flag](options, value);
  }
  return options;
}

/**
 * @param {string} argument
 * @returns {[string, string | undefined]}
 */
function splitInline(argument) {
  const at = argument.indexOf("=");
  return argument.startsWith("--") && at !== -1
    ? [argument.slice(0, at), argument.slice(at + 1)]
    : [argument, undefined];
}
