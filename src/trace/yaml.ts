// Reader of YAML traces: the same events as in JSON Lines, for people who write them by hand.
//
//  1. The text is read when it is complete, for YAML has no lines that could be judged on their own. It is
//     meant for traces that people write and look at: about 25 000 events a second as documents, 200 000 as
//     words of the short notation, where JSON Lines give millions.
//  2. Headers and events are checked by the code that checks those of JSON Lines; what the two may look like
//     in YAML, yaml-items.ts decides.
//  3. The line of an event is the one where it starts; of an event in the short notation, where its word stands.
//  4. After the first problem no event is handed on; reading goes on until `PROBLEMS_MAX` are collected.

import { LineCounter } from "yaml";
import { parseNotation } from "../../model/notation.ts";
import type { ProblemCode } from "../problem.ts";
import type { Interval, TraceCursor, TraceSink } from "./event.ts";
import { readEvent, type EventContext } from "./event-fields.ts";
import type { FieldSource, Report } from "./fields.ts";
import { readHeader } from "./header-fields.ts";
import { readInterval } from "./interval.ts";
import { readYamlItems, type YamlItem } from "./yaml-items.ts";

const PROBLEMS_MAX = 10;

/** Characters of a line that a problem quotes. */
const SOURCE_MAX = 400;

/** Reads one trace: `push` chunks, then `end`. */
export class YamlReader implements TraceCursor {
  readonly #sink: TraceSink;
  readonly #file: string;
  readonly #chunks: Uint8Array[] = [];
  #text = "";
  readonly #lineCounter = new LineCounter();
  /** The line being handed on, from 1; 0 before the first. */
  #line = 0;
  interval: Interval | null = null;
  #problems = 0;
  #context: EventContext | null = null;

  constructor(sink: TraceSink, file: string) {
    this.#sink = sink;
    this.#file = file;
  }

  /** Lines of the text, once it is read. */
  get lines(): number {
    const starts = this.#lineCounter.lineStarts;
    return starts.at(-1) === this.#text.length ? starts.length - 1 : starts.length;
  }

  /** Takes the next chunk; there is always room for more. */
  push(chunk: Uint8Array): boolean {
    this.#chunks.push(chunk.slice());
    return true;
  }

  /** The input is over: reads it. */
  end(): void {
    const text = this.#decode();
    if (text === null) return;
    this.#text = text;
    let items = 0;
    for (const item of readYamlItems(text, this.#lineCounter)) {
      items++;
      this.#take(item);
      if (this.#problems >= PROBLEMS_MAX) return;
    }
    if (items === 0) this.#report("TRACE_HEADER_MISSING", 0, "a header with `buddytrace`", "an empty document");
  }

  lineText(max: number): string {
    return this.#textOf(this.#line, max);
  }

  #textOf(line: number, max: number): string {
    const start = this.#lineCounter.lineStarts[line - 1] ?? 0;
    const end = this.#text.indexOf("\n", start);
    return this.#text.slice(start, Math.min(end < 0 ? this.#text.length : end, start + max));
  }

  #decode(): string | null {
    try {
      const decoder = new TextDecoder("utf-8", { fatal: true });
      return (
        this.#chunks
          .splice(0)
          .map((chunk) => decoder.decode(chunk, { stream: true }))
          .join("") + decoder.decode()
      );
    } catch {
      this.#report("INPUT_ENCODING", 0, "UTF-8 text", "bytes that are not UTF-8");
      return null;
    }
  }

  #take(item: YamlItem): void {
    switch (item.kind) {
      case "wrong":
        this.#report(item.code, item.offset, item.expected, item.found);
        return;
      case "notation":
        this.#takeNotation(item.text, item.offsetOf);
        return;
      case "object":
        this.#line = this.#lineOf(item.offset);
        if (this.#context === null) this.#takeHeader(item.source);
        else {
          this.interval = readInterval(item.source, this.#reporter);
          readEvent(item.source, this.#context, this.#reporter, this.#openSink(), this.#line);
        }
    }
  }

  #takeHeader(source: FieldSource): void {
    const header = readHeader(source, this.#reporter);
    // Events after a wrong header are read for their own mistakes only.
    if (header === null) this.#context = { basePfn: 0, pageSize: 1, base: 0 };
    else {
      const base = this.#sink.header(header, this.#line);
      this.#context = { basePfn: header.shape.basePfn, pageSize: header.pageSize, base };
    }
  }

  #takeNotation(text: string, offsetOf: (position: number) => number): void {
    const { events, faults } = parseNotation(text, this.#context?.base ?? 0);
    for (const { offset, expected, found } of faults)
      this.#report("NOTATION_SYNTAX", offsetOf(offset), expected, found);
    this.interval = null;
    for (const event of events) {
      this.#line = this.#lineOf(offsetOf(event.offset));
      if (event.kind === "lost") this.#openSink()?.lost(event.events, this.#line);
      else this.#openSink()?.event(event.command, event.outcome, this.#line);
    }
  }

  /** The sink, unless a problem keeps events from it. */
  #openSink(): TraceSink | null {
    return this.#problems === 0 ? this.#sink : null;
  }

  #lineOf(offset: number): number {
    return this.#lineCounter.linePos(offset).line;
  }

  readonly #reporter: Report = (code, offset, expected, found) => this.#report(code, offset, expected, found);

  #report(code: ProblemCode, offset: number, expected: string, found: string): void {
    this.#problems++;
    if (this.#problems > PROBLEMS_MAX) return;
    const { line, col } = this.#lineCounter.linePos(offset);
    const place = { file: this.#file, line, column: col };
    this.#sink.problem({ code, place, expected, found, source: this.#textOf(line, SOURCE_MAX) });
  }
}
