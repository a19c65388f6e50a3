import { answerOf } from "../e2e/support";
import type { Reply } from "./program";

export { answerOf };

/** The JSON of an answer. */
// biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of an answer.
export const readAnswer = ({ body }: Reply): any => JSON.parse(body);
