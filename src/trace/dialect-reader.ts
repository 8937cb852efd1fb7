// Reader of logs: the lines of any text, made into the events of a trace by a dialect (docs/dialects.md).
//
//  1. Rules are tried in their order, and the first that matches makes the event. Lines that no rule matches are
//     counted, and the first of them kept; blank lines are nobody's.
//  2. The header is handed on before the first event: at once where the dialect gives it whole, else when its line
//     comes. An event before that line, or a second such line, is a problem.
//  3. A log of which no line is matched, the header's included, was read by a wrong dialect: a problem too.
//  4. Lines end in "\n" or "\r\n". Memory is one chunk and one line of at most LINE_BYTES_MAX.
//  5. After the first problem no event is handed on; reading goes on until PROBLEMS_MAX are collected.

import type { Dialect, LineSearch } from "../dialect.ts";
import type { Problem, ProblemCode } from "../problem.ts";
import { RuleReader, type LogContext, type ReportValue } from "./dialect-rule.ts";
import { createFinder, LogLine, type Finder } from "./dialect-search.ts";
import { numberIn } from "./dialect-values.ts";
import type { Interval, TraceCursor, TraceHeader, TraceSink } from "./event.ts";
import { readHeader } from "./header-fields.ts";

/** How a log went with its dialect. */
export interface Matching {
  readonly lines: number;
  /** For each rule, in order, the lines that it matched. */
  readonly rules: readonly { readonly name: string; readonly lines: number }[];
  readonly unmatched: number;
  /** The first lines that no rule matched. */
  readonly firstUnmatched: readonly { readonly line: number; readonly text: string }[];
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const PROBLEMS_MAX = 10;
const LINE_BYTES_MAX = 2 ** 20;
/** Characters of a line that a problem quotes. */
const SOURCE_MAX = 400;
const UNMATCHED_KEPT = 3;
/** What values are read by where there is no header. */
const NO_HEADER: LogContext = { pageSize: 4096, basePfn: 0, isAbsolute: false, base: 0 };

/** Reads one log: `push` chunks, then `end`. */
export class DialectReader implements TraceCursor {
  /** A log says nothing of concurrent calls. */
  readonly interval: Interval | null = null;
  readonly #sink: TraceSink;
  readonly #file: string;
  readonly #dialect: Dialect;
  readonly #rules: readonly RuleReader[];
  /** Lines matched, for each rule. */
  readonly #counts: Float64Array;
  readonly #headerSearch: LineSearch<string> | null;
  readonly #headerFinder: Finder | null;
  #context: LogContext | null = null;
  readonly #current = new LogLine();
  #line = 0;
  #unmatched = 0;
  readonly #firstUnmatched: { line: number; text: string }[] = [];
  #problems = 0;
  /** The beginning of a line that the last chunk ended in. */
  #rest: Uint8Array = new Uint8Array(0);

  constructor(sink: TraceSink, file: string, dialect: Dialect) {
    this.#sink = sink;
    this.#file = file;
    this.#dialect = dialect;
    this.#rules = dialect.rules.map((rule) => new RuleReader(rule));
    this.#counts = new Float64Array(dialect.rules.length);
    this.#headerSearch = dialect.header.search;
    this.#headerFinder = this.#headerSearch === null ? null : createFinder(this.#headerSearch);
  }

  /** Lines begun so far. */
  get lines(): number {
    return this.#line;
  }

  get matching(): Matching {
    return {
      lines: this.#line,
      rules: this.#dialect.rules.map(({ name }, index) => ({ name, lines: this.#counts[index] as number })),
      unmatched: this.#unmatched,
      firstUnmatched: this.#firstUnmatched,
    };
  }

  /** Takes the next chunk; answers false when enough problems were found and no more is wanted. */
  push(chunk: Uint8Array): boolean {
    const first = chunk.indexOf(NEWLINE);
    if (first < 0) return this.#keep(joined(this.#rest, chunk));
    if (this.#rest.length > 0) this.#takeLines(joined(this.#rest, chunk.subarray(0, first + 1)));
    const start = this.#rest.length > 0 ? first + 1 : 0;
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    this.#takeLines(chunk.subarray(start, end));
    return this.#keep(chunk.slice(end));
  }

  /** The input is over: what is left is the last line, with or without its newline. */
  end(): void {
    if (this.#rest.length > 0) this.#takeLines(joined(this.#rest, Uint8Array.of(NEWLINE)));
    if (this.#problems > 0) return;
    const { name, rules } = this.#dialect;
    const isTold = this.#headerFinder !== null && this.#context !== null;
    if (!isTold && this.#counts.every((count) => count === 0)) {
      const names = rules.map((rule) => rule.name).join(", ");
      this.#complainOfLog(`a line for a rule of the dialect ${name}: ${names}`, `none in ${this.#line} lines`);
    } else if (this.#context === null) this.#complainOfLog(this.#headerWords(), "none");
  }

  lineText(max: number): string {
    return this.#current.text.slice(0, max);
  }

  #keep(rest: Uint8Array): boolean {
    this.#rest = rest;
    if (rest.length <= LINE_BYTES_MAX) return this.#problems < PROBLEMS_MAX;
    this.#line++;
    this.#current.set(rest, 0, SOURCE_MAX);
    this.#report("TRACE_LINE_LENGTH", 1, `at most ${LINE_BYTES_MAX} bytes`, "more");
    this.#rest = new Uint8Array(0);
    return false;
  }

  /** Whole lines, the last newline included. */
  #takeLines(bytes: Uint8Array): void {
    let start = 0;
    while (start < bytes.length && this.#problems < PROBLEMS_MAX) {
      const newline = bytes.indexOf(NEWLINE, start);
      const end = newline > start && bytes[newline - 1] === RETURN ? newline - 1 : newline;
      this.#line++;
      this.#current.set(bytes, start, end);
      if (this.#context === null) this.#beginTrace();
      if (end > start) this.#takeLine();
      start = newline + 1;
    }
  }

  #takeLine(): void {
    const rules = this.#rules;
    for (let index = 0; index < rules.length; index++) {
      const rule = rules[index] as RuleReader;
      if (!rule.matches(this.#current)) continue;
      this.#counts[index] = (this.#counts[index] as number) + 1;
      if (this.#context === null && this.#problems === 0)
        this.#report("DIALECT_MATCH", 1, this.#headerWords(), "an event");
      const sink = this.#problems === 0 ? this.#sink : null;
      rule.read(this.#current, this.#line, this.#context ?? NO_HEADER, this.#reportValue, sink);
      return;
    }
    if (this.#headerFinder?.find(this.#current) === true) this.#takeHeaderLine(this.#headerFinder);
    else this.#leave();
  }

  /** Counts a line that no rule matches. */
  #leave(): void {
    this.#unmatched++;
    if (this.#firstUnmatched.length >= UNMATCHED_KEPT) return;
    this.#firstUnmatched.push({ line: this.#line, text: this.lineText(SOURCE_MAX) });
  }

  /** The header that needs no line of the log stands before its first. */
  #beginTrace(): void {
    if (this.#headerFinder === null) this.#takeHeader({});
  }

  #takeHeaderLine({ bytes, from, to }: Finder): void {
    if (this.#context !== null) {
      this.#report("TRACE_HEADER_TWICE", 1, "one line that tells the pool", "another one");
      return;
    }
    const told: Record<string, number> = {};
    (this.#headerSearch as LineSearch<string>).keys.forEach(({ field, base }, key) => {
      const value = numberIn(bytes, from[key] as number, to[key] as number, base);
      if (Number.isNaN(value)) this.#report("TRACE_FIELD_TYPE", 1, `\`${field}\`: a whole number`, "something else");
      told[field] = value;
    });
    this.#takeHeader(told);
  }

  /** Hands on the header that the dialect and this line tell; problems of it stand in the dialect. */
  #takeHeader(told: Readonly<Record<string, number>>): void {
    this.#context = NO_HEADER;
    const { header, pfns } = this.#dialect;
    const fields = { buddytrace: 1, ...header.constants, ...told };
    const read = readHeader({ fields, spot: () => 0 }, (code, _spot, expected, found) => {
      this.#complain({ code, place: header.place, expected, found, source: "" });
    });
    if (read === null) return;
    this.#context = this.#contextOf(read, this.#sink.header(read, this.#line), pfns === "absolute");
  }

  #contextOf({ pageSize, shape }: TraceHeader, base: number, isAbsolute: boolean): LogContext {
    return { pageSize, basePfn: shape.basePfn, isAbsolute, base };
  }

  /** What the header's line should have told. */
  #headerWords(): string {
    const fields = (this.#headerSearch?.keys ?? []).map(({ field }) => field).join(", ");
    return `first the line that tells the pool (${fields})`;
  }

  readonly #reportValue: ReportValue = (code, column, expected, found) => this.#report(code, column, expected, found);

  /** The log as a whole is wrong: its first line that no rule matched is quoted. */
  #complainOfLog(expected: string, found: string): void {
    const { line, text } = this.#firstUnmatched[0] ?? { line: 0, text: "" };
    const place = { file: this.#file, line, column: line === 0 ? 0 : 1 };
    this.#complain({ code: "DIALECT_MATCH", place, expected, found, source: text });
  }

  #report(code: ProblemCode, column: number, expected: string, found: string): void {
    const place = { file: this.#file, line: this.#line, column };
    this.#complain({ code, place, expected, found, source: this.lineText(SOURCE_MAX) });
  }

  #complain(problem: Problem): void {
    this.#problems++;
    if (this.#problems <= PROBLEMS_MAX) this.#sink.problem(problem);
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}
