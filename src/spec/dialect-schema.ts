// What a dialect file may hold: each field with its values and, for editors, its meaning.
//
//  1. Fields of events and of the header are spelled as in the native format (docs/trace-format.md).
//  2. Here stands what a field may hold by itself; what fields owe each other is checked in dialect.ts.

import { z } from "zod";
import { ORDER_LIMIT, PFN_LIMIT } from "../../model/geometry.ts";
import {
  DIALECT_OPS,
  EVENT_FIELDS,
  HEADER_FIELDS,
  NUMBER_BASES,
  type DialectOp,
  type EventField,
  type NumberBase,
} from "../dialect.ts";
import { nearest } from "./nearest.ts";
import type { SpecPath } from "./spec-document.ts";

/** A search as written, of a rule or of the header. */
export interface WrittenSearch {
  readonly prefix?: string | undefined;
  readonly pattern?: string | undefined;
  readonly fields?: Readonly<Record<string, string | undefined>> | undefined;
  readonly numbers?: Readonly<Record<string, NumberBase | undefined>> | undefined;
}

export interface WrittenRule extends WrittenSearch {
  readonly name: string;
  readonly op: DialectOp;
  readonly refused?: readonly string[] | undefined;
  readonly set?: Readonly<Partial<Record<EventField, string | number | boolean | null | undefined>>> | undefined;
}

export interface WrittenHeader {
  readonly line?: WrittenSearch | undefined;
  readonly [field: string]: unknown;
}

export interface WrittenDialect {
  readonly dialect: 1;
  readonly name: string;
  readonly summary: string;
  readonly pfns?: "index" | "absolute" | undefined;
  readonly header: WrittenHeader;
  readonly rules: readonly WrittenRule[];
}

const TEXT = z.string({ error: "a text" }).min(1, { error: "a text that is not empty" });
const NUMBER = z.int({ error: "a whole number" }).min(0, { error: "a whole number from 0" });
const FRAMES = NUMBER.max(PFN_LIMIT, { error: "a whole number up to 2^52" });
const ORDER = NUMBER.max(ORDER_LIMIT, { error: `an order up to ${ORDER_LIMIT}` });
const RANGE = z.tuple([FRAMES, FRAMES], { error: "two pfns: the first, and the one behind the last" });

/** One of a few words, and the nearest of them to a wrong one. */
function word<const Words extends readonly [string, ...string[]]>(
  words: Words,
): z.ZodEnum<z.core.util.ToEnum<Words[number]>> {
  return z.enum(words, {
    error: ({ input }) => {
      const meant = typeof input === "string" ? nearest(input, words) : null;
      return `${words.join(" or ")}${meant === null ? "" : `, perhaps ${meant}`}`;
    },
  });
}

/** A mapping that may have each of these keys. */
function each<const Key extends string, Value extends z.ZodType>(
  keys: readonly Key[],
  value: Value,
): z.ZodObject<Record<Key, z.ZodOptional<Value>>, z.core.$strict> {
  const shape = Object.fromEntries(keys.map((key) => [key, value.optional()])) as Record<Key, z.ZodOptional<Value>>;
  return z.strictObject(shape, { error: `a mapping of ${keys.join(", ")}` });
}

const PREFIX = TEXT.describe("A text that the line holds, anywhere; keys stand behind it as `key=value`.");
const PATTERN = TEXT.describe(
  "A regular expression of JavaScript; its named groups are called as the fields they fill.",
);
const BASE = word(NUMBER_BASES).describe("How a number is written: `auto` is decimal, or hexadecimal behind 0x.");

const CONSTANTS = z.strictObject(
  {
    order: NUMBER.max(63, { error: "an order up to 63" }),
    pages: FRAMES,
    pfn: FRAMES.nullable(),
    addr: NUMBER.nullable(),
    events: FRAMES,
    zone: TEXT,
    ok: z.boolean({ error: "true or false" }),
    how: TEXT,
  } satisfies Record<(typeof EVENT_FIELDS)[number], z.ZodType>,
  { error: "fields and their values" },
);

const RULE = z.strictObject(
  {
    name: TEXT.describe("What the rule is called in messages."),
    op: word(DIALECT_OPS).describe("What a line that matches tells."),
    prefix: PREFIX.optional(),
    fields: each(EVENT_FIELDS, TEXT).optional().describe("The key that each field has in the line."),
    pattern: PATTERN.optional(),
    numbers: each(EVENT_FIELDS, BASE).optional(),
    refused: z
      .array(TEXT, { error: "a list of texts" })
      .optional()
      .describe("Texts of `pfn`, `addr` or `ok` that say that the call was refused."),
    set: CONSTANTS.partial().optional().describe("Fields that the line does not tell, with their values."),
  },
  { error: "a rule: its name, its op, and a `prefix` or a `pattern`" },
);

const HEADER_LINE = z.strictObject(
  {
    prefix: PREFIX.optional(),
    fields: each(HEADER_FIELDS, TEXT).optional(),
    pattern: PATTERN.optional(),
    numbers: each(HEADER_FIELDS, BASE).optional(),
  },
  { error: "a `prefix` or a `pattern`" },
);

const ZONE = z.strictObject({ name: TEXT, pfns: RANGE }, { error: "a zone: its name and its pfns" });

const HEADER = z.strictObject(
  {
    allocator: TEXT.optional(),
    profile: z.unknown().optional(),
    page_size: NUMBER.min(1, { error: "a number of bytes" }).optional(),
    max_order: ORDER.optional(),
    pages: FRAMES.optional(),
    base_pfn: FRAMES.optional(),
    reserved: z.array(RANGE, { error: "a list of ranges" }).optional(),
    zones: z.array(ZONE, { error: "a list of zones" }).optional(),
    start: word(["empty", "unknown"]).optional(),
    line: HEADER_LINE.optional().describe("The line of the log that tells the fields not given here."),
  },
  { error: "the pool: `max_order`, `pages`, or a `line` that tells them" },
);

/** A dialect file. */
export const DIALECT: z.ZodType<WrittenDialect> = z.strictObject({
  dialect: z.literal(1, { error: "version 1" }),
  name: TEXT,
  summary: TEXT.describe("One sentence: whose log this is."),
  pfns: word(["index", "absolute"])
    .optional()
    .describe("Are frames counted from the pool's start (the default), or from address 0?"),
  header: HEADER,
  rules: z.array(RULE, { error: "a list of rules" }).min(1, { error: "at least one rule" }),
});

/** The keys that the mapping at this path may have, for suggestions. */
export function dialectKeys(path: SpecPath): readonly string[] {
  const last = path.at(-1);
  const isHeader = path[0] === "header";
  if (path.length === 0) return ["dialect", "name", "summary", "pfns", "header", "rules"];
  if (last === "fields" || last === "numbers") return isHeader ? HEADER_FIELDS : EVENT_FIELDS;
  if (last === "set") return EVENT_FIELDS;
  if (path.includes("zones")) return Object.keys(ZONE.shape);
  if (last === "line") return Object.keys(HEADER_LINE.shape);
  return Object.keys(isHeader ? HEADER.shape : RULE.shape);
}
