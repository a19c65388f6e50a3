/** Every view of the page in a real browser, on a deployment that has everything to show, or that fails. */

import { describe, expect, test } from "vitest";

import { dialog, flawsOf, hasBrowser, isOverflowing, open } from "./browser";
import { fakeDeployment, noLedger, Refused, runAnswer, status, statusAnswer } from "./fakeDeployment";
import { dashboard } from "./program";

const organization = (organizationId: string, name: string | null = null) => ({
  organizationId,
  name,
  slug: null,
});

/** A platform in which everything is to be seen at once. */
const everything = {
  "v2Rollout:organizations": () => [
    organization("org_a", "A club with quite a long name, as there are"),
    organization(`org_${"very_long_".repeat(8)}`),
    organization("org_c", "Clonmore <b>& Sons</b>"),
  ],
  "v2Rollout:runs": () => [
    runAnswer({ next: [{ function: "v2Rollout:pauseRun", args: {}, why: "pause it" }] }),
    runAnswer({
      runId: "run_2",
      organizationId: "org_c",
      state: "stopped",
      stopped: "failures",
      endedMs: 1_760_000_002_000,
    }),
  ],
  "v2Rollout:run": () =>
    runAnswer({
      outcome: { ...runAnswer().outcome, failed: 1 },
      lastError: { message: "Too many writes per second", atMs: 1_760_000_000_500 },
      flagChanges: [],
      next: [{ function: "v2Rollout:cancelRun", args: {}, why: "end it for good" }],
    }),
  "v2Rollout:failures": () => ({
    failures: [{ voiceNoteId: "k1", code: "MALFORMED_DOCUMENT", message: "`date` is missing" }],
    isLast: true,
  }),
  "v2Rollout:changes": () => [
    {
      organizationId: "org_a",
      function: "enableV2ForOrg",
      by: "Ann",
      reason: "first",
      restore: false,
      changed: ["voice_notes_v2"],
      before: { voice_notes_v2: null, entity_resolution_v2: true },
      after: { voice_notes_v2: true, entity_resolution_v2: true },
      effective: statusAnswer().effective,
      atMs: 1_760_000_000_000,
      runId: null,
    },
  ],
  [status]: ({ organizationId = "" }) => {
    if (organizationId.includes("very_long")) throw new Refused("INTERNAL", `it broke: ${"x".repeat(200)}`);
    return statusAnswer({
      voiceNotes: { total: 123_456 },
      migration: {
        migrated: 100_000,
        unfinished: 12,
        notReady: 3_000,
        deferred: 444,
        blocked: 10_000,
        eligible: 10_000,
      },
      verdict: "inProgress",
      effective: {
        voice_notes_v2: { enabled: true, reason: "ENVIRONMENT" },
        entity_resolution_v2: { enabled: false, reason: "PLATFORM" },
      },
      warnings: ["`VOICE_NOTES_V2_GLOBAL` is `on`, which has no effect"],
      samples: { unfinished: ["k2"], deferred: ["k3"], blocked: ["k4"], duplicates: [] },
    });
  },
};

describe.skipIf(!hasBrowser)("every view", () => {
  const views = [
    ["#/", "Under way"],
    ["#/runs", "stopped: too many notes failed"],
    ["#/run/run_1", "1 failed note"],
    ["#/organization/org_a", "switched on"],
  ] as const;

  test.each([
    [400, "light"],
    [400, "dark"],
    [1_600, "light"],
    [1_600, "dark"],
  ] as const)("at %i pixels in %s colors has no flaw that axe knows, and fits", async (width, colors) => {
    const program = await dashboard(await fakeDeployment(everything));
    const { page, complaints } = await open(program, { width, colors });
    for (const [hash, text] of views) {
      await page.evaluate((to) => {
        location.hash = to;
      }, hash);
      await page.getByText(text).first().waitFor();
      await expect.poll(() => page.getByText(/^reading…$/i).count()).toBe(0);
      expect(await flawsOf(page), hash).toEqual([]);
      expect(await isOverflowing(page), hash).toBe(false);
    }
    for (const button of ["Switch v2 on…", "Migrate…"]) {
      if ((await page.getByRole("button", { name: button }).count()) === 0) continue;
      await page.getByRole("button", { name: button }).click();
      expect(await flawsOf(page), button).toEqual([]);
      expect(await isOverflowing(page), button).toBe(false);
      await page.keyboard.press("Escape");
    }
    expect(complaints).toEqual([]);
    await program.stop();
  });

  test("shows what it is told as text", async () => {
    const { page } = await open(await dashboard(await fakeDeployment(everything)));
    await page.getByRole("link", { name: "Clonmore <b>& Sons</b>" }).waitFor();
    await page.getByText("one flag is on, and the other off", { exact: false }).first().waitFor();
    await page.getByRole("link", { name: "Clonmore" }).first().click();
    await page.getByText("ENVIRONMENT: an environment variable decides for all").waitFor();
    await page.getByText("PLATFORM: the platform row decides for all").waitFor();
  });

  test.each([
    ["#/runs", "begun 2025-10-09 08:53Z by"],
    ["#/run/run_1", "The last error, 2025-10-09 08:53Z:"],
    ["#/organization/org_a", "2025-10-09 08:53Z"],
  ])("%s tells times in UTC", async (hash, text) => {
    const { page } = await open(await dashboard(await fakeDeployment(everything)));
    await page.evaluate((to) => {
      location.hash = to;
    }, hash);
    await page.getByText(text).first().waitFor();
  });

  test("says that there is no ledger, and offers what needs none", async () => {
    const fake = await fakeDeployment({
      "v2Rollout:organizations": () => [organization("org_a")],
      "v2Rollout:runs": noLedger,
      [status]: () => statusAnswer(),
    });
    const { page } = await open(await dashboard(fake));
    await page.getByText("This backend has no ledger.").waitFor();
    await page.getByRole("link", { name: "org_a" }).click();
    await page.getByText("None are kept: this backend has no ledger.").first().waitFor();
    await page.getByRole("button", { name: "Switch v2 on…" }).waitFor();
    expect(await page.getByRole("button", { name: /Migrate/ }).count()).toBe(0);
    expect(await page.locator("pre").allTextContents()).toContain("npx v2-rollout migrate org_a");
  });

  test("says that the deployment, or the program, does not answer, keeps what it knows, and recovers", async () => {
    const fake = await fakeDeployment(everything);
    const program = await dashboard(fake);
    const { page } = await open(program);
    await page.getByText("100,000 migrated").first().waitFor();
    fake.seen.isSilent = true;
    await page.getByText("The deployment has not answered since").waitFor();
    expect(await page.getByText("100,000 migrated").count()).toBeGreaterThan(0);
    expect(await flawsOf(page)).toEqual([]);
    await page.getByRole("link", { name: "Clonmore" }).last().click();
    await page.getByRole("button", { name: "Switch v2 on…" }).click();
    await dialog(page).getByRole("button", { name: "Switch on" }).click();
    await dialog(page).getByRole("alert").waitFor();
    await page.keyboard.press("Escape");
    fake.seen.isSilent = false;
    await page.getByText("The deployment has not answered since").waitFor({ state: "detached" });
    await program.stop();
    await page.getByText("The program behind this page does not answer.").waitFor();
  });
});
