import picocolors from "picocolors";
import { describe, expect, it } from "vitest";
import { ERROR, type Check, type CheckFailure, type PartResult, type SuiteResult } from "../checks.ts";
import { suiteJson } from "./suite-json.ts";
import { suiteText } from "./suite-text.ts";

const LOOK = { colours: picocolors.createColors(false), columns: 72 };

const PASSED: Omit<Check, "group" | "name"> = {
  shows: "A check.",
  outcome: "holds under strict",
  failures: [],
  undecided: null,
};
const FAILURE: CheckFailure = {
  expected: "every law to hold",
  found: "seed 3, command 37: no-overlap",
  trace: "a0=4 a0=4",
  law: "no-overlap",
  place: null,
  weight: ERROR,
};

function part(kind: PartResult["kind"], checks: readonly Check[], more: Partial<PartResult> = {}): PartResult {
  const figures = [{ name: "commands", count: 1_275_286 }];
  return { kind, name: kind, summary: "what it does", checks, figures, laws: new Map(), vacuous: null, ...more };
}

/** The report of a suite with this one part, without the table of laws. */
function told(only: PartResult): readonly string[] {
  const lines = suiteText(suite([only]), LOOK).split("\n");
  return [...lines.slice(2, lines.indexOf("", 2)), lines.at(-2) as string];
}

function suite(parts: readonly PartResult[]): SuiteResult {
  return { name: "default", summary: "the laws", file: "default.yaml", shard: null, parts };
}

describe("the report of a suite", () => {
  it("has a line for each case of a corpus", () => {
    const checks = ["accepted/short", "rejected/x"].map((name) => ({ ...PASSED, group: "helios", name }));
    expect(told(part("corpus", checks))).toEqual([
      "corpus     what it does",
      "  helios",
      "    \u2713 accepted/short  holds under strict",
      "    \u2713 rejected/x      holds under strict",
      "  1 275 286 commands",
      "passed: 2 checks in 1 part",
    ]);
  });

  it("has one line for groups that share what passed", () => {
    const checks = ["strict", "helios"].flatMap((group) =>
      ["ragged", "zones"].map((name) => ({ ...PASSED, group, name })),
    );
    expect(told(part("reference", checks)).slice(1, 3)).toEqual(["  \u2713 ragged, zones", "    under strict, helios"]);
  });

  it("tells a failure in full, beside what passed", () => {
    const failed: Check = { ...PASSED, group: "strict", name: "zones", failures: [FAILURE] };
    expect(told(part("reference", [{ ...PASSED, group: "strict", name: "ragged" }, failed]))).toEqual([
      "reference  what it does",
      "  \u2713 strict  ragged",
      "  \u2717 zones  A check.",
      "      expected  every law to hold",
      "      found     seed 3, command 37: no-overlap",
      "      trace     a0=4 a0=4",
      "  1 275 286 commands",
      "failed: 1 of 2 checks in 1 part",
    ]);
  });

  it("tells what is known, what only warns, and what a budget left undecided", () => {
    const known = { ...FAILURE, weight: { kind: "known", reason: "being mended (until 2027-01-31)" } } as const;
    const warning = { ...FAILURE, weight: { kind: "warning" } } as const;
    const checks = [
      { ...PASSED, group: "strict", name: "one", failures: [known] },
      { ...PASSED, group: "strict", name: "two", failures: [warning] },
      { ...PASSED, group: "strict", name: "three", undecided: "the budget ran out" },
    ];
    const lines = told(part("reference", checks));
    expect(lines.filter((line) => /^ {2}[~?]|known|weight|undecided/u.test(line))).toEqual([
      "  ~ one  A check.",
      "      known     being mended (until 2027-01-31)",
      "  ~ two  A check.",
      "      weight    a warning only, as the suite says",
      "  ? strict three: the budget ran out",
      "undecided: 1 of 3 checks in 1 part, 2 of them with failures that are known or only warn",
    ]);
  });

  it("does not pass over a part that exercised nothing", () => {
    const lines = told(part("corpus", [], { vacuous: "the folder holds no case" }));
    expect(lines[1]).toBe("  nothing exercised: the folder holds no case");
    expect(lines.at(-1)).toBe("vacuous: 1 part exercised nothing, of 0 checks in 1 part");
  });

  it("names every law, and says which were never put to the test", () => {
    const tested = part("reference", [], { laws: new Map([["aligned", 12_345]]) });
    const broken = part("mutants", [], { laws: new Map([["aligned", 2]]) });
    const lines = suiteText(suite([tested, broken]), LOOK).split("\n");
    expect(lines.find((line) => line.startsWith("  aligned "))?.split(/ {2,}/u)).toEqual([
      "",
      "aligned",
      "12 345",
      "2",
    ]);
    expect(lines.filter((line) => line.includes("never")).length).toBe(19);
  });

  it("is JSON for machines, with every law in every part", () => {
    const report = JSON.parse(
      suiteJson([suite([part("handover", [{ ...PASSED, group: "lost", name: "a" }])])]),
    ) as object;
    expect(report).toMatchObject({
      schemaVersion: 1,
      kind: "buddycheck-run",
      suites: [
        { name: "default", verdict: "passed", parts: [{ laws: { handover: 0 }, figures: { commands: 1_275_286 } }] },
      ],
    });
  });
});
