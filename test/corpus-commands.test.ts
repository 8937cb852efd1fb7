/*
 * `buddycheck corpus` as a user runs it, and the mutants' cases, which are generated (`npm run docs:generate`).
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { CLIENT_MUTANTS } from "../model/mutants-around.ts";
import { MUTANTS } from "../model/mutants.ts";
import { mutantCases } from "../src/corpus/mutant-cases.ts";

const CLI = path.resolve("dist/src/cli.js");
const scratch = mkdtempSync(path.join(tmpdir(), "buddycheck-corpus-"));
afterAll(() => rmSync(scratch, { recursive: true }));

function corpus(...words: string[]): { readonly code: number | null; readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync("node", [CLI, "corpus", ...words], { encoding: "utf8", input: "" });
  return { code: status, out: stdout, err: stderr };
}

function files(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".yaml"))
    .sort();
}

const DOUBLE_FREE = "traces/xv6/rejected/misuse-double-free-merged.jsonl";

describe("corpus add", () => {
  const folder = path.join(scratch, "added");
  const provenance = ["--to", folder, "--provenance", "a test"];

  it("stores what matters of a trace, and a twin beside it", () => {
    expect(corpus("add", DOUBLE_FREE, ...provenance).out).toContain(
      "added, with 3 events: free-live-only, by the client",
    );
    expect(files(folder)).toEqual([
      "xv6-riscv-fall19-buddy/accepted/free-live-only-1.case.yaml",
      "xv6-riscv-fall19-buddy/rejected/free-live-only-1.case.yaml",
    ]);
    expect(corpus("run", folder).code).toBe(0);
  });

  it("stores nothing twice, and names the one that is there", () => {
    const { code, out } = corpus("add", DOUBLE_FREE, ...provenance);
    expect([code, out]).toEqual([
      0,
      "not added: 3 events, the same up to scale and symmetry as xv6-riscv-fall19-buddy/rejected/free-live-only-1\n",
    ]);
  });

  it("stores a trace that holds under the name it is given", () => {
    const trace = ["add", "traces/xv6/accepted/short.jsonl", ...provenance];
    expect(corpus(...trace).err).toContain("a name, since the trace holds and breaks no law");
    expect(corpus(...trace, "--name", "short").out).toContain("added, with 50 events, accepted");
    expect(corpus(...trace, "--name", "short").code).toBe(2);
    expect(corpus("run", folder).out).toContain("passed: 3 checks");
  });

  it("refuses what it cannot read, and what has no twin", () => {
    expect(corpus("add", "package.json", ...provenance).code).toBe(2);
    expect(corpus("add", "nowhere.jsonl", ...provenance).code).toBe(2);
  });
});

describe("corpus update", () => {
  const file = path.join(scratch, "one.case.yaml");
  const text = `# Kept.\nbuddytrace: 1\nmax_order: 3\npages: 8\nevents: [a0=0 a0=0]\nshows: A try.\nprovenance: here\ntwin: two.case.yaml\nexpect: [{ verdict: violated, line: 9, law: aligned, blame: client }]\n`;
  const twin = text.replace("a0=0 a0=0", "a0=0").replace(/twin[^]*/u, "expect: [{ verdict: holds }]\n");

  function write(): void {
    for (const name of readdirSync(scratch)) rmSync(path.join(scratch, name), { recursive: true });
    writeFileSync(file, text);
    writeFileSync(path.join(scratch, "two.case.yaml"), twin);
  }

  it("shows what changed, and without an answer leaves it", () => {
    write();
    const { code, out } = corpus("update", scratch);
    expect([code, out]).toEqual([
      1,
      "one\n  strict\n    - violated at line 9: aligned, by the client\n    + violated at line 5: no-overlap, by the allocator\n0 of 1 cases updated\n",
    ]);
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  it("writes it with --yes, and touches nothing else", () => {
    write();
    expect(corpus("update", scratch, "--yes")).toMatchObject({ code: 0 });
    expect(readFileSync(file, "utf8")).toContain("# Kept.\nbuddytrace: 1\n");
    expect(readFileSync(file, "utf8")).toContain("verdict: violated, line: 5, law: no-overlap, blame: allocator");
    expect(corpus("update", scratch).out).toBe("every case gets the verdict it expects\n");
  });
});

describe("the mutants' cases in traces/mutants", () => {
  const cases = mutantCases();

  it.each(cases)("$path is up to date", ({ path: name, text }) => {
    expect(readFileSync(path.join("traces", name), "utf8"), "run `npm run docs:generate`").toBe(text);
  });
  it("are all there are", () =>
    expect(files("traces/mutants").map((name) => `mutants/${name}`)).toEqual(
      cases.map(({ path: name }) => name).sort(),
    ));
  it("are one for each mutant but the one whose answers cannot be written", () => {
    const named = new Set(cases.map(({ path: name }) => path.basename(name, ".case.yaml")));
    const missing = [...MUTANTS, ...CLIENT_MUTANTS].filter(({ id }) => !named.has(id));
    expect(missing.map(({ id }) => id)).toEqual(["cuts-addresses-short"]);
  });
});
