// What a store of frames owes: every frame by itself, and no memory for frames that were never seen.

import { describe, expect, it } from "vitest";
import { LinuxFrames, LIVE, TILE_PAGES, UNKNOWN } from "./linux-frames.ts";

function mark(frames: LinuxFrames, pfn: number): void {
  frames.tileOf(pfn)[pfn & (TILE_PAGES - 1)] = LIVE << 4;
}

function marked(frames: LinuxFrames): number[] {
  const found: number[] = [];
  frames.each((pfn) => {
    found.push(pfn);
  });
  return found;
}

describe("the states of frames", () => {
  it("are kept apart, near and far", () => {
    const frames = new LinuxFrames();
    const pfns = [0, 65_535, 65_536, 2 ** 33 + 5, 2 ** 36 + 5, 2 ** 40];
    for (const pfn of pfns) mark(frames, pfn);
    expect(marked(frames)).toEqual(pfns);
    expect(frames.stateAt(2 ** 33 + 4)).toBe(UNKNOWN);
  });

  it("are unknown after forgetting, also in tiles used again", () => {
    const frames = new LinuxFrames();
    mark(frames, 7);
    frames.forget();
    expect([frames.stateAt(7), frames.stateAt(65_536 + 7)]).toEqual([UNKNOWN, UNKNOWN]);
    expect(marked(frames)).toEqual([]);
  });

  it("cost little where no memory can be", () => {
    const frames = new LinuxFrames();
    for (let wild = 0; wild < 1000; wild++) mark(frames, 2 ** 36 + wild * TILE_PAGES);
    expect(marked(frames).length).toBeLessThanOrEqual(64);
  });
});
