/** What a call's fresh context has to read. */

import { readFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import type { Bundle } from "embedded-convex/bundle";
import { build } from "esbuild";

import { root } from "../support/root.js";

export type Sizes = {
  wasmBytes: number;
  wasmGzipBytes: number;
  /** What wasm-bindgen's JavaScript has in the bundle. */
  glueBytes: number;
  /** All modules that a call of the largest script loads. */
  bundleBytes: number;
};

export async function sizesOf(bundle: Bundle, scripts: readonly string[]): Promise<Sizes> {
  const wasm = await readFile(path.join(root, "pkg/v2_rollout_bg.wasm"));
  return {
    wasmBytes: wasm.length,
    wasmGzipBytes: gzipSync(wasm, { level: 9 }).length,
    glueBytes: await glueBytesOf(scripts),
    bundleBytes: Math.max(...scripts.map((script) => loadedBytes(bundle, `scripts/${script}.js`))),
  };
}

/** As the CLI bundles: shared chunks, what is not used left out, short names, white space kept. */
async function glueBytesOf(scripts: readonly string[]): Promise<number> {
  const convex = path.join(root, "tests/backend/convex");
  const { metafile } = await build({
    entryPoints: [
      ...scripts.map((script) => path.join(convex, `scripts/${script}.ts`)),
      path.join(convex, "v2Rollout.ts"),
    ],
    absWorkingDir: root,
    outdir: "out",
    write: false,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target: "esnext",
    conditions: ["convex", "module"],
    treeShaking: true,
    minifySyntax: true,
    minifyIdentifiers: true,
    keepNames: true,
    external: ["*.wasm"],
    metafile: true,
    logLevel: "error",
  });
  const outputs = Object.values(metafile.outputs);
  const bytes = outputs.reduce(
    (sum, { inputs }) => sum + (inputs["pkg/v2_rollout.js"]?.bytesInOutput ?? 0),
    0,
  );
  if (bytes === 0) throw new Error("the glue is not where the bench looks for it");
  return bytes;
}

/** Bytes of a module and of all that it imports. */
function loadedBytes({ modules }: Bundle, entry: string): number {
  const sources = new Map(modules.map((module) => [module.path, module.source]));
  const seen = new Set<string>();
  const visit = (name: string): number => {
    const source = sources.get(name);
    if (source === undefined || seen.has(name)) return 0;
    seen.add(name);
    let bytes = Buffer.byteLength(source);
    for (const [, specifier] of source.matchAll(
      /^(?:import|export)?[^"'`\n]*?(?:from|import)\s*"(\.[^"]+)";?$/gm,
    )) {
      bytes += visit(path.posix.join(path.posix.dirname(name), specifier));
    }
    return bytes;
  };
  return visit(entry);
}
