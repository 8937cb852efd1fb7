// The blocks of a pool, read off its frames: a live block is a run of one owner, free frames are cut canonically.
//
// The film tells who owns a frame, not how free frames are listed: under eager coalescing the free blocks follow
// (SPEC.md 2), and for a lazy allocator this is what its free frames would make up.

import { largestOrderAt, ORDER_LIMIT, orderFor, pagesIn } from "../../model/geometry.ts";
import { FREE, type Change } from "./film.ts";

/** How the frames of a pool are cut into blocks. */
export interface Blocks {
  /** Per page: the first page of its block, or of its run where it is in no block. */
  readonly heads: Int32Array;
  /** Per page: the order of its block (of a live block of odd length, the order that holds it). */
  readonly orders: Uint8Array;
}

export interface PoolCut {
  readonly maxOrder: number;
  /** Absolute pfn of the first frame. */
  readonly basePfn: number;
  /** Zones in pages of the pool, or none; no block crosses their borders. */
  readonly zones: readonly { readonly start: number; readonly end: number }[];
}

/** Room for the blocks of a pool of this many pages. */
export function createBlocks(pages: number): Blocks {
  return { heads: new Int32Array(pages), orders: new Uint8Array(pages) };
}

/** Cuts the frames into blocks. */
export function cutBlocks(owners: Int32Array, pool: PoolCut, blocks: Blocks): void {
  const borders = new Set(pool.zones.flatMap(({ start, end }) => [start, end]));
  for (let start = 0; start < owners.length;) {
    const owner = owners[start] as number;
    let end = start + 1;
    while (owners[end] === owner && !borders.has(end)) end++;
    if (owner === FREE) cutFree({ start, pages: end - start, owner }, pool, blocks);
    else fillBlock(blocks, start, end, Math.min(orderFor(end - start), ORDER_LIMIT));
    start = end;
  }
}

function cutFree({ start, pages }: Change, { maxOrder, basePfn }: PoolCut, blocks: Blocks): void {
  const end = start + pages;
  for (let head = start; head < end;) {
    const order = largestOrderAt(head + basePfn, end + basePfn, maxOrder);
    fillBlock(blocks, head, head + pagesIn(order), order);
    head += pagesIn(order);
  }
}

function fillBlock({ heads, orders }: Blocks, start: number, end: number, order: number): void {
  heads.fill(start, start, end);
  orders.fill(order, start, end);
}
