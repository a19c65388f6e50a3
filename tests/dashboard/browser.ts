/** A real browser: Debian's chromium, or Chrome. */

import { accessSync, constants, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll } from "vitest";

import type { Program } from "./program";

const names = ["chromium", "chromium-browser", "google-chrome"];

/** That of V2_ROLLOUT_CHROMIUM, or the first on the path; null where there is none. */
function findBrowser(): string | null {
  const given = process.env["V2_ROLLOUT_CHROMIUM"];
  if (given) return given;
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return candidates.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const program = findBrowser();
export const hasBrowser = program !== null;
if (!hasBrowser) {
  process.stdout.write(
    "The dashboard's tests in a browser are skipped: there is no chromium. Install it, or set V2_ROLLOUT_CHROMIUM.\n",
  );
}

let browser: Browser | null = null;
afterAll(async () => await browser?.close());

type Look = { width?: number; colors?: "light" | "dark" };

/** Opens the page by the address that the program printed. What the page complains of is in `complaints`. */
export async function open({ address }: Program, { width = 1_280, colors = "light" }: Look = {}) {
  // Without its sandbox, which a container of root's does not allow. The pages are our own.
  browser ??= await chromium.launch({ executablePath: program ?? "", args: ["--no-sandbox"] });
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: colors,
    reducedMotion: "reduce",
    // The page tells times in UTC, wherever it is looked at.
    timezoneId: "Pacific/Auckland",
  });
  const page: Page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(address);
  return { page, context, complaints };
}

export const dialog = (page: Page) => page.getByRole("dialog");

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds wrong on the page, by WCAG 2.2 A and AA and its own best practices. */
export async function flawsOf(page: Page): Promise<string[]> {
  // Run in the page by the debugger: the page's policy lets no script in.
  const script = `${axe}; axe.run({ resultTypes: ["violations"] }).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html)))`;
  return await page.evaluate<string[]>(script);
}

/** Whether the page must be scrolled sideways. */
export const isOverflowing = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
