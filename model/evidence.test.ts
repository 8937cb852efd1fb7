// What is told of a broken law, word for word: the fault, what would have been right, what is assumed from there on,
// the frames at issue, and the frames around them. Which law is broken where is step.test.ts' business.

import { describe, expect, it } from "vitest";
import { piecesIn } from "./evidence.ts";
import { play, type Stage } from "./play.ts";
import type { Piece, Violation } from "./violation.ts";

/** `[0, 4)` is 0..4, a block 0+4, a holder 0+4@1 where event 1 served it; other values are as they print. */
function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(written).join(" ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const { start, end, pfn, pages, since } = value as Readonly<Record<string, number>>;
  if (start !== undefined) return `${start}..${end}`;
  return `${pfn}+${pages}${since === undefined ? "" : `@${since}`}`;
}

function fields({ kind, ...rest }: Readonly<Record<string, unknown>>): string {
  return [kind, ...Object.entries(rest).map(([name, value]) => `${name}=${written(value)}`)].join(" ");
}

function piece({ start, end, state, since }: Piece): string {
  return `${state} ${start}..${end}${since === 0 ? "" : `@${since}`}`;
}

function said(violation: Violation): string {
  const { law, blame, fault, allowed, assumed, frames, around } = violation;
  const parts = [`${law} by ${blame}`, fields(fault), fields(allowed), assumed, written(frames)];
  return [...parts, ...(around.length === 0 ? [] : [around.map(piece).join(", ")])].join(" | ");
}

/** What is told of each broken law, after the number of its event, and what the ledger goes on with. */
function told(text: string, stage: Stage = {}): readonly string[] {
  const { ledger, played } = play(text, stage);
  const { start, end } = ledger.geometry.span;
  const owed = [...ledger.owed].map(([pfn, pages]) => `owed ${pfn}+${pages}`);
  const then = [...piecesIn(ledger, start, end, Infinity).map(piece), ...owed].join(", ");
  return [...played.map(({ event, violation }) => `${event} ${said(violation)}`), `then ${then}`];
}

const TWO_ZONES = [
  { name: "dma", start: 0, end: 6 },
  { name: "normal", start: 6, end: 16 },
];

const STAGES: Readonly<Record<string, Stage>> = {
  adjacent: { profile: { aboveMax: "adjacent" }, shape: { pages: 32 } },
  "seven pages": { shape: { pages: 7 } },
  "4 and 5 reserved": { shape: { reserved: [{ start: 4, end: 6 }] } },
  "6 reserved": { shape: { reserved: [{ start: 6, end: 7 }] } },
  "6 and 7 reserved": { shape: { reserved: [{ start: 6, end: 8 }] } },
  "two zones": { shape: { pages: 16, zones: TWO_ZONES } },
  exact: { profile: { rounding: "exact" } },
  "no-overlap alone": { laws: new Set(["no-overlap"]) },
  "bad-free-refused alone": { laws: new Set(["bad-free-refused"]) },
  "mid-life": { start: "unknown" },
  cached: { profile: { cachedFrames: "order-0" } },
  "best fit": { profile: { fit: "best" } },
  lowest: { profile: { placement: "lowest" } },
  highest: { profile: { placement: "highest" } },
  "low half": { profile: { servedHalf: "low" } },
  "high half": { profile: { servedHalf: "high" } },
  fifo: { profile: { placement: "fifo" } },
  lazy: { profile: { coalescing: "lazy" } },
  dies: { profile: { misuse: "died" } },
  "undefined misuse": { profile: { misuse: "undefined" } },
  "mid-life, order 2": { start: "unknown", shape: { maxOrder: 2 } },
  parts: { profile: { partialFree: "allowed" } },
  remembered: { profile: { sizeAtFree: "remembered" } },
  "mid-life, remembered": { start: "unknown", profile: { sizeAtFree: "remembered" } },
  "lazy, may fail": { profile: { coalescing: "lazy", exhaustion: "may-fail" } },
};

interface Case {
  readonly what: string;
  readonly text: string;
  readonly stage: Stage;
  readonly expected: readonly string[];
}

/** A table's cases: "what: [stage] trace", and below what is told, indented. */
function casesIn(table: string): readonly Case[] {
  return table
    .trim()
    .split(/\n(?! )/u)
    .map((paragraph) => {
      const [first = "", ...expected] = paragraph.split(/\n +/u);
      const [, what = "", name, text = ""] = /^([^:]+): (?:\[([^\]]+)\] )?(.+)$/u.exec(first) ?? [];
      const stage = name === undefined ? {} : STAGES[name];
      if (stage === undefined) throw new Error(`no stage ${name ?? ""}`);
      return { what, text, stage, expected };
    });
}

function expectTold({ text, stage, expected }: Case): void {
  expect(told(text, stage)).toEqual(expected);
}

describe("a block served", () => {
  it.each(
    casesIn(`
above the largest order: a4=0
  1 in-bounds by allocator | order-above-max pfn=0 pages=16 maxPages=8 | refuse | served-anyway | [0..16] | free 0..8, unmanaged 8..16
  then withheld 0..8, owed 0+16
above the largest order, in pages: p9=0
  1 in-bounds by allocator | order-above-max pfn=0 pages=16 maxPages=8 | refuse | served-anyway | [0..16] | free 0..8, unmanaged 8..16
  then withheld 0..8, owed 0+16
of an order that no pool has: a31=0
  1 in-bounds by allocator | order-above-max pfn=0 pages=2147483648 maxPages=8 | refuse | served-anyway | [0..2147483648] | free 0..8, unmanaged 8..2147483648
  then withheld 0..8, owed 0+2147483648
beside the grid: a1=3
  1 aligned by allocator | misaligned-block pfn=3 order=1 | serve order=1 from=[0+8] | served-anyway | [3..5] | free 0..8
  then free 0..2, free 2..3, live 3..5@1, free 5..6, free 6..8
beside the grid of the largest: [adjacent] p9=4
  1 aligned by allocator | misaligned-block pfn=4 order=3 | refuse | served-anyway | [4..20] | free 0..8, free 8..16, free 16..24, free 24..32
  then free 0..4, live 4..20@1, free 20..24, free 24..32
past the pool's end: a1=8
  1 in-bounds by allocator | outside-managed pfn=8 pages=2 where=beyond-pool | serve order=1 from=[0+8] | served-anyway | [8..10] | free 0..8, unmanaged 8..10
  then free 0..8, owed 8+2
half past the pool's end: [seven pages] a1=6
  1 in-bounds by allocator | outside-managed pfn=6 pages=2 where=beyond-pool | serve order=1 from=[0+4 4+2] | served-anyway | [6..8] | free 0..4, free 4..6, free 6..7, unmanaged 7..8
  then free 0..4, free 4..6, withheld 6..7, owed 6+2
of reserved frames: [4 and 5 reserved] a0=4
  1 in-bounds by allocator | outside-managed pfn=4 pages=1 where=not-managed | serve order=0 from=[0+4 6+2] | served-anyway | [4..5] | free 0..4, unmanaged 4..6, free 6..8
  then free 0..4, unmanaged 4..6, free 6..8, owed 4+1
over a hole: [6 reserved] a2=4
  1 in-bounds by allocator | outside-managed pfn=4 pages=4 where=crosses-hole | serve order=2 from=[0+4] | served-anyway | [4..8] | free 0..4, free 4..6, unmanaged 6..7, free 7..8
  then free 0..4, withheld 4..6, unmanaged 6..7, withheld 7..8, owed 4+4
over two zones: [two zones] a3=0
  1 in-bounds by allocator | outside-managed pfn=0 pages=8 where=crosses-zone | serve order=3 from=[8+8] | served-anyway | [0..8] | free 0..4, free 4..6, free 6..8, free 8..16
  then withheld 0..6, withheld 6..8, free 8..16, owed 0+8
that is live, with nothing else free: a3=0 a0=5
  2 no-overlap by allocator | overlaps-live pfn=5 pages=1 holder=0+8@1 | refuse | served-anyway | [5..6] | live 0..8@1
  then withheld 0..5, live 5..6@2, withheld 6..8, owed 0+8
that is live, with room elsewhere: a1=0 a0=0 a1=4 a0=1
  2 no-overlap by allocator | overlaps-live pfn=0 pages=1 holder=0+2@1 | serve order=0 from=[2+2 4+4] | served-anyway | [0..1] | live 0..2@1, free 2..4, free 4..8
  4 no-overlap by allocator | overlaps-withheld pfn=1 pages=1 withheld=1..2 | serve order=0 from=[2+2 6+2] | served-anyway | [1..2] | live 0..1@2, withheld 1..2, free 2..4, live 4..6@3, free 6..8
  then live 0..1@2, live 1..2@4, free 2..4, live 4..6@3, free 6..8, owed 0+2
over several live ones: a0=1 a0=5 a3=0
  3 no-overlap by allocator | overlaps-live pfn=0 pages=8 holder=1+1@1 | refuse | served-anyway | [0..8] | free 0..1, live 1..2@1, free 2..4, free 4..5, live 5..6@2, free 6..8
  then live 0..8@3, owed 1+1, owed 5+1
of an exact count, over the tail of another: [exact] p3=0 p2=2
  2 no-overlap by allocator | overlaps-live pfn=2 pages=2 holder=0+3@1 | serve order=1 from=[4+4] | served-anyway | [2..4] | live 0..3@1, free 3..4, free 4..8
  then withheld 0..2, live 2..4@2, free 4..8, owed 0+3
over a withheld frame: [no-overlap alone] a0=0 free 2:1 4:2 a1=0
  3 no-overlap by allocator | overlaps-live pfn=0 pages=2 holder=0+1@1 | serve order=1 from=[2+2 4+4] | served-anyway | [0..2] | live 0..1@1, withheld 1..2, free 2..4, free 4..8
  then live 0..2@3, free 2..4, free 4..8, owed 0+1
held since before the recording: [mid-life] free 0:1 f6:0 a1=4
  3 no-overlap by allocator | overlaps-live pfn=4 pages=2 holder=4+2@0 | serve order=1 from=[0+2] | served-anyway | [4..6] | free 0..2, live 2..6, free 6..7@2, live 7..8
  then free 0..2, live 2..4, live 4..6@3, free 6..7@2, live 7..8
held since before the recording, and on no list just before: [mid-life] free 0:1 a1=4
  2 served-from-free by allocator | overlaps-live pfn=4 pages=2 holder=4+2@0 | serve order=1 from=[0+2] | served-anyway | [4..6] | free 0..2, live 2..8
  then free 0..2, live 2..4, live 4..6@2, live 6..8
that was on no list just before: a0=7 free 0:2 4:1 6:0 a0=7
  3 served-from-free by allocator | overlaps-live pfn=7 pages=1 holder=7+1@1 | serve order=0 from=[0+4 4+2 6+1] | served-anyway | [7..8] | free 0..4, free 4..6, free 6..7, live 7..8@1
  then free 0..4, free 4..6, free 6..7, live 7..8@3, owed 7+1
over a cached frame: [cached] free 1:0 2:1 4:2 cached 0 a1=0
  2 served-from-free by allocator | overlaps-cached pfn=0 pages=2 cached=0 | serve order=1 from=[0+8] | served-anyway | [0..2] | free 0..8
  then live 0..2@2, free 2..4, free 4..8
for no pages: p0=2
  1 rounding by allocator | served-zero-pages pfn=2 | refuse | served-anyway | [2..3] | free 0..8
  then free 0..2, live 2..3@1, free 3..4, free 4..8
not zeroed: p3=4~
  1 zeroed by allocator | not-zeroed pfn=4 pages=4 | accept | served-anyway | [4..8] | free 0..8
  then free 0..4, live 4..8@1
out of a larger block than needed: [best fit] a1=0 a1=4
  2 best-fit by allocator | larger-split pfn=4 order=1 from=2 smallest=1 | serve order=1 from=[2+2 4+4] | served-anyway | [4..6] | live 0..2@1, free 2..4, free 4..8
  then live 0..2@1, free 2..4, live 4..6@2, free 6..8
not of the lowest block: [lowest] a0=0 a0=2 a1=4
  2 placement by allocator | out-of-turn pfn=2 head=2 expectedHead=1 | serve order=0 from=[1+1 2+2 4+4] | served-anyway | [2..3] | live 0..1@1, free 1..2, free 2..4, free 4..8
  then live 0..1@1, free 1..2, live 2..3@2, free 3..4, live 4..6@3, free 6..8
not of the highest block: [highest] a0=7 a1=0
  2 placement by allocator | out-of-turn pfn=0 head=0 expectedHead=4 | serve order=1 from=[0+4 4+2] | served-anyway | [0..2] | free 0..4, free 4..6, free 6..7, live 7..8@1
  then live 0..2@2, free 2..4, free 4..6, free 6..7, live 7..8@1
out of the wrong half: [low half] a1=2
  1 placement by allocator | wrong-half pfn=2 expected=0 | serve order=1 from=[0+8] | served-anyway | [2..4] | free 0..8
  then free 0..2, live 2..4@1, free 4..8
out of the wrong half, where the high one is served: [high half] a1=0
  1 placement by allocator | wrong-half pfn=0 expected=6 | serve order=1 from=[0+8] | served-anyway | [0..2] | free 0..8
  then live 0..2@1, free 2..4, free 4..8
out of its list's order: [fifo] free 0:3 a1=0 a1=2 a1=4 a1=6 f4 f0 free 4:1 0:1 a1=0
  9 placement by allocator | out-of-turn pfn=0 head=0 expectedHead=4 | serve order=1 from=[0+2 4+2] | served-anyway | [0..2] | free 0..2@7, live 2..4@3, free 4..6@6, live 6..8@5
  then live 0..2@9, live 2..4@3, free 4..6@6, live 6..8@5
by a zone above: [two zones] a0@dma=8
  1 placement by allocator | wrong-zone pfn=8 asked=dma served=normal | serve order=0 from=[0+4 4+2] | served-anyway | [8..9] | free 0..4, free 4..6, free 6..8, free 8..16
  then free 0..4, free 4..6, free 6..8, live 8..9@1, free 9..10, free 10..12, free 12..16
`),
  )("$what", expectTold);
});

describe("a refusal", () => {
  it.each(
    casesIn(`
with room: a2=0 a1=6 a1!
  3 no-spurious-oom by allocator | refused-with-room order=1 room=4+2 freeBlocks=1 | serve order=1 from=[4+2] | refusal-stands | [4..6] | live 0..4@1, free 4..6, live 6..8@2
  then live 0..4@1, free 4..6, live 6..8@2
with room in three blocks: a0=0 a0!
  2 no-spurious-oom by allocator | refused-with-room order=0 room=1+1 freeBlocks=3 | serve order=0 from=[1+1 2+2 4+4] | refusal-stands | [1..2] | live 0..1@1, free 1..2, free 2..4, free 4..8
  then live 0..1@1, free 1..2, free 2..4, free 4..8
of pages with room: a2=4 p3!
  2 no-spurious-oom by allocator | refused-with-room order=2 room=0+4 freeBlocks=1 | serve order=2 from=[0+4] | refusal-stands | [0..4] | free 0..4, live 4..8@1
  then free 0..4, live 4..8@1
of a zone with room: [two zones] a2@dma!
  1 no-spurious-oom by allocator | refused-with-room order=2 room=0+4 freeBlocks=1 | serve order=2 from=[0+4] | refusal-stands | [0..4] | free 0..4, free 4..6, free 6..8, free 8..16
  then free 0..4, free 4..6, free 6..8, free 8..16
with a block on the lists: [lazy] a0=0 free 1:0 2:1 4:1 6:1 a1!
  3 no-spurious-oom by allocator | refused-with-room order=1 room=2+2 freeBlocks=2 | serve order=1 from=[2+2 4+4] | refusal-stands | [2..4] | live 0..1@1, free 1..2, free 2..4, free 4..8
  then live 0..1@1, free 1..2, free 2..4, free 4..8
`),
  )("$what", expectTold);
});

describe("a bad free", () => {
  it.each(
    casesIn(`
twice, accepted: a1=2 f2 f2:1+
  3 bad-free-refused by allocator | bad-free pfn=2 pages=2 misuse=double answer=accepted holder=null freedAt=2 | refuse | free-ignored | [2..4] | free 0..8
  then free 0..8
twice, nothing said: a0=0 f0 f0
  3 free-live-only by client | bad-free pfn=0 pages=null misuse=double answer=unsaid holder=null freedAt=2 | refuse | free-ignored | [0..1] | free 0..8@2
  then free 0..8@2
of what was never served: f4:1+
  1 bad-free-refused by allocator | bad-free pfn=4 pages=2 misuse=never-allocated answer=accepted holder=null freedAt=0 | refuse | free-ignored | [4..6] | free 0..8
  then free 0..8
of half a block: a2=4 f6:1+
  2 bad-free-refused by allocator | bad-free pfn=6 pages=2 misuse=interior answer=accepted holder=4+4@1 freedAt=0 | refuse | free-ignored | [4..8] | free 0..4, live 4..8@1
  then free 0..4, live 4..8@1
of the wrong order: a2=4 f4:1+
  2 bad-free-refused by allocator | bad-free pfn=4 pages=2 misuse=wrong-size answer=accepted holder=4+4@1 freedAt=0 | refuse | free-ignored | [4..8] | free 0..4, live 4..8@1
  then free 0..4, live 4..8@1
of more than the block: a0=0 f0:3+
  2 bad-free-refused by allocator | bad-free pfn=0 pages=8 misuse=wrong-size answer=accepted holder=0+1@1 freedAt=0 | refuse | free-ignored | [0..8] | live 0..1@1, free 1..2, free 2..4, free 4..8
  then live 0..1@1, free 1..2, free 2..4, free 4..8
of too many pages: a1=0 f0*3
  2 free-live-only by client | bad-free pfn=0 pages=4 misuse=wrong-size answer=unsaid holder=0+2@1 freedAt=0 | refuse | free-ignored | [0..4] | live 0..2@1, free 2..4, free 4..8
  then live 0..2@1, free 2..4, free 4..8
of no pages: a1=0 f0*0+
  2 bad-free-refused by allocator | bad-free pfn=0 pages=0 misuse=wrong-size answer=accepted holder=0+2@1 freedAt=0 | refuse | free-ignored | [0..2] | live 0..2@1, free 2..4, free 4..8
  then live 0..2@1, free 2..4, free 4..8
of no pages of what is free: f0*0+
  1 bad-free-refused by allocator | bad-free pfn=0 pages=0 misuse=never-allocated answer=accepted holder=null freedAt=0 | refuse | free-ignored | [0..1] | free 0..8
  then free 0..8
past the end: f9:1+
  1 bad-free-refused by allocator | bad-free pfn=9 pages=2 misuse=out-of-range answer=accepted holder=null freedAt=0 | refuse | free-ignored | [9..11] | free 0..8, unmanaged 8..11
  then free 0..8
of reserved frames: [4 and 5 reserved] f5+
  1 bad-free-refused by allocator | bad-free pfn=5 pages=null misuse=reserved answer=accepted holder=null freedAt=0 | refuse | free-ignored | [5..6] | free 0..4, unmanaged 4..6, free 6..8
  then free 0..4, unmanaged 4..6, free 6..8
that kills: a1=0 f1#segv
  2 bad-free-refused by allocator | bad-free pfn=1 pages=null misuse=interior answer=died holder=0+2@1 freedAt=0 | refuse | state-forgotten | [0..2] | live 0..2@1, free 2..4, free 4..8
  then unknown 0..8
that may kill: [dies] f0#panic
  1 free-live-only by client | bad-free pfn=0 pages=null misuse=never-allocated answer=died holder=null freedAt=0 | refuse | state-forgotten | [0..1] | free 0..8
  then unknown 0..8
that may do anything: [undefined misuse] f0+
  1 free-live-only by client | bad-free pfn=0 pages=null misuse=never-allocated answer=accepted holder=null freedAt=0 | refuse | free-ignored | [0..1] | free 0..8
  then free 0..8
of a withheld frame: [bad-free-refused alone] a0=0 free 2:1 4:2 f1+
  3 bad-free-refused by allocator | bad-free pfn=1 pages=null misuse=never-allocated answer=accepted holder=null freedAt=0 | refuse | free-ignored | [1..2] | live 0..1@1, withheld 1..2, free 2..4, free 4..8
  then live 0..1@1, withheld 1..2, free 2..4, free 4..8
of a withheld frame that was freed before: [bad-free-refused alone] a0=1 f1 free 0:0 2:1 4:2 f1+
  4 bad-free-refused by allocator | bad-free pfn=1 pages=null misuse=double answer=accepted holder=null freedAt=2 | refuse | free-ignored | [1..2] | free 0..1, withheld 1..2@2, free 2..4, free 4..8
  then free 0..1, withheld 1..2@2, free 2..4, free 4..8
of no pages of unknown frames: [mid-life] f0*0+
  1 bad-free-refused by allocator | bad-free pfn=0 pages=0 misuse=wrong-size answer=accepted holder=null freedAt=0 | refuse | free-ignored | [0..1] | unknown 0..8
  then unknown 0..8
of unknown frames beside the grid: [mid-life] f3:1+
  1 bad-free-refused by allocator | bad-free pfn=3 pages=2 misuse=misaligned answer=accepted holder=null freedAt=0 | refuse | free-ignored | [3..5] | unknown 0..8
  then unknown 0..8
of more unknown frames than there are: [mid-life, order 2] f4:3+
  1 bad-free-refused by allocator | bad-free pfn=4 pages=8 misuse=out-of-range answer=accepted holder=null freedAt=0 | refuse | free-ignored | [4..12] | unknown 0..8, unmanaged 8..12
  then unknown 0..8
of unknown frames of which some are free: [mid-life] f1 f0:1+
  2 bad-free-refused by allocator | bad-free pfn=0 pages=2 misuse=double answer=accepted holder=null freedAt=0 | refuse | free-ignored | [0..2] | unknown 0..1, free 1..2@1, unknown 2..8
  then unknown 0..1, free 1..2@1, unknown 2..8
of unknown frames of which some are live: [mid-life] a0=1 f0:1+
  2 bad-free-refused by allocator | bad-free pfn=0 pages=2 misuse=wrong-size answer=accepted holder=null freedAt=0 | refuse | free-ignored | [0..2] | unknown 0..1, live 1..2@1, unknown 2..8
  then unknown 0..1, live 1..2@1, unknown 2..8
`),
  )("$what", expectTold);
});

describe("a good free", () => {
  it.each(
    casesIn(`
refused: a1=0 a2=4 f4:2!
  3 bad-free-refused by allocator | good-free-refused pfn=4 pages=4 since=2 | accept | still-live | [4..8] | live 0..2@1, free 2..4, live 4..8@2
  then live 0..2@1, free 2..4, live 4..8@2
of older frames, refused: [mid-life] f4:2!
  1 bad-free-refused by allocator | good-free-refused pfn=4 pages=4 since=0 | accept | still-live | [4..8] | unknown 0..8
  then unknown 0..8
in which it died: a1=0 f0#segv
  2 returns by allocator | died how=segv | answer | state-forgotten | [0..2] | live 0..2@1, free 2..4, free 4..8
  then unknown 0..8
of a part in which it died: [parts] a2=0 f2:1#segv
  2 returns by allocator | died how=segv | answer | state-forgotten | [2..4] | live 0..4@1, free 4..8
  then unknown 0..8
of a remembered size in which it died: [remembered] a2=0 f0:1#segv
  2 returns by allocator | died how=segv | answer | state-forgotten | [0..4] | live 0..4@1, free 4..8
  then unknown 0..8
of unknown frames in which it died: [mid-life, remembered] f4:1#segv
  1 returns by allocator | died how=segv | answer | state-forgotten | [4..6] | unknown 0..8
  then unknown 0..8
of an unknown frame in which it died: [mid-life, remembered] f4#segv
  1 returns by allocator | died how=segv | answer | state-forgotten | [4..5] | unknown 0..8
  then unknown 0..8
`),
  )("$what", expectTold);
});

describe("a death", () => {
  it.each(
    casesIn(`
in a request: a0#abort
  1 returns by allocator | died how=abort | answer | state-forgotten | []
  then unknown 0..8
while the lists were read: free#hang
  1 returns by allocator | died how=hang | answer | state-forgotten | []
  then unknown 0..8
while the counts were read: counts#hang
  1 returns by allocator | died how=hang | answer | state-forgotten | []
  then unknown 0..8
while pages joined: +0*4#segv
  1 returns by allocator | died how=segv | answer | state-forgotten | []
  then unknown 0..8
in a call not named: #segv
  1 returns by allocator | died how=segv | answer | state-forgotten | []
  then unknown 0..8
`),
  )("$what", expectTold);
});

describe("free lists", () => {
  it.each(
    casesIn(`
with a block beside the grid: a0=0 a0=1 free 3:1 2:0 4:2
  3 aligned by allocator | listed-misaligned blocks=[3+2] count=1 | free-blocks blocks=[2+2 4+4] | lists-adopted | [3..5] | live 0..1@1, live 1..2@2, free 2..4, free 4..8
  3 partition by allocator | missing ranges=[3..4] pages=1 | free-blocks blocks=[2+2] | lists-adopted | [3..4] | live 0..1@1, live 1..2@2, free 2..4, free 4..8
  then live 0..1@1, live 1..2@2, free 2..3, withheld 3..4, free 4..8
with a block above the largest: free 0:4
  1 in-bounds by allocator | listed-outside blocks=[0+16] count=1 | free-blocks blocks=[0+8] | lists-adopted | [0..16] | free 0..8, unmanaged 8..16
  1 partition by allocator | missing ranges=[0..8] pages=8 | free-blocks blocks=[0+8] | lists-adopted | [0..8] | free 0..8
  then withheld 0..8
with a block past the end: free 0:3 8:3
  1 in-bounds by allocator | listed-outside blocks=[8+8] count=1 | free-blocks blocks=[] | lists-adopted | [8..16] | free 0..8, unmanaged 8..16
  then free 0..8
with a block twice: free 0:3 0:3
  1 free-lists by allocator | listed-twice blocks=[0+8] count=1 | free-blocks blocks=[0+8] | lists-adopted | [0..8] | free 0..8
  then free 0..8
with two that overlap: free 0:3 4:2 6:1
  1 partition by allocator | listed-overlapping blocks=[4+4 6+2] count=2 | free-blocks blocks=[0+8] | lists-adopted | [4..8 6..8] | free 0..8
  then free 0..8
with a live block: a0=0 a0=2 free 0:0 1:0 3:0 4:2
  3 partition by allocator | listed-live blocks=[0+1] count=1 holder=0+1@1 | free-blocks blocks=[] | lists-adopted | [0..1] | live 0..1@1, free 1..2, live 2..3@2, free 3..4, free 4..8
  3 no-free-buddies by allocator | unmerged pairs=[0+1] count=1 | free-blocks blocks=[1+1] | lists-adopted | [0..2] | live 0..1@1, free 1..2, live 2..3@2, free 3..4, free 4..8
  then free 0..2, live 2..3@2, free 3..4, free 4..8, owed 0+1
with a cached frame that is live: a0=0 free 1:0 2:1 4:2 cached 0
  2 partition by allocator | listed-live blocks=[0+1] count=1 holder=0+1@1 | free-blocks blocks=[] | lists-adopted | [0..1] | live 0..1@1, free 1..2, free 2..4, free 4..8
  then free 0..8, owed 0+1
with a cached frame twice: free 1:0 2:1 4:2 cached 0 0
  1 free-lists by allocator | listed-twice blocks=[0+1] count=1 | free-blocks blocks=[0+8] | lists-adopted | [0..1] | free 0..8
  then free 0..8
without a block: a0=0 free 2:1 4:2
  2 partition by allocator | missing ranges=[1..2] pages=1 | free-blocks blocks=[1+1] | lists-adopted | [1..2] | live 0..1@1, free 1..2, free 2..4, free 4..8
  then live 0..1@1, withheld 1..2, free 2..4, free 4..8
without two: a0=0 a0=6 free 2:1 4:1
  3 partition by allocator | missing ranges=[1..2 7..8] pages=2 | free-blocks blocks=[1+1] | lists-adopted | [1..2 7..8] | live 0..1@1, free 1..2, free 2..4, free 4..6, live 6..7@2, free 7..8
  then live 0..1@1, withheld 1..2, free 2..4, free 4..6, live 6..7@2, withheld 7..8
with buddies apart: free 0:2 4:2
  1 no-free-buddies by allocator | unmerged pairs=[0+4] count=1 | free-blocks blocks=[0+8] | lists-adopted | [0..8] | free 0..8
  then free 0..8
with many buddies apart: free 0:0 1:0 2:0 3:0 4:0 5:0 6:0 7:0
  1 no-free-buddies by allocator | unmerged pairs=[0+1 2+1 4+1 6+1] count=4 | free-blocks blocks=[0+8] | lists-adopted | [0..2 2..4 4..6 6..8] | free 0..8
  then free 0..8
after a refusal: a2=0 free 4:2 a3! free 4:1 6:1
  4 refused-unchanged by allocator | unmerged pairs=[4+2] count=1 | free-blocks blocks=[4+4] | lists-adopted | [4..8] | live 0..4@1, free 4..8
  then live 0..4@1, free 4..8
after too many pages: free 0:3 p3=0 free
  3 rounding by allocator | missing ranges=[4..8] pages=4 | free-blocks blocks=[4+4] | lists-adopted | [4..8] | live 0..4@2, free 4..8
  then live 0..4@2, withheld 4..8
after too few pages: free 0:3 p3=0 free 3:0 4:2
  3 rounding by allocator | listed-live blocks=[3+1] count=1 holder=0+4@2 | free-blocks blocks=[] | lists-adopted | [3..4] | live 0..4@2, free 4..8
  then withheld 0..3, free 3..4, free 4..8, owed 0+4
after another block was split: a1=0 free 2:1 4:2 a1=2 free 4:1 6:1
  4 frame by allocator | unmerged pairs=[4+2] count=1 | free-blocks blocks=[4+4] | lists-adopted | [4..8] | live 0..2@1, live 2..4@3, free 4..8
  then live 0..2@1, live 2..4@3, free 4..8
after everything was freed: a0=0 f0 free 1:0 2:1 4:2
  3 drained by allocator | missing ranges=[0..1] pages=1 | free-blocks blocks=[0+8] | lists-adopted | [0..1] | free 0..8@2
  then withheld 0..1@2, free 1..2, free 2..4, free 4..8
after everything was freed, unmerged: a0=0 f0 free 0:0 1:0 2:1 4:2
  3 drained by allocator | unmerged pairs=[0+1] count=1 | free-blocks blocks=[0+8] | lists-adopted | [0..2] | free 0..8@2
  then free 0..8@2
after a join: -4*4 free 0:2 +4*4 free 0:2 4:2
  4 no-free-buddies by allocator | unmerged pairs=[0+4] count=1 | free-blocks blocks=[0+8] | lists-adopted | [0..8] | free 0..8
  then free 0..8
after a served block that was on no list: a0=0 free 1:0 2:1 4:2 a0=0 free 2:1 4:2
  3 served-from-free by allocator | overlaps-live pfn=0 pages=1 holder=0+1@1 | serve order=0 from=[1+1 2+2 4+4] | served-anyway | [0..1] | live 0..1@1, free 1..2, free 2..4, free 4..8
  4 frame by allocator | missing ranges=[1..2] pages=1 | free-blocks blocks=[1+1] | lists-adopted | [1..2] | live 0..1@3, free 1..2, free 2..4, free 4..8
  then live 0..1@3, withheld 1..2, free 2..4, free 4..8, owed 0+1
after a bad free: a1=0 free 2:1 4:2 f0:0 free 0:0 2:1 4:2
  3 free-live-only by client | bad-free pfn=0 pages=1 misuse=wrong-size answer=unsaid holder=0+2@1 freedAt=0 | refuse | free-ignored | [0..2] | live 0..2@1, free 2..4, free 4..8
  4 partition by allocator | listed-live blocks=[0+1] count=1 holder=0+2@1 | free-blocks blocks=[] | lists-adopted | [0..1] | live 0..2@1, free 2..4, free 4..8
  then free 0..1, withheld 1..2, free 2..4, free 4..8, owed 0+2
after an older free: [mid-life] free 4:2 f0:1 free 0:0 1:0 4:2
  3 no-free-buddies by allocator | unmerged pairs=[0+1] count=1 | free-blocks blocks=[0+2] | lists-adopted | [0..2] | free 0..2@2, live 2..4, free 4..8
  then free 0..2@2, live 2..4, free 4..8
out of order: [fifo] free 0:3 a1=0 a1=2 a1=4 a1=6 f4 f0 free 0:1 4:1
  8 placement by allocator | list-order order=1 expected=[4 0] found=[0 4] | free-blocks blocks=[0+2] | lists-adopted | [0..2] | free 0..2@7, live 2..4@3, free 4..6@6, live 6..8@5
  then free 0..2@7, live 2..4@3, free 4..6@6, live 6..8@5
after a refusal, under lazy coalescing: [lazy, may fail] a2=0 free 4:2 a2! free 4:1 6:1
  4 refused-unchanged by allocator | changed-elsewhere blocks=[4+2 4+4 6+2] count=3 | free-blocks blocks=[4+4] | lists-adopted | [4..6 4..8 6..8] | live 0..4@1, free 4..8
  then live 0..4@1, free 4..8
after another split, under lazy coalescing: [lazy] a1=0 free 2:1 4:2 a1=2 free 4:1 6:1
  4 frame by allocator | changed-elsewhere blocks=[4+2 4+4 6+2] count=3 | free-blocks blocks=[4+4] | lists-adopted | [4..6 4..8 6..8] | live 0..2@1, live 2..4@3, free 4..8
  then live 0..2@1, live 2..4@3, free 4..8
after pages were served from elsewhere, under lazy coalescing: [lazy] a1=0 free 2:1 4:2 p2=2 free 4:1 6:1
  4 frame by allocator | changed-elsewhere blocks=[4+2 4+4 6+2] count=3 | free-blocks blocks=[4+4] | lists-adopted | [4..6 4..8 6..8] | live 0..2@1, live 2..4@3, free 4..8
  then live 0..2@1, live 2..4@3, free 4..8
`),
  )("$what", expectTold);
});

describe("counts", () => {
  it.each(
    casesIn(`
with a wrong total: a0=0 counts 1 1 0 0
  2 conserved by allocator | count-total expected=7 found=3 | counts free=[1 1 1 0] | counts-ignored | []
  then live 0..1@1, free 1..2, free 2..4, free 4..8
with a wrong spread: a0=0 counts 3 0 1 0
  2 no-free-buddies by allocator | count-spread order=0 expected=1 found=3 | counts free=[1 1 1 0] | counts-ignored | []
  then live 0..1@1, free 1..2, free 2..4, free 4..8
with fewer orders: counts 8
  1 no-free-buddies by allocator | count-spread order=0 expected=0 found=8 | counts free=[0 0 0 1] | counts-ignored | []
  then free 0..8
with more orders: counts 0 0 0 0 1
  1 conserved by allocator | count-total expected=8 found=16 | counts free=[0 0 0 1] | counts-ignored | []
  then free 0..8
of one zone: [two zones] counts@dma 0 1 0 0
  1 conserved by allocator | count-total expected=6 found=2 | counts free=[0 1 1 0] | counts-ignored | []
  then free 0..4, free 4..6, free 6..8, free 8..16
`),
  )("$what", expectTold);
});

describe("pages that join", () => {
  it.each(
    casesIn(`
though managed: +0*4
  1 partition by allocator | join-twice pfn=0 pages=4 | refuse | change-ignored | [0..4] | free 0..8
  then free 0..8
from outside: [6 and 7 reserved] +6*4
  1 partition by allocator | join-twice pfn=6 pages=4 | refuse | change-ignored | [6..10] | free 0..4, free 4..6, unmanaged 6..8, unmanaged 8..10
  then free 0..8
`),
  )("$what", expectTold);
});

describe("pages that leave", () => {
  it.each(
    casesIn(`
though held: a1=2 -0*4
  2 partition by allocator | left-in-use pfn=0 pages=4 holder=2+2@1 | refuse | change-ignored | [0..4] | free 0..2, live 2..4@1, free 4..8
  then unmanaged 0..4, free 4..8, owed 2+2
though not managed: -0*4 -2*4
  2 partition by allocator | left-in-use pfn=2 pages=4 holder=null | refuse | change-ignored | [2..6] | unmanaged 0..4, free 4..8
  then unmanaged 0..6, free 6..8
`),
  )("$what", expectTold);
});
