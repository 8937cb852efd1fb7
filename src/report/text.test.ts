import picocolors from "picocolors";
import { describe, expect, it } from "vitest";
import type { Violation } from "../../model/violation.ts";
import type { Problem } from "../problem.ts";
import type { Finding, Tally, TraceResult } from "../verify/result.ts";
import { problemReport, quietReport, textReport } from "./text.ts";

const PLAIN = { colours: picocolors.createColors(false), columns: 100 };
const OPTIONS = { ...PLAIN, reproduce: ({ file }: TraceResult) => `buddycheck verify ${file} --fail-fast` };

// A pool whose page 0 has pfn 1000: what the model calls 1384 is page 384 of the file.
const BASE = 1000;

const VIOLATION: Violation = {
  law: "no-overlap",
  blame: "allocator",
  fault: {
    kind: "overlaps-live",
    pfn: BASE + 389,
    pages: 1,
    holder: { pfn: BASE + 384, pages: 8, since: 3 },
  },
  allowed: { kind: "serve", order: 0, from: [{ pfn: BASE + 392, pages: 8 }] },
  assumed: "served-anyway",
  frames: [{ start: BASE + 389, end: BASE + 390 }],
  around: [
    { start: BASE + 384, end: BASE + 392, state: "live", since: 3 },
    { start: BASE + 392, end: BASE + 400, state: "free", since: 0 },
  ],
};

const FINDING: Finding = {
  number: 1,
  violation: VIOLATION,
  line: 57,
  event: 56,
  text: '{"op":"alloc","order":0,"pfn":389}',
  column: 31,
  columns: 3,
  history: [{ line: 3, text: '{"op":"alloc","order":3,"pfn":384}' }],
  historyTotal: 1,
  consequences: [
    { line: 58, law: "no-overlap" },
    { line: 60, law: "partition" },
    { line: 61, law: "no-overlap" },
  ],
  consequenceCount: 41,
};

const NOTHING: Tally = {
  served: 0,
  refused: 0,
  freed: 0,
  snapshots: 0,
  counts: 0,
  added: 0,
  removed: 0,
  died: 0,
  lost: 0,
  notes: 0,
};

function result(fields: Partial<TraceResult>): TraceResult {
  const shape = { maxOrder: 10, pages: 4096, basePfn: BASE, reserved: [], zones: [] };
  return {
    file: "boot.jsonl",
    verdict: "holds",
    header: { allocator: "helios", profile: null, pageSize: 4096, shape, start: "empty" },
    profileName: "strict",
    base: BASE,
    lines: 61,
    events: 60,
    tally: { ...NOTHING, served: 40, freed: 19, snapshots: 1 },
    findings: [],
    findingCount: 0,
    violationCount: 0,
    notChecked: [],
    advice: [],
    peakLiveBlocks: 21,
    livePages: 120,
    problems: [],
    ...fields,
  };
}

const VIOLATED = result({ verdict: "violated", findings: [FINDING], findingCount: 1, violationCount: 42 });

const PROBLEM: Problem = {
  code: "TRACE_FIELD_TYPE",
  place: { file: "boot.jsonl", line: 3, column: 23 },
  expected: "a number",
  found: '"3"',
  source: '{"op":"alloc","order":"3","pfn":64}',
};

describe("the report of one trace", () => {
  it("tells law, place, lines, facts, pages, causes and what to do next", () =>
    expect(textReport([VIOLATED], OPTIONS)).toBe(`error[no-overlap]: No frame belongs to two live blocks.
  --> boot.jsonl:57:31
   |
 3 | {"op":"alloc","order":3,"pfn":384}
57 | {"op":"alloc","order":0,"pfn":389}
   |                               ^^^ live already
   |
   = seen: served page 389, but the block 384..391 (order 3) is still live: served at line 3
   = allowed: to serve order 0 (1 page) out of a free block, such as 392..399 (order 3)
   = pages just before:
       384     392
       |       |
       AAAAAAAA........
            ^ 389
       A = 384..391 served at line 3, . = free
   = history: the line above named these pages
   = assumed from here on: the block counts as served
   = caused: 41 later violations: no-overlap at lines 58, 61; partition at line 60; 38 more
   = help: run \`buddycheck explain no-overlap\`
   = reproduce: buddycheck verify boot.jsonl --fail-fast

boot.jsonl: violated, 1 finding
  events       60 in 61 lines: 40 served, 19 freed, 1 snapshot
  live blocks  21 at most; 120 pages at the end
  profile      strict; allocator "helios", 4096 pages of 4096 bytes from pfn 1000, largest order 10
  violations   42 in all, 41 of them caused by the findings
`));

  it("says once how to learn about a law, and once how to see it again", () => {
    const second = { ...FINDING, number: 2, line: 59 };
    const report = textReport([{ ...VIOLATED, findings: [FINDING, second], findingCount: 2 }], OPTIONS);
    expect(report.split("explain no-overlap")).toHaveLength(2);
    expect(report.split("--fail-fast")).toHaveLength(2);
  });

  it.each([
    ["A client", { blame: "client" }, "client error[no-overlap]: "],
    ["A policy", { law: "best-fit" }, "warning[best-fit]: "],
    ["A client against policy", { law: "best-fit", blame: "client" }, "client warning[best-fit]: "],
  ] as const)("%s's mistake is told by its first words", (_, fields, start) => {
    const finding = { ...FINDING, violation: { ...VIOLATION, ...fields } };
    expect(textReport([{ ...VIOLATED, findings: [finding] }], OPTIONS).startsWith(start)).toBe(true);
  });

  it.each([
    [{ history: [], historyTotal: 0 }, ""],
    [{ historyTotal: 9 }, "the lines above are the last 1 of 9 that named these pages"],
    [{ history: [], historyTotal: null }, "not known, because this input can be read only once"],
  ])("history %j", (fields, words) => {
    const report = textReport([{ ...VIOLATED, findings: [{ ...FINDING, ...fields }] }], OPTIONS);
    expect(/= history: (.*)/u.exec(report)?.[1] ?? "").toBe(words);
  });

  it("says what was not checked, with what weakens the verdict first", () =>
    expect(
      textReport(
        [
          result({
            verdict: "undecided",
            advice: ["rounding: exact"],
            findingCount: 0,
            tally: { ...NOTHING, served: 1, refused: 2, counts: 3, added: 4, removed: 5, died: 6, lost: 1, notes: 1 },
            notChecked: [
              { law: "conserved", cause: "recording", reason: "no counts", events: 0 },
              { law: "drained", cause: "recording", reason: "no counts", events: 0 },
              { law: "no-overlap", cause: "incomplete", reason: "events were lost", events: 2 },
            ],
          }),
        ],
        OPTIONS,
      ),
    ).toBe(`boot.jsonl: undecided, no law was seen broken
  events       60 in 61 lines: 1 served, 2 refused, 3 of counts, 4 added, 5 removed, 6 died, 1 gap
               of lost events, 1 note
  live blocks  21 at most; 120 pages at the end
  profile      strict; allocator "helios", 4096 pages of 4096 bytes from pfn 1000, largest order 10
  advice       the trace would hold under \`rounding: exact\`
  not checked
    no-overlap: events were lost (2 events)
    conserved, drained: no counts
`));

  it("of wrong input shows the line and what was expected", () =>
    expect(textReport([result({ verdict: "undecided", problems: [PROBLEM] })], OPTIONS))
      .toBe(`error[TRACE_FIELD_TYPE]: A field holds a value of the wrong type.
  --> boot.jsonl:3:23
   |
 3 | {"op":"alloc","order":"3","pfn":64}
   |                       ^^^ expected a number, found "3"

boot.jsonl: not judged, 1 problem in the input
`));

  it("without colour says the same as with it", () => {
    const coloured = textReport([VIOLATED], { ...OPTIONS, colours: picocolors.createColors(true) });
    // eslint-disable-next-line no-control-regex -- colours are control sequences
    expect(coloured.replaceAll(/\u001B\[\d+m/gu, "")).toBe(textReport([VIOLATED], OPTIONS));
    expect(coloured).not.toBe(textReport([VIOLATED], OPTIONS));
  });

  it("lets no file or allocator name speak to the terminal", () => {
    const name = "\u001B[31mred";
    const header = {
      allocator: name,
      profile: null,
      pageSize: 1,
      shape: { maxOrder: 0, pages: 1, basePfn: 0, reserved: [], zones: [] },
      start: "unknown",
    } as const;
    expect(textReport([{ ...VIOLATED, file: name, header, profileName: name }], OPTIONS)).not.toContain("\u001B");
  });
});

describe("the report of several traces", () => {
  const results = [
    VIOLATED,
    result({ file: "a/fine.jsonl" }),
    result({ file: "b.jsonl", verdict: "vacuous", events: 0 }),
    result({ file: "c.jsonl", problems: [PROBLEM, PROBLEM] }),
  ];

  it("ends with a table of all", () =>
    expect(textReport(results, OPTIONS).split("\n\n").slice(-2).join("\n\n")).toBe(
      [
        "trace         verdict     events  findings  not checked  first",
        "boot.jsonl    violated        60         1       0 laws  line 57 (no-overlap)",
        "a/fine.jsonl  holds           60         0       0 laws",
        "b.jsonl       vacuous          0         0       0 laws",
        "c.jsonl       not judged       -         -            -  line 3 (TRACE_FIELD_TYPE)",
        "",
        "4 traces: 1 holds, 1 violated, 1 vacuous, 1 not judged",
        "",
      ].join("\n"),
    ));

  it("leaves those that hold to the table", () =>
    expect(textReport(results, OPTIONS)).not.toContain("fine.jsonl: holds"));

  it("is one line each when quiet", () =>
    expect(quietReport(results, PLAIN).split("\n")).toEqual([
      "boot.jsonl: violated, 1 finding, the first at line 57 (no-overlap)",
      "a/fine.jsonl: holds, 60 events",
      "b.jsonl: vacuous, there was no event to judge, 0 events",
      'boot.jsonl:3:23: TRACE_FIELD_TYPE: expected a number, found "3" (and 1 more)',
      "",
    ]));
});

describe("the report of problems alone", () => {
  it("has no quotation where there is no line", () =>
    expect(
      problemReport(
        [
          {
            ...PROBLEM,
            code: "INPUT_NOT_FOUND",
            place: { file: "x", line: 0, column: 0 },
            source: "",
            found: "nothing",
          },
        ],
        PLAIN,
      ),
    ).toBe(`error[INPUT_NOT_FOUND]: A file or folder that was named does not exist or cannot be read.
  --> x
   = expected: a number, found nothing
`));
});
