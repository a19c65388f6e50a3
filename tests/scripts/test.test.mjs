// @vitest-environment node
import { describe, expect, it } from "vitest";
import { duration, paints } from "../../scripts/lib/terminal.mjs";
import { readArguments } from "../../scripts/lib/test/arguments.mjs";
import { countsOfCargo, countsOfVitest, settle } from "../../scripts/lib/test/counts.mjs";
import { excerpt, headline, skipped } from "../../scripts/lib/test/report.mjs";

describe("counts", () => {
  it("are summed over cargo's targets, doc tests too", () => {
    const output = `
     Running unittests src/lib.rs
test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s
test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s
   Doc-tests v2_rollout
test result: ok. 4 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s
`;
    expect(countsOfCargo(output)).toEqual({ passed: 19, failed: 2, skipped: 1 });
  });

  it("of vitest have files that could not be loaded", () => {
    const report = {
      ...{ numPassedTests: 7, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 },
      testResults: [
        { status: "passed", assertionResults: [{ status: "passed" }] },
        { status: "failed", assertionResults: [{ status: "passed" }, { status: "failed" }] },
        { status: "failed", assertionResults: [] },
      ],
    };
    expect(countsOfVitest(JSON.stringify(report))).toEqual({ passed: 7, failed: 2, skipped: 3 });
  });

  const some = { passed: 5, failed: 0, skipped: 1 };
  it.each([
    ["a check that passed", true, null, { passed: 1, failed: 0, skipped: 0 }],
    ["a check that failed", false, null, { passed: 0, failed: 1, skipped: 0 }],
    ["tests that passed", true, some, some],
    ["tests that failed", false, { ...some, failed: 2 }, { ...some, failed: 2 }],
    ["a runner that broke", false, some, { ...some, failed: 1 }],
  ])("of %s", (_name, succeeded, counts, expected) => {
    expect(settle(succeeded, counts)).toEqual(expected);
  });
});

describe("the report", () => {
  it("has a line per step", () => {
    const plain = paints(false);
    const passed = { passed: 1, failed: 0, skipped: 0 };
    expect(headline("clippy", 12_300, passed, true, plain)).toBe("ok   clippy (12 s)");
    expect(headline("size", 40, { ...passed, passed: 0, failed: 1 }, true, plain)).toBe("FAIL size (0 s)");
    expect(headline("cargo", 61_000, { passed: 19, failed: 2, skipped: 1 }, false, plain)).toBe(
      "FAIL cargo (1 min 1 s, 19 passed, 2 failed, 1 skipped)",
    );
    expect(headline("fmt", 40, passed, true, paints(true))).toBe("\x1b[32mok  \x1b[39m fmt (0 s)");
    expect(duration(59_600)).toBe("1 min 0 s");
  });

  it("leaves out progress, and the middle of what is long", () => {
    expect(skipped("ok\nThe tests in x are skipped: no x.\nThe tests in x are skipped: no x.\n")).toEqual([
      "The tests in x are skipped: no x.",
    ]);
    expect(excerpt("   Compiling a v1\nerror: no\n    Finished `dev`\n")).toBe("error: no");
    const lines = Array.from({ length: 300 }, (_, at) => `line ${at}`);
    const short = excerpt(lines.join("\n")).split("\n");
    expect(short).toHaveLength(201);
    expect(short.slice(59, 62)).toEqual(["line 59", "[... 100 lines ...]", "line 160"]);
  });
});

describe("the arguments", () => {
  const key = { CONVEX_SELF_HOSTED_ADMIN_KEY: "k" };
  const url = "http://127.0.0.1:3210";

  it("name steps", () => {
    const none = { isVerbose: false, isList: false, env: {} };
    expect(readArguments([], key)).toEqual({ ...none, names: [] });
    expect(readArguments(["tsc", "--verbose"], {})).toEqual({ ...none, names: ["tsc"], isVerbose: true });
  });

  it.each([
    [[], "import"],
    [["--replace"], "replace"],
    [["--prepared"], "prepared"],
  ])("name a deployment for the end-to-end suite: %j", (flags, data) => {
    const { env } = readArguments(["e2e", "--url", url, ...flags], key);
    expect(env).toEqual({ V2_ROLLOUT_E2E_URL: url, V2_ROLLOUT_E2E_DATA: data });
  });

  it.each([
    [["--colour"], key, "Unknown option"],
    [["e2e", "--url", url], {}, "CONVEX_SELF_HOSTED_ADMIN_KEY"],
    [["e2e", "--url", "nowhere"], key, "--url `nowhere` is no address"],
    [["--url", url], key, "for the step `e2e` alone"],
    [["e2e", "vitest", "--url", url], key, "for the step `e2e` alone"],
    [["e2e", "--replace"], key, "--replace needs --url"],
    [["e2e", "--url", url, "--replace", "--prepared"], key, "cannot be combined"],
  ])("are refused: %j", (given, env, words) => {
    expect(() => readArguments(given, env)).toThrow(words);
  });
});
