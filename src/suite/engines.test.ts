// The parts `explore` and `test`, on the reference allocator, on mutants, and on a target that forgets what it served.
import { describe, expect, it } from "vitest";
import { MUTANTS } from "../../model/mutants.ts";
import { checkVerdict, type PartResult } from "../checks.ts";
import { WHOLE, type Share } from "../share.ts";
import { NO_PROFILES } from "../spec/profile.ts";
import { readSuite } from "../spec/suite.ts";
import type { SuiteTarget } from "../spec/suite-target.ts";
import { mutantTarget, REFERENCE } from "../targets/reference.ts";
import type { SessionTarget } from "../targets/target.ts";
import { runSuite } from "./run.ts";
import type { Evidence, Subject } from "./trial.ts";

/** Serves page 0 once, and cannot save its state. */
const FORGETFUL: SessionTarget = {
  ...REFERENCE,
  name: "forgetful",
  open: (opening) => ({ ...REFERENCE.open(opening), memory: null }),
};

function subjectOf({ label, named }: SuiteTarget): Subject {
  if (named.kind === "spec") return named;
  if (named.kind === "file") return { kind: "target", target: FORGETFUL };
  const mutant = MUTANTS.find(({ id }) => label === `mutant:${id}`);
  return mutant === undefined
    ? { kind: "target", target: REFERENCE }
    : { kind: "mutant", mutant, target: mutantTarget(mutant) };
}

/** The part that the fields describe, run; further lines of the suite may follow. */
async function run(fields: string, rest = "", share: Share = WHOLE): Promise<PartResult & { kept: Evidence[] }> {
  const read = readSuite(`suite: 1\nname: a\nsummary: b\n${rest}\nparts:\n  - { ${fields} }`, "a.yaml", {
    profiles: NO_PROFILES,
    find: () => null,
  });
  if (read.kind === "wrong")
    throw new Error(read.problems.map(({ expected, found }) => `${expected}, ${found}`).join());
  const kept: Evidence[] = [];
  const { parts } = await runSuite(read.suite, {
    traces: () => Promise.resolve([]),
    verify: () => Promise.reject(new Error("no traces here")),
    corpus: () => Promise.reject(new Error("no corpus here")),
    subject: subjectOf,
    keep: (evidence) => {
      kept.push(evidence);
    },
    begin: () => share,
    shard: null,
    today: "2026-11-25",
  });
  return { ...(parts[0] as PartResult), kept };
}

/** Each check in a line: its verdict and what came of it. */
function lines({ checks }: PartResult): readonly string[] {
  return checks.map((check) => {
    const { group, name, outcome, undecided, failures } = check;
    const told = failures.map(({ expected, found, trace }) => `expected ${expected}, found ${found}; ${trace}`);
    return `${checkVerdict(check)} ${group}/${name}: ${[undecided ?? outcome, ...told].join("; ")}`;
  });
}

const TINY = "pools: [{ name: tiny, maxOrder: 1, pages: 2 }]";
const SMALL = "pools: [{ name: small, maxOrder: 3, pages: 8 }]";
const LARGE = "pools: [{ name: large, maxOrder: 10, pages: 4096 }]";

describe("a part that explores", () => {
  it.each([
    ["reference: holds", TINY, "passed reference/strict/tiny: holds in all 5 states"],
    ["spec: holds", TINY, "passed spec/strict/tiny: holds in all 4 states"],
    [
      "reference: holds",
      `${SMALL}, depth: 1`,
      "passed reference/strict/small: holds for all sequences of 1 command, in 5 states",
    ],
    [
      "reference: holds",
      `${SMALL}, states: 9`,
      "undecided reference/strict/small: stopped after 14 states, with others to go",
    ],
    [
      "mutant:never-coalesces: drained",
      TINY,
      "passed mutant:never-coalesces/strict/tiny: drained, by the allocator, after 2 commands: no shorter sequence breaks a law",
    ],
    [
      "mutant:never-coalesces: holds",
      TINY,
      "failed mutant:never-coalesces/strict/tiny: drained, by the allocator, after 2 commands: no shorter sequence breaks a law; " +
        "expected every law to hold, found drained, by the allocator, after 2 commands: no shorter sequence breaks a law; " +
        "a0=0z f0+ free 1:0 0:0",
    ],
    [
      "mutant:never-coalesces: aligned",
      TINY,
      "failed mutant:never-coalesces/strict/tiny: drained, by the allocator, after 2 commands: no shorter sequence breaks a law; " +
        "expected aligned broken first, found drained, by the allocator, after 2 commands: no shorter sequence breaks a law; " +
        "a0=0z f0+ free 1:0 0:0",
    ],
    [
      "reference: aligned",
      TINY,
      "failed reference/strict/tiny: holds in all 5 states; expected aligned broken first, found holds in all 5 states; ",
    ],
    [
      "./forgetful.mjs: holds",
      TINY,
      "failed ./forgetful.mjs/strict/tiny: neither; expected a target whose state can be saved and restored, found neither; ",
    ],
  ])("says of { %s } with %s: %s", async (target, rest, line) => {
    expect(lines(await run(`kind: explore, targets: { ${target} }, ${rest}`))).toEqual([line]);
  });

  it("starts no pool that has no end", async () => {
    const [line] = lines(await run(`kind: explore, targets: { reference: holds }, ${LARGE}`));
    expect(line).toMatch(
      /^undecided .* the pool has at least a number of \d+ digits of states: give the part a depth/u,
    );
  });

  it("tries each target under each profile in each pool", async () => {
    const pools = "pools: [{ name: p, maxOrder: 1, pages: 2 }, { name: q, maxOrder: 0, pages: 1 }]";
    const targets = "targets: { spec: holds, reference: holds }";
    const { checks } = await run(`kind: explore, ${targets}, ${pools}, profiles: [strict, { name: b, fit: best }]`);
    expect(checks.map(({ group, name }) => `${group}/${name}`)).toEqual(
      ["spec", "reference"].flatMap((target) =>
        ["strict/p", "strict/q", "b/p", "b/q"].map((each) => `${target}/${each}`),
      ),
    );
  });

  it("leaves open what the budget does not reach", async () => {
    const targets = "kind: explore, targets: { reference: holds, spec: holds }";
    const late = await run(targets, "", { ...WHOLE, isOver: () => true });
    expect(lines(late)[0]).toBe("undecided reference/strict: the budget ran out before it was tried");
    const over: Share = { ...WHOLE, isOver: () => true };
    const cut = await run(`kind: explore, targets: { reference: holds }, ${SMALL}`, "", {
      ...WHOLE,
      slice: () => over,
    });
    expect(lines(cut)[0]).toMatch(/^undecided reference\/strict\/small: the budget ran out after \d+ states$/u);
  });
});

describe("a part that tests", () => {
  it.each([
    ["reference: holds", "commands: 100, scope: 0", /^passed reference\/strict: no law broken by \d+ commands$/u],
    [
      "mutant:never-coalesces: drained",
      "commands: 100, scope: 2",
      /^passed .*: drained, by the allocator, after 2 commands: shortest at scale 1, and the same with largest order 10$/u,
    ],
    ["mutant:never-coalesces: holds", "commands: 100, scope: 2", /^failed .*; a0=0z f0:0\+ free 1:0 0:0$/u],
    ["./forgetful.mjs: holds", "commands: 100, scope: 0", /^passed /u],
    [
      "reference: holds",
      `commands: 100, scope: 0, ${SMALL}`,
      /^passed reference\/strict\/small: no law broken by \d+ commands$/u,
    ],
  ])("says of { %s } with %s: %s", async (target, rest, line) => {
    const [said] = lines(await run(`kind: test, targets: { ${target} }, ${rest}`));
    expect(said).toMatch(line);
  });

  it("is content with its own budget where it names no commands, and with nothing less otherwise", async () => {
    let asked = 0;
    const soon = { ...WHOLE, isOver: () => asked++ > 40 };
    const own: Share = { ...WHOLE, slice: () => ({ ...soon, slice: () => soon }) };
    const cut: Share = { ...WHOLE, slice: () => ({ ...soon, slice: () => ({ ...soon, isCut: true }) }) };
    const part = `kind: test, targets: { reference: holds }, budget: 1s, scope: 0, ${SMALL}`;
    expect(lines(await run(part, "", own))[0]).toMatch(/^passed /u);
    asked = 0;
    expect(lines(await run(part, "", cut))[0]).toMatch(/^undecided .*: the budget ran out after \d+ commands$/u);
  });
});

describe("laws", () => {
  const wrong = "targets: { mutant:never-coalesces: holds }";
  const off =
    "laws: { drained: off, no-free-buddies: off, free-lists: off, frame: off, conserved: off, partition: off }";

  it.each(["explore", "test"])("that are off are not judged by %s", async (kind) => {
    const rest = kind === "test" ? "commands: 200, scope: 1, oracle: lists" : TINY;
    const judged = await run(`kind: ${kind}, ${wrong}, ${rest}`, off);
    expect(judged.checks[0]?.failures.map(({ law }) => law)).toEqual(["no-spurious-oom"]);
    const all = `${off.slice(0, -2)}, no-spurious-oom: off }`;
    expect(lines(await run(`kind: ${kind}, ${wrong}, ${rest}`, all))[0]).toMatch(/^passed/u);
  });

  it("that only warn hide no other", async () => {
    const warned = await run(`kind: explore, ${wrong}, ${TINY}`, "laws: { drained: warning }");
    expect(warned.checks[0]?.failures[0]).toMatchObject({ law: "no-free-buddies", weight: { kind: "error" } });
    const only = await run(`kind: explore, ${wrong}, ${TINY}`, off.replaceAll("off", "warning"));
    expect(only.checks[0]?.failures[0]).toMatchObject({ law: "no-spurious-oom", weight: { kind: "error" } });
    const mild = `${off.replaceAll("off", "warning").slice(0, -2)}, no-spurious-oom: warning }`;
    const told = await run(`kind: explore, ${wrong}, ${TINY}`, mild);
    expect(told.checks.map((check) => [checkVerdict(check), check.failures[0]?.weight.kind])).toEqual([
      ["passed", "warning"],
    ]);
  });
});

describe("what breaks a law", () => {
  it("is kept with its pool and its answers", async () => {
    const { kept } = await run(`kind: explore, targets: { mutant:never-coalesces: holds }, ${TINY}`);
    expect(kept).toMatchObject([
      { part: "explore", group: "mutant:never-coalesces", name: "strict/tiny", label: "mutant:never-coalesces" },
    ]);
    expect(kept[0]?.steps.map(({ command }) => command.kind)).toEqual(["alloc", "free", "snapshot"]);
  });
});
