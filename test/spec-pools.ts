// Small pools in which other model checkers must count what we count.

import { createGeometry, type PoolShape } from "../model/geometry.ts";
import { STRICT_PROFILE, type Profile } from "../model/profile.ts";
import type { Counting } from "../src/explore/spec-shape.ts";
import type { SpecPool } from "../src/explore/spec-space.ts";

const HOLE = { start: 2, end: 3 };
const ZONES = [
  { name: "low", start: 0, end: 5 },
  { name: "high", start: 5, end: 12 },
];
const SMALL_ZONES = [
  { name: "low", start: 0, end: 3 },
  { name: "high", start: 3, end: 7 },
];

export type SpecCase = readonly [Partial<PoolShape>, Counting, Profile["fit"]];

export const SPEC_CASES: readonly SpecCase[] = [
  [{ maxOrder: 3, pages: 8 }, "raw", "best"],
  [{ maxOrder: 4, pages: 16 }, "reduced", "best"],
  [{ maxOrder: 3, pages: 8 }, "reduced", "any"],
  [{ maxOrder: 2, pages: 11, basePfn: 5 }, "reduced", "best"],
  [{ maxOrder: 2, pages: 8, reserved: [HOLE] }, "raw", "any"],
  [{ maxOrder: 1, pages: 12, zones: ZONES }, "reduced", "best"],
  [{ maxOrder: 1, pages: 7, zones: SMALL_ZONES }, "reduced", "best"],
];

export function specPool([shape, counting, fit]: SpecCase): SpecPool {
  const geometry = createGeometry({ maxOrder: 0, pages: 0, basePfn: 0, reserved: [], zones: [], ...shape });
  return { geometry, profile: { ...STRICT_PROFILE, fit }, counting };
}
