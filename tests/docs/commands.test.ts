/**
 * Runs the commands of the documents, in their order, as they stand there: `npx convex run` by the real CLI against the
 * sample data, `npx v2-rollout` in a project of its own, npm and git in a folder of its own.
 *
 * The word behind a fence's language says what is not as usual: `fails:CODE`, `exits:N`, `excerpt` of the last answer, `template:FILE`
 * of the package, or `not-run:REASON`, and the reason is checked.
 */

import { execFileSync, spawn } from "node:child_process";
import { accessSync, constants, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { newProject } from "../cli/project";
import { deploy, folder, type Ran, standIn } from "../e2e/support";
import { sampleTables } from "../sample/sample.mjs";
import { type Block, readDocument, repository } from "./markdown";

/**
 * `npx` and `npm` as the commands find them. `<field>` stands for that field of the last answer of a function, `<run>` for the
 * run that `v2-rollout` named last.
 */
const prelude = `
UUID='[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'
npx() {
  local program="$1" argument name value
  shift
  if [[ "$program" == v2-rollout ]]; then
    if [[ "$1" == uninstall ]]; then set -- "$@" --yes; fi
    local words=() code=0
    for argument in "$@"; do words+=("\${argument/<run>/$(cat "$LAST.run" 2> /dev/null || true)}"); done
    (cd "$PROJECT" && node "$REPOSITORY/dist/cli/main.js" "\${words[@]}") > "$LAST.out" || code=$?
    cat "$LAST.out"
    if grep -qE "$UUID" "$LAST.out"; then grep -oE "$UUID" "$LAST.out" | head -n 1 > "$LAST.run"; fi
    return "$code"
  fi
  local arguments=()
  for argument in "$@"; do
    if [[ "$argument" =~ \\<([a-zA-Z]+)\\> ]]; then
      name="\${BASH_REMATCH[1]}"
      value="$(sed -n "s/^  \\"$name\\": \\"\\(.*\\)\\",\\{0,1\\}$/\\1/p" "$LAST")"
      if [[ -z "$value" ]]; then echo "the last answer has no $name" >&2; return 1; fi
      argument="\${argument/<$name>/$value}"
    fi
    arguments+=("$argument")
  done
  (cd "$STAND_IN" && node "$REPOSITORY/node_modules/$program/bin/main.js" "\${arguments[@]}") | tee "$LAST.new"
  mv "$LAST.new" "$LAST"
}
npm() {
  if [[ "$1" != pack ]]; then command npm "$@"; return; fi
  (cd "$REPOSITORY" && command npm pack --ignore-scripts --silent --pack-destination "$WORK")
}
`;

/** What `not-run` blocks must be. */
const reasons: Record<string, (line: string, work: string) => void> = {
  /** A script of the repository: it runs everything, for minutes. */
  script: (line) => {
    const [, name = "", flags = ""] = line.match(/^scripts\/(\w+)(.*)$/) ?? [];
    accessSync(join(repository, "scripts", name), constants.X_OK);
    const sources = [`scripts/${name}`, "benches/main.ts"].map((path) =>
      readFileSync(join(repository, path), "utf8"),
    );
    for (const word of flags.split(" ").filter((word) => word !== "")) {
      expect(sources.join(), `${line}: ${word}`).toContain(word.replace("--", ""));
    }
  },
  /** A program that goes on until Ctrl-C. It has these flags. */
  serves: (line) => {
    const [, command = "", rest = ""] = line.match(/^npx v2-rollout (\w+)(.*)$/) ?? [];
    const help = execFileSync(process.execPath, [join(repository, "dist/cli/main.js"), "help", command], {
      encoding: "utf8",
    });
    for (const [flag] of rest.matchAll(/--[a-z-]+/g)) expect(help, line).toContain(`  ${flag} `);
  },
  /** The dependencies come from a registry. The file is there. */
  registry: (line, work) => {
    expect(line).toBe("npm install ./v2-rollout-*.tgz");
    expect(readdirSync(work)).toContainEqual(expect.stringMatching(/^v2-rollout-.*\.tgz$/));
  },
  /** A command that the embedded deployment does not serve, as its README says. */
  cloud: (line) => {
    const readme = readFileSync(join(repository, "packages/embedded-convex/README.md"), "utf8");
    const missing = readme.slice(
      readme.indexOf("## What it does not serve"),
      readme.indexOf("## How it works"),
    );
    const [, command = ""] = line.match(/^npx convex (\w+)/) ?? [];
    expect(missing, line).toContain(`\`${command}\``);
  },
};

const documents = ["README.md", ...readdirSync(join(repository, "docs")).map((name) => `docs/${name}`)];

/** All at once, as most of the time goes by while the CLI starts. */
test("every command does what its document says", { timeout: 240_000 }, async () => {
  const ended = await Promise.allSettled(
    [...documents, "benches/RESULTS.md"].map((path) =>
      runDocument(readDocument(path).blocks, newProject().root),
    ),
  );
  const failures = ended.flatMap((end) => (end.status === "rejected" ? [end.reason] : []));
  expect(failures.map(String)).toEqual([]);
});

async function runDocument(blocks: Block[], project: string): Promise<void> {
  const work = await folder();
  // As in many projects, what npm packs and what is built is ignored.
  execFileSync("git", ["init", "--quiet"], { cwd: work });
  writeFileSync(join(work, ".gitignore"), "*.tgz\ndist\n");
  symlinkSync(join(repository, "tests"), join(work, "tests"));
  const last = join(work, "last.json");
  const callsFunctions = blocks.some(({ text }) => /npx (convex run|v2-rollout status)/.test(text));
  const env = {
    ...process.env,
    CI: "1",
    CONVEX_SELF_HOSTED_URL: callsFunctions ? (await deploy(sampleTables())).url : "",
    CONVEX_SELF_HOSTED_ADMIN_KEY: "local",
    PROJECT: project,
    REPOSITORY: repository,
    STAND_IN: standIn,
    WORK: work,
    XDG_STATE_HOME: work,
    LAST: last,
  };
  for (const block of blocks) {
    const [kind, detail = ""] = block.note.split(":");
    if (block.language === "ts") checkCode(block, detail);
    else if (block.language === "json") {
      expect(kind, block.place).toBe("excerpt");
      expect(JSON.parse(readFileSync(last, "utf8")), block.place).toMatchObject(JSON.parse(block.text));
    } else if (block.language === "sh") {
      if (kind === "not-run") checkReason(block, detail, work);
      else checkRan(block, await run(prelude + block.text, work, env));
    } else expect(["", "mermaid"], block.place).toContain(block.language);
  }
}

function checkReason({ place, text }: Block, reason: string, work: string): void {
  const check = reasons[reason];
  if (!check) throw new Error(`${place}: \`${reason}\` is no reason`);
  for (const line of text.split("\n")) {
    const command = line.replace(/ +#.*$/, "");
    if (command !== "") check(command, work);
  }
}

function checkRan({ place, note }: Block, { code, stderr, stdout }: Ran): void {
  const [, expected] = note.match(/^fails:(\w+)$/) ?? [];
  const [, exitCode] = note.match(/^exits:(\d)$/) ?? [];
  if (exitCode !== undefined) {
    expect(code, `${place}: ${stderr}${stdout}`).toBe(Number(exitCode));
  } else if (expected !== undefined) {
    expect(code, `${place}: ${stdout}`).toBe(1);
    expect(stderr, place).toContain(`"code":"${expected}"`);
  } else {
    expect(note, place).toBe("");
    expect(code, `${place}: ${stderr}${stdout}`).toBe(0);
  }
}

/** A file that `init` writes stands in the document as it is written. */
function checkCode({ place, text }: Block, template: string): void {
  if (template === "") return;
  const written = readFileSync(join(repository, "cli", "templates", `${template}.txt`), "utf8");
  expect(text, place).toBe(written);
}

const run = (script: string, cwd: string, env: NodeJS.ProcessEnv): Promise<Ran> =>
  new Promise((resolve) => {
    const child = spawn("bash", ["-euo", "pipefail", "-c", script], { cwd, env });
    const ran = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk) => (ran.stdout += chunk));
    child.stderr.on("data", (chunk) => (ran.stderr += chunk));
    child.on("close", (code) => resolve({ code, ...ran }));
  });
