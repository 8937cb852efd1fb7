// What a kernel trace may and may not show, one law a line. Events are written as `a5 f5`: a allocates, f frees, b repeats
// a free batched, r removes from the buddy core, d drains into it, x is a fallback (extfrag); then the pfn, `:order`
// where it is not 0, `@cpu` where it is not 0. `L1` is a marker of lost events on CPU 1, `S` a started buffer,
// `H` a header.

import { describe, expect, it } from "vitest";
import { NO_ENVIRONMENT, type LinuxEnvironment } from "../trace/linux-environment.ts";
import type { LinuxResult } from "./linux-result.ts";
import { LinuxVerifier } from "./linux-verify.ts";

const KINDS = "afbrdx";
/** All kinds of events occur, far from the frames of the tests, so that every rule is judged. */
const ALL_KINDS = "r900 a900 f900 b900 d900 ";

const NO_LOSS = { entries: 0, read: 0, overrun: 0, commitOverrun: 0, dropped: 0 };
const ZONE = { node: 0, name: "Normal", start: 0, end: 1024, managed: 1024, batch: 2 };

function verify(events: string, environment: Partial<LinuxEnvironment> = {}): LinuxResult {
  const options = { file: "t", recorder: "ftrace", findingsMax: 10 } as const;
  const verifier = new LinuxVerifier({ ...options, environment: { ...NO_ENVIRONMENT, ...environment } });
  const words = events.trim().split(/\s+/);
  words.forEach((word, index) => tell(verifier, word, index + 1));
  return verifier.result(words.length);
}

function tell(verifier: LinuxVerifier, word: string, line: number): void {
  const parts = /^([a-zHLS])(\d*)(?::(\d+))?(?:@(\d+))?$/.exec(word);
  if (parts === null) throw new Error(`not an event: ${word}`);
  const [, letter = "", number, order, cpu] = parts;
  if (letter === "L") verifier.lost(Number(number), 7, line);
  else if (letter === "H") verifier.entries(1, 1);
  else if (letter === "S") verifier.bufferStarted(Number(number), line);
  else
    verifier.event(
      KINDS.indexOf(letter),
      number === "" ? -1 : Number(number),
      Number(order ?? 0),
      Number(cpu ?? 0),
      line,
    );
}

/** The ids of what was found, each with its line. */
function found(events: string, environment: Partial<LinuxEnvironment> = {}): string {
  const { findings } = verify(events, environment);
  return findings.map(({ rule, line }) => `${rule.id} ${line}`).join(", ");
}

/** The ids of the legal oddities, each with its count. */
function classes(events: string): string {
  return verify(events)
    .classes.map((each) => `${each.class.id} ${each.count}`)
    .join(", ");
}

/** The kernel's counters after this many allocated and freed pages. */
function counters(pages: number): Map<string, number> {
  return new Map(["pgalloc_normal", "pgfree"].map((name) => [name, pages]));
}

describe("a kernel trace", () => {
  it.each([
    ["an allocation freed and allocated again", "a5 f5 b5 a5"],
    ["a refill used and drained", "r5 a5 f5 d5 r4:1 a4:1"],
    ["blocks that touch", "a4 a5 a6:1 f6:1 a6 a7"],
    ["a block taken back with another size once it was drained", "a8:3 f8:3 d8:3 r8 r9 r10:1 a8 a9 a10:1"],
    ["a claimed block, told as fallback after its removal", "r8:2 x8:2 a8:2"],
    ["a claimed block, told as fallback before its removal", "x8:2 r8:2 a8:2"],
    ["a stolen block, told as fallback alone", "x8:2 a8:2"],
  ])("may show %s", (_, events) => expect(found(events + ALL_KINDS.replace(/^/, " "))).toBe(""));

  it.each([
    ["a live frame allocated again", "a5 a5", "alloc-of-live 7"],
    ["a block over a live frame", "a5 a4:1", "alloc-of-live 7"],
    ["a frame allocated out of a live block", "a4:2 a7", "alloc-of-live 7"],
    ["a frame allocated that is still in the core", "r5 a5 f5 d5 a5", "alloc-in-core 10"],
    ["a block allocated with another order than it was taken with", "r4:1 a4", "alloc-other-order 7"],
    ["a live frame taken from the core", "a5 r4:1", "removed-live 7"],
    ["a frame taken twice", "r5 r5", "removed-twice 7"],
    ["a live frame drained", "a5 d5", "drained-live 7"],
    ["a frame drained twice", "d5 d5 f900", "drained-twice 7"],
    ["a batched free without its free", "a5 b5", "batched-without-free 7"],
    ["a block freed larger than it is", "a4 f4:1", "freed-larger 7"],
    ["a block freed together with its live neighbour", "a4 a5 f4:1", "freed-larger 8"],
  ])("cannot show %s", (_, events, expected) => expect(found(ALL_KINDS + events)).toBe(expected));

  it.each([
    ["misaligned blocks", "a5:1", "misaligned 1"],
    ["orders above the largest", "f2048:11", "order-above-max 1"],
    ["frames outside every zone", "a2000", "outside-zones 1"],
  ])("never shows %s", (_, events, expected) => expect(found(events, { zones: [ZONE] })).toBe(expected));

  it("shows blocks as large as its kernel has them", () => {
    expect(found("a8192:13 f8192:13", { maxOrder: 13 })).toBe("");
    expect(found("a16384:14", { maxOrder: 13 })).toBe("order-above-max 1");
    expect(found("a512:9", { maxOrder: 8 })).toBe("order-above-max 1");
  });

  it("never shows a block across the border of a zone", () => {
    expect(found("a4:2", { zones: [{ ...ZONE, end: 6 }] })).toBe("crosses-zone 1");
  });

  it.each([
    ["frees from before the recording", "f5 b6", "freed-unknown 1, batched-unknown 1"],
    ["hidden bulk allocations", "r5 f5 f5", "freed-refilled 1, freed-again 1"],
    ["frees out of the core", "d5 f5", "freed-in-core 1, drained-unknown 1"],
    ["split folios", "a8:3 f8:1 f12", "freed-part 1, freed-tail 1"],
    ["refills that went unused", "r5 d5", "drained-unused 1"],
    ["direct frees", "f16:4 r16", "freed-unknown 1, removed-freed 1"],
    ["failed requests", "a", "request-failed 1"],
  ])("counts %s without complaint", (_, events, expected) => expect(classes(events)).toBe(expected));

  it("may show a batch drained that was refilled without events, and no other number", () => {
    const zones = [ZONE];
    expect(found(`${ALL_KINDS}d4 d5 a6 d4 d5 a6`, { zones })).toBe("alloc-of-live 11");
    expect(verify(`${ALL_KINDS}d4 d5 a6 d4 d5`, { zones }).classes.at(-1)?.class.id).toBe("hidden-refill");
    expect(found(`${ALL_KINDS}d4 d5 a6 d4 a7`, { zones })).toBe("drained-twice 9");
  });
});

describe("a recording with losses", () => {
  it("proves nothing about frames seen before the gap", () => expect(found("a5 f900 L0 a5")).toBe(""));

  it("proves nothing between a CPU's last event and its marker", () => {
    expect(found("f900@1 a5 a5 L1 f900@1 f900")).toBe("");
    expect(verify("f900@1 a5 a5 L1 f900@1 f900").losses.withdrawn).toBe(1);
  });

  it("still proves what lies before every CPU was heard from again", () => {
    expect(found("a5 a5 f900@1 f900 L1 f900@1 f900")).toBe("alloc-of-live 2");
  });

  it("proves nothing after the last event of a CPU that might have been silenced", () => {
    expect(found("f900@1 L1 f900@1 f900 a5 a5")).toBe("");
  });

  it("keeps what needs no history", () => expect(found("f900@1 a5:1 L1 f900@1")).toBe("misaligned 2"));

  it("is judged from the last started buffer on", () => {
    const result = verify("a5 a5 S0 a5 f5 S1 a5 f5");
    expect(result.losses.start).toEqual({ cpu: 1, line: 6, eventsSkipped: 4 });
    expect(result.findings).toEqual([]);
  });

  it("proves nothing about frames seen before another header", () => {
    expect(found("H a5@1 f900 H a5 f900@1")).toBe("");
    expect(found("H a5@1 f900 a5 H a5 f900@1")).toBe("alloc-of-live 4");
    expect(verify("H a5@1 f900 H a5 f900@1")).toMatchObject({ verdict: "undecided", losses: { parts: 2 } });
  });

  it("proves nothing about frames at all where each CPU stands apart", () => {
    const result = verify("H a5 a5 f900 H f5@1 a900:1@1");
    expect(result.losses).toMatchObject({ parts: 2, isPerCpu: true });
    expect(result).toMatchObject({ verdict: "undecided", findings: [] });
    expect(result.unjudged.filter(({ reason }) => reason.includes("per_cpu"))).toHaveLength(9);
    expect(found("H a5 H a5:1@1")).toBe("misaligned 4");
  });

  it("leaves the verdict undecided", () => {
    expect(verify("a5 f5").verdict).toBe("holds");
    expect(verify("a5 L0 f5").verdict).toBe("undecided");
    expect(verify("a5 f5", { stats: [{ ...NO_LOSS, dropped: 3 }] }).verdict).toBe("undecided");
    expect(verify("a5 f5", { stats: [{ ...NO_LOSS, entries: 2, read: 1 }] }).losses.missing).toBe(1);
    expect(verify("a5:1 L0").verdict).toBe("violated");
  });
});

describe("the confidence in a contradiction", () => {
  it.each([
    ["high where the kernel's counters leave no room for a missing event", counters(1), "high", "violated"],
    ["medium where they do", counters(3), "medium", "undecided"],
  ])("is %s", (_, after, level, verdict) => {
    const vmstat = { before: counters(0), after };
    const result = verify("f9 a5 a5", { vmstat });
    expect([result.findings[0]?.confidence.level, result.verdict]).toEqual([level, verdict]);
  });

  it("is no more than medium where the counters cannot show what is missing", () => {
    const vmstat = { before: counters(0), after: counters(1) };
    expect(verify("d900 r5 r5", { vmstat }).findings[0]?.confidence.level).toBe("medium");
  });

  it("is no more than medium where the counters are of another time", () => {
    const vmstat = { before: counters(0), after: counters(1) };
    const { findings, verdict } = verify("f9 f10 a5 a5", { vmstat });
    expect([findings[0]?.confidence.level, verdict]).toEqual(["medium", "undecided"]);
  });

  it("is low where events were lost", () => {
    expect(verify("a5 a5 f900 L0 f900").findings[0]?.confidence.level).toBe("low");
  });
});
