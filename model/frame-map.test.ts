// Tiles are invisible: whatever the pool's size, a frame keeps what was written to it, and others what fills them.

import { describe, expect, it } from "vitest";
import { FrameMap } from "./frame-map.ts";

/** A map whose untouched frames all read as the first frame of their tile, in its low byte. */
function mapOf(start: number, end: number, maxOrder: number): FrameMap {
  return new FrameMap(start, end, maxOrder, (states, first) => {
    states.fill((first / states.length) % 200);
  });
}

function filled(map: FrameMap, pfn: number): number {
  return Math.floor(pfn / map.tilePages) % 200;
}

describe("tiles", () => {
  // Small pools get one as large as themselves, pools to 64 GiB large ones, larger pools those of a block.
  it.each([
    [0, 0, 0, 0],
    [0, 1, 0, 0],
    [0, 16, 3, 4],
    [5, 16, 3, 4],
    [0, 16, 6, 6],
    [0, 2 ** 16, 3, 16],
    [0, 2 ** 17, 3, 16],
    [0, 16, 20, 16],
    [0, 2 ** 24, 3, 16],
    [0, 2 ** 24 + 1, 3, 10],
    [0, 2 ** 24 + 1, 12, 12],
    [0, 2 ** 24 + 1, 20, 16],
  ])("of a pool from %i to %i with blocks up to order %i are of order %i", (start, end, maxOrder, tileOrder) => {
    const map = mapOf(start, end, maxOrder);
    expect([map.tileOrder, map.tilePages, map.tilesPerPage]).toEqual([tileOrder, 2 ** tileOrder, 2 ** -tileOrder]);
  });

  // 2^26 frames in tiles of 2^10 are 2^16 tiles, the most that have a plain directory.
  it.each([
    [0, 64],
    [100, 164],
    [2 ** 20, 2 ** 26],
    [2 ** 10, 2 ** 26 + 2 ** 10],
    [2 ** 10, 2 ** 26 + 2 ** 11],
    [2 ** 40, 2 ** 41],
  ])("of a pool from %i to %i exist once written to, and until they are cleared", (start, end) => {
    const map = mapOf(start, end, 4);
    const [first, last] = [start, end - 1];
    expect([map.sinceAt(last), map.touchedTiles()]).toEqual([0, []]);
    expect(map.stateAt(last)).toBe(filled(map, last));
    map.setState(first, 77);
    map.setSince(last, -5);
    expect([map.stateAt(first), map.sinceAt(first)]).toEqual([77, 0]);
    expect([map.stateAt(last), map.sinceAt(last)]).toEqual([last === first ? 77 : filled(map, last), -5]);
    const tiles = [...new Set([first, last].map((pfn) => Math.floor(pfn / map.tilePages)))];
    expect(map.touchedTiles()).toEqual(tiles);
    expect([map.has(tiles[0] as number), map.has((tiles[0] as number) - 1)]).toEqual([true, false]);
    map.clear();
    expect([map.touchedTiles(), map.sinceAt(last), map.stateAt(first)]).toEqual([[], 0, filled(map, first)]);
  });
});
