// The pages of a small pool as bits of one word, and its canonical free set by a few operations on them.
//
//  1. Bit i is page `span.start + i`. The heads of all blocks tell their lengths, too: a block reaches to the next head,
//     or to where its run ends.
//  2. C(F) from F: `full[k]` marks the heads of aligned blocks of free pages, full[k] = full[k-1] and
//     full[k-1] >> 2^(k-1) at the heads that order k has in this pool; a block of C(F) is full, and its parent is not.
//
// Limit: 31 pages, so that one more bit marks the end.

import { isAligned, pagesIn, type Geometry } from "../../model/geometry.ts";

export const PAGES_MAX = 31;

/** What never changes of a pool, as masks. */
export class PoolMasks {
  readonly managed: number;
  /** Per order: heads of aligned blocks inside one run. */
  readonly possible: readonly number[];
  /** Where runs end: the pages behind them. */
  readonly #stops: number;

  constructor(geometry: Geometry) {
    const { span, runs } = geometry;
    this.managed = runs.reduce((mask, run) => mask | bits(run.start - span.start, run.end - run.start), 0);
    this.#stops = runs.reduce((mask, run) => mask | (1 << (run.end - span.start)), 0);
    this.possible = possibleHeads(geometry);
  }

  /** Pages from a head to the next one, or to the end of its run. */
  lengthAt(page: number, heads: number): number {
    const ends = (heads | this.#stops) & (-2 << page);
    return lowest(ends) - page;
  }

  /** Writes the heads of C(F) per order, and answers all of them (rule 2). */
  list(free: number, freeHeads: Int32Array): number {
    const { possible } = this;
    let heads = 0;
    let full = free;
    for (let order = 0; order < possible.length; order++) {
      const half = pagesIn(order);
      const isLast = order + 1 === possible.length || half > PAGES_MAX;
      const parents = isLast ? 0 : full & (full >>> half) & (possible[order + 1] as number);
      // What is left when both halves of each full parent are taken out.
      const own = full & ~(parents | (parents << half));
      freeHeads[order] = own;
      heads |= own;
      full = parents;
    }
    return heads;
  }
}

/** Per order: heads of aligned blocks that lie inside one run. */
function possibleHeads({ span, runs, maxOrder }: Geometry): readonly number[] {
  return Array.from({ length: maxOrder + 1 }, (_, order) => {
    let mask = 0;
    for (const run of runs) {
      for (let pfn = run.start; pfn + pagesIn(order) <= run.end; pfn++) {
        if (isAligned(pfn, order)) mask |= 1 << (pfn - span.start);
      }
    }
    return mask;
  });
}

/** `count` bits from `first` on. */
export function bits(first: number, count: number): number {
  return count > PAGES_MAX ? -1 << first : ((1 << count) - 1) << first;
}

/** The lowest bit that is set. */
export function lowest(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}

/** The highest bit that is set. */
export function highest(mask: number): number {
  return 31 - Math.clz32(mask);
}

/** How many bits are set. */
export function bitCount(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}
