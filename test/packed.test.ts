/*
 * The command line as it is installed: packed, unpacked in a folder of its own, and run there by its bin. For each command
 * there is a success, what it exits with when it finds something, and a mistake of its user.
 *
 * 1. Results go to standard output, everything else to standard error; a mistake leaves standard output empty.
 * 2. Off a terminal nothing is coloured, unless FORCE_COLOR asks for it.
 * 3. Each report of `--reporter` is written by the installed package; what is in it is test/report-formats.test.ts' business.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installPacked } from "./packed.ts";

const folder = mkdtempSync(path.join(tmpdir(), "buddycheck-packed-"));
const traces = "node_modules/buddycheck/traces";
const bad = `${traces}/helios/rejected/defect-order10.jsonl`;

beforeAll(() => {
  installPacked(folder);
  mkdirSync(path.join(folder, "cases"));
  const header = "buddytrace: 1\nmax_order: 1\npages: 2\n";
  const files = {
    "good.yaml": `${header}events: [a0=0 f0 f0!]\n`,
    "bad.yaml": `${header}events: [a0=0 a0=0]\n`,
    "lost.jsonl": '{"buddytrace":1,"max_order":1,"pages":2}\n{"op":"lost"}\n{"op":"alloc","order":0,"pfn":0}\n',
    "empty.jsonl": '{"buddytrace":1,"max_order":1,"pages":2}\n',
    "broken.yaml": `${header}events: [a0=]\n`,
    "suite.yaml": "suite: 1\nname: mine\nsummary: of mine\nparts:\n  - { kind: verify, traces: [good.yaml] }\n",
    "failing.yaml": "suite: 1\nname: mine\nsummary: of mine\nparts:\n  - { kind: verify, traces: [bad.yaml] }\n",
    "wrong.yaml": "suite: 1\nname: mine\nsummary: of mine\nparts:\n  - { kind: verfy, traces: [bad.yaml] }\n",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Answer {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const { NO_COLOR: _, FORCE_COLOR: __, CI: ___, ...plainEnv } = process.env;

function buddycheck(words: readonly string[], env: NodeJS.ProcessEnv = {}): Answer {
  const bin = path.join("node_modules", "buddycheck", binOf());
  const options = { cwd: folder, encoding: "utf8", env: { ...plainEnv, ...env } } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...words], options);
  return { code: status, out: stdout, err: stderr };
}

/** The file that package.json calls `buddycheck`. */
function binOf(): string {
  const text = readFileSync(path.join(folder, "node_modules/buddycheck/package.json"), "utf8");
  return (JSON.parse(text) as { readonly bin: { readonly buddycheck: string } }).bin.buddycheck;
}

/** Words of the command line, the exit code, and what standard output says; "" for nothing at all. */
type Case = readonly [words: string, exit: number, says: string];

const CASES: readonly Case[] = [
  ["--version", 0, "0.1.0"],
  ["--help", 0, "Usage: buddycheck"],
  ["verfy", 2, ""],
  ["verify good.yaml", 0, "good.yaml: holds"],
  [`verify ${bad}`, 1, "error[no-spurious-oom]"],
  ["verify lost.jsonl", 3, "lost.jsonl: undecided"],
  ["verify empty.jsonl", 4, "empty.jsonl: vacuous"],
  ["verify broken.yaml", 2, "broken.yaml"],
  ["verify nowhere.jsonl", 2, "nowhere.jsonl: not judged"],
  ["explore reference --max-order 2", 0, "reference: holds in all"],
  ["explore mutant:never-coalesces --max-order 2", 1, "error[drained]"],
  ["explore spec --max-order 2", 0, "spec: holds in all 11 states"],
  ["test reference --scope 2 --commands 500", 0, "reference: no law broken"],
  ["test mutant:never-coalesces --scope 2", 1, "error["],
  ["test reference --scope 0 --commands 0", 4, "reference: vacuous"],
  ["test reference --seed x", 2, ""],
  ["run suite.yaml", 0, "passed: 1 check"],
  ["run failing.yaml", 1, "failed: 1 of"],
  ["run wrong.yaml", 2, ""],
  ["minimize bad.yaml", 0, '"buddytrace":1'],
  ["minimize good.yaml", 2, ""],
  ["convert bad.yaml --to notation", 0, "a0=0 a0=0"],
  ["export dot --max-order 0", 0, "digraph"],
  ["view bad.yaml -o page.html", 0, ""],
  [`corpus run ${traces}/by-hand`, 0, "passed"],
  ["corpus run nowhere", 2, ""],
  ["explain no-overlap", 0, "no-overlap: No frame"],
  ["explain no-overlaps", 2, ""],
  ["init mine --as module", 0, "wrote mine/allocator.mjs"],
  ["init mine --as module", 2, ""],
  ["completion bash", 0, "complete"],
  ["completion tcsh", 2, ""],
];

describe("the installed command", () => {
  it.each(CASES)("%s exits with %i", (words, exit, says) => {
    const { code, out, err } = buddycheck(words.split(" "));
    expect({ code, out, err }).toMatchObject({ code: exit });
    if (says === "") expect(out).toBe("");
    else expect(out).toContain(says);
    expect(out + err).not.toContain("\u001B");
    if (exit === 2) expect(err + out).toMatch(/error|unknown|expected/iu);
  });

  it("says what is wrong with its input on standard error, with a code and the place", () => {
    const { err } = buddycheck(["run", "wrong.yaml"]);
    expect(err).toContain("wrong.yaml:5:");
    expect(err).toContain("verify");
  });

  it("prints JSON that can be parsed, and nothing beside it", () => {
    const commands = [
      "verify --json bad.yaml",
      "test --json mutant:never-coalesces",
      "explore --json reference --max-order 1",
    ];
    const kinds = commands.map((words) => {
      const { out, err } = buddycheck(words.split(" "));
      return [(JSON.parse(out) as { readonly schemaVersion: number }).schemaVersion, err];
    });
    expect(kinds).toEqual([
      [1, ""],
      [1, ""],
      [1, ""],
    ]);
  });

  it("writes every report that is asked for", () => {
    const starts = {
      json: "{",
      junit: "<?xml",
      tap: "TAP version 14",
      sarif: "{",
      ctrf: "{",
      github: "::",
      markdown: "#",
    };
    const words = Object.keys(starts).flatMap((name) => ["--reporter", `${name}=reports/${name}`]);
    const { code, out } = buddycheck(["verify", "bad.yaml", ...words]);
    expect([code, out]).toEqual([1, ""]);
    for (const [name, start] of Object.entries(starts))
      expect(readFileSync(path.join(folder, "reports", name), "utf8").startsWith(start)).toBe(true);
  });

  it("is coloured only where FORCE_COLOR asks for it, and never where NO_COLOR does", () => {
    expect(buddycheck(["verify", "bad.yaml"], { FORCE_COLOR: "1" }).out).toContain("\u001B[31merror[no-overlap]");
    expect(buddycheck(["verify", "bad.yaml"], { FORCE_COLOR: "1", NO_COLOR: "1" }).out).not.toContain("\u001B");
    expect(buddycheck(["verify", "bad.yaml"], { CI: "1" }).out).not.toContain("\u001B");
  });

  it("writes files only where it was told to", () => {
    expect(["page.html", "mine/allocator.mjs"].map((name) => existsSync(path.join(folder, name)))).toEqual([
      true,
      true,
    ]);
  });
});
