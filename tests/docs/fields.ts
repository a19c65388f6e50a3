/** The fields of a validator, one a row, as docs/reference.md lists them. */

import type { GenericValidator, PropertyValidators } from "convex/values";

import { change, runAnswer } from "../../js-shims/validators/ledger";

export type Field = {
  /** Dots between levels, `[]` behind an array, `?` behind an optional field, `<key>` for either flag. */
  path: string;
  /** `number`, `string or null`, `array of objects`..., or the words of a closed set in the order of the alphabet. */
  type: string;
};

/** Objects that have a section of their own. */
const named = new Map<unknown, string>([
  [runAnswer, "a run"],
  [change, "a change"],
]);

const scalars: Record<string, string> = { float64: "number", string: "string", boolean: "boolean" };
const flags = "entity_resolution_v2 voice_notes_v2";

/** The fields of what a function takes or answers. */
export function fieldsOf(fields: PropertyValidators, prefix = ""): Field[] {
  const names = Object.keys(fields);
  const isByFlag = [...names].sort().join(" ") === flags;
  const [first] = names;
  const listed = isByFlag && first !== undefined ? [first] : names;
  return listed.flatMap((name) => {
    const field = fields[name];
    if (field === undefined) throw new Error(`there is no ${name}`);
    const mark = field.isOptional === "optional" ? "?" : "";
    return fieldsBelow(`${prefix}${isByFlag ? "<key>" : name}${mark}`, field as GenericValidator);
  });
}

function fieldsBelow(path: string, validator: GenericValidator): Field[] {
  const { isNullable, choices } = choicesOf(validator);
  const orNull = isNullable ? " or null" : "";
  const words = choices.flatMap((choice) => (choice.kind === "literal" ? [String(choice.value)] : []));
  if (words.length === choices.length) return [{ path, type: words.sort().join(", ") + orNull }];
  const objects = choices.flatMap((choice) => (choice.kind === "object" ? [choice] : []));
  const [name] = objects.flatMap((object) => named.get(object) ?? []);
  if (name !== undefined) return [{ path, type: name + orNull }];
  if (objects.length === choices.length) {
    const below = objects.flatMap(({ fields }) => fieldsOf(fields, `${path.replace("?", "")}.`));
    return isNullable ? [{ path, type: "object or null" }, ...unique(below)] : unique(below);
  }
  const [only] = choices;
  if (only === undefined || choices.length > 1) throw new Error(`${path} is a union of different things`);
  if (only.kind !== "array") return [{ path, type: nameOf(path, only) + orNull }];
  const element = fieldsBelow(`${path}[]`, only.element as GenericValidator);
  const [scalar] = element;
  if (element.length === 1 && scalar?.path === `${path}[]`) {
    const plural = Object.values(scalars).includes(scalar.type) ? "s" : "";
    return [{ path, type: `array of ${scalar.type}${plural}${orNull}` }];
  }
  return [{ path, type: `array of objects${orNull}` }, ...element];
}

function choicesOf(validator: GenericValidator) {
  const members: GenericValidator[] = validator.kind === "union" ? validator.members : [validator];
  const choices = members.flatMap((member): GenericValidator[] =>
    member.kind === "union" ? choicesOf(member).choices : [member],
  );
  const isNullable = choices.some(({ kind }) => kind === "null");
  return { isNullable, choices: choices.filter(({ kind }) => kind !== "null") };
}

function nameOf(path: string, { kind }: GenericValidator): string {
  const name = scalars[kind];
  if (name === undefined) throw new Error(`${path}: this file has no name for ${kind}`);
  return name;
}

const unique = (fields: Field[]): Field[] =>
  fields.filter(({ path }, at) => fields.findIndex((other) => other.path === path) === at);
