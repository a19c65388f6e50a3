// @ts-check
// Prints why node_modules has to be installed anew, or nothing where it is what package-lock.json says.
//
//   node node-modules.mjs [--shadowed]
//
//   --shadowed   print the packages instead whose programs in .bin are another package's
import { existsSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * @typedef {object} Entry
 * @property {string} [name] Only of a package that is installed under another name.
 * @property {string} [version]
 * @property {string} [integrity]
 * @property {boolean} [optional]
 * @property {string[]} [os]
 * @property {string[]} [cpu]
 * @property {string[]} [libc]
 * @property {Record<string, string>} [bin]
 */

/**
 * @param {string} file
 * @returns {Record<string, Entry>} Without the project itself.
 */
function packagesOf(file) {
  const { "": _project, ...packages } = JSON.parse(readFileSync(path.join(root, file), "utf8")).packages;
  return packages;
}

/**
 * npm writes this file last, so that it is missing after an installation that broke off. Its dates are no
 * help: a checkout gives files new ones.
 */
const installedLock = "node_modules/.package-lock.json";

/** @returns {string | null} */
function reason() {
  const locked = packagesOf("package-lock.json");
  if (!existsSync(path.join(root, "node_modules"))) {
    return "node_modules is missing";
  }
  if (!existsSync(path.join(root, installedLock))) {
    return "node_modules is not complete";
  }
  const installed = packagesOf(installedLock);
  for (const [name, { version, integrity }] of Object.entries(installed)) {
    const wanted = locked[name];
    if (wanted?.version !== version || wanted?.integrity !== integrity) {
      return `${name} is not what package-lock.json says`;
    }
    if (!existsSync(path.join(root, name, "package.json"))) {
      return `${name} is missing`;
    }
  }
  for (const [name, entry] of Object.entries(locked)) {
    // One that was left out may be for another platform, unless the folder comes from there.
    if (!(name in installed) && (!entry.optional || isForHere(entry))) {
      return `${name} is missing`;
    }
  }
  return null;
}

/** @param {Entry} entry */
const isForHere = ({ os, cpu, libc }) =>
  libc === undefined && fits(os, process.platform) && fits(cpu, process.arch);

/**
 * @param {string[] | undefined} names
 * @param {string} here
 */
const fits = (names, here) =>
  names === undefined ||
  names.includes(here) ||
  names.some((name) => name.startsWith("!") && name !== `!${here}`);

/**
 * Two releases of one package, one of them under another name, bring a program of the same name, and npm
 * links whichever it comes to last.
 *
 * @returns {string[]}
 */
function shadowed() {
  const { devDependencies } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  const locked = packagesOf("package-lock.json");
  return Object.keys(devDependencies).filter((name) => {
    const { name: realName, bin = {} } = locked[`node_modules/${name}`] ?? {};
    const isOfThis = (/** @type {[string, string]} */ [program, file]) =>
      resolved(`node_modules/.bin/${program}`) === resolved(`node_modules/${name}/${file}`);
    return realName === undefined && !Object.entries(bin).every(isOfThis);
  });
}

/** @param {string} file */
function resolved(file) {
  try {
    return realpathSync(path.join(root, file));
  } catch {
    return null;
  }
}

process.stdout.write(process.argv.includes("--shadowed") ? shadowed().join(" ") : (reason() ?? ""));
