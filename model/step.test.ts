// The laws, one line each: what a trace breaks and at which event. "2 no-overlap" is the second event's law.

import { describe, expect, it } from "vitest";
import { LAWS } from "./invariants.ts";
import { play, type Stage } from "./play.ts";

function broken(text: string, stage: Stage = {}): string {
  return play(text, stage)
    .played.map(({ event, violation }) => `${event} ${violation.law}`)
    .join(", ");
}

describe("what a correct allocator may do", () => {
  it.each([
    ["serves any aligned free block", "a0=5 a1=2 a2!"],
    ["serves the whole pool and takes it back", "a3=0 f0:3 free 0:3"],
    ["merges up to the largest order", "a0=0 a0=1 f0 f1 free 0:3"],
    ["refuses what does not fit", "a2=0 a2=4 a0!"],
    ["refuses orders above the largest", "a4!"],
    ["refuses bad frees", "a1=0 f0:0! f1! f4! f8! f0:1 f0!"],
    ["rounds page counts up", "p3=4 free 0:2 p1=0 f4*3 free 1:0 2:1 4:2"],
    ["refuses a request for nothing", "p0!"],
    ["gets frames and loses them", "-4*4 a3! +4*4 a3=0"],
  ])("%s", (_what, text) => expect(broken(text)).toBe(""));
});

describe("what breaks a law", () => {
  it.each([
    ["a misaligned block", "a1=3", "1 aligned"],
    ["a block past the pool's end", "a0=8", "1 in-bounds"],
    ["a block larger than the largest", "a4=0", "1 in-bounds"],
    ["live memory served again", "a1=0 a0=1", "2 no-overlap"],
    ["a block over several live ones", "a0=0 a0=5 a3=0", "3 no-overlap"],
    ["a needless refusal", "a2=0 a2!", "2 no-spurious-oom"],
    ["a needless refusal after merging", "a0=0 a0=1 f1 f0 a3!", "5 no-spurious-oom"],
    ["zero pages served", "p0=0", "1 rounding"],
    ["a double free nobody refused", "a0=0 f0 f0", "3 free-live-only"],
    ["a double free accepted", "a0=0 f0 f0+", "3 bad-free-refused"],
    ["a death in a bad free", "f0#abort", "1 bad-free-refused"],
    ["a good free refused", "a0=0 f0!", "2 bad-free-refused"],
    ["a free of the wrong order", "a1=0 f0:0", "2 free-live-only"],
    ["a free into a block", "a1=0 f1", "2 free-live-only"],
    ["a death in a legal call", "a0#segv", "1 returns"],
    ["stale content", "a0=0~", "1 zeroed"],
    ["a lost half", "a0=0 free 2:1 4:2", "2 partition"],
    ["a live block on a list", "a0=0 a0=2 free 0:0 1:0 3:0 4:2", "3 partition, 3 no-free-buddies"],
    ["a block on two lists", "free 0:3 0:2 4:2", "1 free-lists, 1 no-free-buddies"],
    ["unmerged buddies", "free 0:2 4:2", "1 no-free-buddies"],
    ["a listed block past the end", "free 0:3 8:3", "1 in-bounds"],
    ["a listed block off its grid", "a0=0 a0=1 free 3:1 2:0 4:2", "3 aligned, 3 partition"],
    ["a drifting counter", "a0=0 counts 0 1 1 0", "2 conserved"],
    ["a counter of the wrong order", "a0=0 counts 3 0 1 0", "2 no-free-buddies"],
    ["frames that join twice", "+0*4", "1 partition"],
    ["frames that leave in use", "a0=0 -0*4", "2 partition"],
  ])("%s", (_what, text, laws) => expect(broken(text)).toBe(laws));

  it("a law's example breaks that law first", () => {
    const stage: Stage = { profile: { fit: "best", placement: "lowest", servedHalf: "low" } };
    for (const law of LAWS) {
      if (law.example === "") continue;
      expect(play(law.example, stage).played[0]?.violation.law, law.id).toBe(law.id);
    }
  });
});

describe("laws that compare two snapshots", () => {
  it.each([
    ["a refused request that split", "a2=0 free 4:2 a3! free 4:1 6:1", "4 refused-unchanged"],
    ["a request that took too many pages", "free 0:3 p3=0 free", "3 rounding"],
    ["a request whose tail is still listed", "free 0:3 p3=0 free 2:1 4:2", "3 rounding"],
    ["buddies a free left apart", "a0=0 a0=1 free 2:1 4:2 f0 free 0:0 2:1 4:2 f1 free 0:1 2:1 4:2", "7 drained"],
    [
      "buddies left apart while others live",
      "a0=0 a0=1 a0=7 free 2:1 4:1 6:0 f0 f1 free 0:1 2:1 4:1 6:0",
      "7 no-free-buddies",
    ],
    ["the freed half left apart", "a0=0 a0=7 free 1:0 2:1 4:1 6:0 f0 free 0:0 1:0 2:1 4:1 6:0", "5 no-free-buddies"],
    ["an unrelated block split", "a1=0 free 2:1 4:2 a1=2 free 4:1 6:1", "4 frame"],
    ["everything freed, not everything back", "a0=0 f0 free 1:0 2:1 4:2", "3 drained"],
    ["everything freed, not everything merged", "a0=0 f0 free 0:0 1:0 2:1 4:2", "3 drained"],
    ["a block taken that was on no list", "a2=0 free 4:2 a0=1", "3 served-from-free"],
    ["a cached frame served in a larger block", "free 1:0 2:1 4:2 cached 0 a1=0", "2 served-from-free"],
  ])("%s", (_what, text, laws) => expect(broken(text)).toBe(laws));
});

describe("what a profile allows or demands", () => {
  const exact = { rounding: "exact" } as const;
  it.each([
    ["exact page counts leave the tail free", "p3=0 a0=3 f0*3 f3 free 0:3", { profile: exact }, ""],
    [
      "exact page counts above the largest block",
      "p12=0 f0*12",
      { profile: { ...exact, aboveMax: "adjacent" }, shape: { pages: 16 } },
      "",
    ],
    ["best fit", "a0=0 a0=4", { profile: { fit: "best" } }, "2 best-fit"],
    ["lowest address", "a0=0 a0=2", { profile: { placement: "lowest" } }, "2 placement"],
    ["highest address", "a0=7 a0=5", { profile: { placement: "highest" } }, "2 placement"],
    ["the upper half", "a0=0", { profile: { servedHalf: "high" } }, "1 placement"],
    [
      "first in, first out",
      "a1=0 a1=2 a1=4 a1=6 f2 f6 free 2:1 6:1 a1=6",
      { profile: { placement: "fifo" } },
      "8 placement",
    ],
    ["last in, first out", "a1=0 a1=2 a1=4 a1=6 free f2 f6 a1=2", { profile: { placement: "lifo" } }, "8 placement"],
    ["parts may be freed", "a2=0 f2:1 f0:1 free 0:3", { profile: { partialFree: "allowed" } }, ""],
    ["remembered sizes are not compared", "a2=0 f0:1 free 0:3", { profile: { sizeAtFree: "remembered" } }, ""],
    [
      "a remembered size outranks a named part",
      "a2=0 f0:1 free 0:3",
      { profile: { sizeAtFree: "remembered", partialFree: "allowed" } },
      "",
    ],
    [
      "after a wrong snapshot nobody's turn is known",
      "a1=0 a1=2 a1=4 a1=6 f0 f4 free 4:1 0:1 2:1 a1=0",
      { profile: { placement: "fifo" } },
      "7 partition, 7 no-free-buddies",
    ],
    [
      "a free set that may start apart promises no choice",
      "a0=0 a0=4",
      { profile: { fit: "best", initialFreeSet: "any" } },
      "",
    ],
    [
      "frames held back leave the lists' order open",
      "a1=0 a1=2 a1=4 a1=6 f0 f4 free 0:1 4:1 free 4:1 1:0 cached 0 a1=4",
      { profile: { placement: "fifo" } },
      "",
    ],
    ["misuse may kill", "f0#panic", { profile: { misuse: "died" } }, "1 free-live-only"],
    ["requests may fail", "a0!", { profile: { exhaustion: "may-fail" } }, ""],
    ["the largest order may be unusable", "a3!", { profile: { usableMaxOrder: 2 } }, ""],
    ["unmerged blocks under lazy coalescing", "a0=0 f0 free 0:0 1:0 2:1 4:2", { profile: { coalescing: "lazy" } }, ""],
    ["a lost block under lazy coalescing", "a0=0 free 2:1 4:2", { profile: { coalescing: "lazy" } }, "2 partition"],
    [
      "an unrelated split under lazy coalescing",
      "a1=0 free 2:1 4:2 a1=2 free 4:1 6:1",
      { profile: { coalescing: "lazy" } },
      "4 frame",
    ],
    ["one page for zero", "p0=0 f0 free 0:3", { profile: { zeroRequest: "one-page" } }, ""],
  ] as [string, string, Stage, string][])("%s", (_what, text, stage, laws) => expect(broken(text, stage)).toBe(laws));
});

describe("zones", () => {
  const zones = [
    { name: "dma", start: 0, end: 6 },
    { name: "normal", start: 6, end: 16 },
  ];
  const stage: Stage = { shape: { pages: 16, zones } };
  it.each([
    ["blocks never cross a zone", "a3=0", "1 in-bounds"],
    ["buddies in two zones do not merge", "free 0:2 4:1 6:1 8:3", ""],
    ["a request falls back to lower zones only", "a0@dma=8", "1 placement"],
    ["a named zone with room must serve", "a2@dma!", "1 no-spurious-oom"],
    ["a named zone without room may refuse", "a3@dma!", ""],
  ])("%s", (_what, text, laws) => expect(broken(text, stage)).toBe(laws));
});

describe("recordings that begin in mid-life", () => {
  const stage: Stage = { start: "unknown" };
  it.each([
    ["frees of older blocks are taken as good", "f0:1 f0:1", "2 free-live-only"],
    ["older frames may be served", "a1=4 a0=5", "2 no-overlap"],
    ["room that is known to be free must serve", "f0:1 a1!", "2 no-spurious-oom"],
    ["room that is not known proves nothing", "f0:1 a2!", ""],
    ["a snapshot makes everything known", "free 0:1 a1=4", "2 served-from-free"],
    ["and then refusals are decided", "free 0:1 f4:1 f6:1 a2! a2=4 a2!", "4 no-spurious-oom"],
    ["losing events makes nothing known", "free 0:1 lost a2!", ""],
  ])("%s", (_what, text, laws) => expect(broken(text, stage)).toBe(laws));
});

describe("going on after a violation", () => {
  it.each([
    ["the block is the new owner's, and the old one may still free his", "a1=0 a0=1 f1 f0:1 free 0:3", "2 no-overlap"],
    ["a refused good free leaves the block live", "a0=0 f0! f0 free 0:3", "2 bad-free-refused"],
    ["a bad free is ignored", "a1=0 f1 f0:1 free 0:3", "2 free-live-only"],
    ["the lists are believed", "a0=0 free 2:1 4:2 a0=2 f0 f2", "2 partition"],
    ["a block out of bounds may be freed once", "a0=8 f8 f8", "1 in-bounds, 3 free-live-only"],
  ])("%s", (_what, text, laws) => expect(broken(text)).toBe(laws));
});
