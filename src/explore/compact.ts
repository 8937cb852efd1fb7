// The reference allocator on two words: what model/allocator.ts does, compiled for pools of at most 16 pages.
//
//  1. A state is two words. The first has a bit for each page that heads a block (bits 0 to 15), and one for each head
//     whose block is free (16 to 31); a block reaches to the next head, or to where its run ends. The second lists the
//     free blocks, four bits a head, list after list from order 0 up, each in serving order:
//
//       a1=0 a0=2       heads 0 2 3 4, free 3 4, lists 0:[3] 2:[4]       0x0018001d  0x43
//
//  2. Free buddies are coalesced, so every pair of pages has at most one free head: eight entries are enough.
//  3. Serving takes the first entry of the smallest list that fits, and puts the halves it splits off at the tails of
//     lists that are empty; so they stand where the entry stood. Freeing takes out the buddies and appends one entry.
//  4. A bad free changes nothing. Which frees are good is decided for all pages at once, by the heads that are live.
//
// It claims to be the reference allocator, and the test beside this file compares them: in every state of every small
// pool, for every command, the answer, the state after it and the lists.
//
// Limits: one zone, first in first out, low halves served, eager coalescing (`isCompact`).

import type { Geometry } from "../../model/geometry.ts";
import { largestOrderAt, pagesIn } from "../../model/geometry.ts";
import type { Profile } from "../../model/profile.ts";

const PAGES_MAX = 16;
const ENTRIES_MAX = 8;
const ORDER_MAX = 4;

/** Is a pool of this shape and profile one that two words can hold? */
export function isCompact(geometry: Geometry, profile: Profile): boolean {
  const { span, zones, runs, maxOrder } = geometry;
  const pairs = new Set(runs.flatMap(({ start, end }) => pairsOf(start, end)));
  const fits = span.end - span.start <= PAGES_MAX && maxOrder >= 1 && maxOrder <= ORDER_MAX;
  const isFifo = (profile.placement === "any" || profile.placement === "fifo") && profile.servedHalf !== "high";
  const isPlain = profile.coalescing === "eager" && profile.rounding === "power-of-two" && profile.misuse === "refused";
  const isWhole =
    profile.partialFree === "refused" && profile.aboveMax === "refused" && profile.usableMaxOrder === null;
  return fits && zones.length === 1 && pairs.size <= ENTRIES_MAX && isFifo && isPlain && isWhole;
}

function pairsOf(start: number, end: number): number[] {
  const pairs: number[] = [];
  for (let pfn = start; pfn < end; pfn++) pairs.push(Math.floor(pfn / 2));
  return pairs;
}

/** One pool's allocator. `load` a state, then ask what each command does in it. */
export class CompactAllocator {
  readonly geometry: Geometry;
  /** Pages at which a run ends. */
  readonly #stops: number;
  /** What is added to a page to get a pfn with the same alignment. */
  readonly #offset: number;
  readonly #pages: number;
  readonly #maxOrder: number;
  #heads = 0;
  #free = 0;
  #list = 0;
  /** Per order, and one more: where its list begins among the entries. */
  readonly #begins: Int32Array = new Int32Array(ORDER_MAX + 2);
  /** The state after the last command that changed something. */
  first = 0;
  second = 0;

  constructor(geometry: Geometry) {
    const { span, runs, maxOrder } = geometry;
    this.geometry = geometry;
    this.#stops = runs.reduce((mask, run) => mask | (1 << (run.end - span.start)), 0);
    this.#offset = span.start % pagesIn(ORDER_MAX + 1);
    this.#pages = span.end - span.start;
    this.#maxOrder = maxOrder;
  }

  /** Writes the state of a pool of which nothing is live to `first` and `second`. */
  start(): void {
    const { span, runs, maxOrder } = this.geometry;
    const lists: number[][] = Array.from({ length: maxOrder + 1 }, () => []);
    let heads = 0;
    for (const run of runs) {
      for (let pfn = run.start; pfn < run.end;) {
        const order = largestOrderAt(pfn, run.end, maxOrder);
        lists[order]?.push(pfn - span.start);
        heads |= 1 << (pfn - span.start);
        pfn += pagesIn(order);
      }
    }
    this.first = heads | (heads << 16);
    this.second = lists.flat().reduce((list, page, at) => list | (page << (4 * at)), 0);
  }

  load(first: number, second: number): void {
    this.#heads = first & 0xffff;
    this.#free = first >>> 16;
    this.#list = second;
    const begins = this.#begins;
    let order = 0;
    let at = 0;
    begins[0] = 0;
    for (let rest = this.#free; rest !== 0; rest &= rest - 1) {
      // Entries stand in the order of their blocks, so the orders never fall.
      const own = this.orderAt((second >>> (4 * at)) & 15);
      while (order < own) begins[++order] = at;
      at++;
    }
    while (order <= ORDER_MAX) begins[++order] = at;
  }

  /** Heads of the live blocks, a bit each. */
  get live(): number {
    return this.#heads & ~this.#free;
  }

  /** Order of the block that a page heads. */
  orderAt(page: number): number {
    const ends = (this.#heads | this.#stops) & (-2 << page);
    return 31 - Math.clz32(31 - Math.clz32(ends & -ends) - page);
  }

  /** Heads on the list of an order, first served first. */
  headsOf(order: number): number[] {
    const heads: number[] = [];
    for (let at = this.#begins[order] as number; at < (this.#begins[order + 1] as number); at++) {
      heads.push(this.#entryAt(at));
    }
    return heads;
  }

  /** The heads on the list of an order, a bit each; 0 too if one of them is there twice. */
  listed(order: number): number {
    let mask = 0;
    for (let at = this.#begins[order] as number; at < (this.#begins[order + 1] as number); at++) {
      mask ^= 1 << this.#entryAt(at);
    }
    return mask;
  }

  /** Serves an order: its page, with the state after it in `first` and `second`, or -1 for a refusal. */
  serve(order: number): number {
    if (order > this.#maxOrder) return -1;
    const at = this.#begins[order] as number;
    if (at === this.#begins[ORDER_MAX + 1]) return -1;
    const page = this.#entryAt(at);
    const from = this.orderAt(page);
    let heads = this.#heads;
    let free = this.#free & ~(1 << page);
    const low = this.#list & ((1 << (4 * at)) - 1);
    let rest = (this.#list >>> (4 * at)) >>> 4;
    // The halves split off: the smallest stands first.
    for (let half = from - 1; half >= order; half--) {
      const other = page + pagesIn(half);
      heads |= 1 << other;
      free |= 1 << other;
      rest = (rest << 4) | other;
    }
    this.first = heads | (free << 16);
    this.second = low | (rest << (4 * at));
    return page;
  }

  /** Takes a live block back; the state after it is in `first` and `second`. */
  takeBack(page: number): void {
    let order = this.orderAt(page);
    let head = page;
    let heads = this.#heads;
    let free = this.#free;
    let list = this.#list;
    let removed = 0;
    for (; order < this.#maxOrder; order++) {
      const buddy = ((head + this.#offset) ^ (1 << order)) - this.#offset;
      if (buddy < 0 || buddy >= this.#pages || ((this.#free >>> buddy) & 1) === 0) break;
      if (this.orderAt(buddy) !== order) break;
      let at = (this.#begins[order] as number) - removed;
      while (((list >>> (4 * at)) & 15) !== buddy) at++;
      list = (list & ((1 << (4 * at)) - 1)) | (((list >>> (4 * at)) >>> 4) << (4 * at));
      removed++;
      free &= ~(1 << buddy);
      if (buddy < head) {
        heads &= ~(1 << head);
        head = buddy;
      } else heads &= ~(1 << buddy);
    }
    const at = (this.#begins[order + 1] as number) - removed;
    const above = ((list >>> (4 * at)) << (4 * at)) << 4;
    this.first = heads | ((free | (1 << head)) << 16);
    this.second = (list & ((1 << (4 * at)) - 1)) | (head << (4 * at)) | above;
  }

  #entryAt(at: number): number {
    return (this.#list >>> (4 * at)) & 15;
  }
}
