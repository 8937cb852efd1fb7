import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { NO_PROFILES } from "./profile.ts";
import { readSuite, type Suite } from "./suite.ts";

const HEAD = "suite: 1\nname: a\nsummary: b\nparts:\n";
const POOL = "{ name: p, maxOrder: 3, pages: 8 }";
const RUN = "seeds: 1, commands: 1, lookEvery: 1";

function suiteOf(parts: string): Suite | string {
  const read = readSuite(`${HEAD}${parts}`, "a.yaml", NO_PROFILES);
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
  it("has parts of four kinds", () => {
    const suite = suiteOf(`  - { kind: corpus, folder: traces }
  - { kind: reference, pools: [${POOL}], profiles: [strict, { fit: best }], ${RUN} }
  - { kind: handover, seeds: 1, commands: 1, maxOrder: 3 }
  - { kind: mutants, seeds: 1, commands: 1 }`);
    expect(suite).toMatchObject({ name: "a", file: "a.yaml" });
    expect((suite as Suite).parts.map(({ kind }) => kind)).toEqual(["corpus", "reference", "handover", "mutants"]);
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
      '5:13 SUITE_FIELD: a part, whose kind is corpus, reference, handover, mutants, found "corpse"',
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
    ["no parts", "", "4:7 SUITE_FIELD: a list of parts, found null"],
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
    expect(readSuite("suite: 2", "a.yaml", NO_PROFILES)).toMatchObject({
      kind: "wrong",
      problems: [{ code: "SUITE_FIELD" }, {}, {}, {}],
    });
  });
});

describe("the suite in docs/suites.md", () => {
  it("is one", () => {
    const [, text = ""] = /```yaml\n([^]*?)```/u.exec(readFileSync("docs/suites.md", "utf8")) ?? [];
    const library = { names: [], find: (name: string) => ({ file: name, text: "fit: best" }) };
    expect(readSuite(text, "docs/suites.md", library).kind).toBe("suite");
  });
});

describe("the default suite", () => {
  it("names only profiles that there are", () => {
    const read = readSuite(readFileSync("specs/suites/default.yaml", "utf8"), "default.yaml", {
      names: [],
      find: (name) => ({ file: name, text: readFileSync(`specs/profiles/${name}.yaml`, "utf8") }),
    });
    expect(read.kind).toBe("suite");
  });
});
