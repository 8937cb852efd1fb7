/*
 * Calls that overlap, as a user explores them, and the trace verifier as a witness: of two calls at once it must find
 * wrong what no order explains, and nothing else.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Command } from "../model/command.ts";
import { createGeometry } from "../model/geometry.ts";
import { LAW_IDS } from "../model/invariants.ts";
import { UNLOCKED_MUTANTS } from "../model/mutants-unlocked.ts";
import { SMALL_POOL } from "../model/play.ts";
import { STRICT_PROFILE, type Profile } from "../model/profile.ts";
import { groupLetters } from "../src/explore/explore-interleaved.ts";
import { Group, type GroupEnd } from "../src/explore/group.ts";
import { Linearizer, profileFor } from "../src/explore/linearizer.ts";
import { looksAt } from "../src/explore/looks.ts";
import { MaskJudge } from "../src/search/mask-judge.ts";
import { STEPPED_REFERENCE, unlockedTarget } from "../src/targets/reference.ts";
import type { Session, SessionTarget } from "../src/targets/target.ts";
import { timedLine } from "../src/trace/native-writer.ts";
import { NativeReader } from "../src/trace/native.ts";
import { Verifier } from "../src/verify/verify.ts";
import { readSchema, strictly } from "./schema.ts";

const CLI = path.resolve("dist/src/cli.js");
const folder = mkdtempSync(path.join(tmpdir(), "buddycheck-"));
afterAll(() => rmSync(folder, { recursive: true }));

const complaintsOf = strictly(readSchema("explore-interleaved-report"));

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function buddycheck(words: string): Ran {
  const { status, stdout, stderr } = spawnSync("node", [CLI, ...words.split(" ")], { cwd: folder, encoding: "utf8" });
  return { code: status, out: stdout, err: stderr };
}

describe("buddycheck explore --interleave", () => {
  it.each([
    ["reference --max-order 1", 0, "reference: holds in all 5 states, whatever overlaps"],
    ["reference --depth-max 1", 3, "reference: undecided: states 1 commands from the start were not expanded; "],
    ["mutant:locks-in-two-orders", 1, "error[returns]: Every legal call returns"],
    ["mutant:allocates-unlocked --calls 1", 0, "mutant:allocates-unlocked: holds in all 30 states"],
  ])("%s exits with %i and says so", (words, exit, said) => {
    const { code, out } = buddycheck(`explore --interleave ${words}`);
    expect([code, out.slice(0, said.length)]).toEqual([exit, said]);
  });
  it.each([
    ["mutant:never-coalesces", "EXPLORE_NO_STEPS"],
    ["spec", "EXPLORE_NO_STEPS"],
    ["-- cat", "EXPLORE_NO_STEPS"],
    ["endless.mjs", "TARGET_ENDLESS_STEPS"],
    ["blind.mjs --calls 3", "OPTION_VALUE"],
    ["reference --mode dfs", "--mode"],
  ])("%s is wrong input", (words, said) => {
    const body = "save: () => new Uint8Array(1), restore() {}, free: () => false";
    writeFileSync(
      path.join(folder, "endless.mjs"),
      `export const open = () => ({ *alloc() { for (;;) yield "wait"; }, ${body} });`,
    );
    writeFileSync(path.join(folder, "blind.mjs"), `export const open = () => ({ alloc: () => null, ${body} });`);
    const { code, err } = buddycheck(`explore --interleave ${words}`);
    expect([code, err]).toEqual([2, expect.stringContaining(said)]);
  });
  it("shows the schedule, a column for each processor", () => {
    const { out } = buddycheck("explore --interleave mutant:frees-unlocked");
    expect(out.slice(out.indexOf("       cpu 0"))).toBe(FREES_UNLOCKED);
  });
  it("says the same without --interleave: called one after the other, nothing is wrong", () => {
    const { code, out } = buddycheck("explore mutant:frees-unlocked --max-order 2");
    expect([code, out]).toEqual([0, expect.stringContaining("holds in all 30 states")]);
  });
  it.each(["reference --max-order 1", "mutant:looks-before-locking", "mutant:locks-in-two-orders"])(
    "reports %s as its schema says",
    (words) => expect(complaintsOf(buddycheck(`explore --interleave ${words} --json`).out)).toBe(""),
  );
});

const FREES_UNLOCKED = `\
       cpu 0              cpu 1
    0  f0 is called
    1  look at 0
    2                     f0 is called
    3                     look at 0
    4                     0 is live no more
    5                     list 0:2 -> f0+
    6  0 is live no more
    7  list 0:2 -> f0+
`;

describe("a saved counterexample of calls that overlap", () => {
  it("is a trace in which verify finds the same law broken, and a case of a corpus", () => {
    for (const id of ["frees-unlocked", "locks-in-two-orders", "unlocks-while-splitting"]) {
      const { code, err } = buddycheck(`explore --interleave mutant:${id} --save cases`);
      expect([code, err]).toEqual([1, expect.stringContaining("saved cases")]);
    }
    const names = readdirSync(path.join(folder, "cases", "rejected")).sort();
    expect(names.slice(0, 2)).toEqual([
      "mutant-frees-unlocked-interleaved.case.yaml",
      "mutant-frees-unlocked-interleaved.jsonl",
    ]);
    const recordings = names.filter((name) => name.endsWith(".jsonl")).map((name) => `cases/rejected/${name}`);
    const { out } = buddycheck(`verify --quiet ${recordings.join(" ")}`);
    expect(out.match(/\([a-z-]+\)/gu)).toEqual(["(bad-free-refused)", "(returns)", "(no-spurious-oom)"]);
    expect(buddycheck("corpus run cases").code).toBe(0);
  });
});

/** Clients give good frees only: what a free of something not yet served means, no recording can say. */
const PROFILE: Profile = { ...profileFor(STRICT_PROFILE), misuse: "undefined" };

const GEOMETRY = createGeometry({ ...SMALL_POOL, maxOrder: 1, pages: 4 });

/** What is called before two calls overlap. */
const BEFORE: readonly (readonly Command[])[] = [
  [],
  [asked(0)],
  [asked(0), asked(0), asked(0), { kind: "free", pfn: 0 }],
  [asked(1), asked(1)],
];

function asked(order: number): Command {
  return { kind: "alloc", order, zone: null };
}

describe("of two calls at once verify finds wrong what no order explains, and nothing else:", () => {
  it.each([STEPPED_REFERENCE, ...UNLOCKED_MUTANTS.map(unlockedTarget)])("in every schedule of $name", (target) => {
    const { agreed, disagreed } = compared(target);
    expect(disagreed).toEqual([]);
    expect(agreed).toBeGreaterThan(50);
  });
});

/** How often the two came to one verdict, and the traces with which they did not. */
function compared(target: SessionTarget): { readonly agreed: number; readonly disagreed: readonly string[] } {
  const found = BEFORE.map((commands) => comparedAfter(commands, target));
  return {
    agreed: found.reduce((sum, { agreed }) => sum + agreed, 0),
    disagreed: found.flatMap(({ disagreed }) => disagreed),
  };
}

function comparedAfter(commands: readonly Command[], target: SessionTarget): ReturnType<typeof compared> {
  const session = target.open({ geometry: GEOMETRY, profile: PROFILE });
  const { memory, steps } = session;
  if (memory === null || steps === null) throw new Error("no steps");
  const letters = groupLetters({ geometry: GEOMETRY, profile: PROFILE, session });
  const judge = new MaskJudge(GEOMETRY, PROFILE);
  const linearizer = new Linearizer(judge);
  const disagreed: string[] = [];
  let agreed = 0;
  const { side, lines } = made(commands, session, judge);
  const bytes = new Uint8Array(memory.byteLength);
  memory.save(bytes, 0);
  const heads = new Map(judge.blocks());
  const group = new Group({ steps, memory, letters }, { bytes, heldAt: (pfn) => heads.get(pfn) ?? 0 }, 2);
  group.run((end) => {
    const looks = end.isQuiet ? looksAt(session) : [];
    const isFine = linearizer.isExplained(side, end.operations, () =>
      looks.every(({ command, outcome }) => judge.observe(command, outcome) !== "broken"),
    );
    const seen = looks.slice(0, 1).map(({ command, outcome }) => timedLine(command, outcome, 0, timesAt(200)));
    const trace = [...lines, ...linesOf(end), ...seen];
    if (isFine === (verdictOf(trace) === "holds")) agreed++;
    else disagreed.push(`${isFine ? "explained" : "unexplained"} ${trace.join(" ")}`);
    return true;
  });
  return { agreed, disagreed };
}

/** Makes calls one after the other; what the client holds then, and their lines. */
function made(
  commands: readonly Command[],
  session: Session,
  judge: MaskJudge,
): { readonly side: Int32Array; readonly lines: readonly string[] } {
  session.reset();
  judge.start();
  const side = new Int32Array(judge.words);
  judge.save(side, 0);
  const lines = commands.map((command, at) => {
    const outcome = session.answer(command);
    judge.load(side, 0);
    judge.step(command, outcome, () => null);
    judge.save(side, 0);
    return timedLine(command, outcome, 0, timesAt(at));
  });
  return { side, lines };
}

function timesAt(time: number): { readonly called: number; readonly returned: number; readonly cpu: number } {
  return { called: time, returned: time, cpu: 0 };
}

/** The lines of a group's calls, with the times of their first and last acts; one that waits for ever has died. */
function linesOf({ operations, schedule }: GroupEnd): readonly string[] {
  const begun = schedule.flatMap((act, at) => (act >= 0 ? [at] : []));
  return operations.flatMap(({ command, outcome }, call) => {
    const called = begun[call] ?? 0;
    const returned = Math.max(called, schedule.lastIndexOf(~call));
    return outcome === null
      ? []
      : [timedLine(command, outcome, 0, { called: 100 + called, returned: 100 + returned, cpu: call })];
  });
}

const HEADER = JSON.stringify({ buddytrace: 1, max_order: 1, pages: 4 });

function verdictOf(lines: readonly string[]): string {
  const options = { file: "t", profileOf: () => PROFILE, laws: new Set(LAW_IDS), findingsMax: 1, failFast: true };
  const verifier = new Verifier({ ...options, evidence: false });
  const reader = new NativeReader(verifier, "t");
  verifier.cursor = reader;
  reader.push(new TextEncoder().encode(`${[HEADER, ...lines].join("\n")}\n`));
  reader.end();
  return verifier.result(lines.length + 1).verdict;
}
