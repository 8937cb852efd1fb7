// The native reader decodes plain lines from their bytes and all others as JSON. Whatever the line, both ways hand on
// the same; and both agree with an oracle that reads each line with JSON.parse and knows only docs/trace-format.md.
//
//  1. A space before a line sends it the slow way: the fast one wants the brace first.
//  2. Lines are drawn as an order of keys, a value for each, and a style of spacing; then, damaged, as arbitrary text.
//  3. Chunks may end anywhere, and the last newline may be missing.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { problemLine } from "../problem.ts";
import type { TraceSink } from "./event.ts";
import { NativeReader } from "./native.ts";

const PAGE_SIZE = 4096;
const BASE = 5;
const HEADER = `{"buddytrace":1,"max_order":4,"pages":64,"base_pfn":${BASE},"zones":[{"name":"dma","pfns":[0,16]},{"name":"high","pfns":[16,64]}]}`;

/** What a reader says of these chunks: one line per call of its sink. */
function read(chunks: readonly Uint8Array[], base: number = BASE): string[] {
  const said: string[] = [];
  const sink: TraceSink = {
    header: () => base,
    event: (command, outcome, line) => {
      said.push(`${line} ${JSON.stringify(command)} ${JSON.stringify(outcome)} ${JSON.stringify(reader.interval)}`);
    },
    lost: (events, line) => {
      said.push(`${line} lost ${events}`);
    },
    note: (line) => {
      said.push(`${line} note`);
    },
    problem: (problem) => {
      said.push(problemLine(problem));
    },
  };
  const reader = new NativeReader(sink, "t");
  for (const chunk of chunks) {
    // Whoever reads a file fills one buffer again and again, so nothing may be kept of it.
    const buffer = Uint8Array.from(chunk);
    reader.push(buffer);
    buffer.fill(0xff);
  }
  reader.end();
  return [...said, `${reader.lines} lines`];
}

function readText(text: string): string[] {
  return read([new TextEncoder().encode(text)]);
}

/** A trace of these lines, each preceded by `indent`, which decides the way they are read. */
function traceOf(lines: readonly string[], indent: "" | " "): string {
  return `${HEADER}\n${lines.map((line) => `${indent}${line}\n`).join("")}`;
}

/** What the lines say, without columns, which an indent moves. */
function readLines(lines: readonly string[], indent: "" | " "): string[] {
  return readText(traceOf(lines, indent)).map((said) => said.replace(/^(t:\d+):\d+: (\w+).*/u, "$1 $2"));
}

// ---------------------------------------------------------------- the oracle

type Fields = Readonly<Record<string, unknown>>;

/** What docs/trace-format.md says that a valid event line means. */
function meaning(text: string, line: number): string {
  const fields = JSON.parse(text) as Fields;
  const { op } = fields;
  if (op === "note") return `${line} note`;
  if (op === "lost") return `${line} lost ${(fields["events"] ?? null) as number | null}`;
  if (op === "died") {
    const inner = (fields["in"] ?? {}) as Fields;
    return written(
      line,
      "op" in inner ? commandOf(inner) : { kind: "unnamed" },
      { kind: "crashed", how: fields["how"] },
      fields,
    );
  }
  return written(line, commandOf(fields), outcomeOf(fields), fields);
}

function written(line: number, command: object, outcome: object, { t, t_end }: Fields): string {
  const interval = t_end === undefined ? null : { called: t, returned: t_end };
  return `${line} ${JSON.stringify(command)} ${JSON.stringify(outcome)} ${JSON.stringify(interval)}`;
}

function commandOf(fields: Fields): object {
  const { op, order, pages } = fields;
  const zone = fields["zone"] ?? null;
  switch (op) {
    case "alloc":
      return pages === undefined ? { kind: "alloc", order, zone } : { kind: "alloc-pages", pages, zone };
    case "free":
      if (pages !== undefined) return { kind: "free-pages", pfn: place(fields), pages };
      return order === undefined
        ? { kind: "free", pfn: place(fields) }
        : { kind: "free-order", pfn: place(fields), order };
    case "snapshot": {
      const lists = (fields["free"] as unknown[]).map(absolute);
      return { kind: "snapshot", lists, cached: absolute(fields["cached"] ?? []) };
    }
    case "counts":
      return { kind: "counts", free: fields["free"], zone };
    default:
      return { kind: op, pfn: place(fields), pages };
  }
}

function absolute(heads: unknown): number[] {
  return (heads as unknown[]).map((head) => Number(head) + BASE);
}

function outcomeOf(fields: Fields): object {
  const { op, ok } = fields;
  if (op === "snapshot" || op === "counts") return { kind: "ok" };
  if (op !== "alloc") return { kind: ok === undefined ? "unsaid" : ok === true ? "ok" : "refused" };
  const pfn = place(fields);
  return pfn === null ? { kind: "refused" } : { kind: "block", pfn, zeroed: fields["zeroed"] ?? null };
}

/** The absolute pfn that `pfn` or `addr` names, which is a byte address, or null. */
function place(fields: Fields): number | null {
  const { pfn, addr } = fields;
  if (pfn !== undefined) return pfn === null ? null : Number(pfn) + BASE;
  return addr === null ? null : Number(addr) / PAGE_SIZE;
}

// ---------------------------------------------------------------- valid lines

/** A key with its value as JSON text. */
type Field = readonly [key: string, value: string];

const small = fc.nat(63);
const number = fc.oneof(small, fc.nat(2 ** 20), fc.constantFrom(0, 2 ** 31 - 1, 2 ** 31, 2 ** 40, 2 ** 51, 10 ** 15));
const decimal = number.map(String);
const hexadecimal = number.map((value) => `"0x${value.toString(16)}"`);
const upperCase = number.map((value) => `"0X${value.toString(16).toUpperCase()}"`);
const pfn = fc.oneof(decimal, hexadecimal, upperCase);
const whole = fc.oneof(
  decimal,
  small.map((value) => `${value}e0`),
  small.map((value) => `${value}.0`),
);

function field(key: string, value: fc.Arbitrary<string>): fc.Arbitrary<Field[]> {
  return value.map((text) => [[key, text] as const]);
}

function maybe(fields: fc.Arbitrary<Field[]>): fc.Arbitrary<Field[]> {
  return fc.option(fields, { nil: null }).map((some) => some ?? []);
}

function oneOf(...texts: string[]): fc.Arbitrary<string> {
  return fc.constantFrom(...texts);
}

/** The fields of several arbitraries in one list. */
function all(...parts: fc.Arbitrary<Field[]>[]): fc.Arbitrary<Field[]> {
  return fc.tuple(...parts).map((lists) => lists.flat());
}

const sized = fc.oneof(
  field("order", fc.oneof(small.map(String), oneOf("0", "3", "63", "2e0"))),
  field("pages", whole),
  fc.constantFrom<Field[]>([
    ["order", "2"],
    ["pages", "3"],
  ]),
);
const addressed = field(
  "addr",
  number.map((page) => String((page % 2 ** 40) * PAGE_SIZE)),
);
const zone = maybe(field("zone", oneOf('"dma"', '"high"', '"normal"', '"\\u0064ma"', '"dm\\"a"', "null")));
const ok = maybe(field("ok", oneOf("true", "false")));
const lists = fc
  .array(fc.array(fc.oneof(pfn, oneOf("1e3")), { maxLength: 3 }), { maxLength: 6 })
  .map((heads) => `[${heads.map((list) => `[${list.join(",")}]`).join(",")}]`);
const list = fc.array(pfn, { maxLength: 4 }).map((heads) => `[${heads.join(",")}]`);
const counts = fc.array(whole, { maxLength: 5 }).map((blocks) => `[${blocks.join(",")}]`);
const zeroed = maybe(field("zeroed", oneOf("true", "false", "null")));

/** The fields of any op but `op` itself. */
const CALLS: readonly (readonly [op: string, fields: fc.Arbitrary<Field[]>])[] = [
  ["alloc", all(sized, fc.oneof(field("pfn", fc.oneof(pfn, oneOf("null"))), addressed), zone, zeroed)],
  ["alloc", all(sized, field("pfn", decimal), field("ok", oneOf("true")))],
  ["free", all(maybe(sized), fc.oneof(field("pfn", pfn), addressed), ok, zone)],
  ["snapshot", all(field("free", lists), maybe(field("cached", list)), maybe(field("pfn", oneOf("null"))))],
  ["counts", all(field("free", counts), zone)],
  ["add", all(field("pfn", pfn), field("pages", whole), ok)],
  ["remove", all(field("pfn", pfn), field("pages", whole))],
  ["note", all(maybe(field("text", oneOf('"hi"', '"\\n"', '"é"'))), maybe(field("order", oneOf("99"))))],
  ["lost", all(maybe(field("events", fc.oneof(whole, oneOf("null")))), maybe(field("cpu", decimal)))],
  ["died", all(field("how", oneOf('"abort"', '"segv"')), maybe(field("in", oneOf("{}", '{"op":"free","pfn":4}'))))],
];

/** Fields that nobody needs, and keys that nearly are keys of the format. */
const EXTRAS: readonly fc.Arbitrary<Field[]>[] = [
  field("t", oneOf("0", "1.5", "17", "1e-3", "-2", "1700000000.123456", "0.0", "null", '"noon"')),
  field("t_en", oneOf("2", "3.25")),
  field("cpu", oneOf("0", "1", "255")),
  field("task", oneOf('"init-1"', '""', '"täsk"', '"a\\\\b"', '"}"', '","')),
  field("flags", oneOf('"GFP_KERNEL|__GFP_ZERO"', "3", "null", '["a",{"b":[]}]')),
  field("at", oneOf('"mm.c:12"', "false")),
  field("tid", oneOf("1", '"x"')),
  ...["", "o", "ops", "or", "orders", "pfns", "p", "page", "zones", "z", "okay", "frees", "cache", "addrs"].map((key) =>
    field(key, oneOf("1", '"1"', "true", "null", "{}")),
  ),
];

interface Style {
  readonly colon: string;
  readonly comma: string;
  readonly open: string;
  readonly close: string;
}

const style: fc.Arbitrary<Style> = fc.oneof(
  fc.constant({ colon: ":", comma: ",", open: "{", close: "}" }),
  fc.constant({ colon: ": ", comma: ", ", open: "{", close: "}" }),
  fc.record({
    colon: oneOf(":", ": ", " :", ":  ", "\t:\t"),
    comma: oneOf(",", ", ", " ,", ",  ", ",\t"),
    open: oneOf("{", "{ ", " {", "\t{"),
    close: oneOf("}", " }", "} ", "}\t"),
  }),
);

const eventText: fc.Arbitrary<string> = fc
  .record({
    call: fc.constantFrom(...CALLS).chain(([op, fields]) => all(fc.constant([["op", `"${op}"`] as const]), fields)),
    extras: fc.oneof(
      fc.subarray([...EXTRAS], { maxLength: 15 }).chain((some) => all(...some)),
      all(field("t", oneOf("0", "1.5", "7", "12e-1")), field("t_end", oneOf("7", "7.25", "1e3"))),
    ),
    style,
    seed: fc.infiniteStream(fc.nat()),
  })
  .map(({ call, extras, style: { colon, comma, open, close }, seed }) => {
    const fields = [...new Map([...extras, ...call])].map((one) => ({ one, rank: seed.next().value as number }));
    const shuffled = fields.sort((a, b) => a.rank - b.rank).map(({ one: [key, value] }) => `"${key}"${colon}${value}`);
    return `${open}${shuffled.join(comma)}${close}`;
  });

/** The plainest of snapshots: only here are commas between numbers. */
const snapshotText = fc
  .array(fc.array(fc.nat(9), { maxLength: 4 }), { maxLength: 4 })
  .map((heads) => `{"op":"snapshot","free":${JSON.stringify(heads)},"cached":[1,2]}`);

const eventLines = fc.array(eventText, { minLength: 1, maxLength: 6 });

describe("a valid line", () => {
  it("means what the format says, whichever way it is read", () => {
    fc.assert(
      fc.property(eventLines, (lines) => {
        const meant = [...lines.map((line, at) => meaning(line, at + 2)), `${lines.length + 1} lines`];
        expect(readText(traceOf(lines, ""))).toEqual(meant);
        expect(readText(traceOf(lines, " "))).toEqual(meant);
      }),
      { numRuns: 2000 },
    );
  });

  it("means the same wherever a chunk ends, with and without the last newline", () => {
    fc.assert(
      fc.property(eventLines, (lines) => {
        const bytes = new TextEncoder().encode(traceOf(lines, ""));
        const meant = read([bytes]);
        expect(read([bytes.subarray(0, -1)])).toEqual(meant);
        expect(read([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(meant);
        for (let cut = 1; cut < bytes.length; cut++) {
          expect(read([bytes.slice(0, cut), bytes.slice(cut)])).toEqual(meant);
        }
      }),
      { numRuns: 30 },
    );
  });
});

// ---------------------------------------------------------------- damaged lines

/** `at` counts places of the line, or of its structure only. */
type Damage = readonly [where: "anywhere" | "structure", at: number, removed: number, inserted: string];

const STRUCTURE = ["{", "}", "[", "]", '"', ":", ","];

/** Words that turn a valid line into one that is nearly valid. */
const WORDS = [
  ...'0 1 2 9 . - e E x \\ { } [ ] " : , null true [[ ]] }{ \n \r \t \0 é \uFEFF'.split(" "),
  ...'"op" "pfn": "order": "free": "op":"free", "order":1, "x":1, "zeroed":1, "addr":4096, "t":1,'.split(" "),
  ...'"t_end":2, "buddytrace":1, "__proto__":[],'.split(" "),
  " ",
];

const damages: fc.Arbitrary<Damage[]> = fc.array(
  fc.oneof(
    fc.tuple(fc.constant("anywhere" as const), fc.nat(200), fc.nat(3), fc.constantFrom("", ...WORDS)),
    fc.tuple(fc.constant("structure" as const), fc.nat(40), fc.constant(1), fc.constantFrom("", ...STRUCTURE)),
  ),
  { minLength: 1, maxLength: 3 },
);

function damaged(line: string, changes: readonly Damage[]): string {
  return changes.reduce(struck, line);
}

function struck(line: string, [where, at, removed, inserted]: Damage): string {
  const every = Array.from(line, (_, offset) => offset);
  const places = where === "anywhere" ? every : every.filter((offset) => STRUCTURE.includes(line.charAt(offset)));
  const start = places[at % places.length] ?? 0;
  return line.slice(0, start) + inserted + line.slice(start + removed);
}

describe("a damaged line", () => {
  const good = '{"op":"alloc","order":0,"pfn":1}';

  it("is read the same way by both, be it valid or not", () => {
    fc.assert(
      fc.property(fc.oneof(eventText, snapshotText), damages, (line, changes) => {
        const lines = [...damaged(line, changes).split("\n"), good];
        expect(readLines(lines, "")).toEqual(readLines(lines, " "));
      }),
      { numRuns: 20_000 },
    );
  });

  it("is never taken as valid if it is not JSON", () => {
    fc.assert(
      fc.property(fc.oneof(eventText, snapshotText), damages, (line, changes) => {
        const text = damaged(line, changes).replaceAll("\n", "");
        fc.pre(!isJson(text) && text.trim() !== "");
        expect(readLines([text], "").join()).toMatch(/^t:2 /u);
      }),
      { numRuns: 10_000 },
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

// ---------------------------------------------------------------- by example

describe("a plain line", () => {
  const free = '{"op":"free","pfn":1}';
  const sixtyFive = Array.from({ length: 65 }, () => "[]").join(",");

  it.each([
    ["a second `op`", '{"op":"free","op":"free","pfn":1}', "t:2 TRACE_KEY_TWICE"],
    ["a second `pfn`", '{"op":"free","pfn":1,"pfn":1}', "t:2 TRACE_KEY_TWICE"],
    ["a second key that nobody needs", '{"op":"free","t":1,"pfn":1,"t":1}', "t:2 TRACE_KEY_TWICE"],
    ["a thirteenth such key, twice", `{${unneeded(13)},"k13":0,"op":"free","pfn":1}`, "t:2 TRACE_KEY_TWICE"],
    ["a brace between the blocks of a list", '{"op":"snapshot","free":[[1}2]]}', "t:2 TRACE_SYNTAX"],
    ["a brace between the cached frames", '{"op":"snapshot","free":[],"cached":[1}2]}', "t:2 TRACE_SYNTAX"],
    ["more lists than there are orders", `{"op":"snapshot","free":[${sixtyFive}]}`, "t:2 TRACE_FIELD_RANGE"],
    ["an order beyond every pool", '{"op":"alloc","order":64,"pfn":1}', "t:2 TRACE_FIELD_RANGE"],
    ["an order after a note that named a wild one", `{"op":"note","order":99}\n${free}`, "2 note"],
    ["`free` of a null", '{"op":"free","pfn":null}', "t:2 TRACE_FIELD_TYPE"],
    ["an alloc without an answer", '{"op":"alloc","order":1}', "t:2 TRACE_FIELD_MISSING"],
    ["an alloc that contradicts itself", '{"op":"alloc","order":1,"pfn":1,"ok":false}', "t:2 TRACE_FIELD_CONFLICT"],
    ["a size that contradicts itself", '{"op":"free","pfn":1,"order":1,"pages":4}', "t:2 TRACE_FIELD_CONFLICT"],
    ["a leading zero", '{"op":"free","pfn":01}', "t:2 TRACE_SYNTAX"],
    ["a leading zero in a key that nobody needs", '{"op":"free","pfn":1,"t":01}', "t:2 TRACE_SYNTAX"],
    ["a comma behind the last field", '{"op":"free","pfn":1,}', "t:2 TRACE_SYNTAX"],
    ["something behind the object", '{"op":"free","pfn":1}{', "t:2 TRACE_SYNTAX"],
  ])("with %s is no exception", (_what, line, meant) => {
    expect(readLines(line.split("\n"), "")[0]).toBe(meant);
    expect(readLines(line.split("\n"), " ")[0]).toBe(meant);
  });
});

function unneeded(count: number): string {
  return Array.from({ length: count }, (_, key) => `"k${key + 1}":0`).join(",");
}
