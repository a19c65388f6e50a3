// @ts-check
// Prints why node_modules has to be installed anew, or nothing where it is what package-lock.json says.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, os?: string[], cpu?: string[], libc?: string[] }} Entry */

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

process.stdout.write(reason() ?? "");
