// Reader of Linux page allocator events as text, in chunks of bytes, any length: `trace` and `trace_pipe` of
// tracefs, `trace-cmd report`, `perf script`.
//
//  1. Chunks come in order through `push`; a line that a chunk ends in is kept and completed by the next.
//     Memory is one chunk and one line, whatever the length of the trace.
//  2. A line whose columns are known (linux-text-shape.ts) is read from its bytes, without a string. The first
//     line of each shape, and all that have none, are read by their grammar (linux-text-line.ts).
//  3. Every line goes to exactly one method of the sink, so that nothing is dropped silently.
//  4. Line ends are "\n" or "\r\n"; the last line may lack its own. A file cut off in an event's name or
//     fields ends in an unexplained line.
//
// Limits: the options `raw` and `hex` leave out the names of events; that is one problem, and its lines are
// unexplained. Lines that a program wrote into the trace with a newline inside cannot be told from real ones.

import { unreachable } from "../../model/assert.ts";
import type { Problem, ProblemCode } from "../problem.ts";
import type { LinuxCursor, LinuxSink } from "./linux-event.ts";
import { EventScanner, numberAt, PLAIN_BYTES, UNREADABLE, valueAt } from "./linux-text-event.ts";
import type { Head } from "./linux-text-head.ts";
import { type LinuxLine, readLine } from "./linux-text-line.ts";
import { COLON_MAX, NAME_GAP_MAX, type Shape, Shapes, taskOf, timeOf } from "./linux-text-shape.ts";
import { newlineFrom, viewOf } from "./linux-text-words.ts";

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const PROBLEMS_MAX = 10;
/** Bytes behind the start of a line that may be looked at without asking whether they are there. */
const PADDING_BYTES = COLON_MAX + NAME_GAP_MAX + PLAIN_BYTES;
/** The kernel prints at most two pages a line. */
const LINE_BYTES_MAX = 16 * 2 ** 10;
/** Characters of a line that a problem quotes. */
const SOURCE_MAX = 400;

const LATIN1 = new TextDecoder("latin1");
const GFP_FLAGS_KEY: Uint8Array = new TextEncoder().encode("gfp_flags");
const MIGRATETYPE_KEY: Uint8Array = new TextEncoder().encode("migratetype");
/** A name of ours that the end of the file cut off. */
const CUT_NAME = /^(?:kmem:)?mm_page_[a-z_]*$/;

/** Reads one trace: `push` chunks, then `end`. */
export class LinuxTextReader implements LinuxCursor {
  readonly #sink: LinuxSink;
  readonly #file: string;
  readonly #scanner = new EventScanner();
  readonly #shapes = new Shapes();
  /** Bytes of an unfinished line. */
  #parts: Uint8Array[] = [];
  #partsBytes = 0;
  /** The chunk being read, and where its current line starts. */
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #lineStart = 0;
  #line = 0;
  /** What the current line begins with; `#head` is of the last line that was read by its grammar. */
  #shape: Shape | null = null;
  #head: Head | null = null;
  #problems = 0;
  #saidNumbers = false;

  constructor(sink: LinuxSink, file: string) {
    this.#sink = sink;
    this.#file = file;
  }

  /** Lines begun so far. */
  get lines(): number {
    return this.#line;
  }

  /** Takes the next chunk; answers false when enough problems were found and no more is wanted. */
  push(chunk: Uint8Array): boolean {
    const first = chunk.indexOf(NEWLINE);
    if (first < 0) {
      this.#keep(chunk);
      return this.#problems < PROBLEMS_MAX;
    }
    let start = 0;
    if (this.#partsBytes > 0) {
      start = first + 1;
      this.#finishKept(chunk.subarray(0, start));
    }
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    this.#readLines(chunk, start, end);
    if (end < chunk.length) this.#keep(chunk.subarray(end));
    return this.#problems < PROBLEMS_MAX;
  }

  /** The input is over: what is left is the last line, with or without its newline. */
  end(): void {
    if (this.#partsBytes > 0) this.#finishKept(Uint8Array.of(NEWLINE));
    if (this.#line === 0) this.#report("INPUT_EMPTY", "a recording of kernel events", "an empty file");
  }

  time(): number {
    if (this.#shape !== null) return timeOf(this.#shape, this.#bytes, this.#lineStart);
    return this.#head === null ? Number.NaN : this.#head.time;
  }

  task(): string {
    if (this.#shape !== null) return taskOf(this.#shape, this.#bytes, this.#lineStart);
    if (this.#head === null) return "";
    return new TextDecoder().decode(Uint8Array.from(this.#head.task, (byte) => byte.charCodeAt(0)));
  }

  gfpFlags(): string {
    const start = this.#valueAt(GFP_FLAGS_KEY);
    if (start < 0) return "";
    let end = start;
    while ((this.#bytes[end] as number) > SPACE) end++;
    return LATIN1.decode(this.#bytes.subarray(start, end));
  }

  migratetype(): number {
    const number = numberAt(this.#bytes, this.#valueAt(MIGRATETYPE_KEY), this.#bytes.length);
    return Math.max(number, -1);
  }

  lineText(max: number): string {
    if (this.#line === 0) return "";
    const end = this.#endWithoutReturn(newlineFrom(this.#view, this.#lineStart, this.#bytes.length));
    return new TextDecoder()
      .decode(this.#bytes.subarray(this.#lineStart, Math.min(end, this.#lineStart + 4 * max)))
      .slice(0, max);
  }

  #keep(part: Uint8Array): void {
    // Of a line that is too long no more is kept than shows it to be.
    if (this.#partsBytes <= LINE_BYTES_MAX) this.#parts.push(part.slice(0, LINE_BYTES_MAX + 1));
    this.#partsBytes += part.length;
  }

  #finishKept(rest: Uint8Array): void {
    this.#keep(rest);
    const line = concatenate(this.#parts, NEWLINE);
    this.#parts = [];
    this.#partsBytes = 0;
    this.#readLines(line, 0, line.indexOf(NEWLINE) + 1);
  }

  /** Whole lines from `start` to `end`, the last newline included. */
  #readLines(bytes: Uint8Array, start: number, end: number): void {
    const view = viewOf(bytes);
    const padded = bytes.length - PADDING_BYTES;
    this.#bytes = bytes;
    this.#view = view;
    let at = start;
    while (at < end) {
      if (at > padded) {
        this.#readLines(withPadding(bytes, at, end), 0, end - at);
        return;
      }
      this.#line++;
      this.#lineStart = at;
      const shape = this.#shapes.of(view, at);
      this.#shape = shape;
      at = (shape === null ? this.#slowLine(at) : this.#shapedLine(shape, view, at)) + 1;
    }
  }

  /** A line whose columns are known; answers the position of its newline. */
  #shapedLine(shape: Shape, view: DataView, start: number): number {
    const colon = start + shape.colon;
    let nameAt = colon + 2;
    while (view.getUint8(nameAt) === SPACE) nameAt++;
    // A letter or `<` begins a name; what else may stand here, such as perf's period, only the grammar knows.
    if (view.getUint8(nameAt) < 0x3c || nameAt > colon + NAME_GAP_MAX) return this.#slowLine(start);
    const scanner = this.#scanner;
    const end = scanner.scanPlain(view, nameAt, this.#bytes.length);
    if (end < 0 || end - start > LINE_BYTES_MAX) return this.#event(nameAt, this.#shapes.cpu);
    this.#sink.event(scanner.kind, scanner.pfn, scanner.order, this.#shapes.cpu, this.#line);
    return end;
  }

  /** Hands on the event named at `nameAt`, or says what else the line is; answers the position of its newline. */
  #event(nameAt: number, cpu: number): number {
    const scanner = this.#scanner;
    const newlineAt = newlineFrom(this.#view, nameAt, this.#bytes.length);
    const end = scanner.scan(this.#bytes, nameAt, newlineAt);
    if (newlineAt - this.#lineStart > LINE_BYTES_MAX) this.#tooLong();
    else if (end >= 0) this.#sink.event(scanner.kind, scanner.pfn, scanner.order, cpu, this.#line);
    else if (end === UNREADABLE || this.#isCut(nameAt, newlineAt)) this.#sink.unexplained(this.#line);
    else this.#sink.other(this.#line);
    return newlineAt;
  }

  #isCut(nameAt: number, end: number): boolean {
    if (this.#bytes[nameAt] !== 0x6d && this.#bytes[nameAt] !== 0x6b) return false;
    return CUT_NAME.test(LATIN1.decode(this.#bytes.subarray(nameAt, this.#endWithoutReturn(end))));
  }

  /** Any line, by its grammar; answers the position of its newline. */
  #slowLine(start: number): number {
    const end = newlineFrom(this.#view, start, this.#bytes.length);
    this.#shape = null;
    this.#head = null;
    this.#scanner.fieldsAt = -1;
    if (end - start > LINE_BYTES_MAX) {
      this.#tooLong();
      return end;
    }
    const line = readLine(LATIN1.decode(this.#bytes.subarray(start, this.#endWithoutReturn(end))));
    if (line.kind === "head") this.#headedLine(line.head, start);
    else this.#say(line);
    return end;
  }

  #headedLine(head: Head, start: number): void {
    this.#head = head;
    if (head.shape !== null && this.#shapes.of(this.#view, start) === null) this.#shapes.learn(head.shape);
    this.#event(start + head.nameAt, head.cpu);
  }

  #say(line: Exclude<LinuxLine, { kind: "head" }>): void {
    switch (line.kind) {
      case "lost":
        this.#sink.lost(line.cpu, line.events, this.#line);
        return;
      case "buffer-started":
        this.#sink.bufferStarted(line.cpu, this.#line);
        return;
      case "entries":
        this.#sink.entries(line.inBuffer, line.written, this.#line);
        return;
      case "numbers":
        this.#sayNumbers();
        this.#sink.unexplained(this.#line);
        return;
      case "unexplained":
        this.#sink.unexplained(this.#line);
        return;
      case "other":
        this.#sink.other(this.#line);
        return;
      default:
        return unreachable(line);
    }
  }

  #tooLong(): void {
    this.#sink.unexplained(this.#line);
    this.#report("TRACE_LINE_LENGTH", `at most ${LINE_BYTES_MAX} bytes`, "more");
  }

  #sayNumbers(): void {
    if (this.#saidNumbers) return;
    this.#saidNumbers = true;
    const expected = "names and fields of events, as recorded with the trace options noraw and nohex";
    this.#report("INPUT_FORMAT", expected, "numbers only, as the trace options raw and hex print them");
  }

  /** Where a key's value starts in the current event, or -1. */
  #valueAt(key: Uint8Array): number {
    const from = this.#scanner.fieldsAt;
    return from < 0 ? -1 : valueAt(this.#bytes, from, newlineFrom(this.#view, from, this.#bytes.length), key);
  }

  #endWithoutReturn(end: number): number {
    return end > this.#lineStart && this.#bytes[end - 1] === RETURN ? end - 1 : end;
  }

  #report(code: ProblemCode, expected: string, found: string): void {
    this.#problems++;
    if (this.#problems > PROBLEMS_MAX) return;
    const place = { file: this.#file, line: this.#line, column: this.#line === 0 ? 0 : 1 };
    const problem: Problem = { code, place, expected, found, source: this.lineText(SOURCE_MAX) };
    this.#sink.problem(problem);
  }
}

/** The bytes from `start` to `end`, where a line may be read although it is the last. */
function withPadding(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const padded = new Uint8Array(end - start + PADDING_BYTES);
  padded.set(bytes.subarray(start, end));
  return padded;
}

/** The parts in one, with `last` behind them. */
function concatenate(parts: readonly Uint8Array[], last: number): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const bytes = new Uint8Array(length + 1);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  bytes[at] = last;
  return bytes;
}
