// Odd lines of Linux text traces, one by one and drawn at random.
//
//  1. Every line is read three times: alone, by its grammar; behind its like, by its columns; and at the end of
//     the input, without its newline. All must come to the same.
//  2. Lines are drawn as a task's name in each form, as fields in any order and spelling, and as damaged text.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KIND_NAMES, type LinuxSink } from "./linux-event.ts";
import { LinuxTextReader } from "./linux-text.ts";
import { detectLinuxText } from "./linux-text-detect.ts";

/** What a reader says of these chunks: one word list per call of its sink. */
function read(chunks: readonly Uint8Array[]): string[] {
  const said: string[] = [];
  function say(line: number, text: string): void {
    said.push(`${line} ${text}`);
  }
  const sink: LinuxSink = {
    event: (kind, pfn, order, cpu, line) => {
      const name = (KIND_NAMES[kind] as string).slice("mm_page_".length);
      say(line, `${name} ${pfn} ${order} cpu ${cpu} of ${reader.task()}`);
    },
    lost: (cpu, events, line) => say(line, `lost ${cpu} ${events}`),
    bufferStarted: (cpu, line) => say(line, `started ${cpu}`),
    entries: (inBuffer, written, line) => say(line, `entries ${inBuffer} ${written}`),
    other: (line) => say(line, "other"),
    unexplained: (line) => say(line, "unexplained"),
    problem: ({ code }) => {
      said.push(code);
    },
  };
  const reader = new LinuxTextReader(sink, "t");
  for (const chunk of chunks) {
    // Whoever reads a file fills one buffer again and again, so nothing may be kept of it.
    const buffer = Uint8Array.from(chunk);
    reader.push(buffer);
    buffer.fill(0xff);
  }
  reader.end();
  return said;
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function readText(text: string): string[] {
  return read([bytesOf(text)]);
}

/** What a line is read to, without its number, whatever stands around it. */
function readLine(line: string): string {
  const alone = readText(line)[0] as string;
  expect(readText(`${line}\r\n`)[0]).toBe(alone);
  const behind = readText(`${line}\n${line}\n${"#\n".repeat(300)}`)[1] as string;
  expect(behind.replace(/^2/u, "1")).toBe(alone);
  return alone.replace(/^1 /u, "");
}

/** `%16s`, in bytes. */
function columns(task: string): string {
  return " ".repeat(Math.max(0, 16 - bytesOf(task).length)) + task;
}

function trace(event: string, task: string = "bash"): string {
  return `${columns(task)}-123     [001] d.s1.  1504.645542: ${event}`;
}

const FREE = "mm_page_free: page=00000000cdb83534 pfn=0x1b1ad6 order=3";

/** How the printers with columns print a free by a task. */
const BY_TASK: readonly ((task: string) => string)[] = [
  (task) => trace(FREE, task),
  (task) => `${columns(task)}-123     (    123) [001] d.s1.  1504.645542: ${FREE}`,
  (task) =>
    `mm_page_alloc: ${columns(task)}-123   [001]  1504.645542: mm_page_free:         page=0x1b1ad6 pfn=1776342 order=3`,
  (task) =>
    `${columns(task)}   123 [001]  1504.645542:              kmem:mm_page_free: page=0x1b1ad6 pfn=0x1b1ad6 order=3`,
  (task) => `${columns(task)}     123   1 0 00000000 00000001 [fd56be6f] 4250320.495ms (+0.013ms): ${FREE}`,
];

describe("a task", () => {
  it.each([
    "<idle>",
    "<...>",
    "kworker/0:1H",
    "Web Content",
    "mm_page_alloc: x",
    "mm_page_alloc:",
    "a [000] 1.0: b",
    "-1 [0] 2.0: mm",
    "x pfn=0x1",
    "|  /* mm_page_",
    "tracing_mark_wr",
    "PERF_RECORD_LOS",
    "CPU:0 [LOST",
    "(null)-1",
    "Größe 漢",
    "#",
    "",
  ])("named `%s` may do what it likes", (task) => {
    for (const form of BY_TASK) expect(readLine(form(task))).toBe(`free 1776342 3 cpu 1 of ${task.trimStart()}-123`);
  });

  it("of any name may do what it likes", () => {
    const words = [
      "mm_page_alloc: ",
      "pfn=1",
      "[000]",
      "1.0: ",
      "-1",
      " ",
      "|",
      "/*",
      "CPU:1",
      "#",
      "ä",
      "(1)",
      "\t",
      "us: ",
    ];
    const names = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.array(fc.constantFrom(...words)).map((list) => list.join("")),
    );
    const names15 = names.filter((name) => bytesOf(name).length <= 15 && !/[\n\r\0]/u.test(name));
    fc.assert(
      fc.property(names15, fc.constantFrom(...BY_TASK), (task, form) => {
        expect(readLine(form(task))).toBe(`free 1776342 3 cpu 1 of ${task.replace(/^ +/u, "")}-123`);
      }),
    );
  });
});

describe("a request that failed", () => {
  it.each([
    ["mm_page_alloc: page=          (null) pfn=0 order=4 migratetype=0 gfp_flags=GFP_KERNEL", "alloc -1 4"],
    ["mm_page_alloc: page=(null) pfn=0x0 order=4 migratetype=0 gfp_flags=GFP_KERNEL", "alloc -1 4"],
    ["mm_page_alloc: page=0000000000000000 pfn=0x0 order=9 migratetype=0 gfp_flags=GFP_KERNEL", "alloc -1 9"],
    ["mm_page_alloc: page=(nil) pfn=0 order=4", "alloc -1 4"],
    ["mm_page_alloc: page=0x0 pfn=0x0 order=4", "alloc -1 4"],
    ["mm_page_alloc: pfn=0xffffffffffffffff (18446744073709551615) order=0x4 (4) gfp_flags=0xcc0 (3264)", "alloc -1 4"],
    ["mm_page_alloc: pfn=18446744073709551615 order=4", "alloc -1 4"],
  ])("has no pfn: %s", (event, expected) => expect(readLine(trace(event))).toBe(`${expected} cpu 1 of bash-123`));

  it.each([
    ["mm_page_alloc: page=ffffea0000000000 pfn=0x0 order=4", "alloc 0 4"],
    ["mm_page_free: page=0x0 pfn=0x0 order=4", "free 0 4"],
  ])("is not one of the first page: %s", (event, expected) => {
    expect(readLine(trace(event))).toBe(`${expected} cpu 1 of bash-123`);
  });
});

describe("a line of perf script -F", () => {
  it.each([
    ["", "cpu -1 of "],
    ["1504.645542: ", "cpu -1 of "],
    ["[001] ", "cpu 1 of "],
    ["[001]  1504.645542:          1 ", "cpu 1 of "],
    ["    123 ", "cpu -1 of 123"],
    ["   123/123   [001] ", "cpu 1 of 123"],
    ["Web Content ", "cpu -1 of Web Content"],
    ["            bash [001] ", "cpu 1 of bash"],
    ["            bash  1504.645542: ", "cpu -1 of bash"],
    ["Web Content 123 ", "cpu -1 of Web Content-123"],
    ["            bash   123  1504.645542: ", "cpu -1 of bash-123"],
  ])("may have the fields `%s`", (fields, expected) => {
    const event = "kmem:mm_page_free: page=0x1b1ad6 pfn=0x1b1ad6 order=3";
    expect(readLine(`${fields}            ${event}`)).toBe(`free 1776342 3 ${expected}`);
  });
});

const EXTFRAG = "alloc_migratetype=0 fallback_migratetype=1 fragmenting=0 change_ownership=1";

describe("an event", () => {
  it.each([
    ["mm_page_free_batched: page=000000004e02a070 pfn=0x20 order=0", "free_batched 32 0"],
    ["mm_page_free_batched: pfn=0x20 (32)", "free_batched 32 0"],
    ["mm_page_alloc_zone_locked: page=1 pfn=0x20 order=1 migratetype=1 percpu_refill=1", "alloc_zone_locked 32 1"],
    ["mm_page_alloc_zone_locked: page=1 pfn=32 order=10 percpu_refill=0", "alloc_zone_locked 32 10"],
    ["mm_page_alloc_zone_locked: page=1 pfn=32 order=1 migratetype=1", "alloc_zone_locked 32 1"],
    ["mm_page_pcpu_drain: page=1 pfn=0x20 order=9 migratetype=1", "pcpu_drain 32 9"],
    [
      `mm_page_alloc_extfrag: page=1 pfn=0x20 alloc_order=1 fallback_order=9 pageblock_order=9 ${EXTFRAG}`,
      "alloc_extfrag 32 1",
    ],
    [`mm_page_alloc_extfrag: pfn=0x20 (32) alloc_order=0x1 (1) fallback_order=0xa (10)`, "alloc_extfrag 32 1"],
    ["mm_page_alloc: page=1 pfn=0xFFFFFFFFF order=0", "alloc 68719476735 0"],
  ])("%s is read by its keys", (event, expected) => {
    expect(readLine(trace(event))).toBe(`${expected} cpu 1 of bash-123`);
  });

  it.each([
    "mm_page_alloc: page=1 order=0",
    "mm_page_alloc: page=1 pfn=0x12",
    "mm_page_alloc: page=1 pfn=0x12 order=",
    "mm_page_alloc: page=1 pfn=0x12 order=64",
    "mm_page_alloc: page=1 pfn=0x12 order=-1",
    "mm_page_alloc: page=1 pfn=0x order=0",
    "mm_page_alloc: page=1 pfn=12ab order=0",
    "mm_page_alloc: page=1 pfn=0x10000000000000 order=0",
    "mm_page_alloc: page=1 alloc_pfn=0x12 order=0",
    "mm_page_alloc_extfrag: page=1 pfn=0x12 order=0",
    "mm_page_alloc: type: 653",
    "mm_page_free:",
    "mm_page_free_bat",
  ])("that lacks what it needs is shown, not dropped: %s", (event) => {
    expect(readLine(trace(event))).toBe("unexplained");
  });

  it("is shown, not dropped, if what stands before it makes no sense", () => {
    expect(readLine(`??? ${FREE}`)).toBe("unexplained");
  });

  it.each([
    "tracing_mark_write: pfn=0x12 order=0",
    `tracing_mark_write: ${FREE}`,
    `tracing_mark_write: ${trace(FREE)}`,
    `tracing_mark_write:   |  /* ${FREE} */`,
    "kmalloc: call_site=x ptr=1 pfn=0x12 order=0",
    "mm_page_alloc_fast: page=1 pfn=0x12 order=0",
    "<stack trace>",
    "do_nothing <-mm_page_alloc",
  ])("of another kind is none of ours: %s", (event) => {
    expect(readLine(trace(event))).toBe("other");
    expect(readLine(` 0)               |  /* ${event} */`)).toBe("other");
  });

  it("may have any CPU, or none", () => {
    expect(readLine(`            bash-123     [1023] d.s1.  1504.645542: ${FREE}`)).toBe(
      "free 1776342 3 cpu 1023 of bash-123",
    );
    expect(readLine(`            bash   123  1504.645542: kmem:${FREE}`)).toBe("free 1776342 3 cpu -1 of bash-123");
  });

  it("may have any clock", () => {
    for (const time of ["7", "123456789012", "1504.6", "1504.645542001"]) {
      expect(readLine(`            bash-123     [001] d.s1. ${time}: ${FREE}`)).toBe(
        "free 1776342 3 cpu 1 of bash-123",
      );
    }
  });
});

describe("a mark", () => {
  it.each([
    ["CPU:1 [LOST 230 EVENTS]", "lost 1 230"],
    ["CPU:0 [LOST EVENTS]", "lost 0 -1"],
    ["CPU:7 [204600 EVENTS DROPPED]", "lost 7 204600"],
    ["CPU:7 [EVENTS DROPPED]", "lost 7 -1"],
    ["instance:  CPU:7 [12 EVENTS DROPPED]", "lost 7 12"],
    ["            bash   123 [001]  1504.645542: PERF_RECORD_LOST lost 35", "lost 1 35"],
    ["            bash   123/123   [001]  1504.645542: PERF_RECORD_LOST id:4: lost:35", "lost 1 35"],
    ["PERF_RECORD_LOST_SAMPLES lost 3", "lost -1 3"],
    ["Processed 2400 events and lost 12 chunks!", "lost -1 -1"],
    ["##### CPU 3 buffer started ####", "started 3"],
    ["# entries-in-buffer/entries-written: 2059/3887   #P:2", "entries 2059 3887"],
    ["# latency: 0 us, #381/9381, CPU#0 | (M:PREEMPT(none) VP:0, KP:0, SP:0 HP:0 #P:2)", "entries 381 9381"],
    ["# tracer: nop", "other"],
    ["cpus=2", "other"],
    [" => __alloc_frozen_pages_noprof", "other"],
  ])("%s says what it says", (line, expected) => expect(readLine(line)).toBe(expected));

  it("cannot be written by a task", () => {
    for (const mark of ["CPU:1 [LOST 230 EVENTS]", "PERF_RECORD_LOST lost 35", "##### CPU 3 buffer started ####"]) {
      expect(readLine(trace(`tracing_mark_write: ${mark}`))).toBe("other");
    }
  });
});

const MIXED = [
  "# entries-in-buffer/entries-written: 3/3   #P:2",
  ...BY_TASK.map((form) => form("a [000] 1.0: b")),
  "CPU:1 [LOST 230 EVENTS]",
  trace("mm_page_alloc: page=(null) pfn=0 order=10 migratetype=0 gfp_flags=GFP_KERNEL"),
  " => __alloc_frozen_pages_noprof\r",
  ...BY_TASK.map((form) => form("größer")),
  trace(
    "mm_page_alloc: page=00000000cdb83534 pfn=0x1b1ad6 order=0 migratetype=1 gfp_flags=GFP_HIGHUSER_MOVABLE|__GFP_COMP",
  ),
].join("\n");

describe("a trace", () => {
  it("may be cut into chunks at any byte", () => {
    const bytes = bytesOf(MIXED);
    const whole = read([bytes]);
    expect(whole).toHaveLength(MIXED.split("\n").length);
    for (let at = 0; at <= bytes.length; at++) expect(read([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(whole);
    for (const size of [1, 2, 3, 7, 64, 129]) {
      const count = Math.ceil(bytes.length / size);
      const chunks = Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
      expect(read(chunks)).toEqual(whole);
    }
  });

  it("of any bytes is accounted for, line by line", () => {
    const damage = fc.array(
      fc.record({ at: fc.nat(bytesOf(MIXED).length - 1), byte: fc.integer({ min: 0, max: 255 }) }),
    );
    fc.assert(
      fc.property(damage, fc.nat(bytesOf(MIXED).length), (changes, cut) => {
        const bytes = bytesOf(MIXED);
        for (const { at, byte } of changes) bytes[at] = byte;
        const damaged = bytes.subarray(0, cut);
        const lines = damaged.reduce((sum, byte) => sum + (byte === 0x0a ? 1 : 0), 0);
        const unended = damaged.length > 0 && damaged.at(-1) !== 0x0a ? 1 : 0;
        const numbers = read([damaged]).flatMap((said) => /^\d+/u.exec(said)?.map(Number) ?? []);
        expect(numbers).toEqual(Array.from({ length: lines + unended }, (_, index) => index + 1));
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(read([bytes]).length).toBeGreaterThan(0);
      }),
    );
  });

  it("has fields in any order and spelling, read alike by columns and by grammar", () => {
    const field = fc.oneof(
      fc.nat(2 ** 31 - 1).map((pfn) => `pfn=0x${pfn.toString(16)}`),
      fc.nat(2 ** 31 - 1).map((pfn) => `pfn=${pfn}`),
      fc.integer({ min: -1, max: 70 }).map((order) => `order=${order}`),
      fc.constantFrom(
        "page=0000000012345678",
        "page=0x12",
        "page=(null)",
        "alloc_order=1",
        "fallback_order=2",
        "x",
        " ",
      ),
    );
    const name = fc.constantFrom(...KIND_NAMES, "mm_page_", "kmem:mm_page_alloc", "mm_page_free_batch");
    fc.assert(
      fc.property(name, fc.array(field), (event, fields) => void readLine(trace(`${event}: ${fields.join(" ")}`))),
    );
  });

  it("of one endless line is one problem and one unexplained line, however it is cut", () => {
    const line = bytesOf(trace(`${FREE} ${"x".repeat(20_000)}`));
    expect(read([line])).toEqual(["1 unexplained", "TRACE_LINE_LENGTH"]);
    expect(read([...line].map((byte) => Uint8Array.of(byte)))).toEqual(["1 unexplained", "TRACE_LINE_LENGTH"]);
    expect(read([line, bytesOf(`\n${FREE}`)])).toEqual([
      "1 unexplained",
      "TRACE_LINE_LENGTH",
      "2 free 1776342 3 cpu -1 of ",
    ]);
  });

  it("that is empty is a problem", () => expect(read([])).toEqual(["INPUT_EMPTY"]));
});

describe("the content", () => {
  it.each([
    "# tracer: nop\n#\n",
    "cpus=2\n",
    "version = 6\ncpus=8\n",
    "CPU:1 [LOST 230 EVENTS]\n",
    "19270 0 4250320495417 type: 653\n",
    `${FREE}\n`,
    ` 0)               |  /* ${FREE} */\n`,
    trace("sched_switch: prev_comm=a"),
    "            bash   123 [001]  1504.645542: sched:sched_switch: prev_comm=a",
  ])("%j is a kernel's trace", (text) => expect(detectLinuxText(bytesOf(text))).toBe(true));

  it.each([
    "",
    "hello\n",
    '{"buddytrace":1,"max_order":4,"pages":64}\n# tracer: nop\n',
    `# ${FREE}\nbuddytrace: 1\nmax_order: 4\nnote: "${trace(FREE)}"\n`,
    "# a comment\nevents:\n  - a2\n",
    "\0# tracer: nop\n",
  ])("%j is none", (text) => expect(detectLinuxText(bytesOf(text))).toBe(false));
});
