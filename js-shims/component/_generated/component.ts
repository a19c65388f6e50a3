/** The component as the host's `_generated/api.d.ts` names its type. */

import type { FunctionReference } from "convex/server";

import type { Change, Failure, FailurePage, Pruned, StoredRun } from "../../validators/ledger.js";

type Query<Name extends string | undefined, Args extends Record<string, unknown>, Answer> = FunctionReference<
  "query",
  "internal",
  Args,
  Answer,
  Name
>;
type Mutation<
  Name extends string | undefined,
  Args extends Record<string, unknown>,
  Answer,
> = FunctionReference<"mutation", "internal", Args, Answer, Name>;

/** The functions of `components.v2Rollout`, which the host calls. */
export type ComponentApi<Name extends string | undefined = string | undefined> = {
  store: {
    run: Query<Name, { runId: string }, StoredRun | null>;
    runsInTheWay: Query<Name, { organizationId: string | null }, StoredRun[]>;
    runs: Query<Name, { organizationId?: string | null; most: number }, StoredRun[]>;
    putRun: Mutation<
      Name,
      { run: StoredRun; excludesOthers: boolean; failures: Failure[]; recovered: string | null },
      null
    >;
    failures: Query<Name, { runId: string; after: string | null; most: number }, FailurePage>;
    addChange: Mutation<Name, { change: Change }, null>;
    changes: Query<Name, { of: { organizationId: string } | { runId: string }; most: number }, Change[]>;
    prune: Mutation<Name, { beforeMs: number; most: number }, Pruned>;
  };
};
