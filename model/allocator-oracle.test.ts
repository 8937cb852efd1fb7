// The allocator against an oracle that knows one thing: who holds each frame. It finds everything else by
// looking at all frames, so it shares no idea with lists, splitting and coalescing.

import { describe, expect, it } from "vitest";
import { Allocator } from "./allocator.ts";
import { alignDown, createGeometry, isAligned, orderFor, pagesIn, zoneIndexOf, type PoolShape } from "./geometry.ts";
import { STRICT_PROFILE, type Profile } from "./profile.ts";

const FREE = 0;
const UNMANAGED = -1;

/** Who holds each frame: FREE, UNMANAGED, or the head of its block plus 1. */
class Oracle {
  readonly allocator: Allocator;
  readonly holders: number[];
  readonly live: Map<number, number> = new Map();

  constructor(allocator: Allocator) {
    this.allocator = allocator;
    this.holders = new Array<number>(allocator.geometry.span.end).fill(UNMANAGED);
    for (const run of allocator.geometry.runs) this.holders.fill(FREE, run.start, run.end);
  }

  set(pfn: number, pages: number, holder: number): void {
    this.holders.fill(holder, pfn, pfn + pages);
  }

  /** Are these frames all in one state, inside one zone? */
  are(state: number, pfn: number, pages: number): boolean {
    const { geometry } = this.allocator;
    const zone = zoneIndexOf(geometry, pfn);
    for (let frame = pfn; frame < pfn + pages; frame++) {
      if (this.holders[frame] !== state || zoneIndexOf(geometry, frame) !== zone) return false;
    }
    return true;
  }

  /** Is `(pfn, order)` a block that could be free? */
  isFreeBlock(pfn: number, order: number): boolean {
    return pfn >= 0 && isAligned(pfn, order) && this.are(FREE, pfn, pagesIn(order));
  }

  /** C(F), heads by order. */
  canonical(): number[][] {
    const { maxOrder } = this.allocator.geometry;
    return Array.from({ length: maxOrder + 1 }, (_, order) =>
      this.holders.flatMap((_holder, pfn) => {
        const whole = order < maxOrder && this.isFreeBlock(alignDown(pfn, order + 1), order + 1);
        return this.isFreeBlock(pfn, order) && !whole ? [pfn] : [];
      }),
    );
  }

  /** Could a request of this many pages be served somewhere in this zone? */
  hasRoom(pages: number, zone: number): boolean {
    const { geometry } = this.allocator;
    const order = Math.min(orderFor(pages), geometry.maxOrder);
    const length = Math.ceil(pages / pagesIn(order)) * pagesIn(order);
    return this.holders.some(
      (holder, pfn) =>
        holder === FREE && isAligned(pfn, order) && zoneIndexOf(geometry, pfn) === zone && this.are(FREE, pfn, length),
    );
  }
}

/** A small generator whose seed is all that a replay needs (mulberry32). */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const PLAIN: PoolShape = { maxOrder: 3, pages: 24, basePfn: 0, reserved: [], zones: [] };
const RAGGED: PoolShape = { maxOrder: 4, pages: 45, basePfn: 3, reserved: [{ start: 11, end: 14 }], zones: [] };
const ZONED: PoolShape = {
  ...PLAIN,
  reserved: [{ start: 9, end: 10 }],
  zones: [
    { name: "low", start: 0, end: 6 },
    { name: "high", start: 6, end: 20 },
  ],
};

interface Case {
  readonly name: string;
  readonly shape: PoolShape;
  readonly profile: Partial<Profile>;
}
const CASES: readonly Case[] = [
  { name: "strict", shape: PLAIN, profile: {} },
  { name: "ragged", shape: RAGGED, profile: {} },
  { name: "lifo, high half", shape: RAGGED, profile: { placement: "lifo", servedHalf: "high", fit: "best" } },
  { name: "lowest", shape: PLAIN, profile: { placement: "lowest", fit: "best" } },
  { name: "lowest, any fit", shape: RAGGED, profile: { placement: "lowest" } },
  { name: "highest, any fit", shape: RAGGED, profile: { placement: "highest", servedHalf: "high" } },
  { name: "exact", shape: PLAIN, profile: { rounding: "exact" } },
  { name: "exact, adjacent", shape: RAGGED, profile: { rounding: "exact", aboveMax: "adjacent" } },
  { name: "adjacent, zoned", shape: { ...ZONED, maxOrder: 1 }, profile: { aboveMax: "adjacent", fallback: "any" } },
  { name: "zoned, no fallback", shape: ZONED, profile: { fallback: "none" } },
  { name: "zoned, fallback", shape: ZONED, profile: { fallback: "lower" } },
  { name: "lazy", shape: RAGGED, profile: { coalescing: "lazy" } },
  {
    name: "lazy, exact, adjacent",
    shape: PLAIN,
    profile: { coalescing: "lazy", rounding: "exact", aboveMax: "adjacent" },
  },
  { name: "parts", shape: PLAIN, profile: { partialFree: "allowed" } },
  { name: "parts, exact", shape: RAGGED, profile: { partialFree: "allowed", rounding: "exact" } },
];

type Random = (below: number) => number;

function stepAlloc(oracle: Oracle, random: Random): void {
  const { allocator, live } = oracle;
  const { maxOrder, zones } = allocator.geometry;
  const asked = 1 + random(random(4) === 0 ? pagesIn(maxOrder + 1) : 5);
  const zone = zones.length > 1 ? ([null, "low", "high"] as const)[random(3)]! : null;
  const kept = allocator.profile.rounding === "exact" ? asked : 2 ** orderFor(asked);
  const pfn = allocator.allocatePages(asked, zone);
  if (pfn === null) {
    expectNoRoom(oracle, kept, zone);
    return;
  }
  expect(isAligned(pfn, Math.min(orderFor(asked), maxOrder))).toBe(true);
  expect(oracle.are(FREE, pfn, kept)).toBe(true);
  expectFit(oracle, pfn, orderFor(asked));
  oracle.set(pfn, kept, pfn + 1);
  live.set(pfn, kept);
}

function zonesAllowed(oracle: Oracle, zone: string | null): number[] {
  const { zones } = oracle.allocator.geometry;
  const all = zones.map((_, index) => index);
  const asked = zones.findIndex(({ name }) => name === zone);
  if (zone === null || oracle.allocator.profile.fallback === "any") return all;
  return oracle.allocator.profile.fallback === "none" ? [asked] : all.slice(0, asked + 1);
}

function expectNoRoom(oracle: Oracle, pages: number, zone: string | null): void {
  const tooLarge =
    pages > pagesIn(oracle.allocator.geometry.maxOrder) && oracle.allocator.profile.aboveMax === "refused";
  if (tooLarge) return;
  expect(zonesAllowed(oracle, zone).some((index) => oracle.hasRoom(pages, index))).toBe(false);
}

/** Best fit, or the lowest or highest block that fits; the halves follow `servedHalf`. */
function expectFit(oracle: Oracle, pfn: number, order: number): void {
  const { geometry, profile } = oracle.allocator;
  if (order > geometry.maxOrder || profile.coalescing === "lazy") return;
  const blocks = oracle.canonical().flatMap((heads, from) => heads.map((head) => ({ head, from })));
  const zone = zoneIndexOf(geometry, pfn);
  const fits = blocks.filter(({ head, from }) => from >= order && zoneIndexOf(geometry, head) === zone);
  const best = fits.filter(({ from }) => from === fits[0]?.from);
  const turn = profile.fit === "best" || profile.placement === "any" || profile.placement === "lifo" ? best : fits;
  const heads = turn.map(({ head }) => head).sort((a, b) => a - b);
  const chosen = blocks.find(({ head, from }) => head <= pfn && pfn < head + pagesIn(from))!;
  if (profile.placement === "lowest") expect(chosen.head).toBe(heads[0]);
  else if (profile.placement === "highest") expect(chosen.head).toBe(heads.at(-1));
  else expect(heads).toContain(chosen.head);
  expect(pfn).toBe(profile.servedHalf === "high" ? chosen.head + pagesIn(chosen.from) - pagesIn(order) : chosen.head);
}

function stepFree(oracle: Oracle, random: Random): void {
  const { allocator, live } = oracle;
  const heads = [...live.keys()];
  const good = heads.length > 0 && random(4) > 0;
  const pfn = good ? heads[random(heads.length)]! : random(oracle.holders.length + 4) - 2;
  const pages = good ? live.get(pfn)! : 1 + random(8);
  const exact = allocator.profile.rounding === "exact";
  const named = exact ? pages : 2 ** orderFor(pages);
  const expected =
    live.get(pfn) === named || (allocator.profile.partialFree === "allowed" && isPart(oracle, pfn, named));
  expect(allocator.freePages(pfn, pages)).toBe(expected);
  if (expected) takeBack(oracle, pfn, named);
}

function isPart(oracle: Oracle, pfn: number, pages: number): boolean {
  const holder = oracle.holders[pfn] ?? UNMANAGED;
  return holder > FREE && isAligned(pfn, orderFor(pages)) && oracle.are(holder, pfn, pages);
}

/** Frames become free; what is left of their block is aligned blocks from here on. */
function takeBack(oracle: Oracle, pfn: number, pages: number): void {
  const head = oracle.holders[pfn]! - 1;
  const end = head + oracle.live.get(head)!;
  oracle.live.delete(head);
  for (const [from, to] of [
    [head, pfn],
    [pfn + pages, end],
  ] as const) {
    for (let part = from; part < to;) {
      let order = 0;
      while (isAligned(part, order + 1) && part + pagesIn(order + 1) <= to) order++;
      oracle.set(part, pagesIn(order), part + 1);
      oracle.live.set(part, pagesIn(order));
      part += pagesIn(order);
    }
  }
  oracle.set(pfn, pages, FREE);
}

function stepManaged(oracle: Oracle, random: Random): void {
  const { allocator, holders } = oracle;
  const pfn = random(holders.length + 2) - 1;
  const pages = random(6);
  const range = holders.slice(Math.max(pfn, 0), pfn + pages);
  const inside = pages > 0 && pfn >= allocator.geometry.span.start && range.length === pages;
  const zoned = range.every((_, index) => zoneIndexOf(allocator.geometry, pfn + index) >= 0);
  const removable = inside && range.every((holder) => holder === FREE);
  const addable = inside && zoned && range.every((holder) => holder === UNMANAGED);
  expect(allocator.remove(pfn, pages)).toBe(removable);
  if (removable) oracle.set(pfn, pages, UNMANAGED);
  if (removable && random(2) === 0) return;
  expect(allocator.add(pfn, pages)).toBe(removable || addable);
  if (removable || addable) oracle.set(pfn, pages, FREE);
}

function expectLists(oracle: Oracle): void {
  const lists = oracle.allocator.snapshot().lists.map((heads) => [...heads].sort((a, b) => a - b));
  if (oracle.allocator.profile.coalescing === "eager") {
    expect(lists).toEqual(oracle.canonical());
    return;
  }
  const frames = lists.flatMap((heads, order) =>
    heads.flatMap((head) => Array.from({ length: pagesIn(order) }, (_, page) => head + page)),
  );
  expect(frames.sort((a, b) => a - b)).toEqual(oracle.holders.flatMap((holder, pfn) => (holder === FREE ? [pfn] : [])));
}

describe.each(CASES)("under the profile $name, the allocator agrees with the oracle", ({ shape, profile }) => {
  it.each([1, 2, 3, 4])("seed %i", (seed) => {
    const random = randomOf(seed);
    const oracle = new Oracle(new Allocator(createGeometry(shape), { ...STRICT_PROFILE, ...profile }));
    expectLists(oracle);
    for (let step = 0; step < 250; step++) {
      const dice = random(20);
      if (dice === 0) stepManaged(oracle, random);
      else if (dice < 11) stepAlloc(oracle, random);
      else stepFree(oracle, random);
      expectLists(oracle);
    }
  });
});
