// Which violations are consequences of an earlier one, so that one bug does not drown the rest.
//
//  1. A violation marks its frames, unless it leaves them as they were (a refusal, a choice of policy). A later
//     one that touches marked frames is a consequence of the first that marked them, and marks its own frames
//     too: corruption spreads along blocks.
//  2. A complaint without frames of its own, or about policy, is the same complaint again when law, kind
//     and order are the same.
//  3. A snapshot that agrees with the ledger proves the pool sound again, and all marks go; but not those of
//     a client's misuse, which can have damaged what no list shows (HeliOS: a double free makes a reference
//     count negative, the lists stay right, and a good free is refused much later).
//
// Marks are kept per frame in tiles of 1024; a range that covers a tile whole costs one number.

import type { FrameRange } from "../../model/geometry.ts";
import type { Violation } from "../../model/violation.ts";

const TILE_PAGES = 1024;

/** A range of more tiles is kept as it is: an order of 63 in a broken recording stands for 2^53 of them. */
const TILES_MAX = 4096;

/** Frames and the finding that damaged each first. */
class Marks {
  readonly #tiles: Map<number, number | Uint32Array> = new Map();
  readonly #wide: { readonly range: FrameRange; readonly finding: number }[] = [];

  /** The finding that marked any frame of the range, or 0. */
  find(range: FrameRange): number {
    const wide = this.#wide.find((marked) => marked.range.start < range.end && range.start < marked.range.end);
    if (wide !== undefined) return wide.finding;
    const [first, last] = tilesOf(range);
    if (last - first > this.#tiles.size) {
      for (const [number, tile] of this.#tiles) {
        const marked = number < first || number > last ? 0 : findIn(tile, number, range);
        if (marked !== 0) return marked;
      }
      return 0;
    }
    for (let number = first; number <= last; number++) {
      const tile = this.#tiles.get(number);
      const marked = tile === undefined ? 0 : findIn(tile, number, range);
      if (marked !== 0) return marked;
    }
    return 0;
  }

  add(range: FrameRange, finding: number): void {
    const [first, last] = tilesOf(range);
    if (last - first > TILES_MAX) {
      const isMarked = this.#wide.some((wide) => wide.range.start <= range.start && wide.range.end >= range.end);
      if (!isMarked) this.#wide.push({ range, finding });
      return;
    }
    for (let number = first; number <= last; number++) {
      const base = number * TILE_PAGES;
      const from = Math.max(Math.floor(range.start) - base, 0);
      const to = Math.min(Math.ceil(range.end) - base, TILE_PAGES);
      const tile = this.#tiles.get(number);
      if (typeof tile === "number") continue;
      if (tile === undefined && from === 0 && to === TILE_PAGES) {
        this.#tiles.set(number, finding);
        continue;
      }
      const marks = tile ?? new Uint32Array(TILE_PAGES);
      for (let at = from; at < to; at++) if (marks[at] === 0) marks[at] = finding;
      this.#tiles.set(number, marks);
    }
  }

  clear(): void {
    if (this.#tiles.size > 0) this.#tiles.clear();
    this.#wide.length = 0;
  }
}

function tilesOf(range: FrameRange): [first: number, last: number] {
  return [Math.floor(range.start / TILE_PAGES), Math.floor((range.end - 1) / TILE_PAGES)];
}

function findIn(tile: number | Uint32Array, number: number, range: FrameRange): number {
  if (typeof tile === "number") return tile;
  const base = number * TILE_PAGES;
  const to = Math.min(range.end - base, TILE_PAGES);
  for (let at = Math.max(Math.floor(range.start) - base, 0); at < to; at++) {
    if (tile[at] !== 0) return tile[at] as number;
  }
  return 0;
}

/** Remembers which finding (by number, from 1) is at the root of which frames and complaints. */
export class Causes {
  /** Marks that an agreeing snapshot takes away. */
  readonly #passing = new Marks();
  readonly #lasting = new Marks();
  /** Findings whose marks last. */
  readonly #misuses: Set<number> = new Set();
  readonly #complaints: Map<string, number> = new Map();

  /** The finding that this violation follows from, or 0 if it is a new one. */
  causeOf(violation: Violation): number {
    const again = this.#complaints.get(complaint(violation));
    if (again !== undefined) return again;
    for (const range of violation.frames) {
      const marked = this.#lasting.find(range) || this.#passing.find(range);
      if (marked !== 0) return marked;
    }
    return 0;
  }

  /** A new finding: from here on, what touches its frames follows from it. */
  begin(violation: Violation, finding: number): void {
    if (violation.blame === "client") this.#misuses.add(finding);
    if (groupsByKind(violation)) this.#complaints.set(complaint(violation), finding);
    this.spread(violation, finding);
  }

  /** A consequence of `finding`: what touches the consequence's frames follows from the finding too. */
  spread(violation: Violation, finding: number): void {
    if (!corrupts(violation)) return;
    const marks = this.#misuses.has(finding) ? this.#lasting : this.#passing;
    for (const range of [...violation.frames, ...framesLost(violation)]) marks.add(range, finding);
  }

  /** The lists were seen to be right. */
  seenSound(): void {
    this.#passing.clear();
  }

  /** Nothing is known any more, so nothing can be told to follow from anything. */
  forget(): void {
    this.#passing.clear();
    this.#lasting.clear();
  }
}

/** Frames of an earlier owner that the ledger can give to nobody from here on. */
function framesLost({ fault }: Violation): readonly FrameRange[] {
  if (fault.kind !== "overlaps-live") return [];
  return [{ start: fault.holder.pfn, end: fault.holder.pfn + fault.holder.pages }];
}

/** Faults that say the same thing each time they occur, wherever. */
function groupsByKind(violation: Violation): boolean {
  switch (violation.fault.kind) {
    case "refused-with-room":
    case "larger-split":
    case "out-of-turn":
    case "wrong-half":
    case "wrong-zone":
    case "list-order":
    case "not-zeroed":
    case "served-zero-pages":
    case "order-above-max":
    case "count-total":
    case "count-spread":
      return true;
    default:
      return false;
  }
}

/** Can what went wrong make later events about these frames go wrong? */
function corrupts(violation: Violation): boolean {
  const { kind } = violation.fault;
  return !groupsByKind(violation) || kind === "served-zero-pages" || kind === "order-above-max";
}

function complaint(violation: Violation): string {
  const { fault } = violation;
  const order = fault.kind === "refused-with-room" ? fault.order : "";
  return `${violation.law} ${fault.kind} ${order}`;
}
