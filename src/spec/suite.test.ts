import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { NO_PROFILES } from "./profile.ts";
import { printSuite } from "./suite-print.ts";
import { readSuite, type Suite, type SuiteLibrary } from "./suite.ts";

const HEAD = "suite: 1\nname: a\nsummary: b\nparts:\n";
const POOL = "{ name: p, maxOrder: 3, pages: 8 }";
const RUN = "seeds: 1, commands: 1, lookEvery: 1";

const NO_FILES: SuiteLibrary = { profiles: NO_PROFILES, find: () => null };

function suiteOf(parts: string): Suite | string {
  return readText(`${HEAD}${parts}`, NO_FILES);
}

function readText(text: string, library: SuiteLibrary): Suite | string {
  const read = readSuite(text, "a.yaml", library);
  if (read.kind === "suite") return read.suite;
  return read.problems
    .map(({ code, place, expected, found }) => `${place.line}:${place.column} ${code}: ${expected}, found ${found}`)
    .join("; ");
}

/** A reference part with this pool. */
function withPool(pool: string): string {
  return `  - { kind: reference, pools: [${pool}], profiles: [strict], ${RUN} }`;
}

describe("a suite", () => {
  it("has parts of every kind", () => {
    const suite = suiteOf(`  - { kind: corpus, folder: traces }
  - { kind: verify, traces: [a.jsonl], profile: { fit: best } }
  - { kind: reference, pools: [${POOL}], profiles: [strict, { fit: best }], ${RUN} }
  - { kind: handover, seeds: 1, commands: 1, maxOrder: 3 }
  - { kind: mutants, seeds: 1, commands: 1 }
  - { kind: explore, targets: { spec: holds, mutant:cuts-the-list: frame } }
  - { kind: test, targets: { ./a.mjs: holds, -- ./a b: holds }, commands: 1 }`);
    expect(suite).toMatchObject({ name: "a", file: "a.yaml" });
    expect((suite as Suite).parts.map(({ kind }) => kind)).toEqual([
      "corpus",
      "verify",
      "reference",
      "handover",
      "mutants",
      "explore",
      "test",
    ]);
  });

  it("gives every pool its base, its holes and its zones", () => {
    const pool =
      "{ name: p, maxOrder: 3, pages: 8, basePfn: 3, reserved: [[1, 2]], zones: [{ name: dma, pfns: [0, 4] }] }";
    expect(suiteOf(withPool(pool))).toMatchObject({
      parts: [
        {
          pools: [
            { name: "p", shape: { basePfn: 3, reserved: [{ start: 1, end: 2 }], zones: [{ name: "dma", end: 4 }] } },
          ],
        },
      ],
    });
  });

  it.each([
    [
      "a kind that is none",
      "  - { kind: corpse, folder: a }",
      '5:13 SUITE_FIELD: a part, whose kind is corpus, verify, reference, handover, mutants, explore, test, perhaps `corpus`, found "corpse"',
    ],
    [
      "a misspelt field",
      "  - { kind: corpus, folder: a, flder: b }",
      "5:32 SUITE_FIELD: perhaps `folder`, found `flder`",
    ],
    [
      "a misspelt field of a pool",
      withPool("{ name: p, maxOrder: 3, pages: 8, maxorder: 4 }"),
      "5:66 SUITE_FIELD: perhaps `maxOrder`, found `maxorder`",
    ],
    ["a field missing", "  - { kind: corpus }", "5:5 SUITE_FIELD: a text, found nothing"],
    ["no parts", "  []", "SUITE_FIELD: at least one part, found none"],
    ["parts that are no list", "", "4:7 SUITE_FIELD: a list of parts, found null"],
    [
      "a misspelt mutant",
      "  - { kind: explore, targets: { mutant:cuts-the-lists: frame } }",
      "5:33 TARGET_UNKNOWN: perhaps `mutant:cuts-the-list`, found mutant:cuts-the-lists",
    ],
    [
      "a misspelt target",
      "  - { kind: test, commands: 1, targets: { referense: holds } }",
      "5:43 TARGET_UNKNOWN: perhaps `reference`, found referense",
    ],
    [
      "a target that is none",
      "  - { kind: test, commands: 1, targets: { a.txt: holds } }",
      "5:43 TARGET_UNKNOWN: reference, mutant:ID, a module, a .wasm file, or a program behind --, found a.txt",
    ],
    [
      "a specification that is tested",
      "  - { kind: test, commands: 1, targets: { spec: holds } }",
      "5:43 TARGET_UNKNOWN: an implementation, found spec",
    ],
    [
      "a program that is explored",
      "  - { kind: explore, targets: { -- ./a: holds } }",
      "5:33 EXPLORE_NO_STATES: a target whose state can be saved, which no program's can, found -- ./a",
    ],
    [
      "a law misspelt as what is expected",
      "  - { kind: explore, targets: { reference: no-overlaps } }",
      '5:44 SUITE_FIELD: holds, or the law that has to be broken first, perhaps `no-overlap`, found "no-overlaps"',
    ],
    ["no targets", "  - { kind: explore, targets: {} }", "5:31 SUITE_FIELD: at least one target, found {}"],
    [
      "a test without an end",
      "  - { kind: test, targets: { reference: holds } }",
      '5:5 SUITE_FIELD: `commands`, or a `budget`, found {"kind":"test","targets":{"reference":"holds"}}',
    ],
    [
      "a budget that is no time",
      "  - { kind: mutants, seeds: 1, commands: 1, budget: long }",
      '5:53 SUITE_FIELD: a time, such as 30s or 5m, found "long"',
    ],
    ["no seeds", "  - { kind: mutants, seeds: 0, commands: 1 }", "5:29 SUITE_FIELD: a whole number from 1, found 0"],
    [
      "an order beyond all",
      "  - { kind: handover, seeds: 1, commands: 1, maxOrder: 31 }",
      "5:56 SUITE_FIELD: an order up to 30, found 31",
    ],
    [
      "a pool too large to run",
      withPool("{ name: p, maxOrder: 3, pages: 2000000 }"),
      "SUITE_FIELD: at most 1048576 pages, found 2000000",
    ],
    [
      "an empty range",
      withPool("{ name: p, maxOrder: 3, pages: 8, reserved: [[3, 3]] }"),
      "SUITE_FIELD: a range that is not empty, found [3,3]",
    ],
    [
      "zones that overlap",
      withPool("{ name: p, maxOrder: 3, pages: 8, zones: [{ name: a, pfns: [0, 4] }, { name: b, pfns: [3, 8] }] }"),
      "SUITE_FIELD: a zone from 4 on, behind the one before it, found [3,8]",
    ],
    [
      "a zone beyond the pool",
      withPool("{ name: p, maxOrder: 3, pages: 8, zones: [{ name: a, pfns: [0, 9] }] }"),
      "SUITE_FIELD: a zone that ends with the pool, at 8, found [0,9]",
    ],
    [
      "an unknown profile",
      `  - { kind: reference, pools: [${POOL}], profiles: [strickt], ${RUN} }`,
      '5:80 PROFILE_UNKNOWN: a profile, perhaps `strict`, found "strickt"',
    ],
  ])("with %s is refused", (_, parts, problem) => expect(suiteOf(parts)).toContain(problem));

  it("of another version is refused", () => {
    expect(readSuite("suite: 2", "a.yaml", NO_FILES)).toMatchObject({
      kind: "wrong",
      problems: [{ code: "SUITE_FIELD" }, {}, {}],
    });
  });
});

describe("a suite that extends another", () => {
  const base = `suite: 1
name: base
summary: b
laws: { placement: warning, zeroed: off }
known: [{ law: aligned, reason: r, until: 2027-01-31 }]
parts:
  - { kind: mutants, seeds: 1, commands: 1 }
  - { kind: handover, seeds: 1, commands: 1, maxOrder: 3 }
  - { kind: mutants, name: more, seeds: 1, commands: 1 }`;
  const library: SuiteLibrary = {
    profiles: NO_PROFILES,
    find: (name) => (name === "./missing.yaml" ? null : { file: name, text: name === "base" ? base : EXTENDING }),
  };
  const EXTENDING = "suite: 1\nname: a\nsummary: b\nextends: ring.yaml";

  function extending(text: string): Suite | string {
    return readText(`suite: 1\nname: a\nsummary: b\n${text}`, library);
  }

  it("has the other's parts first, but for those left out or replaced", () => {
    const suite = extending(`extends: base
without: [handover]
laws: { placement: error }
parts:
  - { kind: mutants, name: more, seeds: 7, commands: 1 }
  - { kind: handover, name: last, seeds: 1, commands: 1, maxOrder: 3 }`) as Suite;
    expect(suite.parts.map((part) => `${part.name} ${part.kind === "mutants" ? part.seeds : ""}`)).toEqual([
      "mutants 1",
      "more 7",
      "last ",
    ]);
    expect([...suite.laws]).toEqual([
      ["placement", "error"],
      ["zeroed", "off"],
    ]);
    expect(suite.known.map(({ law, check }) => [law, check])).toEqual([["aligned", "*"]]);
  });

  it.each([
    ["extends: ./missing.yaml", 'the name or file of a suite, found "./missing.yaml"'],
    ["extends: ring.yaml", 'a suite that does not lead back to itself, found "ring.yaml"'],
    ["extends: base\nwithout: [handovr]", 'a part, perhaps `handover`, found "handovr"'],
    ["extends: base\nlaws: { algned: off }", "perhaps `aligned`, found `algned`"],
    ["extends: base\nlaws: { aligned: offf }", 'error, warning or off, perhaps `off`, found "offf"'],
    ["extends: base\nknown: [{ reason: r, until: 2027-01-31 }]", "the `law` that is broken, or the `check` that fails"],
    ["extends: base\nknown: [{ law: algned, reason: r, until: 2027-01-31 }]", "a law, perhaps `aligned`"],
    ["extends: base\nknown: [{ law: aligned, reason: r, until: soon }]", "a day, as 2026-11-30"],
  ])("by %j is refused", (text, problem) => expect(extending(text)).toContain(problem));
});

describe("a suite that is printed", () => {
  it("is read as the same suite again", () => {
    const pool =
      "{ name: p, maxOrder: 3, pages: 8, basePfn: 3, reserved: [[1, 2]], zones: [{ name: dma, pfns: [0, 4] }] }";
    const suite = suiteOf(`${withPool(pool)}
  - { kind: corpus, folder: traces }
  - { kind: verify, traces: [a.jsonl, b], profile: { fit: best } }
  - { kind: verify, traces: [c] }
  - { kind: handover, seeds: 1, commands: 1, maxOrder: 3, budget: 1.5m }
  - { kind: explore, targets: { spec: holds, mutant:cuts-the-list: frame }, depth: 3, profiles: [{ fit: best }] }
  - { kind: explore, targets: { ./a.mjs: holds }, oracle: api, states: 9, pools: [${POOL}] }
  - { kind: test, targets: { -- ./a b: holds, -- node c: holds }, budget: 250ms, seeds: 3, scope: 0 }
known: [{ check: "a/*", reason: r, until: 2027-01-31 }, { law: aligned, reason: r, until: 2027-01-31 }]
laws: { aligned: warning }`) as Suite;
    const printed = readText(
      printSuite(suite, (_, name) => name),
      NO_FILES,
    ) as Suite;
    expect(withoutPlaces(printed)).toEqual(withoutPlaces(suite));
    expect([...printed.laws]).toEqual([...suite.laws]);
  });
});

/** A profile that is written out has no name of its own, and what has a place has moved. */
function withoutPlaces(suite: Suite): object {
  return JSON.parse(
    JSON.stringify(suite, (key, value: unknown) => {
      if (key === "place") return null;
      return key === "profile" && value !== null ? { ...(value as object), name: "" } : value;
    }),
  ) as object;
}

describe("the suite in docs/suites.md", () => {
  it("is one", () => {
    const [, text = ""] = /```yaml\n([^]*?)```/u.exec(readFileSync("docs/suites.md", "utf8")) ?? [];
    const library = { names: [], find: (name: string) => ({ file: name, text: "fit: best" }) };
    expect(readSuite(text, "docs/suites.md", { ...NO_FILES, profiles: library }).kind).toBe("suite");
  });
});

describe("the default suite", () => {
  it("names only profiles that there are", () => {
    const read = readSuite(readFileSync("specs/suites/default.yaml", "utf8"), "default.yaml", {
      ...NO_FILES,
      profiles: {
        names: [],
        find: (name) => ({ file: name, text: readFileSync(`specs/profiles/${name}.yaml`, "utf8") }),
      },
    });
    expect(read.kind).toBe("suite");
  });
});
