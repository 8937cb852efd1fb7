// A dialect: how the lines of some log become events of a trace. Written as YAML (src/spec/dialect.ts), followed by
// the reader of logs (src/trace/dialect-reader.ts).
//
//  1. Rules are tried in their order; the first that a line matches makes the event. A line may match none.
//  2. A line is searched by fixed keys, `prefix key=value key=value`, or by a regular expression with named groups.
//  3. A value that a rule needs comes from the line or is a constant, never both.

import type { Place } from "./problem.ts";

/** What a line may tell: a call with its answer, a gap in the log, or the allocator's end. */
export const DIALECT_OPS = ["alloc", "free", "add", "remove", "lost", "died"] as const;
export type DialectOp = (typeof DIALECT_OPS)[number];

/** What a line may tell of an event; the first five are numbers. */
export const EVENT_FIELDS = ["order", "pages", "pfn", "addr", "events", "zone", "ok", "how"] as const;
export const NUMBER_FIELDS = ["order", "pages", "pfn", "addr", "events"] as const;
export type EventField = (typeof EVENT_FIELDS)[number];

/** What the line of a header may tell about the pool. */
export const HEADER_FIELDS = ["max_order", "pages", "base_pfn", "page_size"] as const;
export type HeaderField = (typeof HEADER_FIELDS)[number];

/** `auto` is decimal, or hexadecimal behind 0x; `hex` needs no 0x. */
export const NUMBER_BASES = ["auto", "decimal", "hex"] as const;
export type NumberBase = (typeof NUMBER_BASES)[number];

/** A value of the line: the field it fills, and the key or the group that it is called there. */
export interface LineKey<Field extends string> {
  readonly field: Field;
  readonly key: string;
  readonly base: NumberBase;
}

/** How a line is searched, and for what. */
export type LineSearch<Field extends string> =
  | { readonly kind: "keys"; readonly prefix: string; readonly keys: readonly LineKey<Field>[] }
  | { readonly kind: "pattern"; readonly pattern: RegExp; readonly keys: readonly LineKey<Field>[] };

export interface DialectRule {
  readonly name: string;
  readonly op: DialectOp;
  readonly search: LineSearch<EventField>;
  /** Texts of `pfn`, `addr` or `ok` that say that the call was refused. */
  readonly refused: readonly string[];
  readonly constants: Readonly<Partial<Record<EventField, string | number | boolean | null>>>;
}

export interface DialectHeader {
  /** Header fields as the native format spells them. */
  readonly constants: Readonly<Record<string, unknown>>;
  /** The line that tells the others; null where the constants tell all. */
  readonly search: LineSearch<HeaderField> | null;
  /** Where the constants stand. */
  readonly place: Place;
}

export interface Dialect {
  readonly name: string;
  readonly summary: string;
  /** Does the log count frames from the pool's start, or from address 0? */
  readonly pfns: "index" | "absolute";
  readonly header: DialectHeader;
  readonly rules: readonly DialectRule[];
}
