// Values of a log, from their bytes.
//
//  1. A number is digits of its base, all of them: `auto` is decimal, or hexadecimal behind 0x; `hex` may have 0x or
//     not; `decimal` has none. A sign or anything else makes it no number.
//  2. Addresses of 64 bits are exact: beyond 2^53 the page and the place in it are read one after the other.

import { PFN_LIMIT } from "../../model/geometry.ts";
import type { NumberBase } from "../dialect.ts";

const ZERO = 0x30;
const X = 0x78;
const LETTER_A = 0x61;
const LOWER = 0x20;

/** The number written here, rounded where it is beyond 2^53, or NaN where it is none. */
export function numberIn(bytes: Uint8Array, from: number, to: number, base: NumberBase): number {
  const isPrefixed = bytes[from] === ZERO && to - from > 2 && ((bytes[from + 1] as number) | LOWER) === X;
  const isHex = base === "hex" || (base === "auto" && isPrefixed);
  const start = isHex && isPrefixed ? from + 2 : from;
  if (start >= to) return Number.NaN;
  const radix = isHex ? 16 : 10;
  let value = 0;
  for (let at = start; at < to; at++) {
    const digit = digitOf(bytes[at] as number);
    if (digit >= radix) return Number.NaN;
    value = value * radix + digit;
  }
  return value;
}

/** The value of a digit, decimal or hexadecimal; 99 for what is none. */
function digitOf(byte: number): number {
  if (byte >= ZERO && byte <= ZERO + 9) return byte - ZERO;
  const letter = (byte | LOWER) - LETTER_A;
  return letter >= 0 && letter < 6 ? letter + 10 : 99;
}

/** How addresses become frames. */
export interface Paging {
  readonly pageSize: number;
  /** The frame that the answer counts from. */
  readonly basePfn: number;
}

/**
 * The index of the frame that holds the address written here; inside a page it is a fraction (index 1.5 for the
 * middle of the second page). NaN where it is no address.
 */
export function frameIn(bytes: Uint8Array, from: number, to: number, base: NumberBase, paging: Paging): number {
  const { pageSize, basePfn } = paging;
  const value = numberIn(bytes, from, to, base);
  if (value <= Number.MAX_SAFE_INTEGER) return value / pageSize - basePfn;
  if (Number.isNaN(value)) return value;
  // With pages of 4096 bytes the last three hexadecimal digits are the place in the page.
  const digits = Math.log2(pageSize) / 4;
  const isHex = base === "hex" || (base === "auto" && ((bytes[from + 1] as number) | LOWER) === X);
  if (!isHex || !Number.isInteger(digits) || digits === 0) return exactFrameIn(bytes, from, to, isHex, paging);
  const index = numberIn(bytes, from, to - digits, "hex") - basePfn;
  return withPart(index, numberIn(bytes, to - digits, to, "hex") / pageSize);
}

function exactFrameIn(bytes: Uint8Array, from: number, to: number, isHex: boolean, paging: Paging): number {
  const text = new TextDecoder().decode(bytes.subarray(from, to));
  const address = BigInt(isHex ? `0x${text.replace(/^0x/iu, "")}` : text);
  const pageSize = BigInt(paging.pageSize);
  return withPart(Number(address / pageSize) - paging.basePfn, Number(address % pageSize) / paging.pageSize);
}

/** Far out a double has no room for the exact fraction; that there is one must not be lost. */
function withPart(index: number, part: number): number {
  return part > 0 && Number.isInteger(index + part) ? index + 0.5 : index + part;
}

/** Is this a frame that a trace may name? Fractions are: they head no block. */
export function isFrame(index: number): boolean {
  return Math.abs(index) <= PFN_LIMIT;
}

/** Are these bytes this text? */
export function isText(bytes: Uint8Array, from: number, to: number, text: Uint8Array): boolean {
  if (to - from !== text.length) return false;
  for (let index = 0; index < text.length; index++) if (bytes[from + index] !== text[index]) return false;
  return true;
}
