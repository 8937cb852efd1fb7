// Reader of the native format, `buddytrace` 1: JSON Lines in chunks of bytes, any length (docs/trace-format.md).
//
//  1. Chunks come in order through `push`; a line that a chunk ends in is kept and completed by the next.
//     Memory is one chunk and one line, whatever the length of the trace.
//  2. Plain lines are decoded from their bytes (native-line.ts); all others are parsed as JSON with
//     positions, so that every mistake has a line, a column and a code.
//  3. After the first problem no event is handed on; reading goes on until `PROBLEMS_MAX` are collected.
//  4. Line ends are "\n". A carriage return or a byte order mark is a problem, for other readers of the
//     format would trip over it.

import type {
  AllocOrder,
  AllocPages,
  Block,
  Free,
  FreeOrder,
  FreePages,
  Outcome,
  Snapshot,
} from "../../model/command.ts";
import { REFUSED, UNSAID, OK } from "../../model/command.ts";
import type { Problem, ProblemCode } from "../problem.ts";
import type { Interval, TraceCursor, TraceHeader, TraceSink } from "./event.ts";
import { readEvent, type EventContext } from "./event-fields.ts";
import type { Report } from "./fields.ts";
import { readHeader } from "./header-fields.ts";
import { readInterval } from "./interval.ts";
import { parseJsonObject } from "./json-object.ts";
import {
  ALLOC,
  FREE,
  HAS_CACHED,
  HAS_FREE,
  HAS_OK,
  HAS_ORDER,
  HAS_PAGES,
  HAS_PFN,
  HAS_T,
  HAS_T_END,
  LineScanner,
  SNAPSHOT,
} from "./native-line.ts";
import { numberAt } from "./native-words.ts";

const NEWLINE = 0x0a;
const PROBLEMS_MAX = 10;
/** A snapshot of 4 million free blocks takes about 40 MB; more than this is no line anybody meant. */
const LINE_BYTES_MAX = 64 * 2 ** 20;
/** Characters of a line that a problem quotes. */
const SOURCE_MAX = 400;
const ORDER_MAX = 63;
/** Lines that say nothing. Other white space is none to JSON, so it is no empty line either. */
const BLANK = /^[ \t]*$/u;
/** What events are read by where there is no header. */
const NO_HEADER: EventContext = { basePfn: 0, pageSize: 4096, base: 0 };

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Reads one trace: `push` chunks, then `end`. */
export class NativeReader implements TraceCursor {
  readonly #sink: TraceSink;
  readonly #file: string;
  readonly #scanner = new LineScanner();
  /** Bytes of an unfinished line. */
  #parts: Uint8Array[] = [];
  #partsBytes = 0;
  #tooLong = false;
  /** The chunk being read, and where its current line starts and ends. */
  #bytes: Uint8Array = new Uint8Array(0);
  #lineStart = 0;
  #lineEnd = 0;
  #line = 0;
  interval: Interval | null = null;
  #problems = 0;
  #context: EventContext | null = null;
  #base = 0;
  // One object per kind, reused for every event (event.ts, rule 2).
  readonly #alloc: Writable<AllocOrder> = { kind: "alloc", order: 0, zone: null };
  readonly #allocPages: Writable<AllocPages> = { kind: "alloc-pages", pages: 0, zone: null };
  readonly #free: Writable<Free> = { kind: "free", pfn: 0 };
  readonly #freeOrder: Writable<FreeOrder> = { kind: "free-order", pfn: 0, order: 0 };
  readonly #freePages: Writable<FreePages> = { kind: "free-pages", pfn: 0, pages: 0 };
  readonly #block: Writable<Block> = { kind: "block", pfn: 0, zeroed: null };

  constructor(sink: TraceSink, file: string) {
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
      return this.#wantsMore();
    }
    let start = 0;
    if (this.#partsBytes > 0 || this.#tooLong) {
      this.#finishKept(chunk.subarray(0, first + 1));
      start = first + 1;
    }
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    this.#readLines(chunk, start, end);
    if (end < chunk.length) this.#keep(chunk.subarray(end));
    return this.#wantsMore();
  }

  /** The input is over: what is left is the last line, with or without its newline. */
  end(): void {
    if (this.#partsBytes > 0 || this.#tooLong) this.#finishKept(Uint8Array.of(NEWLINE));
    if (this.#line === 0) this.#report("INPUT_EMPTY", 0, "a header line", "an empty file");
    else if (this.#context === null && this.#problems === 0) {
      this.#report("TRACE_HEADER_MISSING", 1, "a header with `buddytrace`", "only empty lines");
    }
  }

  lineText(max: number): string {
    const end = Math.min(this.#lineEnd, this.#lineStart + 4 * max);
    return new TextDecoder().decode(this.#bytes.subarray(this.#lineStart, end)).slice(0, max);
  }

  #wantsMore(): boolean {
    return this.#problems < PROBLEMS_MAX;
  }

  #keep(part: Uint8Array): void {
    this.#partsBytes += part.length;
    if (this.#partsBytes > LINE_BYTES_MAX) {
      // Of a line that is too long only the beginning is kept, to be quoted.
      this.#tooLong = true;
      this.#parts = [(this.#parts[0] ?? part).slice(0, SOURCE_MAX)];
    } else this.#parts.push(part.slice());
  }

  #finishKept(rest: Uint8Array): void {
    const tooLong = this.#tooLong || this.#partsBytes + rest.length > LINE_BYTES_MAX;
    const parts = tooLong
      ? [(this.#parts[0] as Uint8Array).subarray(0, SOURCE_MAX), Uint8Array.of(NEWLINE)]
      : [...this.#parts, rest];
    const lineBytes = this.#partsBytes + rest.length;
    this.#parts = [];
    this.#partsBytes = 0;
    this.#tooLong = false;
    const line = concatenate(parts);
    if (!tooLong) {
      this.#readLines(line, 0, line.length);
      return;
    }
    this.#line++;
    this.#bytes = line;
    this.#lineStart = 0;
    this.#lineEnd = line.length - 1;
    this.#report("TRACE_LINE_LENGTH", 1, `at most ${LINE_BYTES_MAX} bytes`, `${lineBytes} bytes`);
  }

  /** Whole lines from `start` to `end`, the last newline included. */
  #readLines(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = bytes;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = start;
    while (at < end) {
      this.#line++;
      this.#lineStart = at;
      const next = this.#context === null || this.#problems > 0 ? -1 : this.#scan(bytes, view, at);
      if (next >= 0 && this.#plainEvent(next - 1)) {
        at = next;
        continue;
      }
      this.#lineEnd = bytes.indexOf(NEWLINE, at);
      at = this.#lineEnd + 1;
      this.#slowLine();
      if (!this.#wantsMore()) return;
    }
  }

  #scan(bytes: Uint8Array, view: DataView, at: number): number {
    const next = this.#scanner.scanCommon(bytes, view, at);
    return next >= 0 ? next : this.#scanner.scan(bytes, at);
  }

  /** Hands on what the scanner decoded; false if fields are missing, in conflict or out of range. */
  #plainEvent(lineEnd: number): boolean {
    this.#lineEnd = lineEnd;
    const { seen, op } = this.#scanner;
    const sized = seen & (HAS_ORDER | HAS_PAGES);
    if ((seen & HAS_T_END) !== 0) {
      if (!this.#plainInterval()) return false;
    } else if (this.interval !== null) this.interval = null;
    if (sized === (HAS_ORDER | HAS_PAGES) || this.#scanner.order > ORDER_MAX) return false;
    if (op === ALLOC) return (seen & (HAS_PFN | HAS_OK)) === HAS_PFN && sized !== 0 && this.#plainAlloc(sized);
    if (op === FREE) return (seen & HAS_PFN) !== 0 && this.#scanner.pfn >= 0 && this.#plainFree(sized);
    if (op === SNAPSHOT) return (seen & HAS_FREE) !== 0 && this.#plainSnapshot();
    return false;
  }

  /** Times of a concurrent history; the slow path finds the words if `t` is missing or later than `t_end`. */
  #plainInterval(): boolean {
    const { seen, timeAt, timeEndAt } = this.#scanner;
    if ((seen & HAS_T) === 0) return false;
    const called = numberAt(this.#bytes, timeAt);
    const returned = numberAt(this.#bytes, timeEndAt);
    this.interval = { called, returned };
    return called <= returned;
  }

  #plainAlloc(sized: number): boolean {
    const { pfn, order, pages, zone } = this.#scanner;
    let outcome: Outcome = REFUSED;
    if (pfn >= 0) {
      this.#block.pfn = pfn + this.#base;
      outcome = this.#block;
    }
    if (sized === HAS_ORDER) {
      this.#alloc.order = order;
      this.#alloc.zone = zone;
      this.#sink.event(this.#alloc, outcome, this.#line);
    } else {
      this.#allocPages.pages = pages;
      this.#allocPages.zone = zone;
      this.#sink.event(this.#allocPages, outcome, this.#line);
    }
    return true;
  }

  #plainFree(sized: number): boolean {
    const { seen, ok, order, pages } = this.#scanner;
    const pfn = this.#scanner.pfn + this.#base;
    const outcome = (seen & HAS_OK) === 0 ? UNSAID : ok ? OK : REFUSED;
    if (sized === HAS_ORDER) {
      this.#freeOrder.pfn = pfn;
      this.#freeOrder.order = order;
      this.#sink.event(this.#freeOrder, outcome, this.#line);
    } else if (sized === HAS_PAGES) {
      this.#freePages.pfn = pfn;
      this.#freePages.pages = pages;
      this.#sink.event(this.#freePages, outcome, this.#line);
    } else {
      this.#free.pfn = pfn;
      this.#sink.event(this.#free, outcome, this.#line);
    }
    return true;
  }

  #plainSnapshot(): boolean {
    const { lists, cached, seen } = this.#scanner;
    const held = (seen & HAS_CACHED) === 0 ? [] : cached;
    const base = this.#base;
    const snapshot: Snapshot = {
      kind: "snapshot",
      lists: base === 0 ? lists : lists.map((heads) => heads.map((pfn) => pfn + base)),
      cached: base === 0 ? held : held.map((pfn) => pfn + base),
    };
    this.#sink.event(snapshot, OK, this.#line);
    return true;
  }

  /** Any line, as JSON with positions. */
  #slowLine(): void {
    const text = this.#decodeLine();
    if (text !== null && BLANK.test(text)) return;
    const report: Report = (code, column, expected, found) => this.#report(code, column, expected, found);
    const source = text === null ? null : parseJsonObject(text, report);
    if (source === null) {
      // What follows a broken header is read for its own mistakes only.
      this.#context ??= NO_HEADER;
      return;
    }
    if (this.#context === null) {
      this.#readHeader(readHeader(source, report));
      return;
    }
    this.interval = readInterval(source, report);
    const sink = this.#problems > 0 ? null : this.#sink;
    readEvent(source, this.#context, report, sink, this.#line);
  }

  #readHeader(header: TraceHeader | null): void {
    this.#context = NO_HEADER;
    if (header === null) return;
    const { zones, basePfn } = header.shape;
    this.#base = this.#sink.header(header, this.#line);
    this.#context = { basePfn, pageSize: header.pageSize, base: this.#base };
    for (const name of new Set(zones.map((zone) => zone.name))) this.#scanner.addZone(name);
  }

  /** The current line as text, or null if it is not: the problem is reported. */
  #decodeLine(): string | null {
    const bytes = this.#bytes.subarray(this.#lineStart, this.#lineEnd);
    if (this.#line === 1 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
      this.#report("INPUT_ENCODING", 1, "UTF-8 without a byte order mark", "a byte order mark (EF BB BF)");
      return null;
    }
    const text = decoded(bytes, { stream: false });
    if (text === null) {
      this.#report("INPUT_ENCODING", charactersIn(bytes) + 1, "UTF-8 text", "bytes that are not UTF-8");
      return null;
    }
    if (text.endsWith("\r")) {
      this.#report("TRACE_SYNTAX", text.length, 'lines that end in "\\n"', 'a carriage return before it ("\\r\\n")');
      return null;
    }
    return text;
  }

  #report(code: ProblemCode, column: number, expected: string, found: string): void {
    this.#problems++;
    if (this.#problems > PROBLEMS_MAX) return;
    const place = { file: this.#file, line: this.#line, column };
    const problem: Problem = {
      code,
      place,
      expected,
      found,
      source: this.#line === 0 ? "" : this.lineText(SOURCE_MAX),
    };
    this.#sink.problem(problem);
  }
}

/** The bytes as text, or null if they are not all UTF-8. */
function decoded(bytes: Uint8Array, options: { readonly stream: boolean }): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes, options);
  } catch {
    return null;
  }
}

/** Characters before the first byte that is not UTF-8: those of the longest beginning that could go on as such. */
function charactersIn(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    if (decoded(bytes.subarray(0, middle), { stream: true }) === null) bad = middle;
    else good = middle;
  }
  return (decoded(bytes.subarray(0, good), { stream: true }) ?? "").length;
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
