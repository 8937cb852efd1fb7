// What a binary recording says about itself, whatever its version: header, event formats, names of tasks, options.
//
//  1. The parts are the same in versions 6 and 7. Version 6 has them one behind the other (linux-dat-6.ts), version 7
//     as sections that options point at (linux-dat-7.ts).
//  2. Symbols of the kernel (kallsyms) and formats of trace_printk are passed over: no event of ours needs them.
//  3. Of options, those count that bear on time, on the buffers or on losses; all others are passed over.
//
// Source: trace-cmd.dat.v6(5) and trace-cmd.dat.v7(5).

import { DatCursor, type DatFailure, memorySource, textOf } from "./linux-dat-bytes.ts";
import type { DatTime } from "./linux-dat-clock.ts";
import { type DatFormat, readFormat } from "./linux-dat-format.ts";

/** Where one CPU's pages are. */
export interface DatCpu {
  readonly cpu: number;
  readonly offset: number;
  readonly sizeBytes: number;
  readonly pageBytes: number;
  /** The program that decompresses the pages, "" where they are not compressed. */
  readonly compression: string;
}

/** Filled in while the head is read. */
export interface DatHead {
  readonly isLittleEndian: boolean;
  readonly pageBytes: number;
  /** Bytes of `long` in the kernel, not in the programs that ran on it. */
  longBytes: number;
  /** Bytes of a page before its first record. */
  dataOffset: number;
  /** By the records' type. */
  readonly formats: Map<number, DatFormat>;
  /** Names of tasks by pid. */
  readonly names: Map<number, string>;
  readonly cpus: DatCpu[];
  readonly time: DatTime;
  /** `per_cpu/cpuN/stats` of each CPU when the recording ended. */
  readonly stats: string[];
  /** What could not be read; the rest stands. */
  readonly failures: DatFailure[];
}

/** Options that are read here or by the versions' own readers. */
export const OPTION_DONE = 0;
export const OPTION_BUFFER = 3;
const OPTION_DATE = 1;
const OPTION_CPUSTAT = 2;
const OPTION_TRACECLOCK = 4;
const OPTION_OFFSET = 7;
const OPTION_TSC2NSEC = 14;

/** Characters of a wrong text that a problem quotes. */
const QUOTED_MAX = 60;
const COMMIT = /field: *local_t commit;\s*offset:\d+;\s*size:([48]);/;
const DATA = /field: *char data;\s*offset:(\d{1,4});/;
const CMDLINE = /^ *(\d{1,9}) (.*)$/gm;

export function newHead(isLittleEndian: boolean, pageBytes: number): DatHead {
  return {
    isLittleEndian,
    pageBytes,
    longBytes: 8,
    dataOffset: 16,
    formats: new Map(),
    names: new Map(),
    cpus: [],
    time: { clock: "", shiftNanoseconds: 0n, cycles: null },
    stats: [],
    failures: [],
  };
}

/** `header_page`, which describes a page of the buffer, and `header_event`, which has been the same since 2.6.31. */
export function readHeaderInfo(cursor: DatCursor, head: DatHead): void {
  const start = cursor.offset;
  cursor.expect("header_page\0");
  const page = textOf(cursor.bytes(cursor.u64()));
  cursor.expect("header_event\0");
  cursor.skip(cursor.u64());
  if (cursor.failure !== null) return;
  const commitBytes = COMMIT.exec(page)?.[1];
  const dataOffset = DATA.exec(page)?.[1];
  if (commitBytes === undefined || dataOffset === undefined) {
    cursor.fail(start, "header_page with the fields commit and data", JSON.stringify(page.slice(0, QUOTED_MAX)));
    return;
  }
  head.longBytes = Number(commitBytes);
  head.dataOffset = Number(dataOffset);
}

/** Keeps what went wrong with a part of the head. */
export function noteFailure(cursor: DatCursor, head: DatHead): void {
  if (cursor.failure !== null) head.failures.push(cursor.failure);
}

/** Formats of ftrace's own events. */
export function readFtraceFormats(cursor: DatCursor, head: DatHead): void {
  readFormats(cursor, head);
}

/** Formats of the other events, system by system. */
export function readEventFormats(cursor: DatCursor, head: DatHead): void {
  const systemCount = cursor.u32();
  for (let system = 0; system < systemCount && cursor.failure === null; system++) {
    cursor.string();
    readFormats(cursor, head);
  }
}

function readFormats(cursor: DatCursor, head: DatHead): void {
  const count = cursor.u32();
  for (let done = 0; done < count && cursor.failure === null; done++) {
    const format = readFormat(textOf(cursor.bytes(cursor.u64())));
    if (format !== null) head.formats.set(format.id, format);
  }
}

/** Lines of a pid and a name. */
export function readNames(cursor: DatCursor, head: DatHead): void {
  const text = textOf(cursor.bytes(cursor.u64()));
  for (const [, pid, name] of text.matchAll(CMDLINE)) head.names.set(Number(pid), name as string);
}

/** An option that means the same in both versions. */
export function readOption(id: number, data: Uint8Array, head: DatHead): void {
  switch (id) {
    case OPTION_DATE:
      head.time.shiftNanoseconds += 1000n * bigintOf(data);
      return;
    case OPTION_OFFSET:
      head.time.shiftNanoseconds += bigintOf(data);
      return;
    case OPTION_TRACECLOCK:
      head.time.clock = clockOf(stringOf(data));
      return;
    case OPTION_CPUSTAT:
      head.stats.push(stringOf(data));
      return;
    case OPTION_TSC2NSEC:
      readCycles(data, head);
      return;
    default:
      return;
  }
}

function readCycles(data: Uint8Array, head: DatHead): void {
  const cursor = new DatCursor(memorySource(data, "the option TSC2NSEC"), 0, head.isLittleEndian);
  const multiplier = BigInt(cursor.u32());
  const shift = BigInt(Math.min(cursor.u32(), 63));
  const offset = BigInt(cursor.u64());
  noteFailure(cursor, head);
  if (cursor.failure === null) head.time.cycles = { multiplier, shift, offset };
}

/** Of `[local] global counter` the one in brackets. */
function clockOf(text: string): string {
  return /\[([\w-]+)\]/.exec(text)?.[1] ?? text.trim();
}

function stringOf(data: Uint8Array): string {
  const end = data.indexOf(0);
  return textOf(end < 0 ? data : data.subarray(0, end));
}

/** A number as C's strtoll reads it; what is none is 0. */
function bigintOf(data: Uint8Array): bigint {
  const [, sign, digits] = /^\s*([+-]?)(0x[\da-f]{1,16}|\d{1,19})/i.exec(stringOf(data)) ?? [];
  if (digits === undefined) return 0n;
  return sign === "-" ? -BigInt(digits) : BigInt(digits);
}
