// @ts-check

/**
 * @param {string} component Path of a component, such as `ledger/clock`; empty for the app.
 * @param {string} name Of something in it: a function's path, a module, or a component that it installs.
 * @returns {string} How it is named from outside.
 */
export const pathIn = (component, name) => (component === "" ? name : `${component}/${name}`);
