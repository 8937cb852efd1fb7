// What is asserted for which fault, in both languages. That the C compiles, and tells right from wrong: test/unit-test-c.test.ts.

import { describe, expect, it } from "vitest";
import type { PoolShape } from "../../model/geometry.ts";
import { MUTANTS } from "../../model/mutants.ts";
import { parseNotation } from "../../model/notation.ts";
import { mutantTarget } from "../targets/reference.ts";
import { exhibit } from "../test/exhibit.ts";
import { openingOf } from "../test/pools.ts";
import { scriptOf } from "../test/scripts.ts";
import { Stage } from "../test/stage.ts";
import { unitTest, type TestLanguage } from "./unit-test.ts";

const POOL: PoolShape = { maxOrder: 2, pages: 4, basePfn: 4, reserved: [], zones: [] };

/** What is asserted of a mutant that is given these steps, and what stands before. */
function linesOf(id: string, steps: string, language: TestLanguage, shape: PoolShape = POOL): readonly string[] {
  const mutant = MUTANTS.find((one) => one.id === id);
  if (mutant === undefined) throw new Error(id);
  const stage = new Stage(mutantTarget(mutant), openingOf(shape, mutant.profile), null);
  const { basePfn } = stage.opening.geometry;
  const { events } = parseNotation(steps, basePfn);
  const script = scriptOf(
    events.flatMap((event) => (event.kind === "step" ? [event] : [])),
    stage.opening,
  );
  const shown = exhibit(stage, script);
  if (shown === null) throw new Error(`${id} breaks nothing with ${steps}`);
  const { takesZones } = stage.session;
  const { steps: taken, violation, expected } = shown;
  const lines = unitTest(language, { shape, steps: taken, violation, expected, basePfn, takesZones });
  return lines.slice(lines.findIndex((line) => /open\(/u.test(line)) + 1, -1).map((line) => line.trim());
}

const STIRRED = "a0=0 a1=2 a0=1 a0=3 f2:1+ f0:0+ f0 f1 f3 p3=1";

describe("a unit test", () => {
  it("compares lists in any order, in C in the notation of states", () => {
    expect(linesOf("never-coalesces", "a0=0 f0:0+", "c")).toEqual([
      "buddycheck_pfn a = buddycheck_alloc(0, BUDDYCHECK_ANY_ZONE);",
      "buddycheck_free(a, 0);",
      'assert(buddycheck_lists_are("4:2"));',
    ]);
    expect(linesOf("never-coalesces", "a0=0 f0:0+", "ts")).toEqual([
      "const a = allocator.alloc(0, null);",
      "allocator.free(a, 0);",
      "expect(allocator.freeLists().map((heads) => heads.toSorted((a, b) => a - b))).toEqual([[],[],[4]]);",
    ]);
  });

  it("asserts what a right allocator answers, which may refuse where a wrong one served", () => {
    expect(
      ["takes-without-a-lock", "takes-none-for-page-0", "splits-once-only", "accepts-a-double-free"].map((id) =>
        linesOf(id, STIRRED, "c").at(-1),
      ),
    ).toEqual([
      "assert(last == BUDDYCHECK_REFUSED || last + 2 <= a || a + 1 <= last);",
      "assert(last == BUDDYCHECK_REFUSED || (last >= 4 && last + 1 <= 8));",
      "assert(buddycheck_alloc(0, BUDDYCHECK_ANY_ZONE) != BUDDYCHECK_REFUSED);",
      "assert(buddycheck_free(a) != BUDDYCHECK_ACCEPTED);",
    ]);
    expect(linesOf("takes-none-for-page-0", STIRRED, "ts").at(-1)).toBe(
      "expect(last === null || (last >= 4 && last + 1 <= 8)).toBe(true);",
    );
  });

  it("asserts counts, and of a ring of blocks what the lists must hold", () => {
    expect(linesOf("forgets-to-count", STIRRED, "c").at(-1)).toBe('assert(buddycheck_counts_are("1x1"));');
    expect(linesOf("forgets-to-count", STIRRED, "ts").at(-1)).toBe("expect(allocator.counts()).toEqual([0,1,0]);");
    expect(linesOf("hangs-on-a-cycle", STIRRED, "c").at(-1)).toBe('assert(buddycheck_lists_are(""));');
  });

  it("asserts no one set of blocks where the profile leaves a choice", () => {
    expect(linesOf("coalesces-cached-pages", STIRRED, "c").at(-1)).toMatch(/^\/\* Wrong here: /u);
  });
});
