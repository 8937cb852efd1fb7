// Values a trace's fields may hold: each kind of value is a function from foreign data to the value or a fault.
//
//  1. Numbers may arrive as bigint where the text has more digits than a double holds. They are turned into
//     doubles only when that is exact; no kind but `address` has room for others.
//  2. A number of the wrong size, a fraction, NaN and infinity are range faults; every other value that is
//     not a number is a type fault.
//  3. A pfn is a number or a string "0x…" of hexadecimal digits. Decimal strings are not numbers.

import { PFN_LIMIT, type FrameRange } from "../../model/geometry.ts";

/** Keys and positions from an object down to a value inside it. */
export type Path = readonly (string | number)[];

/** What a value should have been; `path` leads from the value to the part of it that is wrong. */
export interface FieldFault {
  readonly kind: "fault";
  readonly code: "TRACE_FIELD_MISSING" | "TRACE_FIELD_TYPE" | "TRACE_FIELD_RANGE";
  readonly expected: string;
  readonly found: string;
  readonly path: Path;
}

/** Reads one kind of value. */
export type FieldKind<Value> = (raw: unknown) => Value | FieldFault;

/** Characters of a wrong value that a problem quotes. */
const SHOWN_MAX = 60;

/** Addresses have at most 64 bits. */
const ADDRESS_LIMIT = 2n ** 64n;

export function isFault(value: unknown): value is FieldFault {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "fault";
}

/** A value as its file writes it, shortened. */
export function shown(raw: unknown): string {
  // JSON has no word for NaN and the infinities.
  const isNumber = typeof raw === "number" || typeof raw === "bigint";
  const whole = isNumber ? String(raw) : (JSON.stringify(raw, bigintsAsDigits) ?? "nothing");
  return whole.length <= SHOWN_MAX ? whole : `${whole.slice(0, SHOWN_MAX - 1)}…`;
}

function bigintsAsDigits(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

/** Whole numbers from `min` to `max`, both included. */
export function wholeNumber(min: number, max: number): FieldKind<number> {
  const expected = max === PFN_LIMIT ? `a whole number from ${min} to 2^52` : `a whole number from ${min} to ${max}`;
  return (raw) => {
    if (typeof raw !== "number" && typeof raw !== "bigint") return fault("TRACE_FIELD_TYPE", expected, raw);
    const inRange = raw >= min && raw <= max && (typeof raw === "bigint" || Number.isInteger(raw));
    return inRange ? Number(raw) : fault("TRACE_FIELD_RANGE", expected, raw);
  };
}

/** A frame: a whole number from 0 to 2^52, or the same as "0x…". */
export const pfn: FieldKind<number> = (raw) => {
  const expected = 'a whole number from 0 to 2^52, or "0x…"';
  const value = fromHexadecimal(raw);
  if (typeof value !== "number" && typeof value !== "bigint") return fault("TRACE_FIELD_TYPE", expected, raw);
  const index = wholeNumber(0, PFN_LIMIT)(value);
  return isFault(index) ? fault("TRACE_FIELD_RANGE", expected, raw) : index;
};

/**
 * A frame as a free list showed it: a broken list holds anything, such as 0x3333333333333333, and that is
 * the allocator's fault. A number beyond 2^53 becomes the nearest double, which no pool reaches either.
 */
export const listedPfn: FieldKind<number> = (raw) => {
  const value = fromHexadecimal(raw);
  const isListed = (typeof value === "bigint" && value >= 0n) || (Number.isInteger(value) && Number(value) > PFN_LIMIT);
  return isListed ? Number(value) : pfn(value);
};

/** A byte address: a whole number that a double holds exactly, or "0x…" of up to 64 bits. */
export const address: FieldKind<bigint> = (raw) => {
  const expected = 'an address in bytes: a whole number up to 2^53, or "0x…" of up to 64 bits';
  const value = fromHexadecimal(raw);
  if (typeof value === "number") return isExact(value) ? BigInt(value) : fault("TRACE_FIELD_RANGE", expected, raw);
  if (typeof value !== "bigint") return fault("TRACE_FIELD_TYPE", expected, raw);
  return value >= 0n && value < ADDRESS_LIMIT ? value : fault("TRACE_FIELD_RANGE", expected, raw);
};

function isExact(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function fromHexadecimal(raw: unknown): unknown {
  return typeof raw === "string" && /^0x[0-9a-f]{1,32}$/iu.test(raw) ? BigInt(raw) : raw;
}

export const text: FieldKind<string> = (raw) =>
  typeof raw === "string" ? raw : fault("TRACE_FIELD_TYPE", "a string", raw);

export const truth: FieldKind<boolean> = (raw) =>
  typeof raw === "boolean" ? raw : fault("TRACE_FIELD_TYPE", "true or false", raw);

/** One of a few words. */
export function oneOf<const Word extends string>(words: readonly Word[]): FieldKind<Word> {
  const expected = words.map((word) => `"${word}"`).join(" or ");
  return (raw) => words.find((word) => word === raw) ?? fault("TRACE_FIELD_TYPE", expected, raw);
}

/** The kind itself, or null. */
export function orNull<Value>(kind: FieldKind<Value>): FieldKind<Value | null> {
  return (raw) => (raw === null ? null : kind(raw));
}

/** A list of at most `max` values of one kind. */
export function listOf<Value>(kind: FieldKind<Value>, max: number = Number.MAX_SAFE_INTEGER): FieldKind<Value[]> {
  return (raw) => {
    if (!Array.isArray(raw)) return fault("TRACE_FIELD_TYPE", "a list", raw);
    if (raw.length > max) return fault("TRACE_FIELD_RANGE", `a list of at most ${max}`, raw);
    const values: Value[] = [];
    for (const [index, item] of raw.entries()) {
      const value = kind(item);
      if (isFault(value)) return inside(index, value);
      values.push(value);
    }
    return values;
  };
}

/** A half-open range `[start, end]` of a pool's frames; `start` may equal `end`. */
export function frameRange(pages: number): FieldKind<FrameRange> {
  const bounds = listOf(pfn);
  return (raw) => {
    const pair = bounds(raw);
    if (isFault(pair)) return pair;
    const [start, end] = pair;
    if (start === undefined || end === undefined || pair.length !== 2) {
      return fault("TRACE_FIELD_TYPE", "a range [start, end]", raw);
    }
    if (start <= end && end <= pages) return { start, end };
    return fault("TRACE_FIELD_RANGE", `0 <= start <= end <= ${pages} (the pool's pages)`, raw);
  };
}

/** A fault of an object's field, or of a list's item, as a fault of the whole. */
export function inside(key: string | number, part: FieldFault): FieldFault {
  return { ...part, path: [key, ...part.path] };
}

/** Is this an object with keys, and no list? */
export function isObject(raw: unknown): raw is Readonly<Record<string, unknown>> {
  return typeof raw === "object" && raw !== null && !Array.isArray(raw);
}

/** A fault of the value itself, not of a part of it. */
export function fault(code: FieldFault["code"], expected: string, raw: unknown): FieldFault {
  return { kind: "fault", code, expected, found: shown(raw), path: [] };
}
