// @ts-check
import { Refusal } from "./errors.mjs";
import { pathIn } from "./paths.mjs";

/** @typedef {import("./functions.mjs").Functions} Functions */
/** @typedef {import("./functions.mjs").Registered} Registered */

/**
 * @typedef {object} Address How a call says which function it means: by one of these.
 * @property {string} [name] Path in the caller's own component.
 * @property {string} [reference] What `components.NAME.module.fn` stands for.
 * @property {string} [functionHandle]
 */

const scheme = "function://";
const childReference = /^_reference\/childComponent\/([^/]+)\/(.+)\/([^/]+)$/;

/**
 * @param {Functions} functions
 * @param {string} caller Path of the component that the call comes from; empty for the app.
 * @param {Address} address
 * @returns {Registered}
 * @throws {Refusal} If there is no such function, or none that the caller may reach.
 */
export function findFunction(functions, caller, { name, reference, functionHandle }) {
  if (typeof name === "string") {
    return byName(functions, caller, name);
  }
  if (typeof functionHandle === "string") {
    return byHandle(functions, functionHandle);
  }
  return byReference(functions, caller, String(reference));
}

/**
 * @param {Registered} registered
 * @returns {string} What stands for the function in every component, as convex-test reads it.
 */
export const handleOf = ({ component, udfPath }) => `${scheme}${component};${udfPath}`;

/**
 * @param {Functions} functions
 * @param {string} caller
 * @param {string} name
 */
function byName(functions, caller, name) {
  const found = functions.find(caller, name);
  if (found === undefined) {
    const path = pathIn(caller, name);
    throw new Refusal(`Could not find function for '${path}'. Did you forget to run \`npx convex dev\`?`);
  }
  return found;
}

/**
 * @param {Functions} functions
 * @param {string} handle
 */
function byHandle(functions, handle) {
  const [component, udfPath = ""] = handle.slice(scheme.length).split(";");
  const found = functions.find(component, udfPath);
  if (found === undefined) {
    throw new Refusal(`Function handle not found: \`${handle}\``);
  }
  return found;
}

/**
 * @param {Functions} functions
 * @param {string} caller
 * @param {string} reference
 */
function byReference(functions, caller, reference) {
  const [, child, module, name] = childReference.exec(reference) ?? [];
  if (child === undefined) {
    throw new Refusal(`\`${reference}\` does not refer to a function of a component`);
  }
  const component = pathIn(caller, child);
  if (!functions.hasComponent(component)) {
    throw new Refusal(`Child component \`${component}\` not found`);
  }
  const found = functions.find(component, `${module}:${name}`);
  // A component exports its public functions; the others are its own.
  if (!found?.isPublic) {
    throw new Refusal(`Child component \`${component}\` does not export \`${module}:${name}\``);
  }
  return found;
}
