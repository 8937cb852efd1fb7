// Reader of Linux page allocator events in trace-cmd's binary recordings (`trace.dat`), versions 6 and 7.
//
//  1. Where the pages of each CPU are stands behind all else in version 6 and anywhere in version 7, and the CPUs
//     are wanted in the order of time: a recording is read at random, by `read`. `push` and `end` are for pipes;
//     they keep the whole recording in memory, about 40 bytes an event (7 where it is compressed).
//  2. Through `read`, memory is one block of pages for each CPU, whatever the length of the recording.
//  3. Records come in the order of their times; at equal times, the CPU that the recording names first goes first.
//     Those of all tracing instances are read as one, as trace-cmd report prints them.
//  4. A record is of ours by the name in its format, and its fields are where the format says.
//  5. Every record goes to exactly one method of the sink, numbered from 1. Losses are told before the record that
//     follows them on their CPU, under its number; those that no record follows, at the end.
//  6. What is damaged is a problem with its place in bytes, and all that can still be read is read. Where pages are
//     missing or cut off within a recording, their CPU has lost events, how many is not known.
//
// Limits: recordings of latency tracers (text within the file) are refused. Corrections of the clock that a guest
// shares with its host (TIME_SHIFT) are not applied.

import type { Problem, ProblemCode } from "../problem.ts";
import { DatCursor, type DatFailure, type DatSource, type Inflate, memorySource } from "./linux-dat-bytes.ts";
import { DatClock } from "./linux-dat-clock.ts";
import { readVersion6 } from "./linux-dat-6.ts";
import { readVersion7 } from "./linux-dat-7.ts";
import { flagsText } from "./linux-dat-flags.ts";
import { type DatField, type DatFormat, fieldNumber, pfnNumber } from "./linux-dat-format.ts";
import { type DatHead, newHead } from "./linux-dat-head.ts";
import { CpuRecords } from "./linux-dat-ring.ts";
import { FREE_BATCHED, type LinuxCursor, type LinuxSink } from "./linux-event.ts";

/** 0x17 0x08 0x44, then "tracing". */
const MAGIC: readonly number[] = [0x17, 0x08, 0x44, 0x74, 0x72, 0x61, 0x63, 0x69, 0x6e, 0x67];
const BIG_ENDIAN = 1;
const PAGE_BYTES_MAX = 2 ** 24;
const PROBLEMS_MAX = 10;
/** Where a record's type is, if its format does not say. */
const TYPE: DatField = { name: "common_type", offset: 0, sizeBytes: 2, isSigned: false };

/** Do these bytes begin a binary recording of trace-cmd? */
export function isTraceDat(head: Uint8Array): boolean {
  return MAGIC.every((byte, at) => head[at] === byte);
}

/** Reads one recording: either `read`, or `push` its bytes and then `end`. */
export class TraceDatReader implements LinuxCursor {
  readonly #sink: LinuxSink;
  readonly #file: string;
  readonly #inflate: Inflate;
  /** Bytes that were pushed. */
  #parts: Uint8Array[] = [];
  #problems = 0;
  #line = 0;
  /** The head of the recording, and the current record. */
  #head: DatHead = newHead(true, 0);
  #clock = new DatClock(this.#head.time);
  #type: DatField = TYPE;
  #records: CpuRecords | null = null;
  #format: DatFormat | null = null;

  constructor(sink: LinuxSink, file: string, inflate: Inflate) {
    this.#sink = sink;
    this.#file = file;
    this.#inflate = inflate;
  }

  /** Records read so far. */
  get lines(): number {
    return this.#line;
  }

  /** `per_cpu/cpuN/stats` of the CPUs as the recording ended: events that were dropped without a mark stand here. */
  get stats(): readonly string[] {
    return this.#head.stats;
  }

  /** Keeps the next bytes; answers true, since nothing is read before the end. */
  push(chunk: Uint8Array): boolean {
    this.#parts.push(chunk.slice());
    return true;
  }

  /** The input is over: reads what was pushed. */
  end(): void {
    const bytes = concatenated(this.#parts);
    this.#parts = [];
    this.read(memorySource(bytes, "the file"));
  }

  /** Reads a whole recording. */
  read(source: DatSource): void {
    if (source.sizeBytes === 0) {
      this.#report("INPUT_EMPTY", { expected: "a recording of kernel events", found: "an empty file" });
      return;
    }
    this.#readHead(source);
    for (const failure of this.#head.failures) this.#reportDamage(failure);
    const { isLittleEndian, formats, time } = this.#head;
    this.#clock = new DatClock(time);
    this.#type = [...formats.values()].find((format) => format.type !== null)?.type ?? TYPE;
    const input = { source, isLittleEndian, inflate: this.#inflate, report: this.#reportDamage };
    const cpus = this.#head.cpus.filter((cpu) => this.#hasPages(cpu.pageBytes));
    this.#readInOrder(cpus.map((cpu) => new CpuRecords(input, cpu, this.#head, this.#clock)));
  }

  time(): number {
    return this.#records === null ? Number.NaN : this.#clock.shown(this.#records.time);
  }

  task(): string {
    const pid = this.#number(this.#format?.pid);
    if (pid === null) return "";
    return `${pid === 0 ? "<idle>" : (this.#head.names.get(pid) ?? "<...>")}-${pid}`;
  }

  gfpFlags(): string {
    const flags = this.#number(this.#format?.gfpFlags);
    return flags === null ? "" : flagsText(flags, this.#format?.flagNames ?? []);
  }

  migratetype(): number {
    return this.#number(this.#format?.migratetype) ?? -1;
  }

  /** The record in the manner of trace-cmd report, with the fields as the kernel stored them. */
  lineText(max: number): string {
    const records = this.#records;
    if (records === null) return "";
    const time = Number.isInteger(this.time()) ? String(this.time()) : this.time().toFixed(6);
    const cpu = String(records.cpu).padStart(3, "0");
    const fields = this.#format?.fields.map((field) => ` ${field.name}=${this.#number(field) ?? "?"}`) ?? [];
    return `${this.task()} [${cpu}] ${time}: ${this.#format?.name ?? "unknown"}:${fields.join("")}`.slice(0, max);
  }

  #readHead(source: DatSource): void {
    const cursor = new DatCursor(source, 0, true);
    const magic = cursor.bytes(MAGIC.length);
    if (!isTraceDat(magic)) cursor.fail(0, "the beginning of a trace.dat", "other bytes");
    const version = cursor.string();
    if (version !== "6" && version !== "7") cursor.fail(MAGIC.length, "version 6 or 7", JSON.stringify(version));
    const isLittleEndian = cursor.u8() !== BIG_ENDIAN;
    cursor.skip(1);
    const rest = new DatCursor(source, cursor.offset, isLittleEndian);
    const head = newHead(isLittleEndian, rest.u32());
    this.#head = head;
    if (cursor.failure !== null) head.failures.push(cursor.failure);
    else if (version === "6") readVersion6(source, rest, head);
    else readVersion7(source, rest, head, this.#inflate);
  }

  #hasPages(pageBytes: number): boolean {
    const { dataOffset } = this.#head;
    if (pageBytes > dataOffset && pageBytes <= PAGE_BYTES_MAX) return true;
    const expected = `pages of ${dataOffset + 1} to ${PAGE_BYTES_MAX} bytes`;
    this.#reportDamage({ expected: `${expected}, told in the head`, found: String(pageBytes) });
    return false;
  }

  /** Hands on the records of all CPUs, the earliest first. */
  #readInOrder(all: readonly CpuRecords[]): void {
    let waiting = all.filter((records) => this.#advance(records));
    while (waiting.length > 0) {
      const first = earliest(waiting);
      const rest = waiting.filter((records) => records !== first);
      // Up to the first of the others' records, this CPU's need no comparison with them.
      const limit = rest.length === 0 ? Number.POSITIVE_INFINITY : earliest(rest).time;
      if (!this.#readUntil(first, limit)) waiting = rest;
    }
  }

  /** Hands on the current record and all before `limit`; answers whether more are left. */
  #readUntil(records: CpuRecords, limit: number): boolean {
    for (;;) {
      this.#record(records);
      if (!this.#advance(records)) return false;
      if (records.time >= limit) return true;
    }
  }

  #advance(records: CpuRecords): boolean {
    if (records.advance()) return true;
    if (records.lost !== 0) this.#sink.lost(records.cpu, records.lost, this.#line);
    return false;
  }

  #record(records: CpuRecords): void {
    const line = ++this.#line;
    if (records.lost !== 0) {
      this.#sink.lost(records.cpu, records.lost, line);
      records.lost = 0;
    }
    this.#records = records;
    const { view, at, end } = records;
    const { isLittleEndian, formats } = this.#head;
    const bytes = end - at;
    const hasType = this.#type.offset + this.#type.sizeBytes <= bytes;
    const format = hasType ? (formats.get(fieldNumber(view, at, this.#type, isLittleEndian)) ?? null) : null;
    this.#format = format;
    if (format === null || format.sizeBytes > bytes) this.#sink.unexplained(line);
    else if (format.kind < 0) this.#withoutEvent(format, line);
    else this.#event(format, records, line);
  }

  #withoutEvent(format: DatFormat, line: number): void {
    if (format.isOurs) this.#sink.unexplained(line);
    else this.#sink.other(line);
  }

  #event(format: DatFormat, { view, at, cpu }: CpuRecords, line: number): void {
    const { isLittleEndian } = this.#head;
    const { kind, order } = format;
    const pfn = format.pfn === null ? -1 : pfnNumber(view, at, format.pfn, isLittleEndian);
    const orderNumber = order === null ? 0 : fieldNumber(view, at, order, isLittleEndian);
    if (pfn > Number.MAX_SAFE_INTEGER || (order === null && kind !== FREE_BATCHED)) this.#sink.unexplained(line);
    else this.#sink.event(kind, pfn, orderNumber, cpu, line);
  }

  /** A field of the current record, or null where it has none. */
  #number(field: DatField | null | undefined): number | null {
    const records = this.#records;
    if (field === null || field === undefined || records === null) return null;
    if (records.at + field.offset + field.sizeBytes > records.end) return null;
    return fieldNumber(records.view, records.at, field, this.#head.isLittleEndian);
  }

  readonly #reportDamage = (failure: DatFailure): void => this.#report("INPUT_TRACE_DAT", failure);

  #report(code: ProblemCode, { expected, found }: DatFailure): void {
    this.#problems++;
    if (this.#problems > PROBLEMS_MAX) return;
    const problem: Problem = { code, place: { file: this.#file, line: 0, column: 0 }, expected, found, source: "" };
    this.#sink.problem(problem);
  }
}

/** The one with the earliest record; of several, the first. */
function earliest(waiting: readonly CpuRecords[]): CpuRecords {
  return waiting.reduce((first, records) => (records.time < first.time ? records : first));
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
