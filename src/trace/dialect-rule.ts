// One rule of a dialect at work: from a line that it matches to a command and its outcome.
//
//  1. Values come from the line or from the rule's constants; where neither has one, the call does not name it.
//  2. A call was refused if the text of its `pfn`, `addr` or `ok` is among those of `refused`, or if a constant says
//     so. Of a refused alloc the place is not read.
//  3. A value that is no number, or out of its range, is reported, and the line makes no event.

import { OK, REFUSED, UNSAID, type AllocCommand, type FreeCommand, type Outcome } from "../../model/command.ts";
import { PFN_LIMIT } from "../../model/geometry.ts";
import { EVENT_FIELDS, type DialectRule, type EventField } from "../dialect.ts";
import { createFinder, type Finder, type LogLine } from "./dialect-search.ts";
import { frameIn, isFrame, isText, numberIn } from "./dialect-values.ts";
import type { TraceSink } from "./event.ts";

/** The largest order that a call may name: beyond any pool's, which is the laws' business. */
const NAMED_ORDER_MAX = 63;

/** What the header says that events are read by. */
export interface LogContext {
  readonly pageSize: number;
  readonly basePfn: number;
  /** Are the log's pfns counted from address 0? */
  readonly isAbsolute: boolean;
  /** What the sink wants added to every index. */
  readonly base: number;
}

/** Says that a value is wrong: its column in the line, from 1. */
export type ReportValue = (
  code: "TRACE_FIELD_TYPE" | "TRACE_FIELD_RANGE",
  column: number,
  expected: string,
  found: string,
) => void;

/** A rule, compiled. */
export class RuleReader {
  readonly rule: DialectRule;
  readonly #finder: Finder;
  /** The key of the finder that tells each field, by the field's place in EVENT_FIELDS; -1 for none. */
  readonly #keys: readonly number[];
  readonly #refused: readonly Uint8Array[];
  #line: LogLine | null = null;
  #report: ReportValue = () => undefined;
  /** Was something wrong with the current line? */
  #isWrong = false;

  constructor(rule: DialectRule) {
    this.rule = rule;
    this.#finder = createFinder(rule.search);
    this.#keys = EVENT_FIELDS.map((field) => rule.search.keys.findIndex((key) => key.field === field));
    this.#refused = rule.refused.map((text) => new TextEncoder().encode(text));
  }

  /** Does this rule match the line? */
  matches(line: LogLine): boolean {
    return this.#finder.find(line);
  }

  /** Hands on the event of the line that just matched. With `sink` null its values are only checked. */
  read(line: LogLine, number: number, context: LogContext, report: ReportValue, sink: TraceSink | null): void {
    this.#line = line;
    this.#report = report;
    this.#isWrong = false;
    const { op } = this.rule;
    switch (op) {
      case "alloc": {
        const outcome = this.#answer(context);
        const command = this.#alloc();
        if (!this.#isWrong) sink?.event(command, outcome, number);
        return;
      }
      case "free": {
        const command = this.#free(context);
        if (!this.#isWrong) sink?.event(command, this.#success(), number);
        return;
      }
      case "add":
      case "remove": {
        const pfn = this.#place(context);
        const pages = this.#number("pages", PFN_LIMIT);
        if (!this.#isWrong) sink?.event({ kind: op, pfn, pages }, this.#success(), number);
        return;
      }
      case "lost": {
        const events = this.#has("events") ? this.#number("events", PFN_LIMIT) : null;
        if (!this.#isWrong) sink?.lost(events, number);
        return;
      }
      case "died":
        sink?.event({ kind: "unnamed" }, { kind: "crashed", how: this.#text("how") ?? "" }, number);
    }
  }

  #alloc(): AllocCommand {
    const zone = this.#text("zone");
    if (this.#has("order")) return { kind: "alloc", order: this.#number("order", NAMED_ORDER_MAX), zone };
    return { kind: "alloc-pages", pages: this.#number("pages", PFN_LIMIT), zone };
  }

  #answer(context: LogContext): Outcome {
    const { pfn, addr, ok } = this.rule.constants;
    const isRefused =
      pfn === null || addr === null || ok === false || this.#isRefused("pfn") || this.#isRefused("addr");
    if (isRefused || this.#isRefused("ok")) return REFUSED;
    return { kind: "block", pfn: this.#place(context), zeroed: null };
  }

  #free(context: LogContext): FreeCommand {
    const pfn = this.#place(context);
    if (this.#has("order")) return { kind: "free-order", pfn, order: this.#number("order", NAMED_ORDER_MAX) };
    if (this.#has("pages")) return { kind: "free-pages", pfn, pages: this.#number("pages", PFN_LIMIT) };
    return { kind: "free", pfn };
  }

  /** How a free, an add or a remove was answered. */
  #success(): Outcome {
    if (this.#key("ok") >= 0) return this.#isRefused("ok") ? REFUSED : OK;
    const { ok } = this.rule.constants;
    return ok === undefined ? UNSAID : ok === true ? OK : REFUSED;
  }

  /** The frame that `pfn` or `addr` names, as the sink counts. */
  #place({ pageSize, basePfn, isAbsolute, base }: LogContext): number {
    const key = this.#key("addr");
    if (key < 0 && this.rule.constants.addr === undefined) {
      return this.#number("pfn", PFN_LIMIT) - (isAbsolute ? basePfn : 0) + base;
    }
    const { bytes, from, to } = this.#finder;
    const index =
      key < 0
        ? Number(this.rule.constants.addr) / pageSize - basePfn
        : frameIn(bytes, from[key] as number, to[key] as number, this.#base(key), { pageSize, basePfn });
    if (!isFrame(index)) this.#wrong("addr", "an address of a frame up to 2^52", Number.isNaN(index));
    return index + base;
  }

  #number(field: EventField, max: number): number {
    const key = this.#key(field);
    const { bytes, from, to } = this.#finder;
    const value =
      key < 0
        ? Number(this.rule.constants[field])
        : numberIn(bytes, from[key] as number, to[key] as number, this.#base(key));
    if (value <= max) return value;
    this.#wrong(
      field,
      max === PFN_LIMIT ? "a whole number up to 2^52" : `a whole number up to ${max}`,
      Number.isNaN(value),
    );
    return 0;
  }

  /** A text, or null where the call does not name it. */
  #text(field: EventField): string | null {
    const key = this.#key(field);
    return key >= 0 ? this.#shown(key) : ((this.rule.constants[field] as string | undefined) ?? null);
  }

  #isRefused(field: EventField): boolean {
    const key = this.#key(field);
    if (key < 0) return false;
    const { bytes, from, to } = this.#finder;
    return this.#refused.some((text) => isText(bytes, from[key] as number, to[key] as number, text));
  }

  /** Does the call name this field? */
  #has(field: EventField): boolean {
    return this.#key(field) >= 0 || this.rule.constants[field] !== undefined;
  }

  /** The key that tells a field in this line, or -1: groups of a pattern may have taken no part. */
  #key(field: EventField): number {
    const key = this.#keys[EVENT_FIELDS.indexOf(field)] as number;
    return key >= 0 && (this.#finder.from[key] as number) >= 0 ? key : -1;
  }

  #base(key: number): "auto" | "decimal" | "hex" {
    return this.rule.search.keys[key]?.base ?? "auto";
  }

  #shown(key: number): string {
    const { bytes, from, to } = this.#finder;
    return new TextDecoder().decode(bytes.subarray(from[key], to[key]));
  }

  #wrong(field: EventField, expected: string, isNoNumber: boolean): void {
    const key = this.#key(field);
    this.#isWrong = true;
    const column = key < 0 ? 1 : this.#finder.columnOf(key, this.#line as LogLine);
    const found = key < 0 ? "none" : `"${this.#shown(key)}"`;
    this.#report(isNoNumber ? "TRACE_FIELD_TYPE" : "TRACE_FIELD_RANGE", column, `\`${field}\`: ${expected}`, found);
  }
}
