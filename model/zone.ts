// The pages of one pool and the free lists over them: all the memory an allocator has.
//
//  1. A page is unmanaged, the head of a free block, the head of a live block, or the body of either.
//     Only heads carry an order or a page count, so splitting and coalescing touch O(maxOrder) pages.
//  2. Each zone has one doubly linked list per order, 0 to maxOrder inclusive, threaded through the heads:
//
//       firsts[order] -> 4 <-> 12 <-> 8 <- lasts[order]      next[4] = 12, previous[4] = NONE
//
//  3. A list is in arrival order ("fifo": appended; "lifo": prepended) or sorted by pfn. The first is served.
//  4. A live block has a page count, because it is no power of two long where a profile rounds exactly or
//     serves adjacent largest blocks as one.
//  5. Contents are symbolic: a page is zero, or dirty. A booting machine's pages are dirty.
//  6. This is memory, not policy: nothing here asks whether an insertion makes sense. `Allocator` does.
//  7. Saved, a page is its tag, its links and its page count, each link in as few bytes as the pool's size needs:
//     16 pages up to order 4 take 94 bytes. Equal states are equal bytes, for nothing stale is left in them.
//
// Source: Linux mm/page_alloc.c (struct zone, struct free_area); HeliOS' flat page array.
// Limit: 14 bytes a page, at most 2^31 - 1 pages.

import { assert } from "./assert.ts";
import { alignDown, zoneIndexOf, type Geometry } from "./geometry.ts";
import type { Profile } from "./profile.ts";

/** No page, no order: never 0, which is both. */
export const NONE = -1;

const PAGE_LIMIT = 2 ** 31 - 1;

// A tag is a kind in bits 5 and 6, and for a free head its order in bits 0 to 4.
const UNMANAGED = 0x00;
const BODY = 0x20;
const FREE = 0x40;
const LIVE = 0x60;
const KIND_MASK = 0x60;
const ORDER_MASK = 0x1f;

/** Pages up to which a loop writes them. */
const SMALL_FILL = 16;

const ZERO = 0;
const DIRTY = 1;

// A saved page's first byte is its tag and, in the highest bit, its contents.
const DIRTY_BIT = 0x80;
const TAG_MASK = 0x7f;

/** How a list grows; see rule 3. */
export type ListOrder = "fifo" | "lifo" | "ascending" | "descending";

/** The list order that makes "serve the first" mean what the profile asks for. */
export function listOrderFor(placement: Profile["placement"]): ListOrder {
  if (placement === "lowest") return "ascending";
  if (placement === "highest") return "descending";
  return placement === "lifo" ? "lifo" : "fifo";
}

/** Owns page states, free lists and page contents. Every pfn is absolute; foreign ones read as unmanaged. */
export class Zone {
  readonly geometry: Geometry;
  readonly #listOrder: ListOrder;
  readonly #orderCount: number;
  /** pfn of the first page: element `pfn - start` of a per-page array is that page's. */
  readonly #start: number;
  /** Per page: its tag; 0 is an unmanaged page. */
  readonly #tags: Uint8Array;
  /** Per page that heads a live block: the block's pages; 0 for every other page. */
  readonly #livePages: Int32Array;
  /** Per page that heads a free block: offset of the next head in its list; NONE at the end. */
  readonly #next: Int32Array;
  /** The same, backwards; NONE at the front. */
  readonly #previous: Int32Array;
  /** Bytes of a saved link: enough for every page, every block a request can name, and NONE. */
  readonly #linkBytes: number;
  /** Per page: ZERO or DIRTY. */
  readonly #contents: Uint8Array;
  /** Per list (`zone * orderCount + order`): offset of its first head; NONE for an empty list. */
  readonly #firsts: Int32Array;
  /** Per list: offset of its last head; NONE for an empty list. */
  readonly #lasts: Int32Array;
  /** Per list: its blocks. */
  readonly #blockCounts: Int32Array;

  constructor(geometry: Geometry, listOrder: ListOrder) {
    const { span, zones, maxOrder } = geometry;
    const pages = span.end - span.start;
    assert(pages <= PAGE_LIMIT, `a pool of ${pages} pages has no flat page array`);
    this.geometry = geometry;
    this.#listOrder = listOrder;
    this.#orderCount = maxOrder + 1;
    this.#start = span.start;
    const linkMax = Math.max(pages, 2 ** (maxOrder + 1));
    this.#linkBytes = linkMax < 2 ** 8 ? 1 : linkMax < 2 ** 16 ? 2 : 4;
    this.#tags = new Uint8Array(pages);
    this.#livePages = new Int32Array(pages);
    this.#next = new Int32Array(pages).fill(NONE);
    this.#previous = new Int32Array(pages).fill(NONE);
    this.#contents = new Uint8Array(pages).fill(DIRTY);
    this.#firsts = new Int32Array(zones.length * this.#orderCount).fill(NONE);
    this.#lasts = new Int32Array(zones.length * this.#orderCount).fill(NONE);
    this.#blockCounts = new Int32Array(zones.length * this.#orderCount);
    for (const run of geometry.runs) this.manage(run.start, run.end - run.start);
  }

  /** Is the page one the allocator may serve? */
  isManaged(pfn: number): boolean {
    return this.#tagAt(pfn) !== UNMANAGED;
  }

  /** Order of the free block that `pfn` heads, or NONE. */
  freeOrderAt(pfn: number): number {
    const tag = this.#tagAt(pfn);
    return (tag & KIND_MASK) === FREE ? tag & ORDER_MASK : NONE;
  }

  /** Pages of the live block that `pfn` heads, or 0. */
  livePagesAt(pfn: number): number {
    return this.#tagAt(pfn) === LIVE ? (this.#livePages[pfn - this.#start] as number) : 0;
  }

  /** Head of the free block that holds `pfn`, or NONE, in O(maxOrder): a head is `pfn` aligned down. */
  freeHeadAround(pfn: number): number {
    for (let order = 0; order < this.#orderCount; order++) {
      const head = alignDown(pfn, order);
      if (this.freeOrderAt(head) >= order) return head;
    }
    return NONE;
  }

  /** Head of the live block that holds `pfn`, or NONE: the nearest head below decides. */
  liveHeadAround(pfn: number): number {
    let head = pfn;
    while (this.#tagAt(head) === BODY) head--;
    return head + this.livePagesAt(head) > pfn ? head : NONE;
  }

  /** Head of the block that a list would serve, or NONE. */
  firstFree(zone: number, order: number): number {
    return this.#pfnOf(this.#firsts[zone * this.#orderCount + order] as number);
  }

  /** Head of the block after the free block `pfn` heads, in its list, or NONE. */
  nextFree(pfn: number): number {
    return this.#pfnOf(this.#next[pfn - this.#start] as number);
  }

  /** Blocks on a list. */
  freeCount(zone: number, order: number): number {
    return this.#blockCounts[zone * this.#orderCount + order] as number;
  }

  /**
   * Heads of the free blocks of one order, in list order, the lowest zone's first. Never longer than the
   * counts: a broken list may be a cycle.
   */
  freeHeads(order: number): number[] {
    const heads: number[] = [];
    for (let zone = 0; zone < this.geometry.zones.length; zone++) {
      let head = this.firstFree(zone, order);
      for (let left = this.freeCount(zone, order); left > 0 && head !== NONE; left--) {
        heads.push(head);
        head = this.nextFree(head);
      }
    }
    return heads;
  }

  /** Makes `pfn` the head of a free block and lists it. */
  insert(pfn: number, order: number): void {
    const list = this.#listOf(pfn, order);
    const page = pfn - this.#start;
    this.#link(list, this.#predecessorOf(list, page), page);
    this.#tags[page] = FREE | order;
    this.#blockCounts[list] = (this.#blockCounts[list] as number) + 1;
  }

  /** Takes the free block `pfn` heads off its list; its head becomes body. */
  unlink(pfn: number, order: number): void {
    const list = this.#listOf(pfn, order);
    const page = pfn - this.#start;
    const before = this.#previous[page] as number;
    const after = this.#next[page] as number;
    if (before === NONE) this.#firsts[list] = after;
    else this.#next[before] = after;
    if (after === NONE) this.#lasts[list] = before;
    else this.#previous[after] = before;
    // Links left behind would make equal states look different.
    this.#previous[page] = NONE;
    this.#next[page] = NONE;
    this.#tags[page] = BODY;
    this.#blockCounts[list] = (this.#blockCounts[list] as number) - 1;
  }

  /** Makes `pfn` the head of a live block. */
  markLive(pfn: number, pages: number): void {
    this.#tags[pfn - this.#start] = LIVE;
    this.#livePages[pfn - this.#start] = pages;
  }

  /** Makes the head of a live block body again. */
  unmarkLive(pfn: number): void {
    this.#tags[pfn - this.#start] = BODY;
    this.#livePages[pfn - this.#start] = 0;
  }

  /** Pages join the managed set, as body that some block must now cover. */
  manage(pfn: number, pages: number): void {
    this.#tags.fill(BODY, pfn - this.#start, pfn - this.#start + pages);
  }

  /** Pages leave the managed set; no list may hold them any more. */
  unmanage(pfn: number, pages: number): void {
    this.#tags.fill(UNMANAGED, pfn - this.#start, pfn - this.#start + pages);
  }

  /** The allocator clears pages. */
  zero(pfn: number, pages: number): void {
    this.#write(ZERO, pfn - this.#start, pages);
  }

  /** A client writes to pages. */
  dirty(pfn: number, pages: number): void {
    this.#write(DIRTY, pfn - this.#start, pages);
  }

  /** Are all these pages zero? */
  isZero(pfn: number, pages: number): boolean {
    const end = pfn - this.#start + pages;
    for (let page = pfn - this.#start; page < end; page++) if (this.#contents[page] !== ZERO) return false;
    return true;
  }

  /** Bytes of a saved state. */
  get byteLength(): number {
    return this.#tags.length * (1 + 3 * this.#linkBytes) + this.#firsts.length * (2 * this.#linkBytes + 4);
  }

  /** Writes the state to `row[at]` and on. */
  save(row: Uint8Array, at: number): void {
    const width = this.#linkBytes;
    const pages = this.#tags.length;
    let to = at;
    for (let page = 0; page < pages; page++) {
      const tag = this.#tags[page] as number;
      row[to++] = this.#contents[page] === DIRTY ? tag | DIRTY_BIT : tag;
      to = write(row, to, width, (this.#next[page] as number) + 1);
      to = write(row, to, width, (this.#previous[page] as number) + 1);
      to = write(row, to, width, tag === LIVE ? (this.#livePages[page] as number) : 0);
    }
    for (let list = 0; list < this.#firsts.length; list++) {
      to = write(row, to, width, (this.#firsts[list] as number) + 1);
      to = write(row, to, width, (this.#lasts[list] as number) + 1);
      to = write(row, to, 4, this.#blockCounts[list] as number);
    }
  }

  /** Makes the state at `row[at]`, saved from a zone of the same geometry, its own. */
  restore(row: Uint8Array, at: number): void {
    const width = this.#linkBytes;
    const pages = this.#tags.length;
    let from = at;
    for (let page = 0; page < pages; page++) {
      const first = row[from] as number;
      this.#tags[page] = first & TAG_MASK;
      this.#contents[page] = first >= DIRTY_BIT ? DIRTY : ZERO;
      this.#next[page] = read(row, from + 1, width) - 1;
      this.#previous[page] = read(row, from + 1 + width, width) - 1;
      this.#livePages[page] = read(row, from + 1 + 2 * width, width);
      from += 1 + 3 * width;
    }
    for (let list = 0; list < this.#firsts.length; list++) {
      this.#firsts[list] = read(row, from, width) - 1;
      this.#lasts[list] = read(row, from + width, width) - 1;
      this.#blockCounts[list] = read(row, from + 2 * width, 4);
      from += 2 * width + 4;
    }
  }

  /** Most blocks are a few pages, for which a call of `fill` costs several times as much as a loop. */
  #write(content: number, page: number, pages: number): void {
    if (pages > SMALL_FILL) this.#contents.fill(content, page, page + pages);
    else for (let at = page; at < page + pages; at++) this.#contents[at] = content;
  }

  #tagAt(pfn: number): number {
    return this.#tags[pfn - this.#start] ?? UNMANAGED;
  }

  #pfnOf(page: number): number {
    return page === NONE ? NONE : this.#start + page;
  }

  #listOf(pfn: number, order: number): number {
    return zoneIndexOf(this.geometry, pfn) * this.#orderCount + order;
  }

  /** Offset of the head that a new entry follows; NONE puts it in front. */
  #predecessorOf(list: number, page: number): number {
    if (this.#listOrder === "lifo") return NONE;
    let before = this.#lasts[list] as number;
    if (this.#listOrder === "ascending") while (before > page) before = this.#previous[before] as number;
    if (this.#listOrder === "descending") {
      while (before !== NONE && before < page) before = this.#previous[before] as number;
    }
    return before;
  }

  #link(list: number, before: number, page: number): void {
    const after = (before === NONE ? this.#firsts[list] : this.#next[before]) as number;
    this.#previous[page] = before;
    this.#next[page] = after;
    if (before === NONE) this.#firsts[list] = page;
    else this.#next[before] = page;
    if (after === NONE) this.#lasts[list] = page;
    else this.#previous[after] = page;
  }
}

/** Writes the low bytes of a number, lowest first; answers where the next one goes. */
function write(row: Uint8Array, at: number, width: number, value: number): number {
  row[at] = value;
  if (width === 1) return at + 1;
  row[at + 1] = value >> 8;
  if (width === 2) return at + 2;
  row[at + 2] = value >> 16;
  row[at + 3] = value >> 24;
  return at + 4;
}

/** Reads what `write` wrote: unsigned below four bytes, signed in four. */
function read(row: Uint8Array, at: number, width: number): number {
  const low = row[at] as number;
  if (width === 1) return low;
  const half = low | ((row[at + 1] as number) << 8);
  return width === 2 ? half : half | ((row[at + 2] as number) << 16) | ((row[at + 3] as number) << 24);
}
