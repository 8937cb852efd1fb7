/*
 * `buddycheck run` as a user runs it: what it prints, and its exit codes.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const CLI = path.resolve("dist/src/cli.js");
const folder = mkdtempSync(path.join(tmpdir(), "buddycheck-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Serves page 0 to everybody; its state is nothing. */
const POOL = `export function open() {
  return { alloc: () => 0, free: () => true, save: () => new Uint8Array(0), restore: () => undefined };
}
`;
writeFileSync(path.join(folder, "pool.mjs"), POOL);
writeFileSync(path.join(folder, "broken.mjs"), "export const open = 1;\n");
writeFileSync(path.join(folder, "answers"), "#!/bin/sh\nexit 3\n", { mode: 0o755 });

const HEAD = "suite: 1\nname: tried\nsummary: a try\nparts:\n";
const CASE = "buddytrace: 1\nmax_order: 3\npages: 8\nshows: A try.\nprovenance: here\nevents: [a0=0]\n";

/** Runs a suite with these parts; `cases` are the files of its corpus. */
function run(
  parts: string,
  cases: Readonly<Record<string, string>> = {},
  ...flags: string[]
): { readonly code: number | null; readonly out: string; readonly err: string } {
  const home = mkdtempSync(path.join(folder, "suite-"));
  mkdirSync(path.join(home, "cases"));
  writeFileSync(path.join(home, "suite.yaml"), `${HEAD}${parts}`);
  for (const [name, text] of Object.entries(cases)) writeFileSync(path.join(home, "cases", name), text);
  const { status, stdout, stderr } = spawnSync("node", [CLI, "run", "suite.yaml", ...flags], {
    cwd: home,
    encoding: "utf8",
  });
  return { code: status, out: stdout, err: stderr };
}

const CORPUS = "  - { kind: corpus, folder: cases }";

describe("buddycheck run", () => {
  it("exits with 0 when all checks passed", () => {
    const { code, out } = run(CORPUS, { "a.case.yaml": `${CASE}expect: [{ verdict: holds }]` });
    expect([code, out.split("\n").at(-2)]).toEqual([0, "passed: 1 check in 1 part"]);
  });

  it("exits with 1 when one failed, and tells it", () => {
    const { code, out } = run(CORPUS, { "a.case.yaml": `${CASE}expect: [{ verdict: undecided }]` });
    expect(code).toBe(1);
    expect(out).toContain("expected  strict: undecided\n      found     holds\n");
  });

  it("exits with 2 when the suite or a case is wrong, and says where", () => {
    const suite = run("  - { kind: corpus, flder: cases }");
    expect([suite.code, suite.out]).toEqual([2, ""]);
    expect(suite.err).toContain("suite.yaml:5:21");
    const wrongCase = run(CORPUS, { "a.case.yaml": CASE });
    expect(wrongCase.code).toBe(2);
    expect(wrongCase.err).toContain("error[CASE_EXPECTATION]");
  });

  it("exits with 2 when there is no such folder", () => {
    const { code, err } = run("  - { kind: corpus, folder: nowhere }");
    expect([code, err.includes("error[INPUT_NOT_FOUND]")]).toEqual([2, true]);
  });

  it("exits with 4 when a part exercised nothing", () => {
    const { code, out } = run(CORPUS);
    expect(code).toBe(4);
    expect(out).toContain("nothing exercised: the folder holds no case");
  });

  it("explores and tests modules and programs that lie beside the suite", () => {
    const { code, out } = run(
      `  - { kind: explore, targets: { ../pool.mjs: holds } }
  - { kind: test, commands: 100, scope: 2, targets: { ../pool.mjs: holds, -- ../answers nothing: returns } }`,
    );
    expect(out).toMatch(/explore .*\n {2}✗ strict {2}..\/pool.mjs breaks no law/u);
    expect(out).toMatch(/found {5}in-bounds, by the allocator, after 1 command: no shorter sequence breaks a law/u);
    expect(out).toMatch(/trace {5}a4=0/u);
    expect(out).toMatch(/✓ -- ..\/answers nothing {2}strict/u);
    expect([code, out.split("\n").at(-2)]).toEqual([1, "failed: 2 of 3 checks in 2 parts"]);
  });

  it("exits with 2 when a target cannot be loaded, and says where it is named", () => {
    const { code, err } = run("  - { kind: explore, targets: { nowhere.mjs: holds, ../broken.mjs: holds } }");
    expect(code).toBe(2);
    expect(err).toMatch(/error\[INPUT_NOT_FOUND\].*\n {2}--> suite.yaml:5:33/u);
    expect(err).toMatch(/error\[TARGET_MODULE\].*\n {2}--> suite.yaml:5:53/u);
  });

  it("gives its parts equal shares of a budget, and leaves open what they do not finish", () => {
    const { code, out } = run(
      `  - { kind: test, targets: { reference: holds, mutant:never-coalesces: drained }, commands: 1000000000 }`,
      {},
      "--budget",
      "1s",
    );
    expect(code).toBe(3);
    expect(out).toMatch(/\? reference strict: the budget ran out after \d+ commands/u);
    expect(out).toMatch(/✓ mutant:never-coalesces {2}strict/u);
  });

  it("prints JSON for machines", () => {
    const { code, out } = run("  - { kind: handover, seeds: 3, commands: 5, maxOrder: 4 }", {}, "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      schemaVersion: 1,
      suites: [{ parts: [{ figures: { "hand-overs": 6 } }] }],
    });
  });

  it("runs the suite that comes with it when it is told nothing", { timeout: 60_000 }, () => {
    const { status, stdout } = spawnSync("node", [CLI, "run"], { cwd: folder, encoding: "utf8" });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^default: .*\n[^]*\npassed: \d+ checks in 11 parts\n$/u);
    expect(stdout).not.toMatch(/ never$/mu);
  });
});
