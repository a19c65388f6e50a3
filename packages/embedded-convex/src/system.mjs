// @ts-check
import { convexToJson } from "convex/values";

/** @typedef {import("./server.mjs").Service} Service */

const maxPageSize = 10_000;

/**
 * Convex's own queries, by which the CLI asks what a deployment holds: those of `npx convex data` and
 * `npx convex function-spec`. Each is about the app or one component.
 *
 * @type {Record<string, (service: Service, component: string, args: any) => unknown>}
 */
const queries = {
  "_system/cli/modules:apiSpec": ({ functions }, component) => functions.all(component).map(describeFunction),
  "_system/cli/convexUrl:cloudUrl": ({ url }) => url,
  "_system/cli/tables:default": (service, component) => ({
    page: storeOf(service, component)
      .tableNames()
      .map((name) => ({ name })),
    isDone: true,
    continueCursor: "",
  }),
  "_system/cli/tableData:default": (service, component, args) =>
    documentsPage(storeOf(service, component), args),
};

/**
 * @param {Service} service
 * @param {string} path With or without `:default`.
 * @param {any} args Encoded.
 * @param {string | null | undefined} componentPath
 * @returns {unknown} Encoded.
 * @throws {Error} For a query that this deployment does not know.
 */
export function answerSystemQuery(service, path, args, componentPath) {
  const name = path.includes(":") ? path : `${path}:default`;
  if (!Object.hasOwn(queries, name)) {
    throw new Error(`embedded-convex does not serve the live query \`${path}\``);
  }
  const component = componentPath ?? "";
  if (!service.functions.hasComponent(component)) {
    throw new Error(`embedded-convex serves no component \`${component}\`: the backend does not install it`);
  }
  return queries[name](service, component, args ?? {});
}

/**
 * @param {Service} service
 * @param {string} component
 */
const storeOf = ({ engine }, component) => (engine.namespaces.get(component) ?? engine.app).store;

/** @param {import("./functions.mjs").Registered} registered */
const describeFunction = ({ udfPath, kind, isPublic, args, returns }) => ({
  identifier: udfPath.replace(":", ".js:"),
  functionType: kind[0].toUpperCase() + kind.slice(1),
  visibility: { kind: isPublic ? "public" : "internal" },
  args,
  returns: returns ?? { type: "any" },
});

/**
 * @param {import("./store.mjs").Store} store
 * @param {{ table: string, order: "asc" | "desc", paginationOpts: { cursor: string | null, numItems: number } }} args
 * @returns {{ page: unknown[], isDone: boolean, continueCursor: string }} In the order of creation.
 */
function documentsPage(store, { table, order, paginationOpts: { cursor, numItems } }) {
  const after = cursor === null ? null : JSON.parse(cursor);
  const documents = store.scanCommitted(table, order, after);
  /** @type {unknown[]} */
  const page = [];
  let continueCursor = cursor ?? "";
  for (const document of documents) {
    if (page.length >= Math.min(numItems, maxPageSize)) {
      return { page, isDone: false, continueCursor };
    }
    page.push(convexToJson(document));
    continueCursor = JSON.stringify([document._creationTime, document._id]);
  }
  return { page, isDone: true, continueCursor };
}
