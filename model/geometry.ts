// Frames, orders and blocks: the arithmetic of a buddy system, and the shape of a pool.
//
//  1. A block (pfn, order) is the frames [pfn, pfn + 2^order). It is aligned iff 2^order divides pfn.
//  2. Every pfn in `model/` is absolute: alignment and buddies are taken from pfn 0. A pool whose
//     recording counts from its own start has `basePfn` added on the way in (see `createGeometry`).
//  3. A zone is a named set of frame ranges; a block never crosses a zone.
//  4. Managed frames are the frames of a zone that are neither holes nor reserved. They form `runs`:
//     maximal, sorted, disjoint, half-open, each inside one zone.
//  5. pfns reach 2^52: 32-bit operators are used only below 2^31, doubles above.
//
// Source: Knuth, TAOCP 1, 2.5 (buddy system); Gorman, Understanding the Linux VM, ch. 6.

import { assert } from "./assert.ts";

/** The largest order any structure here can hold: a state byte keeps five bits for it. */
export const ORDER_LIMIT = 30;

/** pfns stay below this, so that `pfn + pages` is exact in a double. */
export const PFN_LIMIT: number = 2 ** 52;

const INT32_LIMIT = 2 ** 31;
const PAGES_IN: readonly number[] = Array.from({ length: ORDER_LIMIT + 2 }, (_, order) => 2 ** order);

/** Half-open range of frames `[start, end)`. */
export interface FrameRange {
  readonly start: number;
  readonly end: number;
}

/** Managed frames without a gap, inside one zone; `zone` indexes `Geometry.zones`. */
export interface Run extends FrameRange {
  readonly zone: number;
}

export interface ZoneRange extends FrameRange {
  readonly name: string;
}

/** The shape of a pool, in absolute pfns. `zones` are sorted by start and disjoint. */
export interface Geometry {
  readonly maxOrder: number;
  readonly basePfn: number;
  readonly span: FrameRange;
  readonly zones: readonly ZoneRange[];
  readonly runs: readonly Run[];
}

/** What a header or a test says about a pool: indices count from 0 at the pool's start. */
export interface PoolShape {
  readonly maxOrder: number;
  readonly pages: number;
  readonly basePfn: number;
  readonly reserved: readonly FrameRange[];
  readonly zones: readonly ZoneRange[];
}

/** Frames in a block of this order. */
export function pagesIn(order: number): number {
  return PAGES_IN[order] as number;
}

/** The smallest order whose block holds `pages` frames: 1 gives 0, 3 gives 2, 1024 gives 10. */
export function orderFor(pages: number): number {
  assert(pages >= 1, `no order holds ${pages} pages`);
  if (pages <= INT32_LIMIT) return 32 - Math.clz32(pages - 1);
  let order = 31;
  while (2 ** order < pages) order++;
  return order;
}

/** Is `pfn` a possible head of a block of `order`? */
export function isAligned(pfn: number, order: number): boolean {
  return pfn < INT32_LIMIT ? (pfn & (pagesIn(order) - 1)) === 0 : pfn % pagesIn(order) === 0;
}

/** Head of the block of `order` that contains `pfn`. */
export function alignDown(pfn: number, order: number): number {
  return pfn < INT32_LIMIT ? (pfn & -pagesIn(order)) >>> 0 : pfn - (pfn % pagesIn(order));
}

/**
 * Head of the other half of the parent block: `pfn xor 2^order`.
 * Buddies of order 1 differ only in bit 1: 12 (0b1100) with 14 (0b1110), 8 (0b1000) with 10 (0b1010).
 */
export function buddyOf(pfn: number, order: number): number {
  return isAligned(pfn, order + 1) ? pfn + pagesIn(order) : pfn - pagesIn(order);
}

/** Head of the block that `(pfn, order)` is a half of. */
export function parentOf(pfn: number, order: number): number {
  return alignDown(pfn, order + 1);
}

/**
 * The order of the largest aligned block that starts at `start` and fits before `end`:
 * the first step of the canonical decomposition of `[start, end)`.
 */
export function largestOrderAt(start: number, end: number, maxOrder: number): number {
  let order = 0;
  while (order < maxOrder && isAligned(start, order + 1) && start + pagesIn(order + 1) <= end) order++;
  return order;
}

/**
 * The block of the canonical free set of `[run.start, run.end)` that covers `pfn`: the largest aligned
 * block around it that stays inside the run.
 */
export function canonicalOrderAround(run: FrameRange, pfn: number, maxOrder: number): number {
  for (let order = maxOrder; order > 0; order--) {
    const head = alignDown(pfn, order);
    if (head >= run.start && head + pagesIn(order) <= run.end) return order;
  }
  return 0;
}

/**
 * How many blocks of each order the canonical free set of `[start, end)` has, in O(maxOrder):
 * orders rise from an unaligned start to the maximum, run there, and fall towards the end.
 */
export function canonicalCounts(start: number, end: number, maxOrder: number): number[] {
  const counts = new Array<number>(maxOrder + 1).fill(0);
  let pfn = start;
  while (pfn < end) {
    const order = largestOrderAt(pfn, end, maxOrder);
    const blocks = order === maxOrder ? Math.floor((end - pfn) / pagesIn(order)) : 1;
    counts[order] = (counts[order] as number) + blocks;
    pfn += blocks * pagesIn(order);
  }
  return counts;
}

/** Index of the run that holds `pfn`, or -1 if the frame is not managed. */
export function runIndexOf(runs: readonly FrameRange[], pfn: number): number {
  let low = 0;
  let high = runs.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const run = runs[middle] as FrameRange;
    if (pfn < run.start) high = middle - 1;
    else if (pfn >= run.end) low = middle + 1;
    else return middle;
  }
  return -1;
}

/** Index of the zone that holds `pfn`, or -1 outside every zone. */
export function zoneIndexOf({ zones }: Geometry, pfn: number): number {
  if (zones.length > 1) return runIndexOf(zones, pfn);
  const zone = zones[0] as FrameRange;
  return pfn >= zone.start && pfn < zone.end ? 0 : -1;
}

/** Frames the allocator manages, of one zone or in total. */
export function managedPages(geometry: Geometry, zone?: number): number {
  let pages = 0;
  for (const run of geometry.runs) if (zone === undefined || run.zone === zone) pages += run.end - run.start;
  return pages;
}

/**
 * Builds a pool: shifts indices by `basePfn`, subtracts what is reserved, and splits at zone borders.
 * Without zones the pool is one zone named "". Zones may not overlap; frames outside every zone are holes.
 */
export function createGeometry(shape: PoolShape): Geometry {
  const { maxOrder, pages, basePfn } = shape;
  assert(Number.isInteger(maxOrder) && maxOrder >= 0 && maxOrder <= ORDER_LIMIT, `maxOrder ${maxOrder} out of range`);
  assert(Number.isSafeInteger(pages) && pages >= 0, `a pool of ${pages} pages`);
  assert(Number.isSafeInteger(basePfn) && basePfn >= 0 && basePfn + pages <= PFN_LIMIT, `base pfn ${basePfn}`);
  const zones = shiftedZones(shape);
  const reserved = mergeRanges(shape.reserved.map((range) => shift(range, basePfn)));
  const runs: Run[] = [];
  zones.forEach((range, zone) => {
    for (const part of subtract(range, reserved)) runs.push({ ...part, zone });
  });
  return { maxOrder, basePfn, span: { start: basePfn, end: basePfn + pages }, zones, runs };
}

function shiftedZones(shape: PoolShape): ZoneRange[] {
  const { basePfn, pages } = shape;
  if (shape.zones.length === 0) return [{ name: "", start: basePfn, end: basePfn + pages }];
  const zones = shape.zones.map((zone) => ({ name: zone.name, ...shift(zone, basePfn) }));
  zones.sort((a, b) => a.start - b.start);
  zones.forEach((zone, index) => {
    const next = zones[index + 1];
    assert(next === undefined || zone.end <= next.start, `zones ${zone.name} and ${next?.name ?? ""} overlap`);
    assert(zone.end <= basePfn + pages, `zone ${zone.name} ends beyond the pool`);
  });
  return zones;
}

function shift(range: FrameRange, by: number): FrameRange {
  return { start: range.start + by, end: range.end + by };
}

/** Sorted, disjoint, without empty ranges. */
export function mergeRanges(ranges: readonly FrameRange[]): FrameRange[] {
  const sorted = ranges.filter((range) => range.end > range.start).sort((a, b) => a.start - b.start);
  const merged: FrameRange[] = [];
  for (const range of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && range.start <= last.end) {
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, range.end) };
    } else merged.push(range);
  }
  return merged;
}

/** What remains of `range` without the sorted, disjoint `holes`. */
export function subtract(range: FrameRange, holes: readonly FrameRange[]): FrameRange[] {
  const parts: FrameRange[] = [];
  let start = range.start;
  for (const hole of holes) {
    if (hole.start >= range.end) break;
    if (hole.start > start) parts.push({ start, end: hole.start });
    start = Math.max(start, hole.end);
  }
  if (start < range.end) parts.push({ start, end: range.end });
  return parts;
}
