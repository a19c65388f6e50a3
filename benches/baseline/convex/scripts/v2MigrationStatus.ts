import { internalActionGeneric, queryGeneric } from "convex/server";
import {
  type StatusAnswer,
  type StatusArgs,
  statusAnswer,
  statusArgs,
} from "../../../../js-shims/validators/status";
import { host } from "../../../../tests/backend/convex/v2RolloutHost";
import { refuse } from "../../lib/arguments";
import { authorize, findOrganization } from "../../lib/host";
import { checkArguments, countStatus } from "../../lib/status/inPages";

function finish({ check }: StatusArgs, answer: StatusAnswer): StatusAnswer {
  const { done, verdict, migration, voiceNotes } = answer;
  if (check !== true || !done || verdict === "complete" || verdict === "empty") return answer;
  const left = voiceNotes.total - migration.migrated - migration.notReady;
  const notes = `${left} ${left === 1 ? "note is" : "notes are"} left`;
  const hint =
    "run v2MigrationStatus without `check` to see which, and runMigration to migrate the eligible ones";
  return refuse("NOT_COMPLETE", `the organization is not through: the verdict is ${verdict}, ${notes}`, hint);
}

export default internalActionGeneric({
  args: statusArgs,
  returns: statusAnswer,
  handler: async (ctx, args): Promise<StatusAnswer> => {
    checkArguments(args);
    await findOrganization(host, ctx, args.organizationId);
    const deadline = Date.now() + host.deadlineMs;
    const { check: _, cursor, ...rest } = args;
    let page = cursor === undefined ? rest : { ...rest, cursor };
    for (;;) {
      const answer: StatusAnswer = await ctx.runQuery(host.functions.v2Rollout.statusPage, page);
      if (answer.done) return finish(args, answer);
      page = { ...rest, cursor: answer.cursor ?? "" };
      if (Date.now() >= deadline) return { ...answer, read: { ...answer.read, limitedBy: "deadline" } };
    }
  },
});

export const v2MigrationStatus = queryGeneric({
  args: statusArgs,
  returns: statusAnswer,
  handler: async (ctx, args): Promise<StatusAnswer> => {
    await authorize(host, ctx, "v2MigrationStatus", args.organizationId);
    const admit = () => findOrganization(host, ctx, args.organizationId);
    return finish(args, await countStatus(host, ctx, args, admit));
  },
});
