import { connect } from "../connection/connect.js";
import type { ConnectionOptions } from "../connection/options.js";
import { openBrowser } from "../dashboard/browser.js";
import { organizationsNamed } from "../dashboard/named.js";
import { type Served, serve } from "../dashboard/server.js";
import { Watch } from "../dashboard/watch.js";
import { exitCodes, Failure, messageOf } from "../failure.js";
import { listOrganizations } from "../operator/organizations.js";
import { deploymentOf } from "../operator/session.js";
import { userName } from "../operator/userName.js";
import { shellCommand } from "../show/shellCommand.js";
import { suggestions } from "../show/suggestions.js";
import { printLines } from "../terminal/print.js";
import { wrap } from "../terminal/wrap.js";

export type DashboardOptions = ConnectionOptions & { open: boolean; readOnly?: boolean; port?: number };

/** How long one call waits for a deployment that no longer answers. The page says so meanwhile, and asks on. */
const WAIT_SECONDS = 2;

export async function dashboard(named: string[], options: DashboardOptions): Promise<void> {
  const connection = await connect({ ...options, wait: WAIT_SECONDS }, () => {});
  const deployment = await deploymentOf(connection);
  // Where the deployment does not answer or refuses the key, the program ends here.
  const listed = await listOrganizations(connection);
  const subject = {
    connection,
    watch: new Watch(connection, organizationsNamed(named, listed)),
    deployment,
    reached: () => deploymentOf(connection),
    isReadOnly: options.readOnly === true,
    by: userName() ?? null,
    next: (organizationId: string, status: Parameters<typeof suggestions>[1]) =>
      suggestions(organizationId, status).map(({ why, words }) => ({
        why,
        command: shellCommand(words, options, 0),
      })),
  };
  const served = await serve(subject, options.port ?? 0).catch((thrown: unknown) => {
    throw portFailure(thrown, options.port);
  });
  const address = served.newAddress();
  printLines(address);
  const what = subject.isReadOnly
    ? `shows ${deployment}, and changes nothing (--read-only)`
    : `shows and changes ${deployment}`;
  process.stderr.write(`${wrap(`The page ${what}. Ctrl-C ends it.`)}\n`);
  if (options.open) openBrowser(address);
  await untilEnded(served);
}

/** Until Ctrl-C. Enter prints another address, as each opens the page in one browser only. */
async function untilEnded(served: Served): Promise<void> {
  if (process.stdin.isTTY === true) {
    process.stderr.write("The address opens the page once. Press Enter for another one.\n");
    process.stdin.on("data", () => printLines(served.newAddress()));
  }
  await new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  process.stdin.pause();
  await served.close();
}

function portFailure(thrown: unknown, port: number | undefined): Failure {
  const message = `The page cannot be served${port === undefined ? "" : ` on port ${port}`}: ${messageOf(thrown)}.`;
  return new Failure(message, "Give another one with --port, or none.", exitCodes.failed);
}
