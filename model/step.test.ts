// The laws, one line each: what a trace breaks and at which event. "2 no-overlap" is the second event's law.

import { describe, expect, it } from "vitest";
import { OK, type Command, type Outcome } from "./command.ts";
import { createGeometry, type PoolShape } from "./geometry.ts";
import { LAWS } from "./invariants.ts";
import { Ledger } from "./ledger.ts";
import { parseNotation } from "./notation.ts";
import { play, SMALL_POOL, type Stage } from "./play.ts";
import { STRICT_PROFILE, type Profile } from "./profile.ts";
import { step } from "./step.ts";

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
    ["refuses to gain or to lose frames", "-4*4! +0*4! a3=0"],
    ["frees by page count", "p3=0 f0*3 p4=4 f4*4 free 0:3"],
    ["is read, order by order, with empty lists left out", "a3=0 free counts counts 0 0 0 0 0"],
    ["serves a page that was held back", "free 1:0 2:1 4:2 cached 0 a0=0 f0 a1=0"],
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
    [
      "a refusal under lazy coalescing that merged, but not all",
      "a3=8 free 0:1 2:1 4:1 6:1 a3! free 0:2 4:1 6:1",
      { profile: { coalescing: "lazy" }, shape: { pages: 16 } },
      "4 refused-unchanged",
    ],
    [
      "a refusal under lazy coalescing that merged all",
      "a3=8 free 0:1 2:1 4:1 6:1 a3! free 0:3",
      { profile: { coalescing: "lazy" }, shape: { pages: 16 } },
      "",
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
    ["nor in lists that are wrong", "free 0:2 4:1 6:1", "1 partition"],
    ["a request falls back to lower zones only", "a0@dma=8", "1 placement"],
    ["a named zone with room must serve", "a2@dma!", "1 no-spurious-oom"],
    ["a named zone without room may refuse", "a3@dma!", ""],
  ])("%s", (_what, text, laws) => expect(broken(text, stage)).toBe(laws));
});

describe("blocks larger than 2^16 pages", () => {
  const large = { pages: 2 ** 18, maxOrder: 18 };
  const zones = [
    { name: "low", start: 0, end: 2 ** 17 },
    { name: "high", start: 2 ** 17, end: 2 ** 18 },
  ];
  it.each<[string, string, string, Stage]>([
    ["do not merge across a zone's border", "a17=0 f0:17 a18!", "", { shape: { ...large, zones } }],
    ["merge where there is none", "a17=0 f0:17 a18!", "3 no-spurious-oom", { shape: large }],
    ["merge though they were split", "a16=65536 f65536:16 a18!", "3 no-spurious-oom", { shape: large }],
    ["may be older than the recording", "f0:17 f131072:16", "", { shape: large, start: "unknown" }],
  ])("%s", (_what, text, laws, stage) => expect(broken(text, stage)).toBe(laws));
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
    ["what no list shows is held", "free 0:1 f4:0 a0=6", "3 no-overlap"],
    ["after a free that names no size, it may be free", "free 0:1 f4 a0=6", ""],
  ])("%s", (_what, text, laws) => expect(broken(text, stage)).toBe(laws));
});

describe("what cannot be decided", () => {
  const lazy: Stage = { profile: { coalescing: "lazy" } };
  const counted: Stage = { profile: { references: "counted" } };
  it.each<[string, string, string, Stage]>([
    [
      "room in a recording that began in mid-life",
      "f0:1 a2! a3!",
      "no-spurious-oom state-unknown 2",
      { start: "unknown" },
    ],
    ["counts before anything is known", "counts 1", "conserved state-unknown 1", { start: "unknown" }],
    [
      "counts with frames held back",
      "counts 1",
      "conserved cached-unknown 1",
      { profile: { cachedFrames: "order-0" } },
    ],
    ["room in adjacent blocks", "a4! p9!", "no-spurious-oom adjacent-runs 2", { profile: { aboveMax: "adjacent" } }],
    ["room that nobody listed", "a0=0 a1!", "no-spurious-oom lazy-coalescing 1", lazy],
    ["room listed before", "free 0:3 a0=0 a1!", "no-spurious-oom lazy-coalescing 1", lazy],
    [
      "room in a free set that may start apart",
      "a1!",
      "no-spurious-oom lazy-coalescing 1",
      { profile: { initialFreeSet: "any" } },
    ],
    ["a second free of a counted block", "a0=0 f0 f0 f0+", "free-live-only counted-references 2", counted],
    [
      "who is served next, of too many blocks",
      "a0=5",
      "placement too-many-blocks 1",
      {
        shape: { maxOrder: 0, pages: 2 ** 22 + 1 },
        profile: { placement: "lowest" },
      },
    ],
  ])("%s", (_what, text, expected, stage) => {
    const { ledger, played } = play(text, stage);
    expect([played, [...ledger.undecided].flat().join(" ")]).toEqual([[], expected]);
  });

  it.each<[string, string, string, Stage]>([
    ["a death in the free of a counted block", "a0=0 f0 f0#abort", "3 bad-free-refused", counted],
    ["a free of what was never counted", "f0+", "1 bad-free-refused", counted],
    ["room on the lists just seen", "free 0:3 a1!", "2 no-spurious-oom", lazy],
    ["no room on the lists just seen", "a0=0 free 1:0 2:1 4:1 6:1 a2!", "", lazy],
    ["no room above the largest usable order", "a4! a3!", "", { profile: { usableMaxOrder: 2, aboveMax: "adjacent" } }],
  ])("but %s is", (_what, text, laws, stage) => {
    expect(broken(text, stage)).toBe(laws);
  });
});

/** The law that a step breaks first, with the word that tells its fault from others. */
function brokenBy(command: Command, outcome: Outcome, stage: Stage = {}): string {
  return step(play("", stage).ledger, command, outcome)
    .map(({ law, fault }) => {
      if (fault.kind === "bad-free") return `${law} ${fault.misuse}`;
      if (fault.kind === "died") return `${law} "${fault.how}"`;
      return fault.kind === "outside-managed" ? `${law} ${fault.where}` : law;
    })
    .join(", ");
}

describe("what notation cannot write", () => {
  const block = { kind: "block", zeroed: null } as const;

  it.each<[string, Command, Outcome, string]>([
    ["half a page served", { kind: "alloc", order: 0, zone: null }, { ...block, pfn: 8.5 }, "aligned"],
    [
      "a page before the pool served",
      { kind: "alloc", order: 0, zone: null },
      { ...block, pfn: 7 },
      "in-bounds beyond-pool",
    ],
    ["no page at all served", { kind: "alloc", order: 0, zone: null }, { ...block, pfn: NaN }, "aligned"],
    ["half a page freed", { kind: "free", pfn: 8.5 }, OK, "bad-free-refused misaligned"],
    ["half a page freed by order", { kind: "free-order", pfn: 8.5, order: 1 }, OK, "bad-free-refused misaligned"],
    ["a page before the pool freed", { kind: "free", pfn: 7 }, OK, "bad-free-refused out-of-range"],
    ["no page at all freed", { kind: "free", pfn: NaN }, OK, "bad-free-refused out-of-range"],
    ["a death nobody described", { kind: "unnamed" }, OK, 'returns ""'],
    ["half a page held back", { kind: "snapshot", lists: [[], [], [], [8]], cached: [8.5] }, OK, "aligned"],
    ["half a page listed", { kind: "snapshot", lists: [[8.5], [], [], [8]], cached: [] }, OK, "aligned"],
    ["a page before the pool listed", { kind: "snapshot", lists: [[7], [], [], [8]], cached: [] }, OK, "in-bounds"],
  ])("%s", (_what, command, outcome, expected) => {
    expect(brokenBy(command, outcome, { shape: { basePfn: 8 } })).toBe(expected);
  });

  it("a command of another kind is a caller's bug", () => {
    expect(() => brokenBy({ kind: "shrink" } as never, OK)).toThrow('unreachable case {"kind":"shrink"}');
  });
});

/** A ledger that counts how often it is asked which block covers a frame. */
class Counting extends Ledger {
  looks = 0;

  override cover(pfn: number): number {
    this.looks++;
    return super.cover(pfn);
  }
}

describe("an ordinary step is decided at once", () => {
  const exact: Partial<Profile> = { rounding: "exact" };
  it.each<[string, number, Partial<Profile>?]>([
    ["a0=1", 1],
    ["a3=0", 1],
    ["p3=4", 1],
    ["p4=4z", 1],
    ["p4=4", 1, exact],
    ["free 0:3 a0=1", 1],
    ["free 1:0 2:1 4:2 cached 0 a0=2 a0=3", 1],
    ["a2=0 f0", 0],
    ["a2=0 f0:2+", 0],
    ["a2=0 f0*3", 0],
    ["a0=3 a0=5 f5:0", 0],
    ["p3=4 p4=0 f0", 0, exact],
  ])("%s: the last event takes %i looks", (text, looks, profile = {}) => {
    for (const basePfn of [0, 8]) {
      const geometry = createGeometry({ ...SMALL_POOL, basePfn });
      const ledger = new Counting({ geometry, profile: { ...STRICT_PROFILE, ...profile }, start: "empty" });
      for (const event of parseNotation(text, basePfn).events) {
        ledger.looks = 0;
        if (event.kind === "step") expect(step(ledger, event.command, event.outcome)).toEqual([]);
      }
      expect(ledger.looks).toBe(looks);
    }
  });

  it("and one that names pages far outside costs no memory for them", () => {
    const { ledger } = play("f8 f4096 f4096:0 a0=4096 f4097 free 8:0 free 4096:0");
    expect(ledger.frames.touchedTiles().length).toBeLessThanOrEqual(1);
    const below = play("", { shape: { basePfn: 4096 } }).ledger;
    step(below, { kind: "free", pfn: 7 }, OK);
    step(below, { kind: "snapshot", lists: [[7]], cached: [] }, OK);
    expect([below.frames.has(0), ...below.frames.touchedTiles()]).toEqual([false, 512]);
  });
});

describe("going on after a violation", () => {
  it.each<[string, string, string, Partial<PoolShape>?]>([
    ["the block is the new owner's, and the old one may still free his", "a1=0 a0=1 f1 f0:1 free 0:3", "2 no-overlap"],
    ["a refused good free leaves the block live", "a0=0 f0! f0 free 0:3", "2 bad-free-refused"],
    ["a bad free is ignored", "a1=0 f1 f0:1 free 0:3", "2 free-live-only"],
    ["the lists are believed", "a0=0 free 2:1 4:2 a0=2 f0 f2", "2 partition"],
    ["a block out of bounds may be freed once", "a0=8 f8 f8", "1 in-bounds, 3 free-live-only"],
    ["a block half out of bounds leaves what it had", "-6*2 a2=4 f4 free 0:2 4:1", "2 in-bounds"],
    ["an owed block that is refused is still owed", "a0=8 f8! f8 f8", "1 in-bounds, 4 free-live-only"],
    ["a death in giving back what is owed forgets everything", "a0=8 f8#abort a3=0 a3!", "1 in-bounds"],
    [
      "what is owed comes back beside a hole",
      "a1=4 a0=4 f4 f4 free 0:1 3:0 4:2",
      "2 no-overlap",
      { reserved: [{ start: 2, end: 3 }] },
    ],
    ["what is owed comes back around who holds it now", "a2=0 a0=1 f0:2 f1 free 0:3", "2 no-overlap"],
    ["what is owed does not come back while somebody holds it", "a1=0 a1=0 f0 f0 free 0:3", "2 no-overlap"],
  ])("%s", (_what, text, laws, shape = {}) => expect(broken(text, { shape })).toBe(laws));
});
