// How long blocks of memory lived, by order: a second reading of a kernel trace, on request.
//
//  1. A block lives from its allocation to the first free of its first frame. The parts of a split block that are
//     freed later are not counted again.
//  2. A lifetime needs both its ends. Blocks live at the end of the recording are counted apart: the longest lives are
//     among them, and a histogram without them would speak for the short ones only.
//  3. Blocks whose end cannot be known are counted apart too: events were lost meanwhile, or another event shows the
//     frames in the buddy core or allocated again. Nothing before the last `buffer started` of an overrun is counted.
//  4. Lifetimes are counted by powers of ten. Clocks of CPUs differ by some 20 us, so a life may even seem to end
//     before it began: it counts as one of the shortest.
//
// Memory: nine bytes for each frame of a touched tile (linux-frames.ts), however long the trace is.

import { isAligned, pagesIn } from "../../model/geometry.ts";
import { LINUX_ORDER_LIMIT } from "../trace/linux-env.ts";
import { ALLOC, FREE, FREE_BATCHED, type LinuxCursor, type LinuxSink } from "../trace/linux-event.ts";
import { LinuxFrames, TILE_PAGES, TILES_PER_PAGE } from "./linux-frames.ts";

/** Bucket `n` ends below 10^(n - 5): below 10 us, below 100 us, and so on; the last has no end. */
export const BUCKET_COUNT = 20;
const BUCKET_ENDS: readonly number[] = Array.from({ length: BUCKET_COUNT - 1 }, (_, bucket) =>
  Number(`1e${bucket - 5}`),
);

/** Blocks of one order that were allocated during the recording. */
export interface OrderLifetimes {
  readonly order: number;
  /** Blocks that were freed, by how long they had lived: see BUCKET_COUNT. */
  readonly buckets: readonly number[];
  readonly freed: number;
  /** Blocks still live at the end. */
  readonly live: number;
  /** Blocks whose end is not known. */
  readonly lost: number;
}

export interface Lifetimes {
  /** `ticks`: the trace's clock has whole numbers only, and its unit is its own. `none`: the trace has no times. */
  readonly unit: "seconds" | "ticks" | "none";
  /** Orders of which a block was allocated, ascending. */
  readonly orders: readonly OrderLifetimes[];
}

/** Collects lifetimes: set `cursor` to the reader, feed it the whole trace, ask for `lifetimes`. */
export class LinuxLifetimes implements LinuxSink {
  cursor: LinuxCursor | null = null;
  /** `order + 1` at the first frame of a block seen allocated and not freed since, 0 elsewhere. */
  readonly #heads = new LinuxFrames();
  /** When such a block was allocated, by frame, in tiles like those of the heads; elsewhere a value of the past. */
  readonly #births: Map<number, Float64Array> = new Map();
  #orders: OrderTally[] = emptyTallies();
  #hasTimes = false;
  #hasFractions = false;

  event(kind: number, pfn: number, order: number): void {
    if (kind === FREE_BATCHED || pfn < 0 || order < 0 || order > LINUX_ORDER_LIMIT || !isAligned(pfn, order)) return;
    const heads = this.#heads.tileOf(pfn);
    const at = pfn & (TILE_PAGES - 1);
    if (kind === FREE && heads[at] !== 0) this.#end(heads, at, pfn);
    for (let frame = at; frame < at + pagesIn(order); frame++) if (heads[frame] !== 0) this.#lose(heads, frame);
    if (kind === ALLOC) this.#begin(heads, at, pfn, order);
  }

  #begin(heads: Uint8Array, at: number, pfn: number, order: number): void {
    heads[at] = order + 1;
    this.#birthsOf(pfn)[at] = this.#time();
    (this.#orders[order] as OrderTally).live++;
  }

  #end(heads: Uint8Array, at: number, pfn: number): void {
    const tally = this.#orders[(heads[at] as number) - 1] as OrderTally;
    const lived = this.#time() - (this.#birthsOf(pfn)[at] as number);
    const bucket = bucketOf(lived);
    heads[at] = 0;
    tally.live--;
    tally.freed++;
    tally.buckets[bucket] = (tally.buckets[bucket] as number) + 1;
  }

  #lose(heads: Uint8Array, at: number): void {
    const tally = this.#orders[(heads[at] as number) - 1] as OrderTally;
    heads[at] = 0;
    tally.live--;
    tally.lost++;
  }

  #time(): number {
    const time = this.cursor?.time() ?? NaN;
    if (!Number.isNaN(time)) this.#hasTimes = true;
    if (time % 1 !== 0 && !Number.isNaN(time)) this.#hasFractions = true;
    return time;
  }

  #birthsOf(pfn: number): Float64Array {
    const number = Math.floor(pfn * TILES_PER_PAGE);
    const known = this.#births.get(number);
    if (known !== undefined) return known;
    const tile = new Float64Array(TILE_PAGES);
    this.#births.set(number, tile);
    return tile;
  }

  lost(): void {
    this.#heads.forget();
    for (const tally of this.#orders) {
      tally.lost += tally.live;
      tally.live = 0;
    }
  }

  bufferStarted(): void {
    this.#heads.forget();
    this.#orders = emptyTallies();
  }

  /** Another recording may begin: what happened between the two is missing. */
  entries(): void {
    this.lost();
  }

  other(): void {}
  unexplained(): void {}
  problem(): void {}

  /** What the trace read so far shows. */
  lifetimes(): Lifetimes {
    const orders = this.#orders
      .map((tally, order) => ({ order, ...tally }))
      .filter(({ freed, live, lost }) => freed + live + lost > 0);
    return { unit: this.#hasTimes ? (this.#hasFractions ? "seconds" : "ticks") : "none", orders };
  }
}

interface OrderTally {
  readonly buckets: number[];
  freed: number;
  live: number;
  lost: number;
}

function emptyTallies(): OrderTally[] {
  return Array.from({ length: LINUX_ORDER_LIMIT + 1 }, () => ({
    buckets: new Array<number>(BUCKET_COUNT).fill(0),
    freed: 0,
    live: 0,
    lost: 0,
  }));
}

/** 12.000011 - 12.000001 is a little less than 1e-5: whole nanoseconds put it where it belongs. */
function bucketOf(lived: number): number {
  const rounded = Math.round(lived * 1e9) / 1e9;
  let bucket = 0;
  while (bucket < BUCKET_ENDS.length && rounded >= (BUCKET_ENDS[bucket] as number)) bucket++;
  return bucket;
}
