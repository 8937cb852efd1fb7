// The property, and the complaint behind it, against an allocator that is right and some that are not.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Allocator } from "../../model/allocator.ts";
import { createGeometry, type PoolShape } from "../../model/geometry.ts";
import { STRICT_PROFILE } from "../../model/profile.ts";
import type { ModuleAllocator, ModulePool } from "../targets/module.ts";
import { complaint } from "./complaint.ts";
import { keepsTheLaws } from "./property.ts";

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

/** An allocator of these functions, whatever the pool. */
function having(allocator: ModuleAllocator): () => ModuleAllocator {
  return () => allocator;
}

function dead(): ModuleAllocator {
  throw new Error("no memory");
}

describe("the property of keeping the laws", () => {
  it("holds for an allocator that keeps them, in pools of every shape, with zones and without", () => {
    const shapes: PoolShape[] = [];
    const limits = { maxOrder: 3, pages: 20, anyBase: true };
    const property = keepsTheLaws(RIGHT, { pool: limits });
    fc.assert(property, { seed: 7 });
    for (const [{ shape }] of fc.sample(property, { seed: 7, numRuns: 100 })) shapes.push(shape);
    expect(shapes.some(({ zones }) => zones.length > 0)).toBe(true);
    expect(shapes.some(({ basePfn }) => basePfn > 0)).toBe(true);
    expect(shapes.some(({ reserved }) => reserved.length > 0)).toBe(true);
  });

  it("fails for one that does not, and shrinks to a script of which no part can be left out", () => {
    const { counterexample, errorInstance } = fc.check(keepsTheLaws(WRONG, { pool: POOL }), { numRuns: 1000 });
    const script = counterexample?.[0].script ?? [];
    expect(script).not.toEqual([]);
    expect((errorInstance as Error).message).toBe(complaint(WRONG, POOL, script));
    expect(complaint(WRONG, POOL, script)).toMatch(/^error\[/u);
    for (let gone = 0; gone < script.length; gone++) {
      const rest = script.filter((_, at) => at !== gone);
      expect(complaint(WRONG, POOL, rest)).toBe("");
    }
  });

  it("is judged by the profile that is named", () => {
    const pool = { maxOrder: 1, pages: 2, basePfn: 0, reserved: [], zones: [] };
    const never = having({ alloc: () => null, free: () => false });
    expect(fc.check(keepsTheLaws(never, { pool })).failed).toBe(true);
    expect(fc.check(keepsTheLaws(never, { pool, profile: { exhaustion: "may-fail" } })).failed).toBe(false);
    expect(() => keepsTheLaws(never, { profile: "linx" })).toThrow("perhaps `linux`");
  });

  it("fails for an allocator that does not open, and for one that cannot be asked anything", () => {
    for (const open of [dead, having({})]) expect(fc.check(keepsTheLaws(open)).failed).toBe(true);
  });

  it("writes a case as its pool and its steps", () => {
    const { counterexample } = fc.check(keepsTheLaws(WRONG, { pool: POOL }), { seed: 3, numRuns: 1000 });
    expect(fc.stringify(counterexample)).toMatch(/^\[8 pages, largest order 3: .*f2\S*\]$/u);
  });
});
