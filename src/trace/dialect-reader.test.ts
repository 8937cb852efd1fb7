import { describe, expect, it } from "vitest";
import { formatStep } from "../../model/notation.ts";
import type { Dialect, DialectRule, EventField, NumberBase } from "../dialect.ts";
import { problemLine } from "../problem.ts";
import { DialectReader, type Matching } from "./dialect-reader.ts";
import type { TraceSink } from "./event.ts";

const PLACE = { file: "d.yaml", line: 1, column: 1 };

type Keys = Readonly<Partial<Record<EventField, string>>>;

/** A rule with fixed keys. */
function keyRule(op: DialectRule["op"], prefix: string, keys: Keys, more: Partial<DialectRule> = {}): DialectRule {
  const list = Object.entries(keys).map(([field, key]) => ({ field: field as EventField, key, base: "auto" as const }));
  return { name: prefix, op, search: { kind: "keys", prefix, keys: list }, refused: [], constants: {}, ...more };
}

/** A rule with a pattern, whose groups are these fields. */
function patternRule(op: DialectRule["op"], pattern: RegExp, fields: readonly EventField[]): DialectRule {
  const keys = fields.map((field) => ({ field, key: field, base: "auto" as NumberBase }));
  return { name: pattern.source, op, search: { kind: "pattern", pattern, keys }, refused: [], constants: {} };
}

function dialectOf(rules: readonly DialectRule[], header: Partial<Dialect["header"]> = {}): Dialect {
  const constants = { max_order: 3, pages: 8 };
  return { name: "d", summary: "", pfns: "index", header: { constants, search: null, place: PLACE, ...header }, rules };
}

const ALLOC = keyRule("alloc", "alloc", { order: "order", pfn: "pfn" }, { refused: ["none"] });
const FREE = keyRule("free", "free", { pfn: "pfn" });

/** What a log says, in notation, with its line numbers; problems as lines. `size` is that of the chunks. */
function read(dialect: Dialect, log: string, size = 7): { readonly said: string; readonly matching: Matching } {
  const said: string[] = [];
  function say(words: string): void {
    said.push(words);
  }
  const sink: TraceSink = {
    header: () => 0,
    event: (command, outcome, line) => say(`${line}: ${formatStep(command, outcome) ?? JSON.stringify(command)}`),
    lost: (events, line) => say(`${line}: lost ${events}`),
    note: () => say("note"),
    problem: (problem) => say(problemLine(problem)),
  };
  const reader = new DialectReader(sink, "log", dialect);
  const bytes = new TextEncoder().encode(log);
  // Whoever reads a file fills one buffer again and again, so nothing may be kept of it.
  for (let at = 0; at < bytes.length; at += size) {
    const buffer = bytes.slice(at, at + size);
    reader.push(buffer);
    buffer.fill(0xff);
  }
  reader.end();
  return { said: said.join("; "), matching: reader.matching };
}

describe("a log", () => {
  it.each([1, 7, 1000])("is read whatever the chunks of %s bytes cut apart, and whatever ends its lines", (size) => {
    const log = "[1.0] alloc order=1 pfn=0x2\r\n\nnoise\nwarn: free(pfn=2, cpu=1)\nalloc pfn=none order=3";
    expect(read(dialectOf([ALLOC, FREE]), log, size).said).toBe("1: a1=2; 4: f2; 5: a3!");
  });

  it("matches words, not parts of them", () => {
    expect(
      read(dialectOf([FREE]), "freed pfn=1\nfree_all pfn=2\nprefree pfn=3\nfree pfn=4\nfree xpfn=9 pfn=5").said,
    ).toBe("4: f4; 5: f5");
  });

  it("leaves a line to the next rule where a key is missing", () => {
    const sized = keyRule("free", "free", { pfn: "pfn", order: "order" });
    expect(read(dialectOf([sized, FREE]), "free pfn=4\nfree order=2 pfn=0").said).toBe("1: f4; 2: f0:2");
  });

  it("is read by patterns too, in any script", () => {
    const rules = [patternRule("free", /→ (?<pfn>\w+)(?: o(?<order>\d))?/u, ["pfn", "order"])];
    expect(read(dialectOf(rules), "é → 0x4\n→ 2 o1\n").said).toBe("1: f4; 2: f2:1");
  });

  it("tells refusals, losses and the end", () => {
    const rules = [
      keyRule("free", "free", { pfn: "pfn", ok: "rc" }, { refused: ["-1"] }),
      keyRule("lost", "lost", { events: "n" }),
      patternRule("died", /panic: (?<how>\w+)/u, ["how"]),
      keyRule("alloc", "oom", {}, { constants: { order: 3, pfn: null } }),
    ];
    const log = "free pfn=1 rc=-1\nfree pfn=1 rc=0\nlost n=12\noom\npanic: abort";
    expect(read(dialectOf(rules), log).said).toBe("1: f1!; 2: f1+; 3: lost 12; 4: a3!; 5: #abort");
  });

  it("names frames by pfns and addresses, from the pool's start or from 0", () => {
    const constants = { max_order: 3, pages: 8, base_pfn: 0xffff888000100 };
    const rules = [keyRule("free", "free", { addr: "addr" }), keyRule("free", "put", { pfn: "pfn" })];
    const log = "free addr=0xffff888000102000\nfree addr=0xffff888000102800\nput pfn=0xffff888000107";
    const said = read({ ...dialectOf(rules, { constants }), pfns: "absolute" }, log).said;
    expect(said).toBe('1: f2; 2: {"kind":"free","pfn":2.5}; 3: f7');
  });

  it("says of a value that is none where it stands", () => {
    expect(
      read(dialectOf([ALLOC, FREE]), "é alloc order=x pfn=1\nfree pfn=-2\nalloc order=64 pfn=0\nfree pfn=1").said,
    ).toBe(
      [
        'log:1:15: TRACE_FIELD_TYPE: expected `order`: a whole number up to 63, found "x"',
        'log:2:10: TRACE_FIELD_TYPE: expected `pfn`: a whole number up to 2^52, found "-2"',
        'log:3:13: TRACE_FIELD_RANGE: expected `order`: a whole number up to 63, found "64"',
      ].join("; "),
    );
  });
});

describe("the pool of a log", () => {
  const search = {
    kind: "keys",
    prefix: "pool",
    keys: [
      { field: "pages", key: "n", base: "auto" },
      { field: "base_pfn", key: "at", base: "hex" },
    ],
  } as const;
  const dialect = { ...dialectOf([FREE], { constants: { max_order: 3 }, search }), pfns: "absolute" as const };

  it("is told by a line", () => expect(read(dialect, "hello\npool n=16 at=10\nfree pfn=0x12\n").said).toBe("3: f2"));

  it("comes before the first event, and once", () => {
    const early =
      "log:1:1: DIALECT_MATCH: expected first the line that tells the pool (pages, base_pfn), found an event";
    expect(read(dialect, "free pfn=1\npool n=16 at=10\n").said).toBe(early);
    expect(read(dialect, "pool n=8 at=0\npool n=8 at=0\n").said).toContain("log:2:1: TRACE_HEADER_TWICE");
  });
});

describe("a wrong dialect", () => {
  it("is found out when no line matches", () => {
    const { said, matching } = read(dialectOf([ALLOC, FREE]), "one\n\ntwo\n");
    expect(said).toBe(
      "log:1:1: DIALECT_MATCH: expected a line for a rule of the dialect d: alloc, free, found none in 3 lines",
    );
    expect(matching.firstUnmatched.map(({ line, text }) => `${line} ${text}`)).toEqual(["1 one", "3 two"]);
  });

  it("shows which rule matched nothing", () => {
    const { matching } = read(dialectOf([ALLOC, FREE]), "free pfn=1\nelse\nfree pfn=2\n");
    expect([matching.rules, matching.unmatched, matching.lines]).toEqual([
      [
        { name: "alloc", lines: 0 },
        { name: "free", lines: 2 },
      ],
      1,
      3,
    ]);
  });
});
