// Where a block may lie at all: the rules that need one event only.
//
//  1. The order is at most the kernel's MAX_PAGE_ORDER, and 2^order divides the pfn: known without any other file.
//  2. With zoneinfo, the whole block lies in the span of one zone. Spans have holes, which zoneinfo does not tell; spans
//     of nodes may interleave, and then any zone that holds the block will do.

import { isAligned, pagesIn } from "../../model/geometry.ts";
import type { LinuxZone } from "../trace/linux-env.ts";
import { CROSSES_ZONE, MISALIGNED, ORDER_ABOVE_MAX, OUTSIDE_ZONES } from "./linux-rules.ts";

/** The batch of every zone above 1 GiB since Linux 2.6: half a power of two, less one. */
const USUAL_BATCH = 63;

export const WELL_PLACED = -1;

export class BlockPlaces {
  readonly #zones: readonly LinuxZone[] | null;
  readonly #maxOrder: number;
  /** Span of the zone that held the last block. */
  #start = 0;
  #end: number;

  constructor(zones: readonly LinuxZone[] | null, maxOrder: number) {
    this.#zones = zones;
    this.#maxOrder = maxOrder;
    this.#end = zones === null ? Infinity : 0;
  }

  /** The rule that this block breaks, or WELL_PLACED. */
  judge(pfn: number, order: number): number {
    if (order === 0 && pfn >= this.#start && pfn < this.#end) return WELL_PLACED;
    return this.#judgeBlock(pfn, order);
  }

  #judgeBlock(pfn: number, order: number): number {
    if (order < 0 || order > this.#maxOrder) return ORDER_ABOVE_MAX;
    if (!isAligned(pfn, order)) return MISALIGNED;
    const pages = pagesIn(order);
    return pfn >= this.#start && pfn + pages <= this.#end ? WELL_PLACED : this.#judgeZone(pfn, pages);
  }

  #judgeZone(pfn: number, pages: number): number {
    let touched = false;
    for (const zone of this.#zones ?? []) {
      if (pfn >= zone.end || pfn + pages <= zone.start) continue;
      touched = true;
      if (pfn < zone.start || pfn + pages > zone.end) continue;
      this.#start = zone.start;
      this.#end = zone.end;
      return WELL_PLACED;
    }
    return touched ? CROSSES_ZONE : OUTSIDE_ZONES;
  }

  /** Frames that the per-CPU lists of this frame's zone take at a time. */
  batchAt(pfn: number): number {
    const zone = (this.#zones ?? []).find(({ start, end }) => pfn >= start && pfn < end);
    return zone === undefined || zone.batch === 0 ? USUAL_BATCH : zone.batch;
  }
}
