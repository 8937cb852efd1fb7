// What the viewer plays: a trace as changes of the pool's frames.
//
//  1. A frame's owner is one number: a state at or below 0, or the line of the event that served its block.
//     Neighbours with one owner above 0 are one block, since no event serves two.
//  2. Pages are counted from the pool's first, as in the trace.
//  3. A film is a window of a trace: what the pool looked like at its start, then what each event changed.
//  4. Numbers are written seven bits to a byte, the lowest first, with the top bit set on all but the last byte.
//     Signed ones are folded: 0, -1, 1, -2 become 0, 1, 2, 3. An event takes about seven bytes before compression.
//
//   opening   [pages, owner]…          runs of frames, until they make up the pool
//   event     kind, lines since the event before, order of the largest free block + 1, changes, [start, pages, owner]…
//
// The encoder runs in Node, the decoder in a browser; they stand here side by side.

/** A frame nobody may be served. */
export const UNMANAGED = -1;
/** A managed frame that is neither live nor free: an earlier violation lost it. */
export const WITHHELD = -2;
/** A frame whose state the trace has not shown yet. */
export const UNKNOWN = -3;
/** A frame that was live before the trace began. */
export const HELD = -4;
export const FREE = 0;

/** Kinds of events, in the order of their codes. */
export const EVENT_KINDS = ["served", "refused", "freed", "free-refused", "look", "resized", "died", "lost"] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** Frames `[start, start + pages)` have a new owner. */
export interface Change {
  readonly start: number;
  readonly pages: number;
  readonly owner: number;
}

export interface FilmEvent {
  readonly kind: EventKind;
  readonly line: number;
  /** Order of the largest free block after the event, or -1. */
  readonly largestFree: number;
  readonly changes: readonly Change[];
}

/** Writes a film. */
export class FilmWriter {
  #bytes = new Uint8Array(1 << 16);
  #length = 0;
  /** Line of the event before, and where its last change started: what the next are counted from. */
  #line = 0;
  #start = 0;

  /** Runs of equal frames in the order of their addresses: the pool at the start. */
  opening(runs: readonly Change[]): void {
    for (const { pages, owner } of runs) {
      this.#write(pages);
      this.#writeOwner(owner);
    }
  }

  event({ kind, line, largestFree, changes }: FilmEvent): void {
    this.#write(EVENT_KINDS.indexOf(kind));
    this.#write(line - this.#line);
    this.#line = line;
    this.#write(largestFree + 1);
    this.#write(changes.length);
    for (const { start, pages, owner } of changes) {
      this.#writeSigned(start - this.#start);
      this.#start = start;
      this.#write(pages);
      this.#writeOwner(owner);
    }
  }

  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** States become odd numbers; a block becomes an even one, the lines since it was served: mostly 0. */
  #writeOwner(owner: number): void {
    if (owner > 0) this.#write(2 * foldedSign(this.#line - owner));
    else this.#write(1 - 2 * owner);
  }

  #writeSigned(value: number): void {
    this.#write(foldedSign(value));
  }

  /** Writes a whole number from 0 to 2^53. */
  #write(value: number): void {
    if (this.#length + 8 > this.#bytes.length) {
      const grown = new Uint8Array(this.#bytes.length * 2);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.#length++] = 0x80 | (rest % 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }
}

function foldedSign(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function unfoldedSign(folded: number): number {
  return folded % 2 === 1 ? -(folded + 1) / 2 : folded / 2;
}

/** A film in columns: event `i` made the changes from `firstChange[i]` to before `firstChange[i + 1]`. */
export interface Film {
  readonly pages: number;
  readonly events: number;
  /** Per page: its owner before the first event. */
  readonly opening: Int32Array;
  /** Per event: its index in `EVENT_KINDS`, its line, and the order of the largest free block after it, or -1. */
  readonly kinds: Uint8Array;
  readonly lines: Float64Array;
  readonly largestFree: Int8Array;
  readonly firstChange: Uint32Array;
  /** Per change: its first page, its pages, and their new owner. */
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
  readonly owners: Int32Array;
}

/** What an event changed; events count from 0. */
export function changesOf(film: Film, event: number): readonly Change[] {
  const changes: Change[] = [];
  for (let change = film.firstChange[event] as number; change < (film.firstChange[event + 1] as number); change++) {
    const [start, pages, owner] = [film.starts[change], film.lengths[change], film.owners[change]] as number[];
    changes.push({ start, pages, owner } as Change);
  }
  return changes;
}

/** Reads the numbers of a film one after the other. */
class FilmBytes {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Throws where the bytes have ended: the page was cut off. */
  read(): number {
    let value = 0;
    let unit = 1;
    for (;;) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new Error("the film ends too early");
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) return value;
      unit *= 0x80;
    }
  }

  readSigned(): number {
    return unfoldedSign(this.read());
  }

  /** An owner, as written on this line. */
  readOwner(line: number): number {
    const code = this.read();
    return code % 2 === 1 ? (1 - code) / 2 : line - unfoldedSign(code / 2);
  }
}

/** Reads what `FilmWriter` wrote for this many pages and events. Throws if that is more than there is. */
export function readFilm(bytes: Uint8Array, pages: number, events: number): Film {
  const input = new FilmBytes(bytes);
  const opening = new Int32Array(pages);
  for (let page = 0; page < pages;) {
    const end = page + input.read();
    opening.fill(input.readOwner(0), page, end);
    page = end;
  }
  const kinds = new Uint8Array(events);
  const lines = new Float64Array(events);
  const largestFree = new Int8Array(events);
  const firstChange = new Uint32Array(events + 1);
  const starts: number[] = [];
  const lengths: number[] = [];
  const owners: number[] = [];
  let line = 0;
  let start = 0;
  for (let event = 0; event < events; event++) {
    kinds[event] = input.read();
    line += input.read();
    lines[event] = line;
    largestFree[event] = input.read() - 1;
    for (let left = input.read(); left > 0; left--) {
      start += input.readSigned();
      starts.push(start);
      lengths.push(input.read());
      owners.push(input.readOwner(line));
    }
    firstChange[event + 1] = starts.length;
  }
  const changes = {
    starts: Int32Array.from(starts),
    lengths: Int32Array.from(lengths),
    owners: Int32Array.from(owners),
  };
  return { pages, events, opening, kinds, lines, largestFree, firstChange, ...changes };
}
