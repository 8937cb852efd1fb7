import { describe, expect, it } from "vitest";
import { partVerdict, suiteVerdict, type PartResult } from "./checks.ts";

const FAILURE = { expected: "a", found: "b", trace: "" };

/** A part whose checks are written as letters: p passed, f failed. */
function part(letters: string, vacuous: string | null = null): PartResult {
  const checks = letters.split("").map((letter, at) => {
    return { group: "", name: String(at), shows: "", outcome: "", failures: letter === "f" ? [FAILURE] : [] };
  });
  return { kind: "corpus", summary: "", checks, figures: [], laws: new Map(), vacuous };
}

describe("a part", () => {
  it.each([
    ["passes when all its checks do", part("pp"), "passed"],
    ["fails when one of them does", part("pf"), "failed"],
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
    ["", "vacuous"],
  ])("of the parts %j is %s", (letters, verdict) => {
    const parts = letters === "" ? [] : letters.split(" ").map((each) => part(each === "-" ? "" : each));
    expect(suiteVerdict({ name: "", summary: "", file: "", parts })).toBe(verdict);
  });
});
