/*
 * What `buddycheck verify --json` prints is what specs/schemas/verify-report.schema.json says, no more and no less: for
 * real recordings, for wrong input, and for every kind of fault.
 */
import { describe, expect, it } from "vitest";
import { LAW_IDS } from "../model/invariants.ts";
import type { Allowed, Assumed, Fault, Violation } from "../model/violation.ts";
import { faultSamples, SAMPLE_BASE } from "../src/report/fault-samples.ts";
import { jsonReport, verifyReport } from "../src/report/json.ts";
import { STRICT_PROFILE } from "../model/profile.ts";
import { NativeReader } from "../src/trace/native.ts";
import { HistoryCollector } from "../src/verify/history.ts";
import type { TraceResult } from "../src/verify/result.ts";
import { Verifier } from "../src/verify/verify.ts";
import { readSchema, strictly } from "./schema.ts";

const SCHEMA = readSchema("verify-report");
const complaintsOf = strictly(SCHEMA);

/** What is wrong with a report, in the schema's eyes; "" if nothing is. */
function complaints(results: readonly TraceResult[]): string {
  return complaintsOf(jsonReport(results));
}

function verified(text: string): TraceResult {
  const laws = new Set(LAW_IDS);
  const options = { file: "a.jsonl", profileOf: () => STRICT_PROFILE, laws, findingsMax: 10, failFast: false };
  const verifier = new Verifier(options);
  read(text, verifier);
  const result = verifier.result(text.split("\n").length);
  const histories = new HistoryCollector(result.findings, "power-of-two", result.base);
  read(text, histories);
  return { ...result, findings: histories.complete(result.findings) };
}

function read(text: string, sink: Verifier | HistoryCollector): void {
  const reader = new NativeReader(sink, "a.jsonl");
  sink.cursor = reader;
  reader.push(new TextEncoder().encode(text));
  reader.end();
}

const HEADER = '{"buddytrace":1,"max_order":3,"pages":8,"base_pfn":64,"zones":[{"name":"dma","pfns":[0,8]}]}';
const HOLDS = verified(`${HEADER}\n{"op":"alloc","order":0,"pfn":0}\n{"op":"free","pfn":0}`);
const VIOLATED = verified(
  [
    HEADER,
    '{"op":"alloc","order":0,"pfn":0}',
    '{"op":"alloc","order":1,"pfn":0}',
    '{"op":"counts","free":[0,0,0,0]}',
    '{"op":"free","pfn":0,"order":1}',
    '{"op":"snapshot","free":[[1],[],[],[]]}',
    '{"op":"alloc","order":2,"pfn":null}',
    '{"op":"lost"}',
    '{"op":"died","how":"abort","in":{"op":"free","pfn":1}}',
  ].join("\n"),
);
const WRONG = verified(`${HEADER}\n{"op":"alloc","order":-1,"pfn":0}\n{`);

describe("the JSON report", () => {
  it.each([
    ["that holds", HOLDS, "holds"],
    ["that is violated", VIOLATED, "violated"],
    ["that is wrong input", WRONG, null],
  ])("of a trace %s is as its schema says", (_, result, verdict) => {
    expect(complaints([result])).toBe("");
    expect(verifyReport([result]).traces[0]?.verdict).toBe(verdict);
  });

  it("counts the traces by verdict", () =>
    expect(verifyReport([HOLDS, VIOLATED, WRONG, HOLDS]).summary).toEqual({
      traces: 4,
      holds: 2,
      violated: 1,
      undecided: 0,
      vacuous: 0,
      notJudged: 1,
    }));

  it("names pages as the trace does", () => {
    const [finding] = verifyReport([VIOLATED]).traces[0]?.findings ?? [];
    expect(finding?.fault).toEqual({ kind: "overlaps-live", pfn: 0, pages: 2, holder: { pfn: 0, pages: 1, since: 2 } });
    expect(finding?.frames).toEqual([{ start: 0, end: 2 }]);
    expect(finding?.words.seen).toBe("served pages 0..1, but the block 0 (order 0) is still live: served at line 2");
  });

  it("is refused by its schema with a field that the schema does not name", () => {
    const stray = { ...HOLDS, notChecked: [{ law: "zeroed", cause: "profile", reason: "", events: 0, stray: 1 }] };
    expect(complaints([stray as unknown as TraceResult])).toContain("stray");
  });
});

describe("the schema of the JSON report", () => {
  const [finding] = VIOLATED.findings;

  /** A report whose only finding has these fields. */
  function withViolation(fields: Partial<Violation>): readonly TraceResult[] {
    if (finding === undefined) return [];
    return [
      { ...VIOLATED, base: SAMPLE_BASE, findings: [{ ...finding, violation: { ...finding.violation, ...fields } }] },
    ];
  }

  it.each(faultSamples())("knows the fault $kind", (fault: Fault) =>
    expect(complaints(withViolation({ fault }))).toBe(""),
  );

  it.each<Allowed>([
    { kind: "serve", order: 0, from: [{ pfn: 0, pages: 1 }] },
    { kind: "refuse" },
    { kind: "accept" },
    { kind: "answer" },
    { kind: "free-blocks", blocks: [{ pfn: 0, pages: 1 }] },
    { kind: "counts", free: [1, 0] },
  ])("knows what was allowed: $kind", (allowed) => expect(complaints(withViolation({ allowed }))).toBe(""));

  it.each<Assumed>([
    "served-anyway",
    "refusal-stands",
    "free-ignored",
    "still-live",
    "lists-adopted",
    "counts-ignored",
  ])("knows the assumption %s", (assumed) => expect(complaints(withViolation({ assumed }))).toBe(""));

  it("knows every law", () => {
    const definitions = SCHEMA["definitions"] as { readonly law: { readonly enum: readonly string[] } };
    expect(definitions.law.enum).toEqual(LAW_IDS);
  });
});
