// The calls a kernel's other parts see: pages by byte address, named as HeliOS and the early Linux name them.
//
//  1. An address is a byte of physical memory, and pfn * 4096 where it names a page. The pool starts at any
//     page-aligned base; alignment is absolute, so a base of 12 KiB heads blocks of one page only.
//  2. A count of pages is rounded up to a power of two, at allocation and again at the free: 3 pages take
//     an order-2 block, and go back with free_pages(addr, 3) or (addr, 4).
//  3. MAX_ORDER is inclusive: 1024 pages are served, 1025 are not, 0 are not.
//  4. Failure is null and never 0, which is the address of page 0. Flags are accepted and ignored.
//  5. Pages come zeroed.
//  6. A free returns nothing. One that names no live block, whole and with its own count, changes nothing
//     and is counted in `misuseCount`. Freeing null is such a free.
//
// Source: HeliOS, docs/kernel (page_alloc.h); Linux mm/page_alloc.c.

import { Allocator } from "./allocator.ts";
import { assert } from "./assert.ts";
import { createGeometry, orderFor, pagesIn, type FrameRange } from "./geometry.ts";
import { PAGE_SIZE } from "./memory-map.ts";
import { STRICT_PROFILE, type Profile } from "./profile.ts";

/** The largest order, inclusive: 1024 pages, 4 MiB. */
export const MAX_ORDER = 10;

/** What HeliOS promises beyond the strict laws. */
export const PAGE_API_PROFILE: Profile = {
  ...STRICT_PROFILE,
  name: "page-api",
  fit: "best",
  placement: "fifo",
  servedHalf: "low",
  sizeAtFree: "named",
};

/** A byte address, or null for none. */
export type Address = number | null;

/** Physical memory as its map shows it: `reserved` counts pages from `base`. */
export interface PhysicalMemory {
  readonly base: number;
  readonly pages: number;
  readonly reserved: readonly FrameRange[];
}

/** The page calls over a fresh allocator. */
export function createPageApi(memory: PhysicalMemory): PageApi {
  const { base, pages, reserved } = memory;
  assert(base % PAGE_SIZE === 0, `memory starts at ${base}, inside a page`);
  const geometry = createGeometry({ maxOrder: MAX_ORDER, pages, basePfn: base / PAGE_SIZE, reserved, zones: [] });
  return new PageApi(new Allocator(geometry, PAGE_API_PROFILE));
}

/** The page calls over an allocator; the allocator's own pfns are the addresses' pages. */
export class PageApi {
  readonly core: Allocator;
  #misuseCount = 0;

  constructor(core: Allocator) {
    this.core = core;
  }

  /** Frees that were refused so far. */
  get misuseCount(): number {
    return this.#misuseCount;
  }

  /** One zeroed page, or null. */
  get_free_page(flags: number): Address {
    return this.get_free_pages(flags, 1);
  }

  /** Contiguous zeroed pages, as many as the next power of two, or null. */
  get_free_pages(_flags: number, pages: number): Address {
    return isPageCount(pages) ? this.__alloc_pages_core(this.orderToAllocate(pages)) : null;
  }

  /** `2^order` contiguous zeroed pages, or null. */
  __alloc_pages_core(order: number): Address {
    const pfn = this.core.allocate(order);
    return pfn === null ? null : pfn * PAGE_SIZE;
  }

  free_page(address: Address): void {
    this.free_pages(address, 1);
  }

  /** Takes back what `get_free_pages` served for this count. */
  free_pages(address: Address, pages: number): void {
    const named = address !== null && isPageCount(pages);
    const accepted = named && this.core.freeOrder(address / PAGE_SIZE, this.orderToFree(pages));
    if (!accepted) this.#misuseCount++;
  }

  /** Does the page at this address read as zero? */
  isZero(address: number): boolean {
    return this.core.isZero(address / PAGE_SIZE, 1);
  }

  /** The page's owner writes to it. */
  write(address: number): void {
    this.core.write(address / PAGE_SIZE, 1);
  }

  protected orderToAllocate(pages: number): number {
    return orderFor(pages);
  }

  protected orderToFree(pages: number): number {
    return orderFor(pages);
  }
}

function isPageCount(pages: number): boolean {
  return Number.isInteger(pages) && pages >= 1 && pages <= pagesIn(MAX_ORDER);
}
