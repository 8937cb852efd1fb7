// Free blocks by migratetype, as far as events showed it: what "smallest fit" is judged by.
//
//  1. The kernel keeps a free list per order and migratetype. A free block is on the list of the migratetype of its
//     first pageblock; which that is, a removal or a drain in that pageblock tells.
//  2. Pageblocks of which no event told yet are left out: the smallest fit is then judged by fewer blocks, never
//     wrongly.
//  3. A pageblock has 2^9 frames (x86-64 with 4 KiB pages).

import { alignDown, type FrameRange } from "../../model/geometry.ts";

export const PAGEBLOCK_ORDER = 9;
const PAGEBLOCK_PAGES: number = 2 ** PAGEBLOCK_ORDER;
const ROWS = 16;

/** Known free blocks per zone, migratetype and order. */
export class Migratetypes {
  /** Migratetype by pageblock number; a pageblock that is missing is unknown. */
  readonly #types: Map<number, number> = new Map();
  /** Free blocks at `(zone * ROWS + migratetype) * orders + order`. */
  readonly #counts: Int32Array;
  readonly #orders: number;

  constructor(zoneCount: number, maxOrder: number) {
    this.#orders = maxOrder + 1;
    this.#counts = new Int32Array(zoneCount * ROWS * this.#orders);
  }

  /** -1 where it is unknown. */
  typeOf(pfn: number): number {
    return this.#types.get(Math.floor(pfn / PAGEBLOCK_PAGES)) ?? -1;
  }

  pageblockOf(pfn: number): FrameRange {
    const start = alignDown(pfn, PAGEBLOCK_ORDER);
    return { start, end: start + PAGEBLOCK_PAGES };
  }

  count(zone: number, pfn: number, order: number, change: number): void {
    this.#change(zone, this.typeOf(pfn), order, change);
  }

  /** The pageblock of `pfn`, of this zone, has this migratetype; `free` are the orders of its free blocks. */
  learn(zone: number, pfn: number, migratetype: number, free: readonly number[]): void {
    const before = this.typeOf(pfn);
    this.#types.set(Math.floor(pfn / PAGEBLOCK_PAGES), migratetype);
    for (const order of free) {
      this.#change(zone, before, order, -1);
      this.#change(zone, migratetype, order, 1);
    }
  }

  /** Is a known free block of this migratetype smaller than `around` yet large enough for `order`? */
  hasSmaller(zone: number, migratetype: number, order: number, around: number): boolean {
    if (migratetype < 0 || migratetype >= ROWS) return false;
    const row = (zone * ROWS + migratetype) * this.#orders;
    for (let fit = order; fit < around; fit++) if ((this.#counts[row + fit] as number) > 0) return true;
    return false;
  }

  #change(zone: number, migratetype: number, order: number, change: number): void {
    if (migratetype < 0 || migratetype >= ROWS) return;
    const at = (zone * ROWS + migratetype) * this.#orders + order;
    this.#counts[at] = (this.#counts[at] as number) + change;
  }
}
