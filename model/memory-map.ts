// The memory map a bootloader leaves, and which pages it makes usable.
//
//  1. Entries are half-open byte ranges in any order. They may overlap and need not touch pages' borders.
//     One that is empty or reversed covers nothing; a byte that no entry covers counts as reserved.
//  2. The most restrictive byte decides for its whole page: reserved, then bootloader, then usable. A usable
//     range therefore shrinks to whole pages, and a reserved one grows:
//
//       usable 0 to 9000, reserved 8000 to 8500, pages of 4096 bytes: page 0 is usable, 1 and 2 are not.
//
//  3. Bootloader pages hold what the loader left (page tables, the kernel's arguments): reserved while
//     booting, reclaimed late.
//
// Source: Limine and multiboot2 memory maps; Linux mm/memblock.c.

import { assert } from "./assert.ts";
import { mergeRanges, subtract, type FrameRange } from "./geometry.ts";

/** Bytes in a page. */
export const PAGE_SIZE = 4096;

export type MemoryKind = "usable" | "reserved" | "bootloader";

/** Bytes `[start, end)`. */
export interface MapEntry {
  readonly start: number;
  readonly end: number;
  readonly kind: MemoryKind;
}

export type MemoryMap = readonly MapEntry[];

/** A map's pages by kind, each list sorted, disjoint and without touching ranges; all others are reserved. */
export interface MapPages {
  readonly usable: readonly FrameRange[];
  readonly bootloader: readonly FrameRange[];
}

const KINDS: ReadonlyMap<string, MemoryKind> = new Map([
  ["u", "usable"],
  ["r", "reserved"],
  ["b", "bootloader"],
]);

/** Reads the short notation, in pages: "u0-8 b8-9.5 r9.5-10" is 8 usable pages, and two that are shared. */
export function readMap(text: string): MemoryMap {
  return text.split(" ").map((entry) => {
    const kind = KINDS.get(entry.charAt(0));
    const [start, end] = entry
      .slice(1)
      .split("-")
      .map((pages) => Number(pages) * PAGE_SIZE);
    assert(kind !== undefined && start !== undefined && end !== undefined, `${entry} is no entry of a memory map`);
    return { start, end, kind };
  });
}

/** Writes what `readMap` reads; "nothing" is a map without entries. */
export function writeMap(map: MemoryMap): string {
  const entries = map.map(({ start, end, kind }) => `${kind.charAt(0)}${start / PAGE_SIZE}-${end / PAGE_SIZE}`);
  return entries.length === 0 ? "nothing" : entries.join(" ");
}

/** Sorts a map's pages by rule 2. */
export function pagesOfMap(map: MemoryMap): MapPages {
  const reserved = bytesOf(map, ["reserved"]);
  const whole = without(bytesOf(map, ["usable", "bootloader"]), reserved).map(wholePages);
  const loaders = mergeRanges(bytesOf(map, ["bootloader"]).map(touchedPages));
  const usable = without(mergeRanges(whole), loaders);
  return { usable, bootloader: without(mergeRanges(whole), usable) };
}

/** What remains of sorted, disjoint ranges without others of that sort. */
export function without(ranges: readonly FrameRange[], holes: readonly FrameRange[]): readonly FrameRange[] {
  return ranges.flatMap((range) => subtract(range, holes));
}

function bytesOf(map: MemoryMap, kinds: readonly MemoryKind[]): readonly FrameRange[] {
  return mergeRanges(map.filter(({ kind }) => kinds.includes(kind)));
}

function wholePages(bytes: FrameRange): FrameRange {
  return { start: Math.ceil(bytes.start / PAGE_SIZE), end: Math.floor(bytes.end / PAGE_SIZE) };
}

function touchedPages(bytes: FrameRange): FrameRange {
  return { start: Math.floor(bytes.start / PAGE_SIZE), end: Math.ceil(bytes.end / PAGE_SIZE) };
}
