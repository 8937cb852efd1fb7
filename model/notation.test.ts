import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Command, Outcome } from "./command.ts";
import { LAWS } from "./invariants.ts";
import { formatState, formatStep, parseNotation } from "./notation.ts";

const BASE = 2 ** 40;
const DIED: Outcome = { kind: "crashed", how: "abort" };

/** Every event of a text written anew, or its faults. */
function rewritten(text: string, basePfn: number = 0): string {
  const { events, faults } = parseNotation(text, basePfn);
  if (faults.length > 0)
    return faults.map(({ offset, expected, found }) => `${offset}: ${expected}, not ${found}`).join("; ");
  return events
    .map((event) => {
      if (event.kind === "lost") return event.events === null ? "lost" : `lost*${event.events}`;
      return formatStep(event.command, event.outcome, basePfn);
    })
    .join(" ");
}

describe("the notation", () => {
  it.each([
    "a2=4 a2! a2#abort a0@dma=4 a0@dma! a0=4~ a0=4z",
    "p3=4 p0! p3@dma=4~ p3#hang",
    "f4 f4:2 f4*3 f4! f4:2+ f4*3! f4#SIGSEGV",
    "+8*4 -8*4 +8*4+ -8*4! +8*4#abort",
    "free 4:2 0:3 cached 7 9 free free cached 1 a0=1",
    "free 4:0 2:0 0:0 3:1 free#abort",
    "counts 1 0 1 0 counts@dma 3 counts counts#hang counts@dma#hang",
    "lost lost*12 #abort",
    "a63=4503599627370496 p4503599627370496=0 f4503599627370496:63 f4503599627370496*4503599627370496",
    "free 4503599627370496:63 cached 4503599627370496 counts 4503599627370496 lost*4503599627370496",
    "a0@DMA32:x=1z counts@a:b free 10:0 12:0 counts 10 20",
    "",
  ])("says %j and says it again", (text) => expect(rewritten(text)).toBe(text));

  it("has no events where a word is wrong", () => expect(parseNotation("f4 x").events).toEqual([]));

  it("counts the blocks of 64 orders", () => {
    const text = `counts ${new Array(64).fill("1").join(" ")}`;
    expect(rewritten(text)).toBe(text);
  });

  it("counts pfns from the pool's first page", () => {
    expect(rewritten("a2=4 f4 free 0:3 cached 9 +1*1", BASE)).toBe("a2=4 f4 free 0:3 cached 9 +1*1");
    expect(parseNotation("f4", BASE).events).toEqual([
      { kind: "step", command: { kind: "free", pfn: BASE + 4 }, outcome: { kind: "unsaid" }, offset: 0 },
    ]);
  });

  it("keeps the order of a list and does not mind the order of the lists", () => {
    expect(rewritten("free 4:2 6:0 0:2 1:0")).toBe("free 6:0 1:0 4:2 0:2");
  });

  it("ends what an observer saw at the next call", () => {
    expect(parseNotation("free 0:1 f4").events.map((event) => event.offset)).toEqual([0, 9]);
    expect(rewritten("counts 1 2 a2=4 free 0:1 free 0:2")).toBe("counts 1 2 a2=4 free 0:1 free 0:2");
  });

  it.each([
    ["a2", "0: an answer to a2: a2=4, a2! or a2#abort"],
    ["f1  a2@dma", "4: an answer to a2@dma: a2@dma=4, a2@dma! or a2@dma#abort"],
    ["4:2", "0: `free` before blocks, whose orders end at 63"],
    ["free 4:64", "5: `free` before blocks, whose orders end at 63"],
    ["a64=0", "0: an answer to a64"],
    ["f", "0: a command such as a2=4, f4:2 or free 0:3"],
    ["f-1", "0: a command"],
    ["f4503599627370497", "0: a command"],
    ["a0=4503599627370497", "0: an answer to a0: a0=4"],
    ["p4503599627370497=0", "0: an answer to p4503599627370497"],
    ["f0:64", "0: a command"],
    ["f0*4503599627370497", "0: a command"],
    ["+0", "0: a command"],
    ["+4503599627370497*1", "0: a command"],
    ["-1*4503599627370497", "0: a command"],
    ["count 1", "0: a command"],
    ["counts@ 1", "0: a command"],
    [`counts ${"0 ".repeat(65)}`, "0: a command"],
    ["counts 4503599627370497", "7: a command"],
    ["free 4503599627370497:0", "5: `free` before blocks"],
    ["free cached 4503599627370497", "12: a command"],
    ["free 0:0 7", "9: a command"],
    ["free 4:2x", "5: `free` before blocks"],
    ["free x4:2", "5: a command"],
    ["counts 1x", "7: a command"],
    ["counts x1", "7: a command"],
    ["llost", "0: a command"],
    ["+x+8*4", "0: a command"],
    ["xfree", "0: a command"],
    ["lost*4503599627370497", "0: a command"],
    ["lost* a0!", "0: a command"],
    ["xlost", "0: a command"],
    ["xa2=4", '0: a command such as a2=4, f4:2 or free 0:3, not "xa2=4"'],
    ["a2=4x", "0: an answer to a2"],
    ["a=4", "0: a command"],
    ["a2@d=m=4", "0: an answer to a2@d"],
    ["f4:2x", "0: a command"],
    ["xf4", "0: a command"],
    ["+8*4x", "0: a command"],
    ["x4:2", "0: a command"],
    ["lost*x", "0: a command"],
    ["free#", "0: a command"],
    ["#", "0: a command"],
    ["x y", '0: a command such as a2=4, f4:2 or free 0:3, not "x"; 2: a command'],
  ])("refuses %j", (text, fault) => expect(rewritten(text)).toContain(fault));

  it.each<[string, Command, Outcome]>([
    ["a half page", { kind: "free", pfn: 1.5 }, { kind: "ok" }],
    ["a page before the pool", { kind: "free", pfn: -1 }, { kind: "ok" }],
    ["a zone with a space", { kind: "alloc", order: 0, zone: "a b" }, { kind: "refused" }],
    ["a zone without a name", { kind: "alloc", order: 0, zone: "" }, { kind: "refused" }],
    ["a wordless death", { kind: "unnamed" }, { kind: "crashed", how: "" }],
    ["an alloc that is merely ok", { kind: "alloc", order: 0, zone: null }, { kind: "ok" }],
    ["half a page that is served", { kind: "alloc", order: 0, zone: null }, { kind: "block", pfn: 0.5, zeroed: null }],
    ["a page past all pools", { kind: "free", pfn: 2 ** 52 + 1 }, { kind: "ok" }],
    ["a zone with an answer in it", { kind: "counts", free: [], zone: "a=4" }, { kind: "ok" }],
    ["a wordy death", { kind: "free", pfn: 0 }, { kind: "crashed", how: "a b" }],
    ["a death while some lists were seen", { kind: "snapshot", lists: [[0]], cached: [] }, DIED],
    ["a death while some pages were seen", { kind: "snapshot", lists: [], cached: [0] }, DIED],
    ["a death while some counts were seen", { kind: "counts", free: [1], zone: null }, DIED],
    ["half a page on a list", { kind: "snapshot", lists: [[0.5]], cached: [] }, { kind: "ok" }],
    ["half a page held back", { kind: "snapshot", lists: [], cached: [0, 0.5] }, { kind: "ok" }],
    ["lists that were refused", { kind: "snapshot", lists: [], cached: [] }, { kind: "refused" }],
    ["counts that were not said", { kind: "counts", free: [], zone: null }, { kind: "unsaid" }],
    ["a call not named that returned", { kind: "unnamed" }, { kind: "ok" }],
    ["a free that was served", { kind: "free", pfn: 0 }, { kind: "block", pfn: 0, zeroed: null }],
    ["a join that was served", { kind: "add", pfn: 0, pages: 1 }, { kind: "block", pfn: 0, zeroed: null }],
  ])("has no words for %s", (_, command, outcome) => expect(formatStep(command, outcome)).toBeNull());
});

describe("a state", () => {
  it("is written by address, live blocks before free ones", () => {
    const free = [
      { pfn: 8, pages: 8 },
      { pfn: 0, pages: 4 },
    ];
    expect(formatState([{ pfn: 4, pages: 4 }], free)).toBe("live 4:2 free 0:2 8:3");
  });

  it("names the pages of what is no block", () => expect(formatState([{ pfn: 9, pages: 5 }], [], 1)).toBe("live 8*5"));
  it("of nothing is nothing", () => expect(formatState([], [])).toBe(""));
});

describe("the example of a law", () => {
  it.each(LAWS)("$id is written in it", ({ example }) => expect(rewritten(example)).toBe(example));
});

describe("writing and reading", () => {
  const pfn = fc.nat(1000).map((index) => index + BASE);
  const zone = fc.constantFrom(null, "dma", "Normal:0");
  const how = fc.constantFrom("abort", "SIGSEGV", "hang");
  const crashed = how.map((word): Outcome => ({ kind: "crashed", how: word }));
  const served = fc.record({ kind: fc.constant("block" as const), pfn, zeroed: fc.constantFrom(null, true, false) });
  const said = fc.constantFrom<Outcome>({ kind: "ok" }, { kind: "refused" }, { kind: "unsaid" });
  const size = fc.nat(63);
  const alloc = fc.oneof(
    fc.record({ kind: fc.constant("alloc" as const), order: size, zone }),
    fc.record({ kind: fc.constant("alloc-pages" as const), pages: size, zone }),
  );
  const change = fc.oneof(
    fc.record({ kind: fc.constant("free" as const), pfn }),
    fc.record({ kind: fc.constant("free-order" as const), pfn, order: size }),
    fc.record({ kind: fc.constant("free-pages" as const), pfn, pages: size }),
    fc.record({ kind: fc.constantFrom("add" as const, "remove" as const), pfn, pages: size }),
  );
  // A list that is empty and last is not written: it says no more than no list.
  const lists = fc.array(fc.array(pfn), { maxLength: 4 }).filter((orders) => orders.at(-1)?.length !== 0);
  const seen = fc.oneof(
    fc.record({ kind: fc.constant("snapshot" as const), lists, cached: fc.array(pfn) }),
    fc.record({ kind: fc.constant("counts" as const), free: fc.array(size, { maxLength: 12 }), zone }),
  );
  const steps = fc.array(
    fc.oneof(
      fc.tuple<[Command, Outcome]>(alloc, fc.oneof(served, fc.constant<Outcome>({ kind: "refused" }), crashed)),
      fc.tuple<[Command, Outcome]>(change, fc.oneof(said, crashed)),
      fc.tuple<[Command, Outcome]>(seen, fc.constant<Outcome>({ kind: "ok" })),
      fc.tuple<[Command, Outcome]>(fc.constant<Command>({ kind: "unnamed" }), crashed),
    ),
  );

  it("loses nothing", () => {
    fc.assert(
      fc.property(steps, (trace) => {
        const text = trace.map(([command, outcome]) => formatStep(command, outcome, BASE)).join(" ");
        const read = parseNotation(text, BASE).events.map(
          (event) => event.kind === "step" && [event.command, event.outcome],
        );
        expect(read).toEqual(trace);
      }),
    );
  });
});
