/** Malformed documents by table. How one is told is the shims' own. */

import type { StoredDocument } from "../../../../js-shims/documents";
import { firstMalformed, type Table } from "../../../../js-shims/malformed";
import { quoted } from "../arguments";

/** Malformed documents that are named. */
const NAMED = 3;

export type Malformed = Partial<Record<Table, { count: number; names: string[] }>>;

export function check(malformed: Malformed, table: Table, documents: readonly StoredDocument[]): void {
  const find = firstMalformed[table];
  for (let at = 0; at < documents.length; at++) {
    const document = documents[at] as StoredDocument;
    const field = find(document);
    if (field === null) continue;
    const ofTable = malformed[table] ?? { count: 0, names: [] };
    malformed[table] = ofTable;
    ofTable.count += 1;
    if (ofTable.count <= NAMED) ofTable.names.push(`${document._id}: ${field}`);
  }
}

export function malformedWarnings(malformed: Malformed): string[] {
  const warnings: string[] = [];
  for (const table of Object.keys(firstMalformed) as Table[]) {
    const ofTable = malformed[table];
    if (ofTable === undefined) continue;
    const { count, names } = ofTable;
    const more = count > NAMED ? ` and ${count - NAMED} more` : "";
    warnings.push(
      `${count} malformed ${count === 1 ? "document" : "documents"} in ${table} ` +
        `(${names.map(quoted).join(", ")}${more}): counted by what is certain of them; repair or delete them`,
    );
  }
  return warnings;
}
