import { describe, expect, it } from "vitest";
import { createGeometry } from "../../model/geometry.ts";
import { STRICT_PROFILE } from "../../model/profile.ts";
import type { SpecPool } from "../explore/spec-space.ts";
import { tlaOf, tlcConfigOf } from "./spec-tla.ts";

const ZONES = [
  { name: "low", start: 0, end: 4 },
  { name: "none", start: 4, end: 5 },
  { name: "high", start: 5, end: 11 },
];
const HOLES = [
  { start: 4, end: 5 },
  { start: 8, end: 9 },
];

const POOL: SpecPool = {
  geometry: createGeometry({ maxOrder: 2, pages: 11, basePfn: 0, reserved: HOLES, zones: ZONES }),
  profile: { ...STRICT_PROFILE, fit: "best", usableMaxOrder: 1 },
  counting: "reduced",
};

describe("the specification in TLA+", () => {
  it("has the frames of each zone that has any, and the largest order that is asked for", () => {
    const text = tlaOf(POOL);
    expect(text).toMatch(/^Zones == \{ \(0\.\.3\),\n\s+\(5\.\.7\) \\cup \(9\.\.10\) \}$/mu);
    expect(text).toContain("MaxOrder == 2\nLargestRequest == 1\n");
  });

  it("has a form for all states of one symmetry only where they count as one", () => {
    expect(tlaOf(POOL)).toContain("Canonical == << TopsOf({0}, 2)");
    expect(tlcConfigOf(POOL)).toContain("VIEW Canonical");
    expect(tlaOf({ ...POOL, counting: "raw" })).not.toContain("Canonical");
    expect(tlcConfigOf({ ...POOL, counting: "raw" })).not.toContain("VIEW");
  });

  it("defines every invariant that the configuration names", () => {
    const [, names = ""] = /^INVARIANTS (.*)$/mu.exec(tlcConfigOf(POOL)) ?? [];
    const text = tlaOf(POOL);
    expect(names.split(" ").filter((name) => !text.includes(`\n${name} ==`))).toEqual([]);
    expect(names).not.toBe("");
  });
});
