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
/** Where `page=` and ` pfn=` start at the latest, so that what is looked at behind them is there. */
const PAGE_AT_MAX = 48;
const PFN_AT_MAX = 64;

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
const HEX_WORD = word("=0x\0");
const ORD_WORD = word(" ord");
const ER_WORD = word("er=\0");
const C_WORD = word("c:\0\0");
const D_WORD = word("d:\0\0");
const IN_WORD = word("in:\0");
const ONE_BYTE = 0x000000ff;
const TWO_BYTES = 0x0000ffff;
const THREE_BYTES = 0x00ffffff;
const KMEM_BYTES = KMEM.length;
/** Bytes of a name and its colon, by kind. */
const NAME_BYTES: Uint8Array = Uint8Array.from(NAMES, (name) => name.length);
/** All printable ASCII characters from space to `?` and from backquote to `~` have this bit, a newline has not. */
const NO_CONTROL = 0x20202020;

/** Decodes one event at a time into its fields. */
export class EventScanner {
  kind = 0;
  /** -1 for a request that failed. */
  pfn = 0;
  order = 0;
  /** Where the fields start: behind the name and its colon; -1 where the line has no event of ours. */
  fieldsAt = -1;

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
   * Decodes `mm_page_…: page=… pfn=… order=…` in a view of `length` bytes, of which `PLAIN_BYTES` follow `nameAt`.
   * Answers the position of the newline behind it, or a negative number if the line is not of this spelling.
   */
  scanPlain(view: DataView, nameAt: number, length: number): number {
    this.fieldsAt = -1;
    const start = view.getInt32(nameAt, true) === KMEM_WORD ? nameAt + KMEM_BYTES : nameAt;
    if (view.getInt32(start, true) !== MM_P_WORD || view.getInt32(start + 4, true) !== AGE_WORD) return NOT_PLAIN;
    const kind = plainKind(view, start + 8);
    if (kind < 0) return NOT_PLAIN;
    let at = start + (NAME_BYTES[kind] as number);
    while (view.getUint8(at) === SPACE) at++;
    if (at > nameAt + PAGE_AT_MAX || view.getInt32(at, true) !== PAGE_WORD) return NOT_PLAIN;
    at = plainPageEnd(view, at + 5);
    if (at > nameAt + PFN_AT_MAX || view.getInt32(at, true) !== PFN_WORD) return NOT_PLAIN;
    this.fieldsAt = at;
    at = this.#plainPfn(view, at + 4);
    if (at < 0) return NOT_PLAIN;
    const order = view.getInt32(at + 4, true);
    if (view.getInt32(at, true) !== ORD_WORD || (order & THREE_BYTES) !== ER_WORD) return NOT_PLAIN;
    const behind = view.getUint8(at + 8);
    this.kind = kind;
    this.order = (order >>> 24) - 0x30;
    if (this.order < 0 || this.order > 9 || behind > SPACE) return NOT_PLAIN;
    return behind === NEWLINE ? at + 8 : newlineFrom(view, at + 8, length);
  }

  /** A pfn that is not 0, behind its `=`; answers where it ends, or a negative number. */
  #plainPfn(view: DataView, equalsAt: number): number {
    if ((view.getInt32(equalsAt, true) & THREE_BYTES) !== HEX_WORD) return this.#decimalPfn(view, equalsAt);
    const start = equalsAt + 3;
    let at = start;
    let pfn = 0;
    for (;;) {
      const digit = HEX[view.getUint8(at)] as number;
      if (digit > 15) break;
      pfn = pfn * 16 + digit;
      at++;
    }
    this.pfn = pfn;
    return pfn > 0 && at - start <= DIGITS_MAX ? at : NOT_PLAIN;
  }

  /** As old kernels print it. */
  #decimalPfn(view: DataView, equalsAt: number): number {
    const start = equalsAt + 1;
    let at = start;
    let pfn = 0;
    for (;;) {
      const digit = view.getUint8(at) - 0x30;
      if (digit < 0 || digit > 9) break;
      pfn = pfn * 10 + digit;
      at++;
    }
    this.pfn = pfn;
    return view.getUint8(equalsAt) === EQUALS && pfn > 0 && at - start <= DIGITS_MAX ? at : NOT_PLAIN;
  }

  /** Any keys in any order, up to `end`. */
  #keyed(bytes: Uint8Array, end: number): boolean {
    const pfn = numberAt(bytes, this.#valueAt(bytes, end, PFN_KEY), end);
    const failed = pfn === ALL_ONES || (pfn === 0 && this.#isRequest() && this.#isPageNull(bytes, end));
    if (pfn < 0 && !failed) return false;
    this.pfn = failed ? -1 : pfn;
    const at = this.#valueAt(bytes, end, this.kind === EXTFRAG ? ALLOC_ORDER_KEY : ORDER_KEY);
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

  #valueAt(bytes: Uint8Array, end: number, key: Uint8Array): number {
    return valueAt(bytes, this.fieldsAt, end, key);
  }
}

/** The kind of the event whose name goes on at `at`, behind `mm_page_`; -1 for others, and for extfrag, which is rare. */
function plainKind(view: DataView, at: number): number {
  const next = view.getInt32(at + 4, true);
  switch (view.getInt32(at, true)) {
    case FREE_WORD:
      if ((next & ONE_BYTE) === COLON) return FREE;
      if (next !== BAT_WORD || view.getInt32(at + 8, true) !== CHED_WORD) return -1;
      return view.getUint8(at + 12) === COLON ? FREE_BATCHED : -1;
    case ALLO_WORD:
      if ((next & TWO_BYTES) === C_WORD) return ALLOC;
      if (next !== C_ZO_WORD || view.getInt32(at + 8, true) !== NE_L_WORD) return -1;
      if (view.getInt32(at + 12, true) !== OCKE_WORD) return -1;
      return (view.getInt32(at + 16, true) & TWO_BYTES) === D_WORD ? ZONE_LOCKED : -1;
    case PCPU_WORD:
      if (next !== DRA_WORD) return -1;
      return (view.getInt32(at + 8, true) & THREE_BYTES) === IN_WORD ? PCPU_DRAIN : -1;
    default:
      return -1;
  }
}

/** Where the value of `page=` ends: at a space, or at what ends the line. */
function plainPageEnd(view: DataView, start: number): number {
  const end = start + POINTER_BYTES;
  if (view.getUint8(end) === SPACE) {
    const left = view.getInt32(start, true) & view.getInt32(start + 4, true);
    const right = view.getInt32(start + 8, true) & view.getInt32(start + 12, true);
    if ((left & right & NO_CONTROL) === NO_CONTROL) return end;
  }
  let at = start;
  while (view.getUint8(at) > SPACE) at++;
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
