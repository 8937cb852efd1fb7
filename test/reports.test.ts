/*
 * The reports that other programs read, laid out from one outcome: what passed, failed, is known, undecided or vacuous,
 * and text in which every format has something to trip over.
 */
import { SaxesParser } from "saxes";
import { describe, expect, it } from "vitest";
import { ERROR, type Check, type SuiteResult } from "../src/checks.ts";
import { ctrfReport } from "../src/report/ctrf.ts";
import { githubReport } from "../src/report/github.ts";
import { junitReport } from "../src/report/junit.ts";
import { markdownReport } from "../src/report/markdown.ts";
import type { Context, Outcome } from "../src/report/outcome.ts";
import { suiteOutcome } from "../src/report/suite-outcome.ts";
import { tapReport } from "../src/report/tap.ts";

const CONTEXT: Context = {
  version: "1.2.3",
  started: 1_795_602_980_000,
  startedUtc: "2026-11-25T10:36:20.000Z",
  ended: 1_795_602_981_500,
  endedUtc: "2026-11-25T10:36:21.500Z",
};

const PASSED: Omit<Check, "name"> = { group: "g", shows: "A check.", outcome: "fine", failures: [], undecided: null };
const FAILURE = { expected: "every law to hold", trace: "a1=0 a0=1", law: "no-overlap", place: null } as const;

/** A suite with one check: it passes but for what is said of it. */
function outcomeOf(check: Partial<Check>, vacuous: string | null = null): Outcome {
  const checks = [{ ...PASSED, name: "one", ...check }];
  const part = {
    kind: "corpus",
    name: "corpus",
    summary: "cases",
    checks,
    figures: [],
    laws: new Map(),
    vacuous,
  } as const;
  const suite: SuiteResult = { name: "mine", summary: "s", file: "f", shard: null, parts: [part] };
  return suiteOutcome(suite, CONTEXT);
}

const FAILED = outcomeOf({ failures: [{ ...FAILURE, found: "no-overlap, by the allocator", weight: ERROR }] });
const KNOWN = outcomeOf({
  failures: [{ ...FAILURE, found: "no-overlap", weight: { kind: "known", reason: "being mended" } }],
});
const UNDECIDED = outcomeOf({ undecided: "the budget ran out" });
const VACUOUS = outcomeOf({}, "no case has an event");

/** All characters that break formats, those that XML 1.0 cannot say among them. */
const HOSTILE = "\u0000\u001B[31m\uD800 \uFFFE ]]> <b> & \" ' %0A ::error:: # \\ \n---\n...\r\n`` | not ok 1 @";
const HOSTILE_OUTCOME = outcomeOf({
  name: HOSTILE,
  group: HOSTILE,
  shows: HOSTILE,
  failures: [{ ...FAILURE, expected: HOSTILE, found: HOSTILE, trace: HOSTILE, weight: ERROR }],
});

/** Tags and texts as a strict XML parser reads them. */
function tagsOf(xml: string): readonly string[] {
  const seen: string[] = [];
  const parser = new SaxesParser();
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => {
    seen.push([name, ...Object.values(attributes)].join("|"));
  });
  parser.write(xml).close();
  return seen.slice(2);
}

describe("JUnit XML", () => {
  it("has a test case for each check", () => {
    expect(tagsOf(junitReport([outcomeOf({})]))).toEqual(["testcase|mine corpus.g|one"]);
  });
  it("says what failed, and why", () => {
    expect(tagsOf(junitReport([FAILED]))).toEqual([
      "testcase|mine corpus.g|one",
      "failure|no-overlap|no-overlap, by the allocator",
    ]);
    expect(junitReport([FAILED])).toContain("2. a0=1   a request of order 0 (1 page) is served page 1");
  });
  it("never lets pass what was not decided", () => {
    expect(tagsOf(junitReport([UNDECIDED]))).toContain("skipped|undecided: the budget ran out");
    expect(tagsOf(junitReport([VACUOUS]))).toContain("error|vacuous|nothing exercised: no case has an event");
    expect(junitReport([KNOWN])).toContain("known: being mended");
  });
  it("is well-formed whatever the text", () => {
    const [testcase] = tagsOf(junitReport([HOSTILE_OUTCOME]));
    expect(testcase).toContain(String.raw`\x00\x1b[31m\u{d800} \u{fffe} ]]> <b> & " '`);
  });
});

describe("GitHub's annotations", () => {
  it("are one line each, however many lines a message has", () => {
    expect(githubReport([FAILED])).toBe(
      "::error title=no-overlap in g/one::no-overlap, by the allocator%0Aexpected: every law to hold\n",
    );
    expect(githubReport([HOSTILE_OUTCOME]).match(/\n/gu)).toHaveLength(1);
  });
  it("warn of what was not decided, and mention what is known", () => {
    expect(githubReport([UNDECIDED])).toBe("::warning title=g/one::undecided: the budget ran out\n");
    expect(githubReport([VACUOUS])).toContain("::warning title=corpus");
    expect(githubReport([KNOWN])).toMatch(/^::notice /u);
  });
  it("are ten of a kind at most, of which the last counts the rest", () => {
    const lines = githubReport(new Array(14).fill(FAILED) as Outcome[])
      .trimEnd()
      .split("\n");
    expect(lines).toHaveLength(10);
    expect(lines.at(-1)).toBe("::error::5 more of these in the log of this step");
  });
});

describe("Markdown", () => {
  it("tells what did not pass, and leaves out what did", () => {
    expect(markdownReport([outcomeOf({})])).not.toContain("###");
    expect(markdownReport([FAILED])).toContain("### `g/one`: failed");
    expect(markdownReport([FAILED])).toContain("a0=1   a request of order 0 (1 page) is served page 1");
    expect(markdownReport([UNDECIDED])).toContain("## `mine`: 1 undecided");
  });
  it("keeps foreign text in code spans", () => {
    const spans = markdownReport([HOSTILE_OUTCOME]).replaceAll(/(`+)[^\n]*?\1/gu, "");
    expect(spans).not.toMatch(/<b>/u);
  });
  it("shows fifty items at most", () => {
    const [section] = FAILED.sections;
    const items = new Array(60).fill(section?.items[0]) as NonNullable<typeof section>["items"];
    const report = markdownReport([{ ...FAILED, sections: [{ name: "p", summary: "s", notes: [], items }] }]);
    expect(report).toContain("10 more are not shown.");
  });
});

describe("TAP", () => {
  it.each([
    ["what passed", outcomeOf({}), "ok 1 - corpus/g/one"],
    ["what failed", FAILED, "not ok 1 - corpus/g/one"],
    ["what is undecided", UNDECIDED, "not ok 1 - corpus/g/one # SKIP undecided: the budget ran out"],
    ["what is known", KNOWN, "not ok 1 - corpus/g/one # TODO being mended"],
  ])("has a line for %s", (_, outcome, line) => expect(tapReport([outcome]).split("\n")[2]).toBe(line));
});

describe("CTRF", () => {
  it.each([
    ["what passed", outcomeOf({}), "passed passed"],
    ["what failed", FAILED, "failed failed"],
    ["what is undecided", UNDECIDED, "other undecided"],
    ["what is known", KNOWN, "skipped passed"],
  ])("has a status for %s", (_, outcome, status) => {
    const { results } = JSON.parse(ctrfReport([outcome])) as { results: { tests: Record<string, string>[] } };
    expect(results.tests.map((test) => `${test["status"]} ${test["rawStatus"]}`)).toEqual([status]);
  });
});
