import { spawn } from "node:child_process";

const openers: Partial<Record<NodeJS.Platform, string[]>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
  linux: ["xdg-open"],
};

/** Opens an address in the user's browser where there is a screen. Whoever has none opens what is printed. */
export function openBrowser(address: string): void {
  const [program, ...args] = openers[process.platform] ?? [];
  const hasScreen =
    process.platform !== "linux" || (process.env["DISPLAY"] ?? process.env["WAYLAND_DISPLAY"]) !== undefined;
  if (program === undefined || !hasScreen || process.stdout.isTTY !== true) return;
  const child = spawn(program, [...args, address], { stdio: "ignore", detached: true });
  child.once("error", () => {});
  child.unref();
}
