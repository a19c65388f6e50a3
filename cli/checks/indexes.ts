import { wiringFile } from "../host/files.js";
import { type Project, shown } from "../host/project.js";
import { type RequiredIndex, requiredIndexes } from "../host/requiredIndexes.js";
import { type Index, readTables } from "../host/schema.js";
import { sourceOf } from "../host/sources.js";
import { readWiring, type Wiring } from "../host/wiring.js";
import { type Check, type Finding, failed, ok } from "./finding.js";

/** Whether the schema has the tables, and the indexes that the library reads by. */
export const checkIndexes: Check = async (project) => {
  const tables = await readTables(project);
  const wiring = await wiringOf(project);
  const schema = shown(project, sourceOf(project, "schema") ?? "schema.ts");
  const names = [...new Set(requiredIndexes.map(({ table }) => table))];
  const findings = names.flatMap((table) => {
    const indexes = tables.get(table);
    if (indexes === undefined) return [missingTable(table, schema)];
    return requiredIndexes
      .filter((required) => required.table === table)
      .flatMap((required) => checkIndex(project, required, indexes, wiring, schema));
  });
  return findings.length > 0
    ? findings
    : [ok(`${schema}: ${names.length} tables and ${requiredIndexes.length} indexes`)];
};

async function wiringOf(project: Project): Promise<Wiring | null> {
  try {
    return await readWiring(project);
  } catch {
    // Found when the file itself is checked; until then the names are the usual ones.
    return null;
  }
}

function missingTable(table: string, schema: string): Finding {
  const lines = requiredIndexes.filter((required) => required.table === table).map(lineOf);
  return failed(
    `${schema} has no table ${table}.`,
    "The rollout needs the tables of the v2 model. Add it with its fields, and with:",
    { code: lines.join("\n") },
  );
}

function checkIndex(
  project: Project,
  required: RequiredIndex,
  indexes: readonly Index[],
  wiring: Wiring | null,
  schema: string,
): Finding[] {
  const { role, table } = required;
  const wired = wiring?.indexes.get(role);
  if (wired === "elsewhere") return [];
  const wanted = wired ?? required;
  const sameName = indexes.find(({ name }) => name === wanted.name);
  if (sameName && fieldsOf(sameName) === fieldsOf(wanted)) return [];
  const text = `${table} has no index ${wanted.name} on ${wanted.fields.join(", ")}.`;
  const other = indexes.find((index) => startsWith(index, required.fields.slice(0, required.needed)));
  if (other !== undefined) {
    return [
      failed(text, `${other.name} does as well; in ${shown(project, wiringFile.path)} give defineHost:`, {
        code: `indexes: { ${role}: ${literalOf(other)} },`,
      }),
    ];
  }
  const add = `In ${schema} add to the table ${table}:`;
  if (sameName === undefined) return [failed(text, add, { code: lineOf({ ...required, ...wanted }) })];
  const renamed = { name: `v2_${required.name}`, fields: required.fields };
  return [
    failed(
      `${table} has an index ${wanted.name}, but on ${sameName.fields.join(", ")}.`,
      add,
      { code: lineOf(renamed) },
      `and in ${shown(project, wiringFile.path)} give defineHost:`,
      { code: `indexes: { ${role}: ${literalOf(renamed)} },` },
    ),
  ];
}

/** Whether an index can be read by these fields; `defineHost` must then be told all that it has. */
const startsWith = (index: Index, fields: readonly string[]): boolean =>
  fields.every((field, place) => index.fields[place] === field);

const fieldsOf = ({ fields }: Index): string => `[${fields.map((field) => `"${field}"`).join(", ")}]`;
const lineOf = (index: Index): string => `.index("${index.name}", ${fieldsOf(index)})`;
const literalOf = (index: Index): string => `{ name: "${index.name}", fields: ${fieldsOf(index)} }`;
