import { describe, expect, it } from "vitest";
import { formatStep } from "../../model/notation.ts";
import { problemLine } from "../problem.ts";
import type { TraceSink } from "./event.ts";
import { YamlReader } from "./yaml.ts";

const HEADER = "buddytrace: 1\nmax_order: 3\npages: 8\n";

/** What a trace says, one line each: its events as "line: notation", or its problems. */
function read(text: string | Uint8Array, base: number = 0): string[] {
  const said: string[] = [];
  const sink: TraceSink = {
    header: (header, line) => {
      said.push(`${line}: ${header.shape.pages} pages`);
      return base;
    },
    event: (command, outcome, line) => {
      said.push(`${line}: ${formatStep(command, outcome, base)} | ${reader.lineText(40)}`);
    },
    lost: (events, line) => {
      said.push(`${line}: lost ${events}`);
    },
    note: (line) => {
      said.push(`${line}: note`);
    },
    problem: (problem) => {
      said.push(problemLine(problem));
    },
  };
  const reader = new YamlReader(sink, "t.yaml");
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  // Whoever reads a file fills one buffer again and again, so nothing may be kept of it.
  for (let at = 0; at < bytes.length; at += 7) {
    const buffer = bytes.slice(at, at + 7);
    reader.push(buffer);
    buffer.fill(0xff);
  }
  reader.end();
  return [...said, `${reader.lines} lines`];
}

/** What is wrong with events that follow a good header; they start on line 5. */
function wrongIn(events: string): string[] {
  return read(`${HEADER}---\n${events}`).slice(1, -1);
}

describe("a YAML trace", () => {
  it("may be a stream of documents", () => {
    const text = `# an example
buddytrace: 1
max_order: 3
pages: 8
--- {"op":"alloc","order":2,"pfn":4}
--- a0=0 a0!
  f0:0
---
op: free
pfn: "0x4"
ok: true
---
- f4!
- op: snapshot
  free: [[], [], [0], []]
- {op: lost, events: 7}
- {op: note, text: the end}
...
---
# nothing
`;
    expect(read(text)).toEqual([
      "2: 8 pages",
      '5: a2=4 | --- {"op":"alloc","order":2,"pfn":4}',
      "6: a0=0 | --- a0=0 a0!",
      "6: a0! | --- a0=0 a0!",
      "7: f0:0 |   f0:0",
      "9: f4+ | op: free",
      "13: f4! | - f4!",
      "14: free 0:2 | - op: snapshot",
      "16: lost 7",
      "17: note",
      "20 lines",
    ]);
  });

  it("may be one document with its events inside", () => {
    expect(read(`${HEADER}events:\n  - {op: alloc, pages: 3, pfn: null}\n  - "a0=0\n    f0"\n`)).toEqual([
      "1: 8 pages",
      "5: p3! |   - {op: alloc, pages: 3, pfn: null}",
      '6: a0=0 |   - "a0=0',
      '7: f0 |     f0"',
      "7 lines",
    ]);
  });

  it("may have all its events in the short notation, where a block keeps # from being a comment", () => {
    expect(read(`${HEADER}events: |\n  a2=4 a2!  # abort\n  free 0:2\n\n  #hang lost`)).toContain(
      't.yaml:5:13: NOTATION_SYNTAX: expected a command such as a2=4, f4:2 or free 0:3, found "#"',
    );
    expect(read(`${HEADER}events: |\n  a2=4 a2!\n  free 0:2\n\n  #hang lost`).slice(1, -1)).toEqual([
      "5: a2=4 |   a2=4 a2!",
      "5: a2! |   a2=4 a2!",
      "6: free 0:2 |   free 0:2",
      "8: #hang |   #hang lost",
      "8: lost null",
    ]);
  });

  it("adds the base that its reader is told", () => {
    expect(read(`${HEADER}base_pfn: 16\n--- a2=4\n--- {op: free, pfn: 4}`, 16).slice(1, 3)).toEqual([
      "5: a2=4 | --- a2=4",
      "6: f4 | --- {op: free, pfn: 4}",
    ]);
  });

  it("may have no events, and a byte order mark", () => {
    expect(read(`\uFEFF${HEADER}events: []`)).toEqual(["1: 8 pages", "4 lines"]);
    expect(read(HEADER)).toEqual(["1: 8 pages", "3 lines"]);
  });
});

describe("a mistake in a YAML trace", () => {
  it.each([
    ["--- 1\n", "t.yaml:1:5: TRACE_HEADER_MISSING: expected a header with `buddytrace`, found 1"],
    ["- a0=0\n", "t.yaml:1:1: TRACE_HEADER_MISSING: expected a header with `buddytrace`, found a list"],
    ["# only\n", "t.yaml:1:1: TRACE_HEADER_MISSING: expected a header with `buddytrace`, found an empty document"],
    ["op: alloc\n", "t.yaml:1:1: TRACE_HEADER_MISSING: expected a header with `buddytrace`, found an event"],
    ["buddytrace: 2\n", "t.yaml:1:13: TRACE_VERSION: expected `buddytrace`: 1, found 2"],
    ["buddytrace: 1\npages: [\n", "t.yaml:3:1: YAML_SYNTAX"],
    ["buddytrace: 1\nbuddytrace: 1\n", "t.yaml:2:1: TRACE_KEY_TWICE: expected each key once, found a second one"],
    [`${HEADER}zones: &z []\nreserved: *z\n`, "t.yaml:5:11: YAML_SHAPE: expected a trace without aliases, found *z"],
    [
      `${HEADER}x: ${"[".repeat(80)}${"]".repeat(80)}\n`,
      "t.yaml:4:68: YAML_SHAPE: expected at most 64 levels of nesting",
    ],
    [`${HEADER}events: []\n--- a0=0`, "t.yaml:5:5: YAML_SHAPE: expected one document"],
  ])("such as %j has its place", (text, problem) => {
    expect(read(text).filter((line) => line.startsWith("t.yaml"))).toEqual([expect.stringContaining(problem)]);
  });

  it.each([
    ["op: alloc\norder: -1\npfn: 0", "t.yaml:6:8: TRACE_FIELD_RANGE"],
    ["op: alloc\norder: 1\npfn: 9007199254740993", "t.yaml:7:6: TRACE_FIELD_RANGE"],
    ["op: alloc\norder: 1\npfn: .nan", "t.yaml:7:6: TRACE_FIELD_RANGE"],
    ["op: alloc\norder: 1\npfn: 0o10", null],
    ["op: snapshot\nfree:\n  - []\n  - [0, ~]", "t.yaml:8:9: TRACE_FIELD_TYPE"],
    ["op: alloc\norder: 1", "t.yaml:5:1: TRACE_FIELD_MISSING"],
    ["- op: aloc", "t.yaml:5:7: TRACE_OP_UNKNOWN"],
    ["- [a0=0]", "t.yaml:5:3: YAML_SHAPE: expected an event, or events in the short notation, found a list"],
    ["true", "t.yaml:5:1: YAML_SHAPE"],
    ['"a0=0 \\x61x"', "t.yaml:5:1: NOTATION_SYNTAX"],
  ])("such as %j is the same as in JSON Lines", (events, problem) => {
    const wrong = wrongIn(events).filter((line) => line.startsWith("t.yaml"));
    expect(wrong).toEqual(problem === null ? [] : [expect.stringContaining(problem)]);
  });

  it("keeps the events behind it back, but not their mistakes", () => {
    expect(wrongIn("a0=0\n--- a0\n--- f0\n--- {op: free}")).toEqual([
      "5: a0=0 | a0=0",
      't.yaml:6:5: NOTATION_SYNTAX: expected an answer to a0: a0=4, a0! or a0#abort, found "a0"',
      "t.yaml:8:5: TRACE_FIELD_MISSING: expected `pfn`, found an object without it",
    ]);
  });

  it("is one of ten at most", () => expect(wrongIn("x ".repeat(50))).toHaveLength(10));

  it("may be bytes that are no text", () => {
    expect(read(Uint8Array.of(0x61, 0xff))).toContain(
      "t.yaml: INPUT_ENCODING: expected UTF-8 text, found bytes that are not UTF-8",
    );
  });
});
