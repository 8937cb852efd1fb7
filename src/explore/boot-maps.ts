// Every small memory map, and the machines that they make: which pages are usable, and which the bootloader's.
//
//  1. A map gives each cell a kind: usable, the bootloader's, or reserved. Cells are half pages, so that every way in
//     which kinds can share a page occurs; above `HALVES_MAX` pages they are whole pages. There are 3^cells maps.
//  2. What a map's pages are is computed here once more, cell by cell: the reader of maps must come to the same.
//  3. A bootmem sees pages only (`planBootmem`), so maps with the same pages make one machine. Of n pages 3^n - 2^n
//     machines have a usable one, which the bitmap needs.

import { assert } from "../../model/assert.ts";
import { planBootmem, type BootPlan } from "../../model/bootmem.ts";
import type { FrameRange } from "../../model/geometry.ts";
import {
  PAGE_SIZE,
  pagesOfMap,
  writeMap,
  type MapEntry,
  type MemoryKind,
  type MemoryMap,
} from "../../model/memory-map.ts";

/** Maps of more pages have borders at whole pages only: 9^6 maps are read in seconds, 9^8 would take minutes. */
const HALVES_MAX = 6;

/** Pages of a map at most: 3^12 machines, and up to 2^11 states of each. */
export const BOOT_PAGES_MAX = 12;

const KINDS = ["reserved", "usable", "bootloader"] as const satisfies readonly MemoryKind[];

/** A machine: its pages by kind, and the plainest of the maps that make it. */
export interface Machine {
  readonly map: MemoryMap;
  readonly plan: BootPlan;
  /** Pages 0 to n - 1. */
  readonly kinds: readonly MemoryKind[];
}

export interface Machines {
  /** Maps that were read. */
  readonly maps: number;
  /** Maps without room for a bitmap. */
  readonly roomless: number;
  readonly cellsPerPage: number;
  /** Those with fewer pages that are not reserved first. */
  readonly machines: readonly Machine[];
}

/** Reads every map of so many pages. */
export function machinesOf(pages: number): Machines {
  const cellsPerPage = pages <= HALVES_MAX ? 2 : 1;
  const cells = pages * cellsPerPage;
  const machines = new Map<string, Machine>();
  const maps = KINDS.length ** cells;
  let roomless = 0;
  for (let code = 0; code < maps; code++) {
    const kindOfCell = Array.from(
      { length: cells },
      (_, cell) => KINDS[Math.floor(code / 3 ** cell) % 3] as MemoryKind,
    );
    const map = mapOf(kindOfCell, PAGE_SIZE / cellsPerPage);
    const kinds = Array.from({ length: pages }, (_, page) =>
      strictest(kindOfCell.slice(page * cellsPerPage, (page + 1) * cellsPerPage)),
    );
    assert(isReadAs(map, kinds), `the map ${writeMap(map)} is not read as ${kinds.join(", ")}`);
    const plan = planBootmem(map);
    const key = kinds.join(" ");
    if (plan === null) roomless++;
    else if (intricacyOf(map) < intricacyOf(machines.get(key)?.map)) machines.set(key, { map, plan, kinds });
  }
  const smallestFirst = [...machines.values()].sort((one, other) => extentOf(one) - extentOf(other));
  return { maps, roomless, cellsPerPage, machines: smallestFirst };
}

/** Runs of cells of one kind as entries; what is reserved before and after all others is left out. */
function mapOf(kindOfCell: readonly MemoryKind[], cellBytes: number): MemoryMap {
  const entries: MapEntry[] = [];
  for (const [cell, kind] of kindOfCell.entries()) {
    const last = entries.at(-1);
    const end = (cell + 1) * cellBytes;
    if (last?.kind === kind) entries.splice(-1, 1, { ...last, end });
    else entries.push({ kind, start: cell * cellBytes, end });
  }
  return entries.filter(({ kind }, at) => kind !== "reserved" || (at > 0 && at < entries.length - 1));
}

function strictest(kinds: readonly MemoryKind[]): MemoryKind {
  if (kinds.includes("reserved")) return "reserved";
  return kinds.includes("bootloader") ? "bootloader" : "usable";
}

/** Rule 2. */
function isReadAs(map: MemoryMap, kinds: readonly MemoryKind[]): boolean {
  const { usable, bootloader } = pagesOfMap(map);
  return kinds.every((kind, page) => {
    const found = isIn(usable, page) ? "usable" : isIn(bootloader, page) ? "bootloader" : "reserved";
    return found === kind && !(isIn(usable, page) && isIn(bootloader, page));
  });
}

function isIn(ranges: readonly FrameRange[], page: number): boolean {
  return ranges.some(({ start, end }) => page >= start && page < end);
}

/** More entries are harder to read, and borders inside a page as well. */
function intricacyOf(map: MemoryMap | undefined): number {
  if (map === undefined) return Infinity;
  const inside = map.filter(({ start, end }) => start % PAGE_SIZE !== 0 || end % PAGE_SIZE !== 0);
  return 2 * map.length + inside.length;
}

function extentOf({ kinds }: Machine): number {
  return kinds.filter((kind) => kind !== "reserved").length;
}
