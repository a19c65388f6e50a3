/** What a function, or Convex in its place, answered instead of a value. */
export type Problem = { code: string; message: string; hint: string | null };

/** The call was answered, with a failure. */
export class CallFailed extends Error {
  override readonly name = "CallFailed";

  constructor(readonly problem: Problem) {
    super(problem.message);
  }
}

/** No answer came: the call may have done its work, unless it never reached the deployment. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";

  constructor(
    message: string,
    readonly hasReached: boolean,
  ) {
    super(message);
  }
}

/** Failures of Convex itself after which nobody knows whether a call did its work. */
const transient =
  /^(Uncaught Error: )?(Your request couldn't be completed|Your request timed out|Too many (writes|concurrent|requests)|Documents read from or written|WorkerOverloaded|ExpiredInQueue|InternalServerError|Function execution timed out)/m;

/** The failure that an error message of Convex stands for; `data` is what a ConvexError carries. */
export function failureOf(text: string, data: unknown): CallFailed | NoAnswer {
  if (isProblem(data)) return new CallFailed({ ...data, hint: data.hint ?? null });
  const message = firstSentence(text);
  if (/Could not find (public )?function for/.test(text)) {
    const hint = "run `npx v2-rollout doctor` in the backend, then deploy it";
    return new CallFailed({ code: "FUNCTION_NOT_FOUND", message, hint });
  }
  if (transient.test(message)) return new NoAnswer(message, true);
  return new CallFailed({ code: "CALL_FAILED", message, hint: null });
}

function isProblem(data: unknown): data is { code: string; message: string; hint?: string } {
  const { code, message } = (data ?? {}) as Record<string, unknown>;
  return typeof code === "string" && typeof message === "string";
}

/** Without the id of the request, the stack, and what Convex puts around. */
function firstSentence(text: string): string {
  const lines = text.split("\n").map((part) => part.trim());
  const said = lines.find(
    (part) => part !== "" && !/^(\w*Error: )?\[Request ID: \w+\] Server Error$/.test(part),
  );
  return (said ?? "the function failed").replace(/^(Uncaught )?(Error: )?/, "");
}
