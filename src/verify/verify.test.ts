// What verifying whole traces shows: verdicts, grouping, histories, what was not checked, and reductions.

import { describe, expect, it } from "vitest";
import { LAW_IDS, type LawId } from "../../model/invariants.ts";
import { STRICT_PROFILE, type Profile } from "../../model/profile.ts";
import { NativeReader } from "../trace/native.ts";
import { alternatives } from "./advice.ts";
import { HistoryCollector } from "./history.ts";
import { Keeper } from "./keep.ts";
import { Minimizer, signatureOf } from "./minimize.ts";
import type { Finding, TraceResult } from "./result.ts";
import { Verifier } from "./verify.ts";
import type { TraceHeader, TraceSink } from "../trace/event.ts";

const HEADER = { buddytrace: 1, max_order: 3, pages: 8 };

/** A trace of 8 frames: events as JSON objects, one per line after the header. */
function traceOf(events: readonly object[], header: object = {}): string {
  return [{ ...HEADER, ...header }, ...events].map((line) => `${JSON.stringify(line)}\n`).join("");
}

function read(text: string, sink: TraceSink & { cursor: unknown }): number {
  const reader = new NativeReader(sink, "t.jsonl");
  sink.cursor = reader;
  reader.push(new TextEncoder().encode(text));
  reader.end();
  return reader.lines;
}

function verify(
  text: string,
  options: { profile?: Partial<Profile>; without?: readonly LawId[]; findingsMax?: number } = {},
): TraceResult {
  const verifier = new Verifier({
    file: "t.jsonl",
    profileOf: () => ({ ...STRICT_PROFILE, ...options.profile }),
    laws: new Set(LAW_IDS.filter((law) => !(options.without ?? []).includes(law))),
    findingsMax: options.findingsMax ?? 10,
    failFast: false,
  });
  const lines = read(text, verifier);
  return verifier.result(lines);
}

function alloc(order: number, pfn: number | null): object {
  return { op: "alloc", order, pfn };
}

function free(pfn: number, order: number): object {
  return { op: "free", pfn, order };
}

function snapshot(...lists: number[][]): object {
  return { op: "snapshot", free: lists };
}

const LOST = { op: "lost", events: 1 };

/** An event of a concurrent history. */
function during(called: number, returned: number, event: object): object {
  return { t: called, t_end: returned, ...event };
}

function lawsFound(events: readonly object[]): string[] {
  return verify(traceOf(events)).findings.map((finding) => finding.violation.law);
}

/** Laws that the recording has no events for. */
function lawsUnseen(text: string): string[] {
  return verify(text)
    .notChecked.filter((one) => one.cause === "recording")
    .map((one) => one.law);
}

/** Which events stay when the trace is reduced to its first violation. */
function minimize(text: string): readonly number[] {
  const result = verify(text);
  const finding = result.findings[0] as Finding;
  const keeper = new Keeper(finding.event, finding.violation.frames, result.base);
  read(text, keeper);
  const minimizer = new Minimizer(result.header as TraceHeader, STRICT_PROFILE, signatureOf(finding.violation), 1e6);
  return minimizer.minimize(keeper.candidates())?.numbers ?? [];
}

describe("verdicts", () => {
  it.each([
    ["a correct trace holds", traceOf([alloc(1, 0), free(0, 1)]), "holds"],
    ["a broken law is a violation", traceOf([alloc(1, 0), alloc(0, 1)]), "violated"],
    ["a start in mid-life leaves it undecided", traceOf([alloc(1, 0)], { start: "unknown" }), "undecided"],
    ["lost events leave it undecided", traceOf([alloc(1, 0), { op: "lost", events: 3 }, free(0, 1)]), "undecided"],
    ["a violation before a loss stays one", traceOf([alloc(1, 0), alloc(0, 1), { op: "lost" }]), "violated"],
    ["a trace without events shows nothing", traceOf([]), "vacuous"],
    ["a trace of notes shows nothing", traceOf([{ op: "note", text: "hi" }]), "vacuous"],
  ])("%s", (_what, text, verdict) => expect(verify(text).verdict).toBe(verdict));

  it("a law switched off is not judged, and said so", () => {
    const result = verify(traceOf([alloc(1, 0), alloc(0, 1)]), { without: ["no-overlap"] });
    expect(result.verdict).toBe("holds");
    expect(result.notChecked).toContainEqual({
      law: "no-overlap",
      cause: "switched-off",
      reason: "switched off by request",
      events: 0,
    });
  });

  it("without snapshots the laws about lists are not checked, and said so", () => {
    expect(lawsUnseen(traceOf([alloc(3, 0)]))).toContain("partition");
    expect(lawsUnseen(traceOf([alloc(3, 0), snapshot([], [], [], [])]))).not.toContain("partition");
  });

  it("undecidable refusals are counted", () => {
    const result = verify(traceOf([alloc(0, null), alloc(1, null)], { start: "unknown" }));
    expect(result.notChecked).toContainEqual(
      expect.objectContaining({ law: "no-spurious-oom", cause: "incomplete", events: 2 }),
    );
  });

  it("what happens after a death proves nothing", () => {
    const result = verify(
      traceOf([{ op: "died", how: "abort", in: { op: "alloc", order: 0 } }, alloc(0, 0), alloc(0, 1)]),
    );
    expect(result.findings.map((finding) => finding.violation.law)).toEqual(["returns"]);
    expect(result.notChecked).toContainEqual(expect.objectContaining({ cause: "incomplete", events: 2 }));
  });

  it("after wrong input nothing more is judged", () => {
    const result = verify(`${traceOf([alloc(0, 0)])}{"op":"alloc"}\n{"op":"alloc","order":0,"pfn":0}\n`);
    expect(result.problems.map((problem) => `${problem.code} ${problem.place.line}`)).toEqual([
      "TRACE_FIELD_MISSING 3",
      "TRACE_FIELD_MISSING 3",
    ]);
    expect(result.violationCount).toBe(0);
  });
});

describe("grouping", () => {
  it("later violations on the same frames follow from the first", () => {
    const result = verify(
      traceOf([alloc(0, 0), free(0, 0), free(0, 0), alloc(1, 0), alloc(0, 0), alloc(0, 4), alloc(0, 4)]),
    );
    expect(
      result.findings.map((finding) => `${finding.line} ${finding.violation.law} +${finding.consequenceCount}`),
    ).toEqual(["4 free-live-only +1", "8 no-overlap +0"]);
    expect(result.violationCount).toBe(3);
  });

  it("what an old owner lost belongs to the story too", () => {
    const result = verify(traceOf([alloc(2, 0), alloc(0, 3), alloc(0, 1), alloc(0, 4), alloc(0, 4)]));
    expect(result.findings.map((finding) => `${finding.line} +${finding.consequenceCount}`)).toEqual(["3 +1", "6 +0"]);
  });

  it("the same needless refusal again follows from the first", () => {
    const result = verify(traceOf([alloc(3, null), alloc(0, 0), alloc(3, null), alloc(2, null), alloc(2, null)]));
    expect(result.findings.map((finding) => `${finding.line} +${finding.consequenceCount}`)).toEqual(["2 +0", "5 +1"]);
  });

  it("an overlap does not follow from a needless refusal", () => {
    const result = verify(traceOf([alloc(3, null), alloc(0, 0), alloc(0, 0)]));
    expect(result.findings.map((finding) => finding.line)).toEqual([2, 4]);
  });

  it("a snapshot that agrees ends the story", () => {
    const story = [
      alloc(0, 0),
      alloc(0, 0),
      free(0, 0),
      free(0, 0),
      snapshot([], [], [], [0]),
      alloc(0, 0),
      alloc(0, 0),
    ];
    expect(verify(traceOf(story)).findings.map((finding) => finding.line)).toEqual([3, 8]);
  });

  it("a snapshot that agrees does not end the story of a misuse", () => {
    const story = [
      alloc(0, 0),
      free(0, 0),
      free(0, 0),
      snapshot([], [], [], [0]),
      alloc(1, 0),
      { ...free(0, 1), ok: false },
    ];
    expect(verify(traceOf(story)).findings.map((finding) => `${finding.line} +${finding.consequenceCount}`)).toEqual([
      "4 +1",
    ]);
  });

  it("findings beyond the maximum are counted, not kept", () => {
    const pairs = [0, 2, 4, 6].flatMap((pfn) => [alloc(0, pfn), alloc(0, pfn)]);
    const result = verify(traceOf(pairs), { findingsMax: 2 });
    expect([result.findings.length, result.findingCount, result.violationCount]).toEqual([2, 4, 4]);
  });
});

describe("places", () => {
  it.each([
    ["the served pfn", [alloc(1, 0), alloc(0, 1)], "1"],
    ["the refused answer", [alloc(0, null)], "null"],
    ["the freed pfn", [free(5, 0)], "5"],
    ["the wrong order", [alloc(1, 4), free(4, 0)], "0"],
    ["the page count", [{ op: "alloc", pages: 0, pfn: 2 }], "0"],
    ["the listed block", [alloc(0, 4), snapshot([], [], [0, 4])], "4"],
    ["the list that lacks a block", [alloc(0, 0), snapshot([], [2], [4])], "[]"],
    ["the lower of two buddies apart", [alloc(2, 4), snapshot([], [0, 2])], "0"],
    ["a death's kind", [{ op: "died", how: "abort", in: {} }], '"abort"'],
  ])("%s is underlined", (_what, events, value) => {
    const finding = verify(traceOf(events)).findings[0] as Finding;
    expect(finding.text.slice(finding.column - 1, finding.column - 1 + finding.columns)).toBe(value);
  });

  it("pfns are the file's, whatever the base", () => {
    const result = verify(traceOf([alloc(1, 2), alloc(0, 3)], { base_pfn: 262_144 }));
    const finding = result.findings[0] as Finding;
    expect(finding.text.slice(finding.column - 1)).toMatch(/^3/);
    expect(result.base).toBe(262_144);
  });
});

describe("concurrent histories", () => {
  it.each([
    [
      "a block freed before the next owner got it is no overlap",
      [during(0, 1, alloc(0, 0)), during(2, 9, alloc(0, 0)), during(3, 4, free(0, 0))],
      [],
    ],
    [
      "a block that both surely held is one",
      [during(0, 1, alloc(0, 0)), during(2, 3, alloc(0, 0)), during(4, 5, free(0, 0))],
      ["no-overlap"],
    ],
    [
      "lines in the order of return are sorted",
      [during(5, 6, alloc(0, 0)), during(0, 7, alloc(0, 1)), during(8, 9, free(0, 0))],
      [],
    ],
    [
      "a request for no pages that is served does not explain a refusal",
      [during(0, 9, alloc(0, null)), during(1, 2, { op: "alloc", pages: 0, pfn: 0 })],
      ["no-spurious-oom", "rounding"],
    ],
    ["a needless refusal counts while nothing else happens", [during(0, 1, alloc(0, null))], ["no-spurious-oom"]],
    [
      "a refusal is needless if there was room whatever the calls around it did",
      [during(0, 9, alloc(0, null)), during(1, 2, alloc(0, 0))],
      ["no-spurious-oom"],
    ],
    [
      "a refusal is not, if the only block large enough was being freed",
      [during(0, 1, alloc(3, 0)), during(2, 9, free(0, 3)), during(3, 4, alloc(3, null))],
      [],
    ],
    [
      "a block whose free had returned was room",
      [during(0, 1, alloc(3, 0)), during(2, 3, free(0, 3)), during(4, 9, alloc(0, 0)), during(5, 6, alloc(1, null))],
      ["no-spurious-oom"],
    ],
    [
      "a refusal is not needless if calls around it may have taken both halves",
      [during(0, 9, alloc(2, null)), during(1, 2, alloc(0, 0)), during(3, 8, alloc(0, 4))],
      [],
    ],
    [
      "a free that is refused while the block is being freed is right",
      [during(0, 1, alloc(0, 0)), during(2, 9, { ...free(0, 0), ok: false }), during(3, 4, free(0, 0))],
      [],
    ],
    ["a refusal during another call proves nothing", [during(0, 9, alloc(0, null)), during(1, 2, alloc(3, 0))], []],
    [
      "a snapshot during another call proves nothing",
      [during(0, 9, snapshot([], [], [], [])), during(1, 2, alloc(0, 0))],
      [],
    ],
    ["a snapshot on its own does", [during(0, 2, alloc(0, 0)), during(3, 4, snapshot([], [], [], []))], ["partition"]],
  ])("%s", (_what, events, expected) => expect(lawsFound(events)).toEqual(expected));

  // Found in a recording of four CPUs under load: the free that made room came after the gap, before the return.
  it.each([
    [
      "a block whose return may lie in the gap",
      [during(0, 1, alloc(0, 0)), during(2, 9, alloc(0, 0)), LOST, during(10, 11, free(0, 0))],
    ],
    [
      "a refusal while events were lost",
      [during(0, 1, alloc(0, 1)), during(2, 9, alloc(3, null)), LOST, during(10, 11, free(1, 0))],
    ],
    [
      "a snapshot while a call from before the gap is under way",
      [during(0, 9, alloc(0, 0)), LOST, during(2, 3, snapshot([], [], [], [0])), during(10, 11, free(0, 0))],
    ],
  ])("%s proves nothing", (_what, events) => {
    const result = verify(traceOf(events));
    expect(result.findings).toEqual([]);
    expect(result.verdict).toBe("undecided");
  });

  it("a block served across a gap counts when its request returns", () => {
    const across = [during(0, 1, alloc(0, 0)), during(2, 9, alloc(0, 0)), LOST, during(3, 4, free(0, 0))];
    expect(lawsFound([...across, during(10, 11, free(0, 0))])).toEqual([]);
    expect(lawsFound([...across, during(10, 11, alloc(0, 0))])).toEqual(["no-overlap"]);
  });

  it("what had returned before events were lost still counts", () => {
    const events = [during(0, 1, alloc(0, 0)), during(2, 3, alloc(0, 0)), during(3, 9, alloc(0, 4)), LOST];
    expect(lawsFound(events)).toEqual(["no-overlap"]);
  });

  it("what proves nothing is said to be not checked", () => {
    const result = verify(traceOf([during(0, 9, alloc(0, null)), during(1, 2, alloc(3, 0))]));
    expect(result.notChecked).toContainEqual(expect.objectContaining({ law: "no-spurious-oom", events: 1 }));
  });

  it("a return before the call is wrong input", () => {
    expect(verify(traceOf([during(5, 4, alloc(0, 0))])).problems.map((problem) => problem.code)).toEqual([
      "TRACE_FIELD_CONFLICT",
    ]);
  });
});

describe("histories", () => {
  it("tell the earlier lines about exactly the frames at issue", () => {
    const text = traceOf([alloc(0, 7), alloc(1, 0), free(0, 1), alloc(0, 0), alloc(2, 4), alloc(0, 1), alloc(0, 1)]);
    const result = verify(text);
    const collector = new HistoryCollector(result.findings, "power-of-two", result.base);
    read(text, collector);
    const findings = collector.complete(result.findings);
    expect(findings.at(-1)?.history.map((line) => line.line)).toEqual([3, 4, 7]);
    expect(findings.at(-1)?.historyTotal).toBe(3);
  });
});

describe("advice", () => {
  it("names settings that could allow the fault", () => {
    const finding = verify(traceOf([alloc(1, 0), alloc(0, 1)])).findings[0] as Finding;
    expect(alternatives(STRICT_PROFILE, finding).map((one) => one.words)).toContain("rounding: exact");
  });

  it("names nothing that is already so", () => {
    const finding = verify(traceOf([alloc(1, 0), alloc(0, 1)])).findings[0] as Finding;
    expect(alternatives({ ...STRICT_PROFILE, rounding: "exact" }, finding).map((one) => one.words)).not.toContain(
      "rounding: exact",
    );
  });
});

describe("minimizing", () => {
  it.each([
    ["an overlap needs the two allocations", [alloc(0, 7), alloc(1, 0), free(7, 0), alloc(0, 4), alloc(0, 1)], [2, 5]],
    [
      "a double free needs the block's lifetime",
      [alloc(0, 0), alloc(1, 2), free(0, 0), alloc(0, 4), free(0, 0)],
      [1, 3, 5],
    ],
    ["a needless refusal needs nothing", [alloc(0, 0), free(0, 0), alloc(2, null)], [3]],
    [
      "a lost half needs the block beside it",
      [alloc(0, 0), alloc(0, 5), free(5, 0), snapshot([], [2], [4], [])],
      [1, 4],
    ],
    [
      "a refused change needs the snapshot before",
      [alloc(0, 5), alloc(0, 7), free(7, 0), snapshot([4], [6], [0]), alloc(3, null), snapshot([4], [0, 2, 6])],
      [1, 4, 5, 6],
    ],
  ])("%s", (_what, events, kept) => expect(minimize(traceOf(events))).toEqual(kept));
});
