import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  alignDown,
  buddyOf,
  canonicalCounts,
  canonicalOrderAround,
  createGeometry,
  isAligned,
  largestOrderAt,
  managedPages,
  mergeRanges,
  orderFor,
  pagesIn,
  parentOf,
  runIndexOf,
  subtract,
  zoneIndexOf,
  type FrameRange,
  type PoolShape,
  type ZoneRange,
} from "./geometry.ts";

const EIGHT: PoolShape = { maxOrder: 3, pages: 8, basePfn: 0, reserved: [], zones: [] };

const pfns = fc.oneof(
  fc.nat(4096),
  fc.integer({ min: 2 ** 31 - 64, max: 2 ** 31 + 64 }),
  fc.integer({ min: 2 ** 40, max: 2 ** 51 }),
);
const orders = fc.nat(20);

describe("frames and orders", () => {
  it("a buddy's buddy is the block itself, and both have one parent", () => {
    fc.assert(
      fc.property(pfns, orders, (pfn, order) => {
        const head = alignDown(pfn, order);
        const buddy = buddyOf(head, order);
        expect(buddyOf(buddy, order)).toBe(head);
        expect(Math.abs(buddy - head)).toBe(pagesIn(order));
        expect(parentOf(buddy, order)).toBe(parentOf(head, order));
        expect(Math.min(buddy, head)).toBe(parentOf(head, order));
      }),
    );
  });

  it("alignment agrees with division, below and above 2^31", () => {
    fc.assert(
      fc.property(pfns, orders, (pfn, order) => {
        expect(isAligned(pfn, order)).toBe(pfn % 2 ** order === 0);
        expect(alignDown(pfn, order)).toBe(Math.floor(pfn / 2 ** order) * 2 ** order);
      }),
    );
  });

  it.each([
    [1, 0],
    [2, 1],
    [3, 2],
    [4, 2],
    [1023, 10],
    [1024, 10],
    [1025, 11],
    [2 ** 31, 31],
    [2 ** 31 + 1, 32],
    [2 ** 52, 52],
  ])("%d pages round up to order %d", (pages, order) => expect(orderFor(pages)).toBe(order));

  it.each([0, 1, 12, 30, 31])("a block of order %i has a power of two of pages", (order) =>
    expect(pagesIn(order)).toBe(2 ** order),
  );

  it("no order holds 0 pages", () => expect(() => orderFor(0)).toThrow("no order holds 0 pages"));
});

describe("the canonical decomposition", () => {
  const ranges = fc.tuple(fc.nat(300), fc.nat(300), fc.nat(6));

  it("covers a range exactly with aligned blocks, none of which could merge", () => {
    fc.assert(
      fc.property(ranges, ([start, length, maxOrder]) => {
        const end = start + length;
        const counts = new Array<number>(maxOrder + 1).fill(0);
        for (let pfn = start; pfn < end;) {
          const order = largestOrderAt(pfn, end, maxOrder);
          expect(pfn % pagesIn(order)).toBe(0);
          expect(canonicalOrderAround({ start, end }, pfn, maxOrder)).toBe(order);
          counts[order] = (counts[order] as number) + 1;
          pfn += pagesIn(order);
        }
        expect(canonicalCounts(start, end, maxOrder)).toEqual(counts);
      }),
    );
  });

  it("counts a pool of 2^51 frames at once", () => {
    expect(canonicalCounts(1, 2 ** 51, 2)).toEqual([1, 1, 2 ** 49 - 1]);
  });
});

describe("pools", () => {
  it("managed runs are what zones leave without holes and reserved ranges", () => {
    const geometry = createGeometry({
      maxOrder: 3,
      pages: 32,
      basePfn: 100,
      reserved: [
        { start: 4, end: 6 },
        { start: 5, end: 9 },
      ],
      zones: [
        { name: "high", start: 16, end: 30 },
        { name: "low", start: 0, end: 16 },
      ],
    });
    expect(geometry.runs).toEqual([
      { start: 100, end: 104, zone: 0 },
      { start: 109, end: 116, zone: 0 },
      { start: 116, end: 130, zone: 1 },
    ]);
    expect(managedPages(geometry)).toBe(25);
    expect(managedPages(geometry, 1)).toBe(14);
    expect(runIndexOf(geometry.runs, 108)).toBe(-1);
    expect(runIndexOf(geometry.runs, 115)).toBe(1);
  });

  it.each([
    ["an order that a state byte cannot hold", { maxOrder: 31 }],
    ["an order below 0", { maxOrder: -1 }],
    ["half an order", { maxOrder: 1.5 }],
    ["a pool of less than nothing", { pages: -1, basePfn: 4 }],
    ["a pool of half a page", { pages: 7.5 }],
    ["a pool before page 0", { basePfn: -1 }],
    ["a pool from the middle of a page", { basePfn: 0.5 }],
    ["a pool past 2^52", { basePfn: 2 ** 52 - 7 }],
    [
      "overlapping zones",
      {
        zones: [
          { name: "a", start: 0, end: 5 },
          { name: "b", start: 4, end: 8 },
        ],
      },
    ],
    ["a zone past the pool's end", { zones: [{ name: "a", start: 0, end: 9 }] }],
  ])("%s is a caller's bug", (_what, wrong) => {
    expect(() => createGeometry({ ...EIGHT, ...wrong })).toThrow("buddycheck bug");
  });

  it.each<[string, Partial<PoolShape>]>([
    ["whose blocks are pages", { maxOrder: 0 }],
    ["of the largest blocks", { maxOrder: 30 }],
    ["of no pages", { pages: 0 }],
    ["that ends at 2^52", { basePfn: 2 ** 52 - 8 }],
  ])("there may be one %s, and its zone has no name", (_what, odd) => {
    const { maxOrder, zones, span } = createGeometry({ ...EIGHT, ...odd });
    expect({ maxOrder, zones, pages: span.end - span.start }).toEqual({
      maxOrder: odd.maxOrder ?? EIGHT.maxOrder,
      zones: [{ name: "", ...span }],
      pages: odd.pages ?? EIGHT.pages,
    });
  });

  it.each<[ZoneRange[], number[]]>([
    [[], [-1, 0, 0, 0, 0, 0, -1]],
    [[{ name: "low", start: 2, end: 8 }], [-1, -1, 0, 0, 0, 0, -1]],
    [
      [
        { name: "low", start: 0, end: 2 },
        { name: "high", start: 3, end: 8 },
      ],
      [-1, 0, -1, 1, 1, 1, -1],
    ],
  ])("with the zones %j know the zone of every frame", (zones, expected) => {
    const geometry = createGeometry({ ...EIGHT, basePfn: 8, zones });
    expect([7, 8, 10, 11, 12, 15, 16].map((pfn) => zoneIndexOf(geometry, pfn))).toEqual(expected);
  });

  it("merging and subtracting ranges are set operations", () => {
    const small = fc.array(
      fc.tuple(fc.nat(40), fc.nat(6)).map(([start, length]) => ({ start, end: start + length })),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(small, (ranges) => {
        const merged = mergeRanges(ranges);
        expect(frames(merged)).toEqual([...new Set(frames(ranges))].sort((a, b) => a - b));
        merged.forEach(({ start, end }, at) => {
          expect(end).toBeGreaterThan(start);
          expect(start).toBeGreaterThan(merged[at - 1]?.end ?? -1);
        });
        const taken = new Set(frames(merged));
        expect(frames(subtract({ start: 0, end: 50 }, merged))).toEqual(
          frames([{ start: 0, end: 50 }]).filter((pfn) => !taken.has(pfn)),
        );
      }),
    );
  });
});

function frames(ranges: readonly FrameRange[]): number[] {
  return ranges.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, at) => start + at));
}
