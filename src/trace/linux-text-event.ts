// The page allocator's event at a name in a line of a Linux text trace, decoded from its bytes.
//
//  1. Fields are read by key, in any order; unknown keys are passed over, and so is what `page=` says.
//  2. Numbers are decimal or `0x…`, whatever the field.
//  3. A request that failed prints no page and pfn 0, or, with the `fields` option, the pfn 2^64 - 1: pfn -1.
//  4. A `batched` free may lack its order, which is 0. Any other event without pfn or order is unreadable.
//  5. `scanPlain` takes the one spelling that nearly every line has, in a fifth of the time, and leaves the
//     rest to `scan`: what it accepts, `scan` reads to the same event.
//
// Source: include/trace/events/kmem.h, in the versions since 2.6.31.

import { ALLOC, EXTFRAG, FREE, FREE_BATCHED, KIND_COUNT, KIND_NAMES, PCPU_DRAIN, ZONE_LOCKED } from "./linux-event.ts";
import { newlineFrom, word } from "./linux-text-words.ts";

const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const COLON = 0x3a;
const EQUALS = 0x3d;

/** What scans answer besides the position of the newline. */
const NOT_OURS = -1;
export const UNREADABLE = -2;
const NOT_PLAIN = -3;

/** Bytes that `scanPlain` may look at behind a name, before it looks for the newline. */
export const PLAIN_BYTES = 96;

/** What `numberAt` answers for the pfn 2^64 - 1, and for what is no number below 2^52. */
const ALL_ONES = -1;
const NO_NUMBER = -2;

const ORDER_MAX = 63;
const PFN_MAX = 2 ** 52;
/** Columns of a pointer that the kernel hashed. */
const POINTER_BYTES = 16;
/** Digits that make no number above 2^52. */
const DIGITS_MAX = 13;

/** Value of a hexadecimal digit, 255 for every other byte. */
const HEX: Uint8Array = new Uint8Array(256).fill(255);
for (let digit = 0; digit < 16; digit++) {
  HEX[digit.toString(16).charCodeAt(0)] = digit;
  HEX[digit.toString(16).toUpperCase().charCodeAt(0)] = digit;
}

const ENCODER = new TextEncoder();
const KMEM: Uint8Array = ENCODER.encode("kmem:");
const NAMES: readonly Uint8Array[] = KIND_NAMES.map((name) => ENCODER.encode(`${name}:`));

const PAGE_KEY: Uint8Array = ENCODER.encode("page");
const PFN_KEY: Uint8Array = ENCODER.encode("pfn");
const ORDER_KEY: Uint8Array = ENCODER.encode("order");
const ALLOC_ORDER_KEY: Uint8Array = ENCODER.encode("alloc_order");
const FALLBACK_ORDER_KEY: Uint8Array = ENCODER.encode("fallback_order");
const PERCPU_REFILL_KEY: Uint8Array = ENCODER.encode("percpu_refill");

const KMEM_WORD = word("kmem");
const MM_P_WORD = word("mm_p");
const AGE_WORD = word("age_");
const ALLO_WORD = word("allo");
const C_ZO_WORD = word("c_zo");
const NE_L_WORD = word("ne_l");
const OCKE_WORD = word("ocke");
const FREE_WORD = word("free");
const BAT_WORD = word("_bat");
const CHED_WORD = word("ched");
const PCPU_WORD = word("pcpu");
const DRA_WORD = word("_dra");
const PAGE_WORD = word("page");
const PFN_WORD = word(" pfn");
const ORD_WORD = word(" ord");
const ER_WORD = word("er=\0");
const THREE_BYTES = 0x00ffffff;
/** All printable ASCII characters from space to `?` and from backquote to `~` have this bit, a newline has not. */
const NO_CONTROL = 0x20202020;

/** Decodes one event at a time into its fields. */
export class EventScanner {
  kind = 0;
  /** -1 for a request that failed. */
  pfn = 0;
  order = 0;
  /** As in linux-event.ts. */
  extra = -1;
  /** Where the fields start: behind the name and its colon; -1 where the line has no event of ours. */
  fieldsAt = -1;
  #at = 0;

  /**
   * Decodes the event whose name starts at `nameAt`, in a line that ends at `end`. Answers `end`, `NOT_OURS`
   * for other events, or `UNREADABLE`.
   */
  scan(bytes: Uint8Array, nameAt: number, end: number): number {
    this.fieldsAt = -1;
    const at = matches(bytes, nameAt, KMEM) ? nameAt + KMEM.length : nameAt;
    let kind = 0;
    while (kind < KIND_COUNT && !matches(bytes, at, NAMES[kind] as Uint8Array)) kind++;
    if (kind === KIND_COUNT) return NOT_OURS;
    this.kind = kind;
    this.fieldsAt = at + (NAMES[kind] as Uint8Array).length;
    return this.#keyed(bytes, end) ? end : UNREADABLE;
  }

  /**
   * Decodes `mm_page_…: page=… pfn=… order=…`; `PLAIN_BYTES` behind `nameAt` must be there. Answers the
   * position of the newline behind it, or a negative number if the line is not of this spelling.
   */
  scanPlain(bytes: Uint8Array, view: DataView, nameAt: number): number {
    this.fieldsAt = -1;
    if (!this.#plainName(bytes, view, nameAt)) return NOT_PLAIN;
    let at = this.fieldsAt;
    while (bytes[at] === SPACE) at++;
    if (at > nameAt + PLAIN_BYTES / 2 || view.getInt32(at, true) !== PAGE_WORD) return NOT_PLAIN;
    at = plainPageEnd(bytes, view, at + 5);
    if (at > nameAt + PLAIN_BYTES - 8 || view.getInt32(at, true) !== PFN_WORD || bytes[at + 4] !== EQUALS)
      return NOT_PLAIN;
    if (!this.#plainPfn(bytes, at + 5)) return NOT_PLAIN;
    at = this.#at;
    if (at > nameAt + PLAIN_BYTES - 8) return NOT_PLAIN;
    const order = view.getInt32(at + 4, true);
    if (view.getInt32(at, true) !== ORD_WORD || (order & THREE_BYTES) !== ER_WORD) return NOT_PLAIN;
    this.order = (order >>> 24) - 0x30;
    if (this.order < 0 || this.order > 9 || (bytes[at + 8] as number) > SPACE) return NOT_PLAIN;
    const end = bytes[at + 8] === NEWLINE ? at + 8 : newlineFrom(bytes, view, at + 8);
    this.extra = this.kind === ZONE_LOCKED ? this.#optional(bytes, end, PERCPU_REFILL_KEY) : -1;
    return end;
  }

  /** Reads a name into `kind` and `fieldsAt`. `mm_page_alloc_extfrag` has other keys, and is rare. */
  #plainName(bytes: Uint8Array, view: DataView, nameAt: number): boolean {
    const at = view.getInt32(nameAt, true) === KMEM_WORD && bytes[nameAt + 4] === COLON ? nameAt + KMEM.length : nameAt;
    if (view.getInt32(at, true) !== MM_P_WORD || view.getInt32(at + 4, true) !== AGE_WORD) return false;
    switch (view.getInt32(at + 8, true)) {
      case FREE_WORD:
        if (bytes[at + 12] === COLON) return this.#named(FREE, at + 13);
        if (view.getInt32(at + 12, true) !== BAT_WORD || view.getInt32(at + 16, true) !== CHED_WORD) return false;
        return bytes[at + 20] === COLON && this.#named(FREE_BATCHED, at + 21);
      case ALLO_WORD:
        if (bytes[at + 12] === 0x63 && bytes[at + 13] === COLON) return this.#named(ALLOC, at + 14);
        if (view.getInt32(at + 12, true) !== C_ZO_WORD || view.getInt32(at + 16, true) !== NE_L_WORD) return false;
        if (view.getInt32(at + 20, true) !== OCKE_WORD) return false;
        return bytes[at + 24] === 0x64 && bytes[at + 25] === COLON && this.#named(ZONE_LOCKED, at + 26);
      case PCPU_WORD:
        if (view.getInt32(at + 12, true) !== DRA_WORD || bytes[at + 16] !== 0x69 || bytes[at + 17] !== 0x6e)
          return false;
        return bytes[at + 18] === COLON && this.#named(PCPU_DRAIN, at + 19);
      default:
        return false;
    }
  }

  #named(kind: number, fieldsAt: number): boolean {
    this.kind = kind;
    this.fieldsAt = fieldsAt;
    return true;
  }

  /** A pfn that is not 0; leaves `#at` behind it. */
  #plainPfn(bytes: Uint8Array, start: number): boolean {
    if (bytes[start] !== 0x30 || bytes[start + 1] !== 0x78) return this.#decimalPfn(bytes, start);
    let at = start + 2;
    let pfn = 0;
    for (;;) {
      const digit = HEX[bytes[at] as number] as number;
      if (digit > 15) break;
      pfn = pfn * 16 + digit;
      at++;
    }
    this.pfn = pfn;
    this.#at = at;
    return pfn > 0 && at - start <= 2 + DIGITS_MAX;
  }

  #decimalPfn(bytes: Uint8Array, start: number): boolean {
    let at = start;
    let pfn = 0;
    for (;;) {
      const digit = (bytes[at] as number) - 0x30;
      if (!(digit >= 0 && digit <= 9)) break;
      pfn = pfn * 10 + digit;
      at++;
    }
    this.pfn = pfn;
    this.#at = at;
    return pfn > 0 && at - start <= DIGITS_MAX;
  }

  /** Any keys in any order, up to `end`. */
  #keyed(bytes: Uint8Array, end: number): boolean {
    const pfn = numberAt(bytes, this.#valueAt(bytes, end, PFN_KEY), end);
    const failed = pfn === ALL_ONES || (pfn === 0 && this.#isRequest() && this.#isPageNull(bytes, end));
    if (pfn < 0 && !failed) return false;
    this.pfn = failed ? -1 : pfn;
    this.extra = -1;
    if (this.kind === EXTFRAG) {
      this.extra = this.#optional(bytes, end, ALLOC_ORDER_KEY);
      return this.#keyedOrder(bytes, end, FALLBACK_ORDER_KEY);
    }
    if (this.kind === ZONE_LOCKED) this.extra = this.#optional(bytes, end, PERCPU_REFILL_KEY);
    return this.#keyedOrder(bytes, end, ORDER_KEY);
  }

  #keyedOrder(bytes: Uint8Array, end: number, key: Uint8Array): boolean {
    const at = this.#valueAt(bytes, end, key);
    this.order = at < 0 && this.kind === FREE_BATCHED ? 0 : numberAt(bytes, at, end);
    return this.order >= 0 && this.order <= ORDER_MAX;
  }

  #isRequest(): boolean {
    return this.kind === ALLOC || this.kind === ZONE_LOCKED;
  }

  /** The null pointer: `(null)`, `(nil)` or zeros. */
  #isPageNull(bytes: Uint8Array, end: number): boolean {
    let at = this.#valueAt(bytes, end, PAGE_KEY);
    if (at < 0) return false;
    while (bytes[at] === SPACE) at++;
    return (bytes[at] === 0x28 && bytes[at + 1] === 0x6e) || numberAt(bytes, at, end) === 0;
  }

  #optional(bytes: Uint8Array, end: number, key: Uint8Array): number {
    return Math.max(numberAt(bytes, this.#valueAt(bytes, end, key), end), -1);
  }

  #valueAt(bytes: Uint8Array, end: number, key: Uint8Array): number {
    return valueAt(bytes, this.fieldsAt, end, key);
  }
}

/** Where the value of `page=` ends: at a space, or at what ends the line. */
function plainPageEnd(bytes: Uint8Array, view: DataView, start: number): number {
  const end = start + POINTER_BYTES;
  if (bytes[end] === SPACE) {
    const left = view.getInt32(start, true) & view.getInt32(start + 4, true);
    const right = view.getInt32(start + 8, true) & view.getInt32(start + 12, true);
    if ((left & right & NO_CONTROL) === NO_CONTROL) return end;
  }
  let at = start;
  while ((bytes[at] as number) > SPACE) at++;
  return at;
}

/** Where the value of a key starts between `from` and `end`, or -1 if it is not there. */
export function valueAt(bytes: Uint8Array, from: number, end: number, key: Uint8Array): number {
  const last = end - key.length - 1;
  for (let at = from; at <= last; at++) {
    if (bytes[at] !== key[0] || bytes[at + key.length] !== EQUALS) continue;
    if ((at === from || isSpace(bytes[at - 1] as number)) && matches(bytes, at, key)) return at + key.length + 1;
  }
  return -1;
}

/** The number at `start`, followed by white space or the end; `start` may be -1 for a key that is not there. */
export function numberAt(bytes: Uint8Array, start: number, end: number): number {
  if (start < 0) return NO_NUMBER;
  const base = bytes[start] === 0x30 && bytes[start + 1] === 0x78 ? 16 : 10;
  const first = base === 16 ? start + 2 : start;
  let at = first;
  let value = 0;
  for (; at < end; at++) {
    const digit = HEX[bytes[at] as number] as number;
    if (digit >= base) break;
    value = value * base + digit;
  }
  if (at === first || (at < end && !isSpace(bytes[at] as number))) return NO_NUMBER;
  // As a double, 2^64 - 1 rounds to 2^64, and no pfn comes near it.
  if (value === 2 ** 64) return ALL_ONES;
  return value < PFN_MAX ? value : NO_NUMBER;
}

function matches(bytes: Uint8Array, at: number, text: Uint8Array): boolean {
  for (let index = 0; index < text.length; index++) if (bytes[at + index] !== text[index]) return false;
  return true;
}

function isSpace(byte: number): boolean {
  return byte === SPACE || byte === TAB || byte === RETURN || byte === NEWLINE;
}
