/**
 * The filter by columns. Candidates are those of the shims. Of each transcript a digest of its artifact's id passes, and
 * the id itself where the digest is one of the organization's: most ids are read in a few characters, where a set of
 * JavaScript's computes the hash of each.
 */

import { addCandidates, noCandidates, type StoredDocument } from "../../js-shims/documents.js";
import { type Filter, ORGANIZATION } from "./data.js";
import { buildModule } from "./module.js";

/** Characters that a digest is made of: the last, as the first tell of an id's table. */
const DIGESTED = 6;

/** Null where it cannot be built. */
export async function buildColumns(): Promise<Filter | null> {
  const module = await buildModule("columns");
  if (module === null) return null;
  const { Artifacts } = module;
  return ({ artifacts, transcripts }) => {
    const rows = rowsOf(Artifacts, artifacts);
    const digests = new Uint32Array(rows.length);
    const ids: unknown[] = [];
    for (let nth = 0; nth < rows.length; nth++) {
      const id = artifacts[rows[nth]]._id;
      digests[nth] = digestOf(id);
      ids.push(id);
    }
    const ours = new Artifacts(...crypto.getRandomValues(new Uint32Array(2)));
    ours.add(ids.join("\n"), digests);
    const found: number = ours.count(linesOf(transcripts, ours.rowsThatMayBelong(digestsOf(transcripts))));
    ours.free();
    return { artifacts: rows.length, transcripts: found };
  };
}

function rowsOf(Artifacts: any, artifacts: readonly StoredDocument[]): Uint32Array {
  const candidates = noCandidates();
  for (let at = 0; at < artifacts.length; at++) addCandidates(candidates, at, artifacts[at], ORGANIZATION);
  const { ids, starts, of } = candidates;
  return Artifacts.rows(ids.join("\n"), Uint32Array.from(starts), Uint32Array.from(of), ORGANIZATION);
}

function digestOf(id: string): number {
  const { length } = id;
  let digest = length;
  for (let at = Math.max(0, length - DIGESTED); at < length; at++) {
    digest = (Math.imul(digest, 31) + id.charCodeAt(at)) | 0;
  }
  return digest;
}

/** One a transcript; any where there is no id. */
function digestsOf(transcripts: readonly StoredDocument[]): Uint32Array {
  const digests = new Uint32Array(transcripts.length);
  for (let at = 0; at < transcripts.length; at++) {
    const id = transcripts[at].artifactId;
    if (typeof id === "string") digests[at] = digestOf(id);
  }
  return digests;
}

/** The artifact ids of some transcripts; what has a line break is no id. */
function linesOf(transcripts: readonly StoredDocument[], rows: Uint32Array): string {
  const lines: string[] = [];
  for (let nth = 0; nth < rows.length; nth++) {
    const id = transcripts[rows[nth]].artifactId;
    if (typeof id === "string" && !id.includes("\n")) lines.push(id);
  }
  return lines.join("\n");
}
