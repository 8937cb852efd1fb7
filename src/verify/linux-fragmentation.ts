// How fragmented free memory is over time: the unusable free space index of each order.
//
//  1. The index of order j is the share of free pages that lie in blocks too small for it: 0 where every free page
//     can serve such a request, 1 where none can. Order 0 is always 0.
//  2. At most `SAMPLES_MAX` samples are kept, evenly spread: when there are more, every second one goes and the distance
//     doubles. The result depends on the events alone.
//
// Source: Gorman and Whitcroft, The What, The Why and the Where To of Anti-Fragmentation (2006).

import { pagesIn } from "../../model/geometry.ts";

const SAMPLES_MAX = 64;
const FIRST_DISTANCE = 16;

export interface FragmentationSample {
  readonly time: number;
  readonly freePages: number;
  /** Index by order. */
  readonly unusable: readonly number[];
}

/** The index of every order, of free blocks counted per zone and order. */
function unusableFreeSpace(counts: readonly (readonly number[])[]): {
  readonly freePages: number;
  readonly unusable: readonly number[];
} {
  const orders = counts[0]?.length ?? 0;
  let below = 0;
  const smaller: number[] = [];
  for (let order = 0; order < orders; order++) {
    smaller.push(below);
    for (const zone of counts) below += (zone[order] ?? 0) * pagesIn(order);
  }
  return { freePages: below, unusable: smaller.map((pages) => (below === 0 ? 0 : pages / below)) };
}

/** Samples taken while the core changes. */
export class FragmentationSamples {
  #samples: FragmentationSample[] = [];
  #distance = FIRST_DISTANCE;
  #changes = 0;

  changed(time: number, counts: readonly (readonly number[])[]): void {
    if (this.#changes++ % this.#distance !== 0) return;
    this.#samples.push({ time, ...unusableFreeSpace(counts) });
    if (this.#samples.length < SAMPLES_MAX) return;
    this.#samples = this.#samples.filter((_, index) => index % 2 === 0);
    this.#distance *= 2;
  }

  get samples(): readonly FragmentationSample[] {
    return this.#samples;
  }
}
