import { describe, expect, it } from "vitest";
import { createGeometry, type PoolShape } from "../../model/geometry.ts";
import { STRICT_PROFILE, type Profile } from "../../model/profile.ts";
import { UNLIMITED } from "../search/breadth-first.ts";
import { planSpec, stripSpec, walkSpec } from "./explore-spec.ts";
import type { ExploreResult } from "./result.ts";
import { brokenSymmetry, type Counting } from "./spec-shape.ts";
import type { SpecPool } from "./spec-space.ts";

const BEST: Partial<Profile> = { fit: "best" };

function pool(shape: Partial<PoolShape>, counting: Counting, profile: Partial<Profile> = BEST): SpecPool {
  const full = { maxOrder: 2, pages: 4, basePfn: 0, reserved: [], zones: [], ...shape };
  return { geometry: createGeometry(full), profile: { ...STRICT_PROFILE, ...profile }, counting };
}

function block(order: number, counting: Counting, profile: Partial<Profile> = BEST): SpecPool {
  return pool({ maxOrder: order, pages: 2 ** order }, counting, profile);
}

function states(result: ExploreResult): number {
  expect(result.verdict).toBe("holds");
  return result.figures.states;
}

/** What two explorations of one pool must agree on. */
function figures({ figures: found, verdict, commands }: ExploreResult): unknown {
  const served = commands.filter(({ name }) => /^serve order \d+$/u.test(name)).map(({ moved }) => moved);
  const { states: count, transitions, statesPerDepth, outdegree, deadEnds } = found;
  return { verdict, count, transitions, statesPerDepth, outdegree, deadEnds, served };
}

describe("one block of 2^n frames", () => {
  it.each([
    [0, 2],
    [1, 5],
    [2, 26],
    [3, 677],
    [4, 458_330],
  ])("of order %d has %d states", (order, count) => {
    expect(states(stripSpec(block(order, "raw"), UNLIMITED))).toBe(count);
    if (order <= 3) expect(states(walkSpec(block(order, "raw"), UNLIMITED))).toBe(count);
  });

  it.each([
    [0, 2],
    [1, 4],
    [2, 11],
    [3, 67],
    [4, 2279],
  ])("of order %d has %d states up to swapping halves", (order, count) => {
    expect(states(stripSpec(block(order, "reduced"), UNLIMITED))).toBe(count);
    if (order <= 3) expect(states(walkSpec(block(order, "reduced"), UNLIMITED))).toBe(count);
  });

  it("of order 5 has 2 598 061 up to swapping halves, 56 908 522 steps, and none further than 46 steps", () => {
    const { figures: found, verdict } = stripSpec(block(5, "reduced"), UNLIMITED);
    expect(verdict).toBe("holds");
    expect([found.states, found.transitions, found.statesPerDepth.length - 1]).toEqual([2_598_061, 56_908_522, 46]);
    expect(found.outdegree).toMatchObject({ min: 1, max: 63 });
  });

  it("of order 5 has more steps and shorter ways where any fitting block may be split", () => {
    const { figures: found } = stripSpec(block(5, "reduced", {}), UNLIMITED);
    expect([found.states, found.transitions, found.statesPerDepth.length - 1]).toEqual([2_598_061, 78_454_802, 32]);
  });
});

const TWO_ZONES = [
  { name: "low", start: 0, end: 5 },
  { name: "high", start: 5, end: 8 },
];

/** Pools of every kind: several top-level blocks, other than powers of two, holes, zones, any base. */
const SHAPES: readonly (Partial<PoolShape> & { readonly name: string })[] = [
  { name: "three top-level blocks of order 1", maxOrder: 1, pages: 6 },
  { name: "two top-level blocks of order 2", maxOrder: 2, pages: 8 },
  { name: "five frames without blocks", maxOrder: 0, pages: 5 },
  { name: "seven frames", maxOrder: 2, pages: 7 },
  { name: "an unaligned base", maxOrder: 3, pages: 8, basePfn: 3 },
  { name: "a reserved frame", maxOrder: 3, pages: 8, reserved: [{ start: 2, end: 3 }] },
  {
    name: "two holes",
    maxOrder: 2,
    pages: 8,
    reserved: [
      { start: 1, end: 2 },
      { start: 6, end: 7 },
    ],
  },
  { name: "two zones", maxOrder: 2, pages: 8, zones: TWO_ZONES },
  { name: "two zones and a hole", maxOrder: 2, pages: 8, zones: TWO_ZONES, reserved: [{ start: 0, end: 2 }] },
];

const PROFILES: readonly (Partial<Profile> & { readonly name: string })[] = [
  { name: "any fit" },
  { name: "best fit", fit: "best" },
  { name: "best fit, requests up to order 1", fit: "best", usableMaxOrder: 1 },
  { name: "any fit, own zone only", fallback: "none" },
];

describe("searching in strips", () => {
  const cases = SHAPES.flatMap((shape) => PROFILES.map((profile) => ({ shape, profile })));
  it.each(cases)("finds what walking with the relation finds: $shape.name, $profile.name", ({ shape, profile }) => {
    for (const counting of ["raw", "reduced"] as const) {
      const same = pool(shape, counting, profile);
      const plan = planSpec({ ...same, bytesMax: 2 ** 30 });
      const found = stripSpec(same, UNLIMITED);
      expect(figures(found)).toEqual(figures(walkSpec(same, UNLIMITED)));
      expect(plan).toMatchObject({ size: { kind: "exact", states: BigInt(found.figures.states) } });
    }
  });

  it.each([
    [{ maxOrder: 4, pages: 17 }, "raw"],
    [{ maxOrder: 5, pages: 33 }, "reduced"],
    [
      {
        maxOrder: 4,
        pages: 16,
        zones: [
          { name: "a", start: 0, end: 3 },
          { name: "b", start: 3, end: 16 },
        ],
      },
      "reduced",
    ],
    [{ maxOrder: 3, pages: 24 }, "reduced"],
  ] as const)("visits every state of %j, %s", (shape, counting) => {
    const large = pool(shape, counting);
    const plan = planSpec({ ...large, bytesMax: 2 ** 30 });
    expect(plan).toMatchObject({ kind: "strips", size: { states: BigInt(states(stripSpec(large, UNLIMITED))) } });
  });
});

describe("a limit", () => {
  it.each([
    [{ statesMax: 100 }, { kind: "states", max: 100 }],
    [{ depthMax: 3 }, { kind: "depth", max: 3 }],
    [{ goesOn: () => false }, { kind: "budget" }],
  ])("%j makes an exploration undecided", (limit, told) => {
    for (const explore of [walkSpec, stripSpec]) {
      const { verdict, limit: reached } = explore(block(3, "raw"), { ...UNLIMITED, ...limit });
      expect({ verdict, reached }).toEqual({ verdict: "undecided", reached: told });
    }
  });
});

describe("a plan", () => {
  const generous = { counting: "auto", bytesMax: 2 ** 30 } as const;

  it("tells how large a space is before it starts", () => {
    const plan = planSpec({ ...block(6, "reduced"), ...generous });
    expect(plan).toMatchObject({ kind: "too-large", size: { kind: "exact", states: 3_374_961_778_892n } });
  });

  it("tells about how many digits the number of states has where it has thousands", () => {
    const plan = planSpec({ ...block(20, "reduced"), ...generous });
    expect(plan).toMatchObject({ kind: "too-large", size: { kind: "about" } });
  });

  it.each([
    [{ placement: "fifo" }, { kind: "beyond", why: "its free lists have an order of their own" }],
    [{ coalescing: "lazy" }, { kind: "beyond", why: "its free blocks do not follow from the live ones" }],
    [{ partialFree: "allowed" }, { kind: "beyond", why: "parts of a live block may be given back" }],
    [{ references: "counted" }, { kind: "beyond", why: "a free may only drop a reference" }],
    [{ placement: "lowest" }, { kind: "walk", pool: { counting: "raw" } }],
    [{ servedHalf: "low" }, { kind: "walk", pool: { counting: "raw" } }],
    [{}, { kind: "walk", pool: { counting: "reduced" } }],
  ] as const)("under %j is %j", (profile, plan) => {
    expect(planSpec({ ...block(2, "raw", profile), ...generous })).toMatchObject(plan);
  });

  it("does not reduce where halves are not alike", () => {
    const profile: Partial<Profile> = { placement: "lowest" };
    expect(planSpec({ ...block(2, "reduced", profile), bytesMax: 2 ** 30 })).toEqual({
      kind: "asymmetric",
      why: brokenSymmetry({ ...STRICT_PROFILE, ...profile }),
    });
  });
});

describe("a policy", () => {
  it.each(["lowest", "highest"] as const)(
    "that serves the %s block reaches all that any policy reaches",
    (placement) => {
      for (const fit of ["any", "best"] as const) {
        const result = walkSpec(block(2, "raw", { placement, fit, servedHalf: "any" }), UNLIMITED);
        expect([result.verdict, result.figures.states]).toEqual(["holds", 26]);
      }
    },
  );
});
