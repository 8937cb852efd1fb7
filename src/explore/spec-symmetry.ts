// The one state that stands for all that differ from it only by a symmetry of the pool.
//
//  1. The symmetries are swapping the two halves of a block, and permuting equal top-level blocks of a zone
//     (spec-shape.ts, rule 3, says when they are sound).
//  2. A state is written as one number per frame: one more than the order of the live block that begins there, or 0.
//     Of the two halves of a block the one that reads larger comes first, from the smallest blocks up; then equal
//     top-level blocks are sorted the same way.
//  3. The result depends on the orbit alone: once both halves of a block are in their one form, so is the block,
//     whichever of its two arrangements came in. Two states with one form are in one orbit, because every move made
//     here is a symmetry.

import { pagesIn } from "../../model/geometry.ts";
import type { TopBlock } from "./spec-shape.ts";

/** Brings states of one pool into their one form. */
export class CanonicalForm {
  /** First frame of each top-level block, with its order. */
  readonly #tops: readonly { readonly frame: number; readonly order: number }[];
  /** First frames of equal top-level blocks of one zone, where there are several. */
  readonly #equals: readonly { readonly frames: readonly number[]; readonly pages: number }[];

  constructor(tops: readonly TopBlock[], startPfn: number) {
    this.#tops = tops.map(({ pfn, order }) => ({ frame: pfn - startPfn, order }));
    const kinds = new Map<string, number[]>();
    for (const { pfn, order, zone } of tops) {
      const key = `${zone} ${order}`;
      kinds.set(key, [...(kinds.get(key) ?? []), pfn - startPfn]);
    }
    this.#equals = [...kinds]
      .filter(([, frames]) => frames.length > 1)
      .map(([key, frames]) => ({ frames, pages: pagesIn(Number(key.split(" ")[1])) }));
  }

  /** Rearranges a state in place. */
  apply(live: Uint8Array): void {
    for (let index = 0; index < this.#tops.length; index++) {
      const top = this.#tops[index] as { frame: number; order: number };
      for (let half = 0; half < top.order; half++) sortHalves(live, top.frame, top.order, half);
    }
    for (let index = 0; index < this.#equals.length; index++) {
      const { frames, pages } = this.#equals[index] as { frames: readonly number[]; pages: number };
      sortTops(live, frames, pages);
    }
  }
}

/** Puts the larger half first in every block of order `half + 1` of the top-level block at `frame`. */
function sortHalves(live: Uint8Array, frame: number, order: number, half: number): void {
  const pages = pagesIn(half);
  const end = frame + pagesIn(order);
  for (let low = frame; low < end; low += 2 * pages) {
    if (isLess(live, low, low + pages, pages)) swap(live, low, low + pages, pages);
  }
}

/** Insertion sort, largest first; there are few top-level blocks. */
function sortTops(live: Uint8Array, frames: readonly number[], pages: number): void {
  for (let last = 1; last < frames.length; last++) {
    for (let at = last; at > 0; at--) {
      const [before, here] = [frames[at - 1] as number, frames[at] as number];
      if (!isLess(live, before, here, pages)) break;
      swap(live, before, here, pages);
    }
  }
}

/** Does `pages` frames from `a` on read less than those from `b` on? */
function isLess(live: Uint8Array, a: number, b: number, pages: number): boolean {
  for (let at = 0; at < pages; at++) {
    const difference = (live[a + at] as number) - (live[b + at] as number);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function swap(live: Uint8Array, a: number, b: number, pages: number): void {
  for (let at = 0; at < pages; at++) {
    const kept = live[a + at] as number;
    live[a + at] = live[b + at] as number;
    live[b + at] = kept;
  }
}
