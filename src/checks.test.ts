import { describe, expect, it } from "vitest";
import { ERROR, partVerdict, suiteVerdict, type CheckFailure, type PartResult } from "./checks.ts";

const FAILURE: CheckFailure = { expected: "a", found: "b", trace: "", law: null, place: null, weight: ERROR };

const FAILURES: Readonly<Record<string, readonly CheckFailure[]>> = {
  f: [FAILURE],
  w: [{ ...FAILURE, weight: { kind: "warning" } }],
  k: [{ ...FAILURE, weight: { kind: "known", reason: "a reason" } }],
};

/** A part whose checks are written as letters: p passed, f failed, w warns, k is known, u is undecided. */
function part(letters: string, vacuous: string | null = null): PartResult {
  const checks = letters.split("").map((letter, at) => {
    const undecided = letter === "u" ? "no time" : null;
    return { group: "", name: String(at), shows: "", outcome: "", failures: FAILURES[letter] ?? [], undecided };
  });
  return { kind: "corpus", name: "corpus", summary: "", checks, figures: [], laws: new Map(), vacuous };
}

describe("a part", () => {
  it.each([
    ["passes when all its checks do", part("pp"), "passed"],
    ["fails when one of them does", part("pf"), "failed"],
    ["is undecided while one of them is", part("pu"), "undecided"],
    ["that failed is not excused by what is undecided", part("fu"), "failed"],
    ["passes with failures that only warn or are known", part("pwk"), "passed"],
    ["without checks is vacuous", part(""), "vacuous"],
    ["that exercised nothing is vacuous, whatever its checks say", part("pp", "no event"), "vacuous"],
    ["that failed is not excused by having exercised nothing", part("f", "no event"), "failed"],
  ])("%s", (_, only, verdict) => expect(partVerdict(only)).toBe(verdict));
});

describe("a suite", () => {
  it.each([
    ["pp p", "passed"],
    ["p - p", "vacuous"],
    ["p - f", "failed"],
    ["p u -", "undecided"],
    ["", "vacuous"],
  ])("of the parts %j is %s", (letters, verdict) => {
    const parts = letters === "" ? [] : letters.split(" ").map((each) => part(each === "-" ? "" : each));
    expect(suiteVerdict({ name: "", summary: "", file: "", shard: null, parts })).toBe(verdict);
  });

  it("of which this is a share leaves empty parts to the others", () => {
    const shard = { index: 1, of: 2 };
    const share = { name: "", summary: "", file: "", shard };
    expect(suiteVerdict({ ...share, parts: [part("p"), part("")] })).toBe("passed");
    expect(suiteVerdict({ ...share, parts: [part(""), part("")] })).toBe("vacuous");
  });
});
