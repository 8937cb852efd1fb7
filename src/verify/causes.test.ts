import { describe, expect, it } from "vitest";
import type { Violation } from "../../model/violation.ts";
import { Causes } from "./causes.ts";

/** A violation that marks the frames `[start, end)`. */
function overlap(start: number, end: number, blame: Violation["blame"] = "allocator"): Violation {
  return {
    law: "no-overlap",
    blame,
    fault: { kind: "overlaps-live", pfn: start, pages: end - start, holder: { pfn: start, pages: 1, since: 1 } },
    allowed: { kind: "refuse" },
    assumed: "served-anyway",
    frames: [{ start, end }],
    around: [],
  };
}

/** What each of these violations, written `start..end`, follows from: the number of a finding, or "new". */
function causes(ranges: string): string {
  const all = new Causes();
  let findings = 0;
  const found = ranges.split(" ").map((range) => {
    const [start, end] = range.split("..").map(Number) as [number, number];
    const violation = overlap(start, end);
    const cause = all.causeOf(violation);
    if (cause === 0) all.begin(violation, ++findings);
    else all.spread(violation, cause);
    return cause === 0 ? "new" : String(cause);
  });
  return found.join(" ");
}

describe("a violation", () => {
  it.each([
    ["beside the frames of another is a new one", "0..4 4..8", "new new"],
    ["that touches them follows from it", "0..4 3..8 7..9", "new 1 1"],
    ["across tiles is found from both", "1000..3000 2999..3000 0..1001 3000..3001", "new 1 1 new"],
    ["about half a frame marks it whole", "4.5..5.5 5..6 6..7", "new 1 new"],
    ["of order 63 marks every frame behind it", "8..9.3e18 1e12..1e13 0..8", "new 1 new"],
    ["of order 63 follows from the one in its midst", "1e12..1e13 0..9.3e18 5..6", "new 1 1"],
    ["of order 62 behind all others is a new one", "0..1 1e12..9.3e18 1e13..2e13 1..2", "new new 2 new"],
  ])("%s", (_what, ranges, found) => expect(causes(ranges)).toBe(found));

  it.each([
    ["allocator", 0],
    ["client", 1],
  ] as const)("of the %s is forgotten or not when a snapshot agrees, however wide it is", (blame, found) => {
    for (const end of [4, 2 ** 63]) {
      const all = new Causes();
      all.begin(overlap(0, end, blame), 1);
      all.seenSound();
      expect(all.causeOf(overlap(3, 4))).toBe(found);
      all.forget();
      expect(all.causeOf(overlap(3, 4))).toBe(0);
    }
  });
});
