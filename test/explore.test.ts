/*
 * `buddycheck explore` as a user runs it: verdicts, exit codes, counterexamples as traces, and the report for machines.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import createWabt from "wabt";
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
    ["reference --pages 4 --mode dfs", 0, "reference: holds in all 30 states"],
    [
      "reference --pages 4 --mode bitstate --bits 20",
      3,
      "reference: undecided: a state was passed over by mistake with probability ",
    ],
    ["reference --mode random --states-max 300", 3, "reference: undecided: paths were drawn at random;"],
    ["mutant:never-coalesces --mode random", 1, "error["],
    ["reference --oracle api --pages 4 --jobs 2", 0, "reference: holds in all 30 states"],
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
    ["reference --mode dfs --jobs 2", "found --mode dfs"],
    ["reference --mode dfs --property mine.yaml", "expected: --mode bfs"],
  ])("%s is wrong input", (words, said) => {
    const { code, err } = explore(words);
    expect([code, err.replaceAll(/\s+/gu, " ")]).toEqual([2, expect.stringContaining(said)]);
  });
  it.each([
    ["counts its calls", TURNS, "TARGET_NONDETERMINISTIC", "a0=0"],
    [
      "is not restored",
      TURNS.replace("calls++", "0").replace("restore(bytes) {", "restore() { return;"),
      "TARGET_NOT_RESTORED",
      "a0=0",
    ],
    [
      "grows",
      TURNS.replace("calls++", "0").replace(
        "save: () => Uint8Array",
        "save: () => live.size > 1 ? new Uint8Array(99_999) : Uint8Array",
      ),
      "TARGET_GROWS",
      "a0=0 a0=1",
    ],
  ])("names state and command of a module that %s", (_, text, code, words) => {
    const name = `${code}.mjs`;
    writeFileSync(path.join(folder, name), text);
    const ran = explore(`${name} --max-order 0 --pages 2 --oracle api`);
    expect([ran.code, ran.err]).toEqual([2, expect.stringContaining(`error[${code}]`)]);
    expect(ran.err).toContain(words);
  });
  it.each([
    ["traps", "(unreachable)", "a0#abort"],
    ["never returns", "(loop $for_ever (br $for_ever)) (i32.const 0)", "a0#hang"],
  ])("shows the call at which WebAssembly %s", async (_, body, words) => {
    const wabt = await createWabt();
    const parsed = wabt.parseWat(
      "test.wat",
      `(module (memory (export "memory") 1)
      (func (export "buddycheck_init") (param i32 i32 i32) (result i32) (i32.const 0))
      (func (export "buddycheck_alloc") (param i32) (result i32) ${body})
      (func (export "buddycheck_free") (param i32 i32) (result i32) (i32.const 0)))`,
    );
    writeFileSync(path.join(folder, "wrong.wasm"), parsed.toBinary({}).buffer);
    const { code, out } = explore("wrong.wasm");
    expect([code, out]).toEqual([1, expect.stringContaining(words)]);
    expect(out).toContain("error[returns]");
  });
  it("saves a counterexample and its twin as cases of a corpus, which holds", () => {
    const { code, err } = explore("mutant:leaves-the-low-buddy --save cases");
    const file = "mutant-leaves-the-low-buddy-free-lists.case.yaml";
    expect([code, err]).toEqual([1, expect.stringContaining(`saved ${path.join("cases", "rejected", file)}`)]);
    expect(["accepted", "rejected"].map((part) => readdirSync(path.join(folder, "cases", part)))).toEqual([
      [file],
      [file],
    ]);
    expect(buddycheck("corpus", "run", "cases").code).toBe(0);
  });
});

describe("properties besides the laws", () => {
  const yaml = `properties: 1
always: [live_blocks <= 8, live_blocks <= 7]
reachable: [live_blocks == 8]
recoverable: [live_pages == 0]
`;
  const module = `export const always = { "in order": ({ live }) => live.every(({ pfn }, at) => at === 0 || pfn > live[at - 1].pfn) };
export const reachable = { all: ({ live }) => live.length === 4 };
export const recoverable = { nothing: ({ live }) => live.length === 0 };
`;
  writeFileSync(path.join(folder, "mine.yaml"), yaml);
  writeFileSync(path.join(folder, "mine.mjs"), module);
  it("are refuted by the shortest way there: of a file in YAML", () => {
    const { code, out } = explore("reference --property mine.yaml");
    expect(code).toBe(1);
    expect(out).toContain("live_blocks <= 7: violated, by a0=0z a0=1z a0=2z a0=3z a0=4z a0=5z a0=6z a0=7z");
    expect(out).toContain("live_blocks <= 8: undecided");
  });
  it("hold once every state was looked at: of a module", () => {
    const { code, out } = explore("reference --pages 4 --property mine.mjs");
    expect(code).toBe(0);
    for (const name of ["in order", "all", "nothing"]) expect(out).toContain(`${name}: holds`);
  });
});

describe("buddycheck export of a target", () => {
  it.each([
    ["dot reference --max-order 1", 's1 -> s0 [label="f0+"];'],
    ["json mutant:never-coalesces --pages 2 --max-order 1", '{"name":"broken","depth":2}'],
    ["itf mutant:never-coalesces", '"violates":["drained"'],
    ["graphml two-pages.mjs --max-order 0 --pages 2", "live 0:0 1:0"],
  ])("%s writes it", (words, said) => {
    writeFileSync(path.join(folder, "two-pages.mjs"), TURNS.replace("calls++", "0"));
    const { code, out } = buddycheck("export", ...words.split(" "));
    expect([code, out]).toEqual([0, expect.stringContaining(said)]);
  });
  it("has every state that exploring finds", () => {
    const { states } = JSON.parse(buddycheck("export", "json", "reference").out) as {
      readonly states: readonly unknown[];
    };
    expect(states).toHaveLength(1829);
  });
  it.each([
    ["itf reference", "EXPORT_CLEAN"],
    ["promela reference", "expected: no operand"],
    ["dot reference --max-order 4", "EXPORT_TOO_LARGE"],
  ])("%s is wrong input", (words, said) => {
    const { code, err } = buddycheck("export", ...words.split(" "));
    expect([code, err]).toEqual([2, expect.stringContaining(said)]);
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
