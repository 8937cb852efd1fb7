/*
 * What `buddycheck run` keeps of what fails: cases in a corpus (`--save`), and failures that are known from then on
 * (`--write-baseline`, `--baseline`), by the command line as users run it.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const CLI = path.resolve("dist/src/cli.js");
const home = mkdtempSync(path.join(tmpdir(), "buddycheck-keep-"));
afterAll(() => rmSync(home, { recursive: true }));

/** Fails in three engines; its first target is wrong as expected, which is no failure. */
const SUITE = `suite: 1
name: ours
summary: what fails in each engine
parts:
  - { kind: explore, targets: { mutant:forgets-to-unlink: partition, mutant:never-coalesces: holds } }
  - { kind: test, targets: { mutant:gives-too-much-tail-back: holds }, commands: 5000, scope: 2 }
  - { kind: verify, traces: [misuse.jsonl] }
`;
writeFileSync(path.join(home, "ours.yaml"), SUITE);
cpSync("traces/xv6/rejected/misuse-double-free-merged.jsonl", path.join(home, "misuse.jsonl"));

function buddycheck(...words: string[]): { readonly code: number | null; readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync("node", [CLI, ...words], { cwd: home, encoding: "utf8" });
  return { code: status, out: stdout, err: stderr };
}

function filesIn(folder: string): readonly string[] {
  const entries = readdirSync(path.join(home, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(path.join(home, folder), path.join(entry.parentPath, entry.name)))
    .sort();
}

describe("buddycheck run --save", () => {
  const first = buddycheck("run", "ours.yaml", "--save", "kept");

  it("adds the failures of every engine as cases with their accepted twins, and nothing that is as expected", () => {
    expect(first.code).toBe(1);
    const cases = [
      "mutant-gives-too-much-tail-back:rounding-1",
      "mutant-never-coalesces:drained-1",
      "xv6-riscv-fall19-buddy:free-live-only-1",
    ];
    expect(filesIn("kept")).toEqual(
      cases.flatMap((name) => {
        const [folder = "", file = ""] = name.split(":");
        return ["accepted", "rejected"].map((verdict) => `${folder}/${verdict}/${file}.case.yaml`);
      }),
    );
    expect(buddycheck("corpus", "run", "kept").code).toBe(0);
  });

  it("adds none of them a second time", () => {
    const before = filesIn("kept");
    const { err } = buddycheck("run", "ours.yaml", "--save", "kept");
    expect(err.match(/not added/gu)).toHaveLength(3);
    expect(filesIn("kept")).toEqual(before);
  });
});

describe("a baseline", () => {
  const file = path.join(home, "known.yaml");
  const written = buddycheck("run", "ours.yaml", "--write-baseline", "known.yaml", "--reason", "the old driver");
  const text = readFileSync(file, "utf8");

  it("names each failure with the reason and a day", () => {
    expect([written.code, written.err]).toEqual([1, "known.yaml: 4 known failures\n"]);
    expect(text).toMatch(
      /^baseline: 1\nknown:\n {2}- suite: ours\n {4}law: drained\n {4}check: mutant:never-coalesces\/strict\n {4}reason: the old driver\n {4}until: \d{4}-\d\d-\d\d\n/u,
    );
  });

  it("makes them known: the run passes, and tells them", () => {
    const { code, out } = buddycheck("run", "ours.yaml", "--baseline", "known.yaml");
    expect(code).toBe(0);
    expect(out).toMatch(/passed: 8 checks in 4 parts, 3 of them with failures that are known or only warn\n$/u);
  });

  it("saves nothing that is known", () => {
    expect(buddycheck("run", "ours.yaml", "--baseline", "known.yaml", "--save", "none").err).toBe("");
  });

  it("fails where an entry hides nothing any more, at its line", () => {
    writeFileSync(path.join(home, "stale.yaml"), text.replace("law: drained", "law: aligned"));
    const { code, out } = buddycheck("run", "ours.yaml", "--baseline", "stale.yaml", "--reporter", "github");
    expect(code).toBe(1);
    expect(out).toMatch(/^::error file=stale.yaml,line=3,col=5,.*none, so the entry of `known` is to be removed/mu);
  });

  it("fails where its day has come", () => {
    writeFileSync(path.join(home, "late.yaml"), text.replaceAll(/until: .*/gu, "until: 2026-01-01"));
    const { code, out } = buddycheck("run", "ours.yaml", "--baseline", "late.yaml");
    expect(code).toBe(1);
    expect(out).toContain("to be mended by 2026-01-01: the old driver");
  });

  it("of another suite counts for nothing here", () => {
    writeFileSync(path.join(home, "other.yaml"), text.replaceAll("suite: ours", "suite: theirs"));
    expect(buddycheck("run", "ours.yaml", "--baseline", "other.yaml").out).toMatch(
      /failed: 3 of 4 checks in 3 parts\n$/u,
    );
  });

  it.each([
    [["--write-baseline", "a.yaml"], "expected: why the failures are put up with"],
    [["--write-baseline", "a.yaml", "--reason", "r", "--until", "soon"], "expected: a day, as 2026-11-30"],
    [["--baseline", "nowhere.yaml"], "nowhere.yaml"],
    [["--baseline", "ours.yaml"], "ours.yaml:1:1"],
  ])("is refused: %j", (flags, told) => {
    const { code, err } = buddycheck("run", "ours.yaml", ...flags);
    expect(code).toBe(2);
    expect(err).toContain(told);
  });
});
