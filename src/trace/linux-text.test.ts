// Recordings of the Linux kernel as text: every form gives the same events, every line is accounted for, and
// nothing that a task calls itself or writes into the trace passes for an event.
//
//  1. The forms of one recording are written here, by the formats of their printers, and read back.
//  2. Odd lines, one by one and drawn at random: linux-text-line.test.ts. Whole recordings, counted:
//     test/linux-recordings.test.ts.

import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { problemLine } from "../problem.ts";
import { KIND_NAMES, type LinuxSink } from "./linux-event.ts";
import { LinuxTextReader } from "./linux-text.ts";

const KEPT = "traces/linux";

/** What a reader says of these chunks: one line per call of its sink. */
function read(chunks: readonly Uint8Array[]): string[] {
  const said: string[] = [];
  function say(line: number, text: string): void {
    said.push(`${line} ${text}`);
  }
  const sink: LinuxSink = {
    event: (kind, pfn, order, cpu, line) => {
      const name = (KIND_NAMES[kind] as string).slice("mm_page_".length);
      const rest = `${reader.time()} ${reader.task()} ${reader.gfpFlags()} ${reader.migratetype()}`;
      say(line, `${name} ${pfn} ${order} cpu ${cpu} | ${rest}`);
    },
    lost: (cpu, events, line) => say(line, `lost ${cpu} ${events}`),
    bufferStarted: (cpu, line) => say(line, `started ${cpu}`),
    entries: (inBuffer, written, line) => say(line, `entries ${inBuffer} ${written}`),
    other: (line) => say(line, "other"),
    unexplained: (line) => say(line, "unexplained"),
    problem: (problem) => {
      said.push(problemLine(problem));
    },
  };
  const reader = new LinuxTextReader(sink, "t");
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
  return [...said, `${reader.lines} lines`];
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function readText(text: string): string[] {
  return read([bytesOf(text)]);
}

function recording(file: string): Uint8Array {
  return readFileSync(path.join(KEPT, file));
}

describe("a recording", () => {
  it("says where events were lost, and from where on all CPUs are recorded", () => {
    const said = ["small-2-lost.trace_pipe.txt", "extra-2-overrun-buffer-started.trace.txt"].flatMap((file) =>
      read([recording(file)]).filter((line) => /lost|started|entries/u.test(line)),
    );
    expect(said).toEqual(["316 lost 0 2242", "530 lost 0 155", "3 entries 2059 3887", "190 started 0"]);
  });

  it("gives time, task, gfp flags and migratetype of the event at hand", () => {
    const said = ["small-1-idle.trace.txt", "small-3-fork.perf-script.txt"].map((file) =>
      read([recording(file)]).find((line) => line.includes(" alloc ")),
    );
    expect(said).toEqual([
      "13 alloc 1919703 0 cpu 1 | 5147.702638 task-28881-28881 GFP_KERNEL_ACCOUNT|__GFP_ZERO|__GFP_COMP 0",
      "1 alloc 3596670 0 cpu 1 | 5224.116644 task-28402-28402 GFP_HIGHUSER_MOVABLE|__GFP_ZERO|__GFP_COMP 1",
    ]);
  });
});

/** The allocations in a text, without their line numbers. */
function allocationsIn(text: string): string[] {
  return readText(text)
    .filter((line) => line.includes(" alloc "))
    .map((line) => line.replace(/^\d+ /u, ""));
}

describe("the trace options", () => {
  const sections = readFileSync(path.join(KEPT, "env/trace-option-variants.txt"), "utf8").split(/^(?=--- |# tracer)/mu);
  function sectionOf(title: string): string {
    return sections.find((text) => text.startsWith(`--- ${title}\n`)) as string;
  }
  const [FIRST, SECOND] = ["alloc 1776342 0", "alloc 2346643 0"];
  const GFP = "GFP_KERNEL_ACCOUNT|__GFP_ZERO|__GFP_COMP 0";

  it.each([
    ["record-tgid", "cpu 0", "4250.320495 task-19270", GFP],
    ["default", "cpu 0", "4250.320495 task-19270", GFP],
    ["noirq-info", "cpu 0", "4250.320495 task-19270", GFP],
    ["nohash-ptr", "cpu 0", "4250.320495 task-19270", GFP],
    ["fields", "cpu 0", "4250.320495 task-19270", "0x440dc0 0"],
    ["latency-format", "cpu 0", "4250.320495 task-19270", GFP],
    ["latency+verbose", "cpu 0", "4250.320495 task-19270", GFP],
    ["nocontext-info", "cpu -1", "NaN ", GFP],
  ])("%s leaves pfn and order to be read", (title, cpu, context, rest) => {
    const events = allocationsIn(sectionOf(title));
    // The last section goes on with two events that have their stacks.
    expect(events).toHaveLength(title === "nocontext-info" ? 4 : 2);
    expect(events[0]).toBe(`${FIRST} ${cpu} | ${context} ${rest}`);
    expect(events[1]?.startsWith(`${SECOND} ${cpu} | `)).toBe(true);
  });

  it("never make an event of a text with a pfn, or of a line that they leave no name in", () => {
    const said = readText(sections.join("")).filter((line) => !/ alloc | other| entries /u.test(line));
    expect(said).toEqual([
      "t:43:1: INPUT_FORMAT: expected names and fields of events, as recorded with the trace options noraw and nohex, found numbers only, as the trace options raw and hex print them",
      "43 unexplained",
      "44 unexplained",
      "46 unexplained",
      "48 unexplained",
      "96 lines",
    ]);
  });
});

// ---------------------------------------------------------------- one recording in all forms

interface Event {
  readonly task: string;
  readonly pid: number;
  readonly cpu: number;
  /** Microseconds. */
  readonly time: number;
  readonly name: string;
  /** `pfn=0x… order=…` and what follows. */
  readonly fields: string;
}

const RAW =
  /^ *(?<task>.*)-(?<pid>\d+) +\[(?<cpu>\d+)\] \S+ +(?<s>\d+)\.(?<us>\d+): (?<name>\w+): page=\w+ (?<fields>.*)$/u;

function eventsIn(text: string): Event[] {
  return text.split("\n").flatMap((line) => {
    const { task, pid, cpu, s, us, name, fields } = RAW.exec(line)?.groups ?? {};
    if (task === undefined || name === undefined || fields === undefined) return [];
    return [{ task, pid: Number(pid), cpu: Number(cpu), time: Number(s) * 1e6 + Number(us), name, fields }];
  });
}

function seconds({ time }: Event): string {
  return `${String(Math.floor(time / 1e6)).padStart(5)}.${String(time % 1e6).padStart(6, "0")}`;
}

/** `%16s`, in bytes. */
function columns(task: string, width: number): string {
  return " ".repeat(Math.max(0, width - bytesOf(task).length)) + task;
}

function contextOf(event: Event): string {
  return `${columns(event.task, 16)}-${String(event.pid).padEnd(7)} `;
}

function cpuColumn({ cpu }: Event): string {
  return `[${String(cpu).padStart(3, "0")}]`;
}

const PAGE = "page=00000000cdb83534";

/** How each printer and option writes an event. */
const FORMS: Readonly<Record<string, (event: Event) => string>> = {
  trace: (e) => `${contextOf(e)}${cpuColumn(e)} ..s1. ${seconds(e)}: ${e.name}: ${PAGE} ${e.fields}`,
  "record-tgid": (e) =>
    `${contextOf(e)}(${columns("1234", 7)}) ${cpuColumn(e)} ..... ${seconds(e)}: ${e.name}: ${PAGE} ${e.fields}`,
  "a task that has gone": (e) =>
    `${contextOf(e)}(-------) ${cpuColumn(e)} ..... ${seconds(e)}: ${e.name}: ${PAGE} ${e.fields}`,
  "noirq-info": (e) => `${contextOf(e)}${cpuColumn(e)} ${seconds(e)}: ${e.name}: ${PAGE} ${e.fields}`,
  "fused flags": (e) => `${contextOf(e)}${cpuColumn(e)}d.h1. ${seconds(e)}: ${e.name}: ${PAGE} ${e.fields}`,
  nanoseconds: (e) => `${contextOf(e)}${cpuColumn(e)} ..... ${seconds(e)}000: ${e.name}: ${PAGE} ${e.fields}`,
  "a decimal pfn": (e) =>
    `${contextOf(e)}${cpuColumn(e)} ....  ${seconds(e)}: ${e.name}: ${PAGE} ${e.fields.replace(/0x[\da-f]+/u, (pfn) => String(Number(pfn)))}`,
  "unknown keys": (e) => `${contextOf(e)}${cpuColumn(e)} ....  ${seconds(e)}: ${e.name}: nr_free=7 ${e.fields} zone=2`,
  "keys in another order": (e) =>
    `${contextOf(e)}${cpuColumn(e)} ....  ${seconds(e)}: ${e.name}: ${e.fields.split(" ").reverse().join(" ")} ${PAGE}`,
  "carriage returns": (e) => `${contextOf(e)}${cpuColumn(e)} ..... ${seconds(e)}: ${e.name}: ${PAGE} ${e.fields}\r`,
  "trace-cmd report": (e) =>
    `${columns(e.task, 16)}-${String(e.pid).padEnd(5)} ${cpuColumn(e)} ${seconds(e)}: ${`${e.name}:`.padEnd(20)} page=0x1 ${e.fields}`,
  "an instance": (e) =>
    `mm_page_free: ${columns(e.task, 16)}-${String(e.pid).padEnd(5)} ${cpuColumn(e)} ${seconds(e)}: ${`${e.name}:`.padEnd(20)} page=0x1 ${e.fields}`,
  "--ts-diff": (e) =>
    `${columns(e.task, 16)}-${String(e.pid).padEnd(5)} ${cpuColumn(e)} ${seconds(e)}: (+12) ${`${e.name}:`.padEnd(20)} page=0x1 ${e.fields}`,
  "perf script": (e) =>
    `${columns(e.task, 16)} ${String(e.pid).padStart(5)} ${cpuColumn(e)} ${seconds(e)}: ${`kmem:${e.name}`.padStart(28)}: page=0x1 ${e.fields}`,
  "perf script -F +pid": (e) =>
    `${columns(e.task, 16)} ${String(e.pid).padStart(5)}/${e.pid} ${cpuColumn(e)} ${seconds(e)}:          1 ${`kmem:${e.name}`.padStart(28)}: page=0x1 ${e.fields}`,
  "latency-format": (e) =>
    `${columns(e.task, 8)}-${String(e.pid).padEnd(7)} ${String(e.cpu).padStart(3)}d.s1. ${String(e.time).padStart(4)}us+: ${e.name}: ${PAGE} ${e.fields}`,
  verbose: (e) =>
    `${columns(e.task, 16)} ${String(e.pid).padStart(7)} ${String(e.cpu).padStart(3)} 0 00000000 00000001 [fd56be6f] ${Math.floor(e.time / 1000)}.${String(e.time % 1000).padStart(3, "0")}ms (+0.013ms): ${e.name}: ${PAGE} ${e.fields}`,
  "names without their columns": (e) =>
    `${e.task}-${e.pid} ${cpuColumn(e)} ..... ${seconds(e)}: ${e.name}: ${PAGE} ${e.fields}`,
  function_graph: (e) =>
    `${seconds(e)} |   ${e.cpu})  ${e.task}-${e.pid}   |               |  /* ${e.name}: ${PAGE} ${e.fields} */`,
};

/** What a form is read to, without line numbers. */
function readAs(form: string, events: readonly Event[]): string[] {
  const lines = events.map(FORMS[form] as (event: Event) => string);
  return readText(lines.join("\n")).map((said) => said.replace(/^\d+ /u, ""));
}

describe("the events of a recording", () => {
  const events = eventsIn(new TextDecoder().decode(recording("small-1-idle.trace.txt")));
  const expected = read([recording("small-1-idle.trace.txt")])
    .filter((line) => line.includes(" | "))
    .map((line) => line.replace(/^\d+ /u, ""));

  it.each(Object.keys(FORMS))("are the same when printed as %s", (form) => {
    expect(expected).toHaveLength(629);
    expect(readAs(form, events)).toEqual([...expected, "629 lines"].map((said) => said.replace(/^629 /u, "")));
  });

  it("are the same when a graph does not tell time, CPU or task", () => {
    const text = events.map((e) => ` |  /* ${e.name}: ${PAGE} ${e.fields} */\n`).join("");
    const numbers = readText(text).map((said) => said.replaceAll(/^\d+ | cpu.*| \|.*/gu, ""));
    expect(numbers.slice(0, -1)).toEqual(expected.map((said) => said.replace(/ cpu.*/u, "")));
  });
});
