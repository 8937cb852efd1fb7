// Comparing what an allocator lists with what must be free: set arithmetic over sorted ranges.
//
//  1. `agreesExactly` decides the ordinary case, lists equal to C(F), in one pass over the lists and with
//     a mark bit in the ledger's own state bytes.
//  2. `compare` explains the rest: which blocks are misplaced, doubled, live or missing.

import { headsBlock } from "./evidence.ts";
import { FREE, LIVE, MARK } from "./frame-map.ts";
import { mergeRanges, pagesIn, parentOf, buddyOf, subtract, type FrameRange } from "./geometry.ts";
import type { Snapshot } from "./command.ts";
import type { Ledger } from "./ledger.ts";
import { outside } from "./judge-served.ts";
import type { NamedBlock } from "./violation.ts";

interface ListedBlock extends NamedBlock {
  readonly order: number;
}

/** Everything that is wrong with a snapshot, and the sets to go on with. */
export interface Comparison {
  readonly misaligned: readonly NamedBlock[];
  readonly outside: readonly NamedBlock[];
  readonly twice: readonly NamedBlock[];
  readonly overlapping: readonly NamedBlock[];
  /** Listed or cached frames that are not free: live, or held since before the recording. */
  readonly live: readonly FrameRange[];
  /** Free frames that are neither listed nor cached. */
  readonly missing: readonly FrameRange[];
  /** The lower of two free buddies. */
  readonly unmerged: readonly NamedBlock[];
  /** All frames that the allocator says are free, sorted. */
  readonly listed: readonly FrameRange[];
}

/** Are the lists exactly C(F) without the cached frames, each block once? */
export function agreesExactly(ledger: Ledger, snapshot: Snapshot): boolean {
  if (ledger.gap === "unknown") return false;
  const held = holdCached(ledger, snapshot.cached);
  const marked = markListed(ledger, snapshot);
  for (let index = 0; index < marked.length; index++) {
    const pfn = marked[index] as number;
    ledger.frames.setState(pfn, ledger.frames.stateAt(pfn) & ~MARK);
  }
  let blocks = 0;
  for (const count of ledger.freeBlocks) blocks += count;
  let listed = 0;
  for (const heads of snapshot.lists) listed += heads.length;
  for (const pfn of held) ledger.give(pfn, 0);
  return held.length === snapshot.cached.length && marked.length === listed && listed === blocks;
}

/** Takes cached frames out of C(F), for the comparison only: they are free but not mergeable. */
function holdCached(ledger: Ledger, cached: readonly number[]): number[] {
  const held: number[] = [];
  for (const pfn of cached) {
    if (!Number.isInteger(pfn) || ledger.cover(pfn) !== FREE) break;
    ledger.carve(pfn, pfn + 1);
    ledger.frames.setState(pfn, LIVE);
    held.push(pfn);
  }
  return held;
}

/** Marks listed blocks that are blocks of C(F); stops at the first that is not, or is marked already. */
function markListed(ledger: Ledger, snapshot: Snapshot): number[] {
  const { span } = ledger.geometry;
  const marked: number[] = [];
  for (let order = 0; order < snapshot.lists.length; order++) {
    const heads = snapshot.lists[order] as readonly number[];
    for (let index = 0; index < heads.length; index++) {
      const pfn = heads[index] as number;
      if (order > ledger.maxOrder || pfn < span.start || pfn >= span.end) return marked;
      if (ledger.frames.stateAt(pfn) !== (FREE | order)) return marked;
      ledger.frames.setState(pfn, FREE | MARK | order);
      marked.push(pfn);
    }
  }
  return marked;
}

/** The whole comparison; slow, and only needed where lists are not exactly C(F). */
export function compare(ledger: Ledger, snapshot: Snapshot): Comparison {
  const misaligned: NamedBlock[] = [];
  const beyond: NamedBlock[] = [];
  const twice: NamedBlock[] = [];
  const sound: ListedBlock[] = [];
  const seen = new Set<number>();
  for (const block of listedBlocks(snapshot)) {
    const { pfn, pages, order } = block;
    if (seen.has(pfn)) twice.push({ pfn, pages });
    else if (!headsBlock(pfn, order)) misaligned.push({ pfn, pages });
    else if (order > ledger.maxOrder || outside(ledger, pfn, pages) !== null) beyond.push({ pfn, pages });
    else sound.push(block);
    seen.add(pfn);
  }
  sound.sort((a, b) => a.pfn - b.pfn);
  const listed = mergeRanges(sound.map((block) => ({ start: block.pfn, end: block.pfn + block.pages })));
  const free = freeRanges(ledger);
  return {
    misaligned,
    outside: beyond,
    twice,
    overlapping: overlapping(sound),
    live: notFree(ledger, difference(listed, free)),
    missing: difference(free, listed),
    unmerged: unmergedBuddies(ledger, snapshot),
    listed,
  };
}

/** Blocks as listed, cached frames last as blocks of order 0. */
function* listedBlocks(snapshot: Snapshot): Generator<ListedBlock> {
  for (const [order, heads] of snapshot.lists.entries()) {
    for (const pfn of heads) yield { pfn, order, pages: 2 ** order };
  }
  for (const pfn of snapshot.cached) yield { pfn, order: 0, pages: 1 };
}

/** Listed blocks that reach into the next one. */
function overlapping(sorted: readonly ListedBlock[]): readonly NamedBlock[] {
  const found: NamedBlock[] = [];
  let end = -1;
  for (const block of sorted) {
    if (block.pfn < end) found.push({ pfn: block.pfn, pages: block.pages });
    end = Math.max(end, block.pfn + block.pages);
  }
  return found;
}

/** All free frames as sorted ranges; an untouched part of the pool costs one range, not one per block. */
function freeRanges(ledger: Ledger): readonly FrameRange[] {
  const ranges: FrameRange[] = [];
  const { tilePages } = ledger.frames;
  let untouchedFrom = ledger.geometry.span.start;
  for (const number of [...ledger.frames.touchedTiles(), Infinity]) {
    const tileStart = Math.min(number * tilePages, ledger.geometry.span.end);
    pushUntouched(ledger, ranges, untouchedFrom, tileStart);
    untouchedFrom = Math.min(tileStart + tilePages, ledger.geometry.span.end);
    pushTouched(ledger, ranges, Math.max(tileStart, ledger.geometry.span.start), untouchedFrom);
  }
  return mergeRanges(ranges);
}

/** Untouched tiles hold what the pool began with; blocks that reach in from a touched tile are added by it. */
function pushUntouched(ledger: Ledger, ranges: FrameRange[], start: number, end: number): void {
  if (ledger.gap !== "withheld") return;
  for (const run of ledger.geometry.runs) {
    const from = Math.max(run.start, start);
    const to = Math.min(run.end, end);
    if (ledger.maxOrder <= ledger.frames.tileOrder) ranges.push({ start: from, end: to });
    else pushTouched(ledger, ranges, from, to);
  }
}

function pushTouched(ledger: Ledger, ranges: FrameRange[], start: number, end: number): void {
  let pfn = start;
  while (pfn < end) {
    const kind = ledger.cover(pfn);
    const next = kind === 0 ? ledger.nextHead(pfn, end) : ledger.coverHead + pagesIn(ledger.coverOrder);
    if (kind === FREE) ranges.push({ start: pfn, end: Math.min(next, end) });
    pfn = next;
  }
}

function difference(ranges: readonly FrameRange[], without: readonly FrameRange[]): FrameRange[] {
  const parts: FrameRange[] = [];
  let from = 0;
  for (const range of ranges) {
    while (from < without.length && (without[from] as FrameRange).end <= range.start) from++;
    let upTo = from;
    while (upTo < without.length && (without[upTo] as FrameRange).start < range.end) upTo++;
    parts.push(...subtract(range, without.slice(from, upTo)));
  }
  return parts;
}

/** Of frames listed but not free, those that are somebody's: frames withheld or of unknown state are not. */
function notFree(ledger: Ledger, extra: readonly FrameRange[]): FrameRange[] {
  const held: FrameRange[] = [];
  for (const range of extra) {
    let pfn = range.start;
    while (pfn < range.end) {
      const kind = ledger.cover(pfn);
      const next = kind === 0 ? ledger.nextHead(pfn, range.end) : ledger.coverHead + pagesIn(ledger.coverOrder);
      const end = Math.min(next, range.end);
      if (kind !== 0 || ledger.gap === "held") held.push({ start: pfn, end });
      pfn = end;
    }
  }
  return mergeRanges(held);
}

/** The lower halves of listed pairs that eager coalescing would have merged. */
function unmergedBuddies(ledger: Ledger, snapshot: Snapshot): readonly NamedBlock[] {
  if (ledger.profile.coalescing === "lazy" || ledger.profile.initialFreeSet === "any") return [];
  const pairs: NamedBlock[] = [];
  for (let order = 0; order < ledger.maxOrder; order++) {
    const heads = new Set(snapshot.lists[order]);
    for (const pfn of heads) {
      if (!headsBlock(pfn, order + 1) || !heads.has(buddyOf(pfn, order))) continue;
      if (outside(ledger, parentOf(pfn, order), pagesIn(order + 1)) === null)
        pairs.push({ pfn, pages: pagesIn(order) });
    }
  }
  return pairs;
}
