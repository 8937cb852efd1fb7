import { describe, expect, it } from "vitest";
import { Allocator } from "./allocator.ts";
import { OK, type Command, type Outcome } from "./command.ts";
import { createGeometry, type PoolShape } from "./geometry.ts";
import { STRICT_PROFILE, type Profile } from "./profile.ts";

const EIGHT: PoolShape = { maxOrder: 3, pages: 8, basePfn: 0, reserved: [], zones: [] };
const SIXTEEN: PoolShape = { ...EIGHT, pages: 16 };
const TWO_ZONES: PoolShape = {
  ...EIGHT,
  zones: [
    { name: "low", start: 0, end: 4 },
    { name: "high", start: 4, end: 8 },
  ],
};

/** The commands of notation.ts without answers, and misuses that it cannot write: "f-1", "f2.5", "f2:-1". */
function commandOf(word: string): Command {
  const [call = "", zone = null] = word.split("@");
  const [first = 0, second = 0] = call.slice(1).split(/[:*]/u).map(Number);
  if (call.startsWith("a")) return { kind: "alloc", order: first, zone };
  if (call.startsWith("p")) return { kind: "alloc-pages", pages: first, zone };
  if (call.startsWith("+")) return { kind: "add", pfn: first, pages: second };
  if (call.startsWith("-")) return { kind: "remove", pfn: first, pages: second };
  if (call.includes(":")) return { kind: "free-order", pfn: first, order: second };
  if (call.includes("*")) return { kind: "free-pages", pfn: first, pages: second };
  return { kind: "free", pfn: first };
}

function wordOf(outcome: Outcome): string {
  if (outcome.kind === "block") return `${outcome.pfn}${outcome.zeroed === false ? "~" : ""}`;
  return { refused: "!", ok: "ok", unsaid: "?", crashed: "died" }[outcome.kind];
}

function run(script: string, profile: Partial<Profile>, shape: PoolShape): { answers: string; free: string } {
  const allocator = new Allocator(createGeometry(shape), { ...STRICT_PROFILE, ...profile });
  const words = script.split(" ").map((word) => wordOf(allocator.answer(commandOf(word))));
  const blocks = allocator.snapshot().lists.flatMap((heads, order) => heads.map((pfn) => `${pfn}:${order}`));
  return { answers: words.join(" "), free: blocks.join(" ") };
}

/** The free blocks after a script, smallest order first, in list order. */
function free(script: string, profile: Partial<Profile> = {}, shape: PoolShape = EIGHT): string {
  return run(script, profile, shape).free;
}

function answers(script: string, profile: Partial<Profile> = {}, shape: PoolShape = EIGHT): string {
  return run(script, profile, shape).answers;
}

describe("serving", () => {
  it("halves the smallest block that fits and lists the other halves", () => expect(free("a0")).toBe("1:0 2:1 4:2"));
  it("takes a block that fits exactly before it splits", () => expect(answers("a0 a0 a2 f0 a0")).toBe("0 1 4 ok 0"));
  it("refuses only when no block fits", () => expect(answers("a2 a2 a0 a3")).toBe("0 4 ! !"));
  it("serves the largest order whole", () => expect(answers("a3 a0 f0 a3")).toBe("0 ! ok 0"));
  it("refuses an order above the largest, and what is no order", () => expect(answers("a4 a-1 a0.5")).toBe("! ! !"));
  it("keeps to a usable maximum below the lists' maximum", () =>
    expect(answers("a3 a2", { usableMaxOrder: 2 })).toBe("! 0"));
  it("clears every page, however dirty its last owner left it", () => expect(answers("p8 f0 p8")).toBe("0 ok 0"));
});

describe("the choice of a block", () => {
  const freed = "a0 a0 a0 a0 f2 f0";
  it("is first in, first out", () => expect(answers(`${freed} a0 a0`)).toBe("0 1 2 3 ok ok 2 0"));
  it("is last in, first out", () => expect(answers(`${freed} a0 a0`, { placement: "lifo" })).toBe("0 1 2 3 ok ok 0 2"));
  it("is the lowest address", () => expect(answers(`${freed} a0`, { placement: "lowest" })).toBe("0 1 2 3 ok ok 0"));
  it("is the highest address and the high half", () =>
    expect(answers("a0 a0 f7 a0", { placement: "highest", servedHalf: "high" })).toBe("7 6 ok 7"));
  it("may prefer a low address to a good fit", () => {
    const script = "a1 a1 a2 a0 f0 f2 f4 a1";
    expect(answers(script, { placement: "lowest", fit: "any" })).toBe("0 2 4 ! ok ok ok 0");
    expect(answers("a1 a0 f0 a0", { placement: "lowest", fit: "any" })).toBe("0 2 ok 0");
    expect(answers("a1 a0 f0 a0", { placement: "lowest", fit: "best" })).toBe("0 2 ok 3");
  });
});

describe("rounding", () => {
  it("takes the next power of two", () => expect(free("p3")).toBe("4:2"));
  it("takes exactly the pages asked for, where the profile says so", () =>
    expect(free("p5", { rounding: "exact" })).toBe("5:0 6:1"));
  it("exactly, still coalesces everything at the end", () =>
    expect(free("p5 p1 f0*5 f5*1", { rounding: "exact" })).toBe("0:3"));
  it("refuses 0 pages", () => expect(answers("p0")).toBe("!"));
  it("serves one page for 0 where the profile says so", () =>
    expect(free("p0", { zeroRequest: "one-page" })).toBe("1:0 2:1 4:2"));
  it("above the largest block refuses", () => expect(answers("p9 p8", {}, SIXTEEN)).toBe("! 0"));
  it("above the largest block takes adjacent ones, where the profile says so", () =>
    expect(answers("p9 f0*9 p16 f0", { aboveMax: "adjacent" }, SIXTEEN)).toBe("0 ok 0 ok"));
  it("above the largest block gives an exact tail back", () =>
    expect(free("p9", { aboveMax: "adjacent", rounding: "exact" }, SIXTEEN)).toBe("9:0 10:1 12:2"));
  it("never wraps round on absurd sizes", () =>
    expect(answers("p4294967297 p9007199254740991 a64 a1024", { aboveMax: "adjacent" })).toBe("! ! ! !"));
});

describe("freeing", () => {
  it("the last page restores the whole pool", () => expect(free("a0 a0 f1 f0")).toBe("0:3"));
  it("coalesces with the buddy only, never with the other neighbour", () =>
    expect(free("a0 a0 a0 a0 f1 f2")).toBe("1:0 2:0 4:2"));
  it("stops where the buddy is split", () => expect(free("a1 a0 a0 f0 f2")).toBe("2:0 0:1 4:2"));
  it("stops at the largest order", () => expect(free("a3 a3 f0 f8", {}, SIXTEEN)).toBe("0:3 8:3"));
  it("only lists a block where coalescing is lazy", () =>
    expect(free("a0 a0 f0 f1", { coalescing: "lazy" })).toBe("0:0 1:0 2:1 4:2"));
  it("coalesces lazily before a request fails", () =>
    expect(answers("a0 a0 f0 f1 a3", { coalescing: "lazy" })).toBe("0 1 ok ok 0"));
  it("of an aligned part leaves the rest live as blocks, where the profile allows parts", () => {
    const parts = { partialFree: "allowed" } as const;
    expect(free("a2 f1:0", parts)).toBe("1:0 4:2");
    expect(answers("a2 f1:0 f1:0 f2:2 f0:0 f2:1 a3", parts)).toBe("0 ok ! ! ok ok 0");
  });
});

describe("misuse", () => {
  const misuses = "a1 a0 f0 f0 f1 f3 f2:1 f2*2 f8 f-1 f2.5 f2*0 f2:-1 f2:64 f2:0";
  it("is refused and changes nothing", () => {
    expect(answers(misuses)).toBe("0 2 ok ! ! ! ! ! ! ! ! ! ! ! ok");
    expect(free(misuses)).toBe("0:3");
  });
  it.each([
    ["refused", "0 ok !"],
    ["undefined", "0 ok !"],
    ["silent", "0 ? ?"],
    ["died", "0 ok died"],
  ] as const)("is answered as the profile says: %s", (misuse, expected) =>
    expect(answers("a0 f0 f0", { misuse })).toBe(expected),
  );
  it("cannot be a wrong size where the allocator remembers it", () =>
    expect(answers("a1 f0:0 a1 f0*0", { sizeAtFree: "remembered" })).toBe("0 ok 0 ok"));
});

describe("a block never crosses", () => {
  it("a reserved frame", () =>
    expect(free("a0 f2", {}, { ...EIGHT, reserved: [{ start: 3, end: 4 }] })).toBe("2:0 0:1 4:2"));
  it("the pool's end", () => expect(free("a2 f0", {}, { ...EIGHT, pages: 7 })).toBe("6:0 4:1 0:2"));
  it("the pool's unaligned start", () =>
    expect(free("a0 f5", {}, { ...EIGHT, basePfn: 5, pages: 6 })).toBe("10:0 5:0 6:1 8:1"));
  it("a zone", () => expect(free("a0@low f0", {}, TWO_ZONES)).toBe("0:2 4:2"));
});

describe("zones", () => {
  const THREE: PoolShape = {
    ...EIGHT,
    maxOrder: 1,
    pages: 6,
    zones: [
      { name: "low", start: 0, end: 2 },
      { name: "middle", start: 2, end: 4 },
      { name: "high", start: 4, end: 6 },
    ],
  };
  it.each([
    ["a1@high a1@high a1@high a1@high", { fallback: "lower" }, "4 2 0 !"],
    ["a1@middle a1@middle a1@middle a1@middle", { fallback: "any" }, "2 0 4 !"],
    ["a1 a1 a1", {}, "4 2 0"],
    ["a1 a1 a1", { placement: "lowest" }, "0 2 4"],
    ["a1@none a1@none", { placement: "lowest" }, "0 2"],
  ] as const)("are tried in order: %s under %j are served %s", (script, profile, expected) =>
    expect(answers(script, profile, THREE)).toBe(expected),
  );

  it.each([
    ["none", "0 ! 4"],
    ["lower", "0 ! 4"],
    ["any", "0 4 !"],
  ] as const)("below are the only ones to fall back to, unless the profile allows all: %s", (fallback, expected) =>
    expect(answers("a2@low a2@low a2@high", { fallback }, TWO_ZONES)).toBe(expected),
  );
  it("fall back downwards", () =>
    expect(answers("a2@high a2@high a0@high", { fallback: "lower" }, TWO_ZONES)).toBe("4 0 !"));
  it("are all open to a request that names none", () =>
    expect(answers("a2 a2 a0", { fallback: "none" }, TWO_ZONES)).toBe("4 0 !"));
  it("have their own counts", () => {
    const allocator = new Allocator(createGeometry(TWO_ZONES), STRICT_PROFILE);
    allocator.allocate(0, "low");
    expect([null, "low", "high"].map((zone) => allocator.counts(zone).free.join(" "))).toEqual([
      "1 1 1 0",
      "1 1 0 0",
      "0 0 1 0",
    ]);
  });
});

it("a client looks at what it is served only where it is promised zeroes", () => {
  const seen = (["promised", "no"] as const).map((zeroed) => {
    const allocator = new Allocator(createGeometry(EIGHT), { ...STRICT_PROFILE, zeroed });
    const outcome = allocator.answer({ kind: "alloc", order: 0, zone: null });
    return [outcome, allocator.isZero(0, 1), allocator.allocate(1), allocator.isZero(2, 2)];
  });
  expect(seen).toEqual([
    [{ kind: "block", pfn: 0, zeroed: true }, false, 2, true],
    [{ kind: "block", pfn: 0, zeroed: null }, false, 2, false],
  ]);
});

it("a death is an abort", () => {
  const allocator = new Allocator(createGeometry(EIGHT), { ...STRICT_PROFILE, misuse: "died" });
  expect(allocator.answer({ kind: "free", pfn: 0 })).toEqual({ kind: "crashed", how: "abort" });
});

it("what an observer sees is its own answer", () => {
  const allocator = new Allocator(createGeometry(EIGHT), STRICT_PROFILE);
  const seen: Command[] = [allocator.snapshot(), allocator.counts(), { kind: "unnamed" }];
  expect(seen.map((command) => allocator.answer(command))).toEqual([OK, OK, OK]);
});

describe("the pool", () => {
  const half = { ...EIGHT, reserved: [{ start: 4, end: 8 }] };
  it("grows, and new pages coalesce with old ones", () => expect(free("+4*4", {}, half)).toBe("0:3"));
  it("grows only by frames it did not have", () =>
    expect(answers("+4*2 +4*2 +3*2 +8*1 +6*2", {}, half)).toBe("ok ! ! ! ok"));
  it("grows and shrinks by whole pages", () =>
    expect(answers("+4.5*2 +4*1.5 -1.5*1 -1*1.5 +-1*1 -7*2", {}, half)).toBe("! ! ! ! ! !"));
  it("grows only inside its zones", () =>
    expect(answers("+2*4 +4*4", {}, { ...EIGHT, zones: [{ name: "low", start: 0, end: 4 }] })).toBe("! !"));
  it("shrinks by free frames, wherever blocks begin", () => expect(free("-3*2")).toBe("2:0 5:0 0:1 6:1"));
  it("does not shrink by a frame in use, nor twice", () => expect(answers("a0 -0*2 -1*1 -1*1")).toBe("0 ! ok !"));
  it("is whole again after both", () => expect(free("-3*2 +3*2")).toBe("0:3"));
});
