/*
 * `buddycheck explore` as a user runs it: verdicts, exit codes, counterexamples as traces, and the report for machines.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readSchema, strictly } from "./schema.ts";

const CLI = path.resolve("dist/src/cli.js");
const folder = mkdtempSync(path.join(tmpdir(), "buddycheck-"));
afterAll(() => rmSync(folder, { recursive: true }));

const complaintsOf = strictly(readSchema("explore-report"));

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function buddycheck(...words: string[]): Ran {
  const { status, stdout, stderr } = spawnSync("node", [CLI, ...words], { cwd: folder, encoding: "utf8" });
  return { code: status, out: stdout, err: stderr };
}

function explore(words: string): Ran {
  return buddycheck("explore", ...words.split(" "));
}

describe("buddycheck explore", () => {
  it.each([
    ["reference", 0, "reference: holds in all 1829 states"],
    ["reference --oracle api --pages 4", 0, "reference: holds in all 30 states"],
    ["reference --pages 10 --reserved 3-5 --base-pfn 7", 0, "reference: holds in all "],
    ["reference --zone dma=0-4 --zone normal=4-8", 0, "reference: holds in all "],
    ["reference --resize 4-8", 0, "reference: holds in all "],
    ["reference --states-max 100", 3, "reference: undecided: stopped at 100 states; no law was seen broken in "],
    ["reference --depth-max 2", 3, "reference: undecided: states 2 commands from the start were not expanded; "],
    ["reference --oracle api --depth-max 2", 3, "reference: undecided: states 2 commands from the start "],
    ["mutant:never-coalesces", 1, "error[drained]: After everything is freed"],
    ["spec --max-order 3", 0, "spec: holds in all 67 states"],
  ])("%s exits with %i and says so", (words, exit, said) => {
    const { code, out } = explore(words);
    expect([code, out.slice(0, said.length)]).toEqual([exit, said]);
  });
  it.each([
    ["reference --max-order 5", "at least 210066388901 states"],
    ["reference --oracle lists,api", "expected: api or lists"],
    ["reference --states-max many", "expected: a whole number from 1"],
    ["reference --resize 8-4", "expected: START-END"],
    ["-- cat", "a program"],
  ])("%s is wrong input", (words, said) => {
    const { code, err } = explore(words);
    expect([code, err.replaceAll(/\s+/gu, " ")]).toEqual([2, expect.stringContaining(said)]);
  });
  it("tells a module that counts its calls from one that can be explored", () => {
    writeFileSync(path.join(folder, "turns.mjs"), TURNS);
    const { code, err } = explore("turns.mjs --max-order 0 --pages 2 --oracle api");
    expect([code, err]).toEqual([2, expect.stringContaining("TARGET_NONDETERMINISTIC")]);
  });
  it("saves a counterexample and its twin as cases that verify agrees with", () => {
    const { code, err } = explore("mutant:leaves-the-low-buddy --save cases");
    expect([code, err]).toEqual([1, expect.stringContaining("saved cases")]);
    const cases = readdirSync(path.join(folder, "cases")).sort();
    expect(cases).toEqual([
      "mutant-leaves-the-low-buddy-free-lists.accepted.yaml",
      "mutant-leaves-the-low-buddy-free-lists.yaml",
    ]);
    expect(cases.map((name) => buddycheck("verify", path.join("cases", name)).code)).toEqual([0, 1]);
  });
});

/** Serves either page first, in turn. */
const TURNS = `export function open() {
  let live = new Set();
  let calls = 0;
  return {
    alloc(order) {
      const free = [0, 1].filter((page) => !live.has(page));
      if (order > 0 || free.length === 0) return null;
      const page = free[calls++ % free.length];
      live.add(page);
      return page;
    },
    free: (pfn, order) => (order ?? 0) === 0 && live.delete(pfn),
    save: () => Uint8Array.from([live.has(0) ? 1 : 0, live.has(1) ? 1 : 0]),
    restore(bytes) {
      live = new Set([0, 1].filter((page) => bytes[page] === 1));
    },
  };
}
`;

describe("its report for machines", () => {
  it.each(["reference", "reference --budget 1ms --oracle api", "mutant:cuts-the-list", "spec --max-order 2"])(
    "of %s is as its schema says",
    (words) => {
      const { out } = explore(`${words} --json`);
      expect(complaintsOf(out)).toBe("");
    },
  );
  it("has a counterexample as a trace that verify finds the same law broken in", () => {
    const { counterexample } = JSON.parse(explore("mutant:cuts-the-list --oracle api --json").out) as {
      readonly counterexample: { readonly law: string; readonly lines: readonly string[] };
    };
    writeFileSync(path.join(folder, "found.jsonl"), `${counterexample.lines.join("\n")}\n`);
    const { out } = buddycheck("verify", "--quiet", "found.jsonl");
    expect(out).toContain(`(${counterexample.law})`);
  });
});
