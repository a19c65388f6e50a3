import path from "node:path";
import { fileURLToPath } from "node:url";

/** The repository: the benches run as one file, three folders below it. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../..");
