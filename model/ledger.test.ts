// The ledger against the definitions themselves: random steps, and after each the canonical free set, the
// live blocks and every refusal compared with what SPEC.md 2 says, computed frame by frame.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FREE, KIND, ORDER } from "./frame-map.ts";
import { createGeometry, pagesIn, type Geometry, type PoolShape } from "./geometry.ts";
import { LAW_IDS } from "./invariants.ts";
import { createLedger, managedParts, type Ledger } from "./ledger.ts";
import { play } from "./play.ts";
import { STRICT_PROFILE } from "./profile.ts";
import { step } from "./step.ts";
import type { Violation } from "./violation.ts";

/** Free blocks as `pfn:order`, by address, from the ledger's own bytes. */
function listed(ledger: Ledger): string[] {
  const found: string[] = [];
  for (let pfn = ledger.geometry.span.start; pfn < ledger.geometry.span.end; pfn++) {
    const state = ledger.frames.stateAt(pfn);
    if ((state & KIND) === FREE) found.push(`${pfn}:${state & ORDER}`);
  }
  return found;
}

/** C(F) by its definition: aligned blocks of free frames in one zone whose parent is not one. */
function canonical(geometry: Geometry, free: ReadonlySet<number>): string[] {
  function whole(pfn: number, order: number): boolean {
    const zone = geometry.zones.find((candidate) => pfn >= candidate.start && pfn < candidate.end);
    for (let at = pfn; at < pfn + pagesIn(order); at++) {
      if (!free.has(at) || zone === undefined || at >= zone.end) return false;
    }
    return true;
  }
  const found: string[] = [];
  for (let pfn = geometry.span.start; pfn < geometry.span.end; pfn++) {
    for (let order = 0; order <= geometry.maxOrder; order++) {
      if (pfn % pagesIn(order) !== 0 || !whole(pfn, order)) continue;
      const parent = pfn - (pfn % pagesIn(order + 1));
      if (order === geometry.maxOrder || parent < geometry.span.start || !whole(parent, order + 1))
        found.push(`${pfn}:${order}`);
    }
  }
  return found;
}

const shapes: fc.Arbitrary<PoolShape> = fc
  .record({
    maxOrder: fc.integer({ min: 0, max: 5 }),
    pages: fc.integer({ min: 1, max: 70 }),
    basePfn: fc.integer({ min: 0, max: 40 }),
  })
  .chain(({ maxOrder, pages, basePfn }) =>
    fc.record({
      maxOrder: fc.constant(maxOrder),
      pages: fc.constant(pages),
      basePfn: fc.constantFrom(basePfn, basePfn + 2 ** 31 - 16, 2 ** 40 + basePfn),
      reserved: fc.array(
        fc
          .tuple(fc.integer({ min: 0, max: pages }), fc.integer({ min: 0, max: 6 }))
          .map(([start, length]) => ({ start, end: Math.min(start + length, pages) })),
        { maxLength: 3 },
      ),
      zones: fc.option(fc.integer({ min: 0, max: pages }), { nil: null }).map((border) =>
        border === null || border === 0 || border === pages
          ? []
          : [
              { name: "low", start: 0, end: border },
              { name: "high", start: border, end: pages },
            ],
      ),
    }),
  );

/** Plays random legal steps, and asks `check` after each. */
function playRandomly(
  shape: PoolShape,
  choices: readonly number[],
  check: (ledger: Ledger, free: Set<number>) => void,
): void {
  const geometry = createGeometry(shape);
  const ledger = createLedger({ geometry, profile: STRICT_PROFILE, start: "empty" });
  const free = new Set<number>();
  for (const run of geometry.runs) for (let pfn = run.start; pfn < run.end; pfn++) free.add(pfn);
  const live: [number, number][] = [];
  check(ledger, free);
  for (const choice of choices) {
    const order = choice % (shape.maxOrder + 1);
    const blocks = canonical(geometry, free).map((block) => block.split(":").map(Number) as [number, number]);
    const fitting = blocks.filter(([, blockOrder]) => blockOrder >= order);
    const [freed] = choice % 3 === 0 && live.length > 0 ? live.splice(choice % live.length, 1) : [];
    if (freed !== undefined) {
      expect(step(ledger, { kind: "free-order", pfn: freed[0], order: freed[1] }, { kind: "ok" })).toEqual([]);
      for (let at = 0; at < pagesIn(freed[1]); at++) free.add(freed[0] + at);
    } else if (fitting.length === 0) {
      expect(step(ledger, { kind: "alloc", order, zone: null }, { kind: "refused" })).toEqual([]);
    } else {
      expect(step(ledger, { kind: "alloc", order, zone: null }, { kind: "refused" })[0]?.law).toBe("no-spurious-oom");
      const [head, blockOrder] = fitting[choice % fitting.length] as [number, number];
      const pfn = head + pagesIn(order) * (choice % pagesIn(blockOrder - order));
      expect(step(ledger, { kind: "alloc", order, zone: null }, { kind: "block", pfn, zeroed: null })).toEqual([]);
      for (let at = 0; at < pagesIn(order); at++) free.delete(pfn + at);
      live.push([pfn, order]);
    }
    check(ledger, free);
  }
}

describe("the ledger", () => {
  const choices = fc.array(fc.nat(2 ** 20), { maxLength: 40 });

  it("keeps exactly the canonical free set, in pools of every shape", () => {
    fc.assert(
      fc.property(shapes, choices, (shape, drawn) => {
        playRandomly(shape, drawn, (ledger, free) => expect(listed(ledger)).toEqual(canonical(ledger.geometry, free)));
      }),
      { numRuns: 300 },
    );
  });

  it("counts free blocks and pages as they are", () => {
    fc.assert(
      fc.property(shapes, choices, (shape, drawn) => {
        playRandomly(shape, drawn, (ledger, free) => {
          expect(ledger.freePages()).toBe(free.size);
          for (const [zone, { start, end }] of ledger.geometry.zones.entries()) {
            expect(ledger.freePages(zone)).toBe([...free].filter((pfn) => pfn >= start && pfn < end).length);
          }
          expect(ledger.freeBlocks.reduce((sum, count) => sum + count, 0)).toBe(listed(ledger).length);
        });
      }),
      { numRuns: 100 },
    );
  });

  it("agrees with a snapshot of the canonical set, and with no other", () => {
    fc.assert(
      fc.property(shapes, choices, fc.nat(), (shape, drawn, flaw) => {
        playRandomly(shape, drawn, (ledger, free) => {
          const lists: number[][] = Array.from({ length: shape.maxOrder + 1 }, () => []);
          for (const block of canonical(ledger.geometry, free)) {
            const [pfn, order] = block.split(":").map(Number) as [number, number];
            lists[order]?.push(pfn);
          }
          expect(step(ledger, { kind: "snapshot", lists, cached: [] }, { kind: "ok" })).toEqual([]);
          const full = lists.findIndex((heads) => heads.length > 0);
          if (full < 0 || flaw % 7 !== 0) return;
          const copy = createLedger({ geometry: ledger.geometry, profile: STRICT_PROFILE, start: "empty" });
          const lost = lists.map((heads, order) => (order === full ? heads.slice(1) : heads));
          if (free.size === ledger.freePages() && drawn.length === 0) {
            expect(step(copy, { kind: "snapshot", lists: lost, cached: [] }, { kind: "ok" })).not.toEqual([]);
          }
        });
      }),
      { numRuns: 100 },
    );
  });

  it("knows which laws are off", () => {
    const geometry = createGeometry({ maxOrder: 0, pages: 1, basePfn: 0, reserved: [], zones: [] });
    const laws = new Set(LAW_IDS.filter((law) => law !== "zeroed" && law !== "aligned"));
    expect(createLedger({ geometry, profile: STRICT_PROFILE, start: "empty", laws }).lawsOff).toEqual([
      "aligned",
      "zeroed",
    ]);
    expect(createLedger({ geometry, profile: STRICT_PROFILE, start: "empty" }).lawsOff).toEqual([]);
  });

  it("costs memory for touched frames only, at 4 GiB and at 1 TiB alike", () => {
    const geometry = createGeometry({ maxOrder: 10, pages: 2 ** 52 - 2 ** 20, basePfn: 0, reserved: [], zones: [] });
    const ledger = createLedger({ geometry, profile: STRICT_PROFILE, start: "empty" });
    for (const pfn of [2 ** 20, 2 ** 28, 2 ** 51 + 4]) {
      expect(step(ledger, { kind: "alloc", order: 2, zone: null }, { kind: "block", pfn, zeroed: null })).toEqual([]);
      expect(
        step(ledger, { kind: "alloc", order: 0, zone: null }, { kind: "block", pfn: pfn + 3, zeroed: null })[0]?.law,
      ).toBe("no-overlap");
    }
    expect(ledger.frames.touchedTiles()).toHaveLength(3);
  });

  it("splits and merges blocks larger than a tile", () => {
    const geometry = createGeometry({ maxOrder: 20, pages: 2 ** 26, basePfn: 0, reserved: [], zones: [] });
    const ledger = createLedger({ geometry, profile: STRICT_PROFILE, start: "empty" });
    function serve(order: number, pfn: number): readonly Violation[] {
      return step(ledger, { kind: "alloc", order, zone: null }, { kind: "block", pfn, zeroed: null });
    }
    expect(serve(0, 2 ** 19 + 5)).toEqual([]);
    expect(serve(19, 0)).toEqual([]);
    expect(ledger.smallestFree(0, 19)).toBe(20);
    expect(step(ledger, { kind: "free", pfn: 2 ** 19 + 5 }, { kind: "ok" })).toEqual([]);
    expect(serve(19, 2 ** 19)).toEqual([]);
  });

  it("does not merge blocks of the largest order, though each is larger than a tile", () => {
    const geometry = createGeometry({ maxOrder: 17, pages: 2 ** 18, basePfn: 0, reserved: [], zones: [] });
    const ledger = createLedger({ geometry, profile: STRICT_PROFILE, start: "empty" });
    for (const pfn of [0, 2 ** 17])
      step(ledger, { kind: "alloc", order: 17, zone: null }, { kind: "block", pfn, zeroed: null });
    for (const pfn of [0, 2 ** 17]) step(ledger, { kind: "free", pfn }, { kind: "ok" });
    expect(listed(ledger)).toEqual(["0:17", "131072:17"]);
  });

  it("that begins in mid-life knows nobody's turn", () => {
    const geometry = createGeometry({ maxOrder: 2, pages: 4, basePfn: 0, reserved: [], zones: [] });
    const profile = { ...STRICT_PROFILE, placement: "lowest" } as const;
    const known = (["empty", "unknown"] as const).map((start) => createLedger({ geometry, profile, start }).serving);
    expect(known.map((serving) => serving?.headOf(2) ?? null)).toEqual([0, null]);
  });

  it("knows whose turn it is in each zone, where the profile says, and nothing of it where any block may be served", () => {
    const zones = [
      { name: "low", start: 0, end: 4 },
      { name: "high", start: 4, end: 8 },
    ];
    const geometry = createGeometry({ maxOrder: 2, pages: 8, basePfn: 0, reserved: [], zones });
    const [lowest, any, lazy] = [{ placement: "lowest" }, {}, { placement: "lowest", coalescing: "lazy" }].map(
      (policy) => createLedger({ geometry, profile: { ...STRICT_PROFILE, ...(policy as object) }, start: "empty" }),
    );
    expect([0, 4].map((pfn) => lowest?.serving?.headOf(lowest.listOf(pfn, 2)))).toEqual([0, 4]);
    expect([any?.serving, lazy?.serving]).toEqual([null, null]);
  });

  it("finds whom a piece belongs to, however many pieces lie before it", () => {
    const { ledger } = play("p7=0", { profile: { rounding: "exact" } });
    expect([0, 4, 6].map((pfn) => ledger.ownerOf(pfn))).toEqual([0, 0, 0]);
  });

  it("tells which frames of a range are managed", () => {
    const geometry = createGeometry({ maxOrder: 2, pages: 8, basePfn: 0, reserved: [{ start: 4, end: 6 }], zones: [] });
    const ledger = createLedger({ geometry, profile: STRICT_PROFILE, start: "empty" });
    expect(managedParts(ledger, 4, 8)).toEqual([{ start: 6, end: 8 }]);
    expect(managedParts(ledger, 2, 6)).toEqual([{ start: 2, end: 4 }]);
  });

  it("remembers that something was served, though it was no power of two long", () => {
    const { played } = play("p3=0 f0*3 free 1:0 2:1 4:2", { profile: { rounding: "exact" } });
    expect(played.map(({ violation }) => violation.law)).toEqual(["drained"]);
  });
});
