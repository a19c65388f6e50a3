import { describe, expect, test } from "vitest";

import { addCandidates, noCandidates, type StoredDocument } from "../../js-shims/documents";

const OURS = "org_0003000000";

/** What passes of artifacts that name these organizations: each id with the artifacts whose candidates name it. */
function passed(artifacts: readonly (readonly unknown[])[], organizationId = OURS): [string, number[]][] {
  const candidates = noCandidates(organizationId);
  artifacts.forEach((ids, at) => {
    const orgContextCandidates = ids.map((id) => (id === null ? id : { organizationId: id, confidence: 1 }));
    const artifact: StoredDocument = { _id: String(at), _creationTime: 0, orgContextCandidates };
    addCandidates(candidates, at, artifact, organizationId);
  });
  const { ids, starts, of } = candidates;
  return ids.map((id, nth) => [id, of.slice(starts[nth], starts[nth + 1])]);
}

const endingAlike = (nth: number) => `org_${String(nth).padStart(4, "0")}000000`;

describe("candidates that pass", () => {
  test("are told by organization, one after the other", () => {
    expect(passed([[OURS], [OURS, "org_0003000001"], ["x"], [OURS, OURS]])).toEqual([[OURS, [0, 1, 3, 3]]]);
  });

  test("are of ids that may be the organization's, of which some are not", () => {
    expect(passed([["org_0001000000"], [OURS], ["org_0001000000"], ["org_0002000000"], [OURS]])).toEqual([
      ["org_0001000000", [0]],
      [OURS, [1, 4]],
    ]);
  });

  test.each([OURS, "org_0000000000", "org_0099000000"])("are few where all ids end alike: %s", (ours) => {
    const artifacts = Array.from({ length: 1_000 }, (_, nth) => [endingAlike(nth % 100)]);
    const all = passed(artifacts, ours);
    expect(all.filter(([id]) => id === ours).flatMap(([, of]) => of)).toEqual(
      artifacts.flatMap(([id], at) => (id === ours ? [at] : [])),
    );
    expect(all.length).toBeLessThan(10);
  });

  test("are never of an id that cannot be one", () => {
    expect(passed([[undefined], [null], [7], [{}], [""], ["org_0003000\n00"], []])).toEqual([]);
    expect(passed([["\n"], ["a"]], "a")).toEqual([["a", [1]]]);
    expect(passed([[""]], "")).toEqual([]);
  });

  test("are found again whatever came between", () => {
    const all = Array.from({ length: 2 ** 8 }, (_, bits) =>
      [...bits.toString(2).padStart(8, "0")].map((bit) => (bit === "1" ? "b" : "a")).join(""),
    );
    for (const ours of all) {
      const found = passed(
        [...all, ...all].map((id) => [id]),
        ours,
      ).filter(([id]) => id === ours);
      const at = all.indexOf(ours);
      expect(found.flatMap(([, of]) => of)).toEqual([at, at + all.length]);
    }
  });
});
