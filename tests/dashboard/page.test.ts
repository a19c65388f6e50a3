/** The page in a real browser, on the stand-in backend. */

import { beforeAll, describe, expect, test } from "vitest";

import { deploy, row } from "../e2e/support";
import * as make from "../shims/documents";
import { answerOf } from "./answers";
import { dialog, hasBrowser, open } from "./browser";
import { dashboard, KEY, type Program } from "./program";
import { clubs, withSample } from "./world";

type Backend = Awaited<ReturnType<typeof deploy>>;

/** Asks the deployment itself, beside the page. */
const ask = async ({ run, url }: Backend, name: string, args: object) =>
  answerOf(await run(name, args, "--url", url, "--admin-key", KEY));

describe.skipIf(!hasBrowser)("on a real deployment", () => {
  let backend: Backend;
  let program: Program;
  beforeAll(async () => {
    const broken = row(make.note({ orgId: "org_large", insights: "none" }));
    const tables = clubs(
      { id: "org_large", name: "Large Club", eligible: 600 },
      { id: "org_keys", name: "Keyboard Club", eligible: 4 },
      { id: "org_flags", name: "Flag Club", eligible: 2 },
    );
    backend = await deploy(withSample({ ...tables, voiceNotes: [...(tables["voiceNotes"] ?? []), broken] }), {
      adminKey: KEY,
    });
    program = await dashboard(backend);
  });
  /** An address for another browser of its own. */
  const another = async (...args: string[]) => await dashboard(backend, ...args);

  test("the fleet is there, what needs attention first, and a reload keeps it", async () => {
    const { page, complaints } = await open(program);
    await page.getByRole("heading", { name: "7 organizations" }).waitFor();
    await page.getByText("8 deferred, 5 blocked").waitFor();
    await expect.poll(() => page.getByText("reading…").count()).toBe(0);
    const names = await page.locator(".fleet > li .who a").allTextContents();
    expect(names.slice(0, 2)).toEqual(["Cluain Darach GAA", "Baile na Coille Camogie Club"]);
    expect(names.at(-1)).toBe("Dún Garbh RFC");
    expect(new URL(page.url()).search).toBe("");
    await page.reload();
    await page.getByText("8 deferred, 5 blocked").waitFor();
    expect(complaints).toEqual([]);
  });

  test("switching v2 on asks, names the deployment, and writes", async () => {
    const { page } = await open(await another());
    await page.getByRole("link", { name: "Flag Club" }).click();
    await page.getByRole("button", { name: "Switch v2 on…" }).click();
    await dialog(page).getByText(`org_flags on ${backend.url}`).waitFor();
    await dialog(page).getByLabel("By").fill("Ann Lee");
    await dialog(page).getByLabel("Reason").fill("first club");
    expect(await ask(backend, "v2Rollout:changes", { organizationId: "org_flags" })).toEqual([]);
    await dialog(page).getByRole("button", { name: "Switch on" }).click();
    await page.getByText("v2 is on for org_flags.").waitFor();
    await page.getByText("by Ann Lee: “first club”").waitFor();
    expect(await ask(backend, "v2Rollout:changes", { organizationId: "org_flags" })).toMatchObject([
      { function: "enableV2ForOrg", by: "Ann Lee", reason: "first club" },
    ]);
  });

  test("a migration is rehearsed, asked for, watched, paused, paced, resumed, and its failures are named", async () => {
    // So slow that there is something to see.
    await backend.setFaults([{ on: "mutation", path: "migrationBatch", count: 0, delayMs: 3_000 }]);
    const { page, complaints } = await open(await another());
    await page.getByRole("link", { name: "Large Club" }).click();
    await page.getByRole("button", { name: "Migrate…" }).click();
    await dialog(page).getByRole("button", { name: "Dry run" }).click();
    await dialog(page).getByRole("heading", { name: "Migrate 600 notes of Large Club?" }).waitFor();
    await dialog(page).getByText("1 would fail").waitFor();
    expect(await ask(backend, "v2Rollout:runs", {})).toEqual([]);
    await dialog(page).getByRole("button", { name: "Migrate 600 notes" }).click();
    await page.getByText("The migration of Large Club has begun.").waitFor();
    await page.getByRole("link", { name: "Migration of Large Club" }).click();
    await page.getByRole("progressbar").waitFor();

    await page.getByRole("button", { name: "Pause" }).click();
    await dialog(page).getByRole("button", { name: "Pause" }).click();
    await page.getByText("paused", { exact: true }).waitFor();
    const [paused] = await ask(backend, "v2Rollout:runs", {});
    expect(paused).toMatchObject({ state: "paused", organizationId: "org_large" });

    await backend.setFaults([]);

    await page.getByRole("button", { name: "Pace" }).click();
    await dialog(page).getByLabel("Kilobytes per second").fill("0.5");
    await dialog(page).getByRole("button", { name: "Set the pace" }).click();
    await dialog(page).getByRole("alert").waitFor();
    await dialog(page).getByLabel("Kilobytes per second").fill("");
    await dialog(page).getByRole("button", { name: "Set the pace" }).click();
    await page.getByText("as fast as it can").waitFor();

    await page.getByRole("button", { name: "Resume" }).click();
    await dialog(page).getByRole("button", { name: "Resume" }).click();
    await page.getByText("done", { exact: true }).waitFor({ timeout: 60_000 });
    await page.getByText("insights is missing, or not what the schema says").waitFor();
    const [done] = await ask(backend, "v2Rollout:runs", {});
    expect(done).toMatchObject({
      state: "done",
      outcome: { migrated: 600, failed: 1 },
      bytesPerSecond: null,
    });
    expect(complaints.filter((text) => !text.includes("400"))).toEqual([]);
  });

  test("all of it goes by keyboard, and the focus is never lost", async () => {
    const { page } = await open(await another());
    const press = async (...keys: string[]): Promise<void> => {
      for (const key of keys) await page.keyboard.press(key);
    };
    const focused = (): Promise<string> =>
      page.evaluate(() => (document.activeElement as HTMLElement | null)?.textContent ?? "");
    const tabTo = async (name: string): Promise<void> => {
      for (let tabs = 0; tabs < 60; tabs++) {
        await press("Tab");
        if ((await focused()).trim() === name) return;
      }
      throw new Error(`${name} is not reached`);
    };
    await page.getByText("4 eligible", { exact: true }).waitFor();
    await press("Tab");
    expect(await focused()).toBe("Skip to the content");
    await press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("content");
    await tabTo("Keyboard Club");
    await press("Enter");
    await page.getByRole("heading", { level: 1, name: "Keyboard Club" }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("content");
    expect(await page.title()).toContain("Keyboard Club");

    await tabTo("Switch v2 on…");
    await press("Enter");
    await dialog(page).waitFor();
    expect(await page.evaluate(() => document.activeElement?.closest("dialog") !== null)).toBe(true);
    await press("Escape");
    await dialog(page).waitFor({ state: "detached" });
    expect(await focused()).toBe("Switch v2 on…");
    await press("Enter");
    await tabTo("Switch on");
    await press("Enter");
    await page.getByText("v2 is on for org_keys.").waitFor();
    await page.getByRole("button", { name: "Switch v2 on…" }).waitFor({ state: "detached" });
    expect(await focused()).toBe("v2 is on for org_keys.");
    expect(await ask(backend, "scripts/v2MigrationStatus", { organizationId: "org_keys" })).toMatchObject({
      effective: { voice_notes_v2: { enabled: true }, entity_resolution_v2: { enabled: true } },
    });
  });

  test("a migration of all needs the number of organizations", async () => {
    const { page } = await open(await another());
    await page.getByRole("button", { name: "Migrate all…" }).click();
    await dialog(page).getByLabel("At most").fill("1");
    await dialog(page).getByRole("button", { name: "Dry run" }).click();
    const go = dialog(page).getByRole("button", { name: "Migrate 1 note" });
    await go.waitFor();
    const before = (await ask(backend, "v2Rollout:runs", {})).length;
    await dialog(page).getByLabel("Type 7 to go on").fill("6");
    await go.click({ force: true });
    await dialog(page).getByLabel("Type 7 to go on").press("Enter");
    expect(await dialog(page).count()).toBe(1);
    expect(await ask(backend, "v2Rollout:runs", {})).toHaveLength(before);
    await dialog(page).getByLabel("Type 7 to go on").fill("7");
    await go.click();
    await page.getByText("The migration of all organizations has begun.").waitFor();
    expect((await ask(backend, "v2Rollout:runs", {}))[0]).toMatchObject({ organizationId: null, limit: 1 });
  });

  test("read-only shows everything, and offers nothing that writes", async () => {
    const { page } = await open(await another("--read-only"));
    await page.getByText("read-only", { exact: true }).waitFor();
    await page.getByRole("link", { name: "Cluain Darach GAA" }).click();
    await page.getByRole("heading", { name: "Flags", exact: true }).waitFor();
    const names = await page.getByRole("button").allTextContents();
    expect(names).toEqual(["Skip to the content", "Look again"]);
    await page.getByRole("link", { name: "Runs" }).click();
    await page.getByRole("heading", { level: 1, name: "Runs" }).waitFor();
    expect(await page.getByRole("button").allTextContents()).toEqual(["Skip to the content"]);
  });
});
