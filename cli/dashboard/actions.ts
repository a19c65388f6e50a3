import type { Connection } from "../connection/connect.js";
import { CallFailed, NoAnswer, type Problem } from "../connection/errors.js";
import { changeFlags } from "../operator/changeFlags.js";
import { rehearse } from "../operator/migrateInWindows.js";
import type { Action, ActionAnswer, RunAnswer } from "./protocol.js";

type Field = (value: unknown) => boolean;

const isText = (most: number) => (value: unknown) =>
  typeof value === "string" && value !== "" && value.length <= most;
const orNull =
  (field: Field): Field =>
  (value) =>
    value === null || field(value);
const isWhole: Field = (value) => Number.isSafeInteger(value) && Number(value) > 0;
const isBoolean: Field = (value) => typeof value === "boolean";
const id = isText(200);
const who = { by: orNull(isText(200)), reason: orNull(isText(400)) };
const what = { organizationId: orNull(id), limit: orNull(isWhole), repair: isBoolean };
const flags = { organizationId: id, ...who };
const run = { runId: id };

/** What each action is made of; the deployment checks the values. */
const shapes: Record<Action["kind"], Record<string, Field>> = {
  enable: flags,
  disable: flags,
  rehearse: what,
  migrate: { ...what, ...who },
  pause: run,
  resume: run,
  cancel: run,
  retry: run,
  setPace: { ...run, bytesPerSecond: orNull(isWhole) },
};

/** The action that the page asks for; null where it is none. */
export function parseAction(value: unknown): Action | null {
  if (typeof value !== "object" || value === null) return null;
  const { kind, ...rest } = value as Record<string, unknown>;
  if (typeof kind !== "string" || !Object.hasOwn(shapes, kind)) return null;
  const shape = shapes[kind as Action["kind"]];
  const isWellFormed =
    Object.keys(rest).every((key) => Object.hasOwn(shape, key)) &&
    Object.entries(shape).every(([key, isField]) => isField(rest[key]));
  return isWellFormed ? (value as Action) : null;
}

const functions = {
  pause: "pauseRun",
  resume: "resumeRun",
  cancel: "cancelRun",
  setPace: "setPace",
} as const;

/** Does it; throws what the deployment answers instead. */
export async function carryOut(
  connection: Connection,
  deployment: string,
  action: Action,
): Promise<ActionAnswer> {
  switch (action.kind) {
    case "enable":
    case "disable": {
      const organization = { organizationId: action.organizationId, name: null, slug: null };
      const { error, change } = await changeFlags(
        connection,
        deployment,
        organization,
        action.kind,
        given(action),
      );
      if (error !== null) throw new CallFailed(error);
      return { kind: "flags", change };
    }
    case "rehearse": {
      const { organizationId, repair } = action;
      const limit = action.limit === null ? {} : { limit: action.limit };
      return {
        kind: "rehearsed",
        migration: await rehearse(connection, organizationId ?? undefined, { repair, ...limit }),
      };
    }
    case "migrate": {
      const { repair } = action;
      const args = {
        ...(action.organizationId === null ? {} : { organizationId: action.organizationId }),
        ...(action.limit === null ? {} : { limit: action.limit }),
        ...given(action),
        repair,
        dryRun: false,
        background: true,
      };
      return await started(connection.write("scripts/runMigration:default", args));
    }
    case "retry":
      return await started(connection.write("v2Rollout:retryFailures", { runId: action.runId }));
    default: {
      const { kind, ...args } = action;
      const answer = await answered(connection.write(`v2Rollout:${functions[kind]}`, args));
      return { kind: "run", run: answer as RunAnswer };
    }
  }
}

const given = ({ by, reason }: { by: string | null; reason: string | null }) => ({
  ...(by === null ? {} : { by }),
  ...(reason === null ? {} : { reason }),
});

const started = async (call: Promise<unknown>): Promise<ActionAnswer> => {
  const { runId } = (await answered(call)) as { runId: string };
  return { kind: "started", runId };
};

/** A write whose answer is lost may have been done: the runs tell. */
async function answered(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call;
  } catch (thrown) {
    if (!(thrown instanceof NoAnswer)) throw thrown;
    throw new CallFailed(lost(thrown));
  }
}

const lost = ({ message }: NoAnswer): Problem => ({
  code: "NO_ANSWER",
  message: `the answer was lost: ${message}`,
  hint: "look at the runs before you try again: it may have been done",
});
