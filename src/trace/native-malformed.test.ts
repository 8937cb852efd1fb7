// What a native trace may not be: each mistake has its code, its line and its column, and none is passed over.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TraceSink } from "./event.ts";
import { NativeReader } from "./native.ts";

const HEADER = '{"buddytrace":1,"max_order":3,"pages":8}';
const GOOD = '{"op":"free","pfn":1}';

type Bytes = string | Uint8Array;

/** What a reader says: "event 2", or a problem as "2:7 CODE". */
function read(...parts: readonly Bytes[]): string[] {
  const said: string[] = [];
  const sink: TraceSink = {
    header: () => 0,
    event: (_command, _outcome, line) => {
      said.push(`event ${line}`);
    },
    lost: (_events, line) => {
      said.push(`lost ${line}`);
    },
    note: (line) => {
      said.push(`note ${line}`);
    },
    problem: ({ place: { line, column }, code }) => {
      said.push(`${line}:${column} ${code}`);
    },
  };
  const reader = new NativeReader(sink, "t");
  for (const part of parts) {
    if (!reader.push(typeof part === "string" ? new TextEncoder().encode(part) : part)) break;
  }
  reader.end();
  return said;
}

function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

describe("an event line", () => {
  it.each([
    ["is cut off", '{"op":"alloc","ord', "2:15 TRACE_SYNTAX"],
    ["is an array", "[1]", "2:1 TRACE_SYNTAX"],
    ["is null", "null", "2:1 TRACE_SYNTAX"],
    ["is a string", '"free"', "2:1 TRACE_SYNTAX"],
    ["has two objects", `${GOOD} ${GOOD}`, "2:23 TRACE_SYNTAX"],
    ["has a comment", `${GOOD} // freed`, "2:23 TRACE_SYNTAX"],
    ["has single quotes", "{'op':'free'}", "2:2 TRACE_SYNTAX"],
    ["says NaN", '{"op":"free","pfn":NaN}', "2:20 TRACE_SYNTAX"],
    ["has a NUL byte", '{"op":"free","pfn":1\0}', "2:21 TRACE_SYNTAX"],
    ["has a NUL byte in a string", '{"op":"note","text":"a\0b"}', "2:21 TRACE_SYNTAX"],
    ["ends in a carriage return", `${GOOD}\r`, "2:22 TRACE_SYNTAX"],
    ["ends in one behind letters of two bytes", '{"op":"note","text":"é"}\r', "2:25 TRACE_SYNTAX"],
    ["is a vertical tab", "\v", "2:1 TRACE_SYNTAX"],
    ["is a no-break space", "\u00A0", "2:1 TRACE_SYNTAX"],
    ["is a byte order mark", "\uFEFF", "2:1 TRACE_SYNTAX"],
    ["is nested too deeply", `{"x":${"[".repeat(1_000_000)}`, "2:69 TRACE_SYNTAX"],
    ["is nested too deeply in objects", '{"a":'.repeat(1_000_000), "2:321 TRACE_SYNTAX"],
    ["is nested behind brackets of the wrong kind", '{"a" ], "b":'.repeat(100_000), "2:769 TRACE_SYNTAX"],
    ["is nested behind a string cut by a return", `{"a":"\r,"b":${"[".repeat(100_000)}"]`, "2:76 TRACE_SYNTAX"],
    ["has a key twice", '{"op":"free","pfn":1,"pfn":1}', "2:22 TRACE_KEY_TWICE"],
    ["has a key twice further in", '{"op":"free","pfn":1,"x":{"a":1,"a":2}}', "2:33 TRACE_KEY_TWICE"],
    ["has an unknown op", '{"op":"realloc"}', "2:7 TRACE_OP_UNKNOWN"],
    ["has an op in capitals", '{"op":"Alloc","order":1,"pfn":1}', "2:7 TRACE_OP_UNKNOWN"],
    ["names a member of every object", '{"op":"constructor"}', "2:7 TRACE_OP_UNKNOWN"],
    ["hides its fields behind a prototype", '{"__proto__":{"op":"free","pfn":1}}', "2:1 TRACE_FIELD_MISSING"],
    ["lacks `op`", '{"pfn":1}', "2:1 TRACE_FIELD_MISSING"],
    ["lacks a size", '{"op":"alloc","pfn":1}', "2:1 TRACE_FIELD_MISSING"],
    ["lacks `pfn`", '{"op":"free"}', "2:1 TRACE_FIELD_MISSING"],
    ["lacks `free`", '{"op":"snapshot"}', "2:1 TRACE_FIELD_MISSING"],
    ["lacks `how`", '{"op":"died"}', "2:1 TRACE_FIELD_MISSING"],
    ["has a number as `op`", '{"op":3}', "2:7 TRACE_FIELD_TYPE"],
    ["has decimals in a string", '{"op":"free","pfn":"12"}', "2:20 TRACE_FIELD_TYPE"],
    ["has empty hexadecimals", '{"op":"free","pfn":"0x"}', "2:20 TRACE_FIELD_TYPE"],
    ["has a list as `pfn`", '{"op":"free","pfn":[1]}', "2:20 TRACE_FIELD_TYPE"],
    ["has a negative pfn", '{"op":"free","pfn":-1}', "2:20 TRACE_FIELD_RANGE"],
    ["has a fraction", '{"op":"free","pfn":1.5}', "2:20 TRACE_FIELD_RANGE"],
    ["has a power that is a fraction", '{"op":"free","pfn":1e-3}', "2:20 TRACE_FIELD_RANGE"],
    ["has a number beyond every double", '{"op":"free","pfn":1e999}', "2:20 TRACE_FIELD_RANGE"],
    ["has a pfn of 2^53 + 1", '{"op":"free","pfn":9007199254740993}', "2:20 TRACE_FIELD_RANGE"],
    ["has a pfn of 2^52 + 1", '{"op":"free","pfn":"0x10000000000001"}', "2:20 TRACE_FIELD_RANGE"],
    ["is a second header", HEADER, "2:15 TRACE_HEADER_TWICE"],
  ])("that %s is a problem, and what follows is not judged", (_what, line, problem) => {
    expect(read(`${HEADER}\n${line}\n${GOOD}\n`)).toEqual([problem]);
    expect(read(`${HEADER}\n${line}`)).toEqual([problem]);
  });

  it.each([
    ["a whole number as a power", '{"op":"free","pfn":1e3}'],
    ["a whole number with a fraction of 0", '{"op":"free","pfn":8.0}'],
    ["a pfn of 2^52", '{"op":"free","pfn":4503599627370496}'],
    ["half of a character in escapes", '{"op":"free","pfn":1,"task":"\\ud800"}'],
    ["white space around it", `\t ${GOOD}  `],
    ["a field called __proto__", '{"op":"free","pfn":1,"__proto__":{"order":5}}'],
  ])("may have %s", (_what, line) => expect(read(`${HEADER}\n${line}\n`)).toEqual(["event 2"]));

  it("that is empty counts as a line and says nothing", () => {
    expect(read(`\n${HEADER}\n\n \t\n${GOOD}\n\n`)).toEqual(["event 5"]);
  });

  it.each([
    ["half of a character", [0xed, 0xa0, 0x80], "2:22 INPUT_ENCODING"],
    ["a letter of Latin-1", [0xe9, 0x61], "2:22 INPUT_ENCODING"],
    ["a character cut off", [0xc3, 0xa9, 0xc3], "2:23 INPUT_ENCODING"],
    ["a byte that UTF-8 never has", [0xff], "2:22 INPUT_ENCODING"],
  ])("with %s in its bytes is a problem", (_what, values, problem) => {
    expect(read(`${HEADER}\n{"op":"note","text":"`, bytes(...values), '"}\n')).toEqual([problem]);
  });

  it("nested in whatever way is a problem, never the end of the reader", () => {
    const pieces = fc.constantFrom(...'{ } [ ] , : " \\ \r 1 "a" "a": {"a" {"a": ], ],"b": },"b": u'.split(" "));
    fc.assert(
      fc.property(fc.array(pieces, { minLength: 1, maxLength: 6 }), (repeated) => {
        const said = read(`${HEADER}\n{"op":${repeated.join("").repeat(20_000)}\n`);
        expect(said.join()).toMatch(/^2:\d+ TRACE/u);
      }),
      { numRuns: 100 },
    );
  });
});

describe("a header line", () => {
  it.each([
    ["is missing", GOOD, "1:1 TRACE_HEADER_MISSING"],
    ["lacks its version", '{"max_order":3,"pages":8}', "1:1 TRACE_HEADER_MISSING"],
    ["has another version", '{"buddytrace":2,"max_order":3,"pages":8}', "1:15 TRACE_VERSION"],
    ["has its version as a string", '{"buddytrace":"1","max_order":3,"pages":8}', "1:15 TRACE_VERSION"],
    ["is cut off", HEADER.slice(0, -1), "1:40 TRACE_SYNTAX"],
    ["has a byte order mark", `\uFEFF${HEADER}`, "1:1 INPUT_ENCODING"],
    ["ends in a carriage return", `${HEADER}\r`, "1:41 TRACE_SYNTAX"],
    ["lacks `max_order`", '{"buddytrace":1,"pages":8}', "1:1 TRACE_FIELD_MISSING"],
    ["has an order too large", '{"buddytrace":1,"max_order":31,"pages":8}', "1:29 TRACE_FIELD_RANGE"],
    ["has too many pages", '{"buddytrace":1,"max_order":3,"pages":1e16}', "1:39 TRACE_FIELD_RANGE"],
    [
      "ends beyond 2^52",
      '{"buddytrace":1,"max_order":3,"pages":2,"base_pfn":4503599627370495}',
      "1:52 TRACE_FIELD_RANGE",
    ],
    ["reserves backwards", '{"buddytrace":1,"max_order":3,"pages":8,"reserved":[[4,2]]}', "1:53 TRACE_FIELD_RANGE"],
    [
      "reserves outside",
      '{"buddytrace":1,"max_order":3,"pages":8,"reserved":[[1,2],[4,12]]}',
      "1:59 TRACE_FIELD_RANGE",
    ],
    ["reserves half a range", '{"buddytrace":1,"max_order":3,"pages":8,"reserved":[[4]]}', "1:53 TRACE_FIELD_TYPE"],
  ])("that %s is the only problem reported", (_what, line, problem) => {
    expect(read(`${line}\n${GOOD}\n${GOOD}\n`)).toEqual([problem]);
  });

  it("may reserve a hundred thousand ranges", () => {
    const reserved = Array.from({ length: 100_000 }, (_, index) => [2 * index, 2 * index + 1]);
    const header = JSON.stringify({ buddytrace: 1, max_order: 3, pages: 200_000, reserved });
    expect(read(`${header}\n${GOOD}\n`)).toEqual(["event 2"]);
  });
});

describe("a whole input", () => {
  it.each([
    ["empty", "", "0:0 INPUT_EMPTY"],
    ["of empty lines", "\n \n\t\n", "3:1 TRACE_HEADER_MISSING"],
    ["of NUL bytes", "\0\0\0\0", "1:1 TRACE_SYNTAX"],
  ])("that is %s is a problem", (_what, text, problem) => expect(read(text)).toEqual([problem]));

  it("has no more than ten problems reported", () => {
    expect(read(`${HEADER}\n${"nonsense\n".repeat(100)}`)).toHaveLength(10);
  });

  it("with a line longer than 64 MiB is refused at that line", () => {
    const parts = Array.from({ length: 100 }, () => new Uint8Array(2 ** 20).fill(0x20));
    expect(read(`${HEADER}\n${GOOD}\n`, ...parts, `\n${GOOD}\n`)).toEqual(["event 2", "3:1 TRACE_LINE_LENGTH"]);
  });
});
