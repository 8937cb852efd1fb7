// What the replay of the buddy core predicts, on pools of 64 frames. Events are written as in linux-verify.test.ts, each
// one second after the other; the first reading of the page flags is over at 0, the second begins after the last event.

import { describe, expect, it } from "vitest";
import type { FrameRange } from "../../model/geometry.ts";
import type { FreeArea } from "../trace/linux-env.ts";
import { NO_ENVIRONMENT, type LinuxEnvironment } from "../trace/linux-environment.ts";
import { BuddyCore } from "./linux-core.ts";
import type { ExactFigures } from "./linux-exact.ts";
import { FragmentationSamples } from "./linux-fragmentation.ts";
import type { LinuxResult } from "./linux-result.ts";
import { LinuxVerifier } from "./linux-verify.ts";

const KINDS = "afbrdx";
const ZONE = { node: 0, name: "Normal", start: 0, end: 64, managed: 64, batch: 63 };

/** Runs as `0-8 12-16`, half-open. */
function runs(text: string): FrameRange[] {
  const words = text.split(" ").filter((word) => word !== "");
  return words.map((word) => {
    const [start = 0, end = 0] = word.split("-").map(Number);
    return { start, end };
  });
}

function replay(before: string, events: string, after: string, more: Partial<LinuxEnvironment> = {}): LinuxResult {
  const words = events.split(" ");
  const kpageflags = {
    before: { from: -1, to: 0, runs: runs(before) },
    after: { from: words.length + 1, to: words.length + 2, runs: runs(after) },
  };
  const environment = { ...NO_ENVIRONMENT, zones: [ZONE], kpageflags, ...more };
  const verifier = new LinuxVerifier({ file: "t", recorder: "ftrace", environment, findingsMax: 10 });
  let time = 0;
  verifier.cursor = {
    time: () => time,
    migratetype: () => 1,
    task: () => "",
    gfpFlags: () => "",
    lineText: () => "",
  };
  for (const word of words) {
    const [, letter = "", pfn, order] = /^([a-z])(\d+)(?::(\d+))?$/.exec(word) ?? [];
    time++;
    verifier.event(KINDS.indexOf(letter), Number(pfn), Number(order ?? 0), 0, time);
  }
  return verifier.result(words.length);
}

function figures(before: string, events: string, after: string): ExactFigures {
  const { exact } = replay(before, events, after);
  if (exact.kind !== "replayed") throw new Error(`not replayed: ${JSON.stringify(exact)}`);
  return exact;
}

/** One row of buddyinfo. */
function area(counts: readonly number[]): FreeArea[] {
  return [{ node: 0, name: "Normal", counts }];
}

/** Differing pages, removals at the head of all removals, and the verdict. */
function told(before: string, events: string, after: string): string {
  const { pagesDiffering, atHead, removals, notFree } = figures(before, events, after);
  const { verdict } = replay(before, events, after);
  return `${pagesDiffering} differ, ${atHead}/${removals} at head, ${notFree} not free, ${verdict}`;
}

describe("the replay of the buddy core", () => {
  it.each([
    ["a split keeps the lower end", "0-64", "r0 r1 r2:1 a0", "4-64"],
    ["a drain coalesces", "1-64", "d0 r0:5", "32-64"],
    ["a block too large for per-CPU lists is freed directly", "16-64", "f0:4 r0:5", "32-64"],
    ["a fallback without a removal is one", "0-64", "x0:2 a0:2", "4-64"],
    ["a fallback with its removal is the same", "0-64", "r0:2 x0:2 a0:2", "4-64"],
  ])("predicts the free frames at the end: %s", (_, before, events, after) => {
    expect(told(before, events, after)).toMatch(/^0 differ, (\d+)\/\1 at head, 0 not free, holds$/);
  });

  it("infers direct frees from a removal, and from the second reading", () => {
    expect(figures("1-64", "f0 r0", "1-64")).toMatchObject({ inferredFromRemoval: 1, pagesDiffering: 0, atHead: 1 });
    expect(figures("2-64", "f0 f1 r2", "0-2 3-64")).toMatchObject({ inferredFromReading: 2, pagesDiffering: 0 });
  });

  it.each([
    ["a removal from inside a free block", "0-64", "r5", "0-5 6-64", "0 differ, 0/1 at head, 0 not free, undecided"],
    ["a removal of what was not free", "8-64", "r0 r8", "9-64", "0 differ, 1/2 at head, 1 not free, undecided"],
    ["frames that were lost", "0-64", "r0", "2-64", "1 differ, 1/1 at head, 0 not free, undecided"],
    ["frames that came from nowhere", "8-64", "r8", "0-1 9-64", "1 differ, 1/1 at head, 0 not free, undecided"],
  ])("shows %s", (_, before, events, after, expected) => expect(told(before, events, after)).toBe(expected));

  it("shows a larger block split although a smaller one of its migratetype was free", () => {
    expect(figures("0-1 32-64", "d1 r32", "0-2 33-64").notSmallest).toBe(1);
    expect(figures("0-1 32-64", "d1 r0", "1-2 32-64").notSmallest).toBe(0);
  });

  it("compares every cell of buddyinfo", () => {
    const counts = [1, 1, 1, 1, 1, 1, 0];
    const equal = replay("0-64", "r0", "1-64", { buddyinfo: { before: [], after: area(counts) } });
    expect(equal.exact).toMatchObject({ cells: 7, cellsEqual: 7 });
    const wrong = replay("0-64", "r0", "1-64", { buddyinfo: { before: [], after: area([0, ...counts.slice(1)]) } });
    expect(wrong.exact).toMatchObject({
      cellsEqual: 6,
      wrongCells: [{ zone: "Normal of node 0", order: 0, predicted: 1, counted: 0 }],
    });
  });

  it("judges nothing by page flags of another clock, or of a recording with gaps", () => {
    const kpageflags = {
      before: { from: 1000, to: 1001, runs: [] },
      after: { from: 1002, to: 1003, runs: [] },
    };
    expect(replay("", "r0 r1", "", { kpageflags }).exact.kind).toBe("impossible");
    const stats = [{ entries: 9, read: 0, overrun: 0, commitOverrun: 0, dropped: 0 }];
    const missing = replay("8-64", "r0", "", { stats });
    expect([missing.exact.kind, missing.findingCount, missing.verdict]).toEqual(["impossible", 0, "undecided"]);
  });
});

describe("the buddy core", () => {
  it("does not coalesce across zones, nor above the largest order", () => {
    const core = new BuddyCore(
      [
        { start: 0, end: 4 },
        { start: 4, end: 8 },
      ],
      10,
    );
    core.load([{ start: 0, end: 8 }]);
    expect(core.counts.map((zone) => zone[2])).toEqual([1, 1]);
    const wide = new BuddyCore(null, 10);
    wide.load([{ start: 0, end: 4096 }]);
    expect(wide.counts[0]?.[10]).toBe(4);
    expect(wide.freePages()).toBe(4096);
  });

  it("coalesces up to the largest order of its kernel", () => {
    const core = new BuddyCore(null, 13);
    core.load([{ start: 0, end: 16384 }]);
    expect(core.counts).toEqual([[...new Array<number>(13).fill(0), 2]]);
    core.take(8192, 0, 13);
    core.insert(8192, 0);
    expect(core.counts).toEqual([[...new Array<number>(13).fill(0), 2]]);
  });

  it("is as fragmented as the share of free pages in blocks too small", () => {
    const samples = new FragmentationSamples();
    samples.changed(1.5, [[2, 1, ...new Array<number>(9).fill(0)]]);
    expect(samples.samples).toEqual([{ time: 1.5, freePages: 4, unusable: [0, 0.5, ...new Array<number>(9).fill(1)] }]);
  });

  it("is sampled evenly, however often it changes", () => {
    const samples = new FragmentationSamples();
    for (let time = 0; time < 5000; time++) samples.changed(time, [[1]]);
    const times = samples.samples.map(({ time }) => time);
    expect(times.length).toBeLessThan(64);
    expect(new Set(times.slice(1).map((time, index) => time - (times[index] ?? 0)))).toEqual(new Set([128]));
  });
});
