import type { Connection } from "../connection/connect.js";
import { exitCodes, Failure } from "../failure.js";
import { type ListedClass, type ListedNote, listedClasses, notesOf } from "../operator/notes.js";
import { find } from "../operator/organizations.js";
import { reportOf } from "../operator/report.js";
import { open } from "../operator/session.js";
import { printJson } from "../show/json.js";
import { printLines } from "../terminal/print.js";
import type { OperatorOptions } from "./operatorOptions.js";

export type ListOptions = OperatorOptions & { deferredDays?: number };

/** Prints every id, one a line, so that other programs can read it. */
export async function list(named: string, word: string, options: ListOptions): Promise<void> {
  const which = listedClasses.find((name) => name === word);
  if (which === undefined) {
    throw new Failure(
      `\`${word}\` is no class that can be listed.`,
      `Give one of: ${listedClasses.join(", ")}.`,
      exitCodes.usage,
    );
  }
  const connection = await open(options);
  const { deferredDays } = options;
  const found = await find(connection, named, deferredDays === undefined ? {} : { deferredDays });
  const { notes, count } = await collect(connection, found.organizationId, which, options);
  if (options.json) {
    const report = reportOf(found, { ending: "done", status: found.status, notes });
    const deployment = connection.name;
    printJson({
      version: 1,
      command: "list",
      deployment,
      exitCode: exitCodes.done,
      error: null,
      organizations: [report],
    });
  } else if (count === 0) {
    // Not on stdout, which another program may read.
    process.stderr.write(`No note of ${found.organizationId} ${none[which]}.\n`);
  }
}

const none: Record<ListedClass, string> = {
  unfinished: "is unfinished",
  deferred: "is deferred",
  blocked: "is blocked",
  duplicates: "has more than one linked artifact",
};

async function collect(
  connection: Connection,
  organizationId: string,
  which: ListedClass,
  { json, deferredDays }: ListOptions,
): Promise<{ notes: ListedNote[]; count: number }> {
  const notes: ListedNote[] = [];
  let count = 0;
  for await (const note of notesOf(connection, organizationId, which, deferredDays)) {
    count += 1;
    if (json) notes.push(note);
    else printLines(`${note.id}  ${note.reason}`);
  }
  return { notes, count };
}
