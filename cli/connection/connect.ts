import { setTimeout as sleep } from "node:timers/promises";

import { exitCodes, Failure } from "../failure.js";
import { NoAnswer } from "./errors.js";
import type { ConnectionOptions } from "./options.js";
import { inOwnWords, type OwnCommand, ownCommand } from "./ownCommands.js";
import { reached } from "./reached.js";
import { findTarget } from "./target.js";
import type { Transport } from "./transport.js";

/** A deployment whose functions can be called. */
export type Connection = {
  /** How messages call the deployment. */
  readonly name: string;
  /** Whether `name` is its address, so that it need not tell. */
  readonly isAddress: boolean;
  /** A command of this program for this deployment, in backticks. */
  readonly command: OwnCommand;
  /** Calls a function that writes nothing: tries again until there is an answer. */
  read(name: string, args: object): Promise<unknown>;
  /** Calls a function that writes, once: NoAnswer where nobody knows whether it did. A call that did not get to
   * the deployment is tried again. */
  write(name: string, args: object): Promise<unknown>;
};

/** How long a deployment is waited for that has never answered: its address may be wrong. */
const FIRST_PATIENCE_MS = 3_000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 8_000;

export type OnWait = (message: string) => void;

export async function connect(options: ConnectionOptions, onWait: OnWait): Promise<Connection> {
  const target = findTarget(options);
  reached.deployment = target.name;
  const call = await transportOf(target);
  const command = ownCommand(options);
  let hasAnswered = false;
  const insist = async (
    attempt: () => Promise<unknown>,
    mayTryAgain: (failure: NoAnswer) => boolean,
  ): Promise<unknown> => {
    const since = Date.now();
    let isTold = false;
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
      try {
        const answer = await attempt();
        hasAnswered = true;
        return answer;
      } catch (thrown) {
        if (!(thrown instanceof NoAnswer)) {
          hasAnswered = true;
          throw inOwnWords(thrown, command);
        }
        if (!mayTryAgain(thrown)) throw thrown;
        const patience = hasAnswered ? 1_000 * (options.wait ?? 60) : FIRST_PATIENCE_MS;
        if (Date.now() - since + waitMs > patience) throw noAnswerAtAll(target.name, thrown);
        if (!isTold) onWait(`No answer from ${target.name} (${thrown.message}); trying again.`);
        isTold = true;
        await sleep(waitMs * (0.5 + Math.random()));
      }
    }
  };
  return {
    name: target.name,
    isAddress: target.kind === "address",
    command,
    read: (name, args) =>
      insist(
        () => call(name, args),
        () => true,
      ),
    write: (name, args) =>
      insist(
        () => call(name, args),
        ({ hasReached }) => !hasReached,
      ),
  };
}

/** Only what is needed is loaded: the start is to be as fast as that of `convex run`. */
async function transportOf(target: ReturnType<typeof findTarget>): Promise<Transport> {
  if (target.kind === "address") return (await import("./overHttp.js")).overHttp(target.url, target.key);
  return (await import("./byConvexRun.js")).byConvexRun(target.folder, target.flags);
}

const noAnswerAtAll = (name: string, { message }: NoAnswer): Failure =>
  new Failure(
    `${name} does not answer: ${message}.`,
    "Check the address and that the deployment runs, then try again.",
    exitCodes.failed,
  );
