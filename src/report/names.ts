// How reports name pages, blocks and orders.
//
//  1. Ranges are shown inclusive: the block (384, order 3) is `384..391`, one page is `389`.
//  2. A block is named with its order, or with its page count where a profile serves exact counts:
//     `384..391 (order 3)`, `384..386 (3 pages)`.
//  3. A free may name a byte address, which is a fractional pfn here: it is named by page and byte.
//  4. Whatever is listed is cut after `NAMED_MAX` entries, with the number of those left out.

import type { Command } from "../../model/command.ts";
import { pagesIn, type FrameRange } from "../../model/geometry.ts";
import { formatStep } from "../../model/notation.ts";
import type { NamedBlock } from "../../model/violation.ts";

const NAMED_MAX = 6;

/** What the numbers of one report mean. */
export interface Naming {
  /** The absolute pfn of the report's page 0: alignment and buddies are counted from there. */
  readonly basePfn: number;
  /** Bytes of a page. */
  readonly pageSize: number;
  /** What an event is: a line of a recording, or a step of a sequence. */
  readonly event: "line" | "step";
}

/** `384..391`, or `389` for one page. */
export function rangeName({ start, end }: FrameRange): string {
  return end - start <= 1 ? `${start}` : `${start}..${end - 1}`;
}

/** `page 389` or `pages 384..391`; `byte 16 of page 389` for an address inside a page. */
export function pagesName(pfn: number, pages: number, { pageSize }: Naming): string {
  const page = Math.floor(pfn);
  if (page !== pfn) return `byte ${Math.round((pfn - page) * pageSize)} of page ${page}`;
  return `${pages <= 1 ? "page" : "pages"} ${rangeName({ start: pfn, end: pfn + pages })}`;
}

/** `384..391 (order 3)`. */
export function blockName({ pfn, pages }: NamedBlock): string {
  return `${rangeName({ start: pfn, end: pfn + pages })} (${orderOrPages(pages)})`;
}

/** `order 3 (8 pages)`. */
export function orderName(order: number): string {
  return `order ${order} (${counted(pagesIn(order), "page")})`;
}

/** `8 pages (order 3)`, or `3 pages` where no order has so many. */
export function sizeName(pages: number): string {
  const order = Math.log2(pages);
  return Number.isInteger(order) ? `${counted(pages, "page")} (order ${order})` : counted(pages, "page");
}

function orderOrPages(pages: number): string {
  const order = Math.log2(pages);
  return Number.isInteger(order) ? `order ${order}` : counted(pages, "page");
}

/** `1 page`, `8 pages`; give `many` where adding an s is not enough. */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Several blocks by name: `0..31 (order 5), 64..127 (order 6) and 3 more`. `count` is their number in all. */
export function blockNames(blocks: readonly NamedBlock[], count: number = blocks.length): string {
  return listed(blocks.map(blockName), count);
}

/** Several ranges by name, as `blockNames`, of which there are `count` in all. */
export function rangeNames(ranges: readonly FrameRange[], count: number = ranges.length): string {
  return listed(ranges.map(rangeName), count);
}

/** The first few names, and how many of `count` are left out. */
export function listed(names: readonly string[], count: number): string {
  const shown = names.slice(0, NAMED_MAX);
  const more = count - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
}

/** When a block was served: `served at line 3`. Event 0 lies before the recording. */
export function servedAt(since: number, { event }: Naming): string {
  return since === 0 ? `held since before the first ${event}` : `served at ${event} ${since}`;
}

/** A call in notation, without an answer. */
export function callWords(command: Command, basePfn: number): string {
  return formatStep(command, { kind: "crashed", how: "x" }, basePfn)?.slice(0, -"#x".length) ?? command.kind;
}
