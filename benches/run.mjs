// @ts-check
/** Bundles the benches for Node, with the shims as they are in the source tree, and runs them. */

import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const benches = path.dirname(fileURLToPath(import.meta.url));

/**
 * A wasm file as a compiled module, as Convex's bundler gives it.
 *
 * @type {import("esbuild").Plugin}
 */
const wasm = {
  name: "wasm",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\.wasm$/ }, ({ path: file, resolveDir, namespace }) => ({
      path: path.resolve(resolveDir, file),
      namespace: namespace === "wasm-module" ? "wasm-bytes" : "wasm-module",
    }));
    onLoad({ filter: /.*/, namespace: "wasm-module" }, ({ path: file }) => ({
      contents: `import bytes from ${JSON.stringify(file)}; export default new WebAssembly.Module(bytes);`,
      resolveDir: path.dirname(file),
    }));
    onLoad({ filter: /.*/, namespace: "wasm-bytes" }, async ({ path: file }) => ({
      contents: await readFile(file),
      loader: "binary",
    }));
  },
};

// One folder a process: a run that begins while another one starts must not find half a bundle.
const folder = path.join(benches, "../target/bench", String(process.pid));
const outfile = path.join(folder, "main.mjs");
try {
  await build({
    entryPoints: [path.join(benches, "main.ts")],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    packages: "external",
    sourcemap: "inline",
    plugins: [wasm],
    logLevel: "warning",
  });
  await import(pathToFileURL(outfile).href);
} finally {
  await rm(folder, { recursive: true, force: true });
}
