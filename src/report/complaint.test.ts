// The example of docs/test.md, run: a suite of a user's own, against an allocator that is right and one that is not.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Allocator } from "../../model/allocator.ts";
import { createGeometry, type PoolShape } from "../../model/geometry.ts";
import { STRICT_PROFILE } from "../../model/profile.ts";
import type { ModulePool } from "../targets/module.ts";
import { poolShapes, scripts } from "../test/arbitrary.ts";
import { complaint } from "./complaint.ts";

const POOL: PoolShape = { maxOrder: 3, pages: 8, basePfn: 0, reserved: [], zones: [] };

type Free = (allocator: Allocator, pfn: number, order: number | undefined) => boolean;

/** The reference allocator as a module has it, with frees that a test may bend. */
function openWith(free: Free): (pool: ModulePool) => unknown {
  return ({ maxOrder, pages, basePfn, reserved, zones }) => {
    const ranges = reserved.map(([start, end]) => ({ start: start - basePfn, end: end - basePfn }));
    const named = zones.map((zone) => ({ ...zone, start: zone.start - basePfn, end: zone.end - basePfn }));
    const geometry = createGeometry({ maxOrder, pages, basePfn, reserved: ranges, zones: named });
    const allocator = new Allocator(geometry, { ...STRICT_PROFILE, zeroed: "no" });
    return {
      alloc: (order: number, zone: string | null) => allocator.allocate(order, zone),
      free: (pfn: number, order?: number) => free(allocator, pfn, order),
      freeLists: () => allocator.snapshot().lists,
    };
  };
}

function freeRightly(allocator: Allocator, pfn: number, order: number | undefined): boolean {
  return order === undefined ? allocator.free(pfn) : allocator.freeOrder(pfn, order);
}

const RIGHT = openWith(freeRightly);
/** Says that it has freed page 2, and has not. */
const WRONG = openWith((allocator, pfn, order) => pfn === 2 || freeRightly(allocator, pfn, order));

/** What the allocator can be asked. */
const SPEECH = { calls: new Set(["alloc", "free", "free-order"] as const), takesZones: true, takesFractions: false };

describe("a property of a user's own suite", () => {
  it("holds for an allocator that breaks no law, in pools of every shape", () => {
    const cases = poolShapes({ maxOrder: 3, pages: 20, anyBase: true }).chain((shape) =>
      scripts(shape, { speech: SPEECH }).map((script) => ({ shape, script })),
    );
    fc.assert(
      fc.property(cases, ({ shape, script }) => {
        expect(complaint(RIGHT, shape, script)).toBe("");
      }),
    );
  });

  it("fails for one that does, and shrinks to a script of which no part can be left out", () => {
    const { failed, counterexample } = fc.check(
      fc.property(scripts(POOL, { speech: SPEECH }), (script) => complaint(WRONG, POOL, script) === ""),
      { numRuns: 1000 },
    );
    const [script = []] = counterexample ?? [];
    expect(failed).toBe(true);
    expect(complaint(WRONG, POOL, script)).toMatch(/^error\[/u);
    for (let gone = 0; gone < script.length; gone++) {
      const rest = script.filter((_, at) => at !== gone);
      expect(complaint(WRONG, POOL, rest)).toBe("");
    }
  });
});
