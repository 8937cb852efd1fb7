// What a violation shows besides its fault: the frames around, and blocks that could have been served.
// Looking never changes the ledger, and is bounded, so that a trace full of violations stays linear.

import { FREE, LIVE, PART } from "./frame-map.ts";
import {
  alignDown,
  canonicalOrderAround,
  isAligned,
  ORDER_LIMIT,
  pagesIn,
  runIndexOf,
  type FrameRange,
} from "./geometry.ts";
import type { LawId } from "./invariants.ts";
import type { Ledger } from "./ledger.ts";
import type { Allowed, Assumed, Fault, Holder, NamedBlock, Piece, Violation } from "./violation.ts";

/** Pieces shown around a fault, blocks offered as alternatives, and blocks looked at to find them. */
const PIECES_MAX = 24;
const OFFERS_MAX = 3;
/** A single frame is shown among the 32 around it. */
const WINDOW_ORDER_MIN = 5;
const LOOKS_MAX = 4096;

export interface Finding {
  readonly law: LawId;
  readonly blame: "allocator" | "client";
  readonly fault: Fault;
  readonly allowed: Allowed;
  readonly assumed: Assumed;
  readonly frames: readonly FrameRange[];
}

/** Completes a finding with its neighbourhood; nothing if the law is switched off. Call it before recovering. */
export function violation(ledger: Ledger, finding: Finding): readonly Violation[] {
  if (!ledger.judges(finding.law)) return [];
  const around = ledger.gathersEvidence ? neighbourhood(ledger, finding.frames) : [];
  return [{ ...finding, around }];
}

/** The ledger's view of the frames near the first range: about four times its length, or 32 frames. */
export function neighbourhood(ledger: Ledger, frames: readonly FrameRange[]): readonly Piece[] {
  const first = frames[0];
  if (first === undefined) return [];
  const { span } = ledger.geometry;
  const start = Math.floor(first.start);
  let order = 0;
  while (order < ledger.maxOrder && pagesIn(order) < first.end - start) order++;
  const windowOrder = Math.min(Math.max(order + 2, WINDOW_ORDER_MIN), ORDER_LIMIT);
  const from = Math.max(alignDown(Math.max(start, 0), windowOrder), span.start);
  const to = Math.min(Math.max(from + pagesIn(windowOrder), first.end), Math.max(span.end, first.end));
  return piecesIn(ledger, from, to, PIECES_MAX);
}

/** At most `max` pieces of `[start, end)` in address order; the first and the last may reach beyond. */
export function piecesIn(ledger: Ledger, start: number, end: number, max: number): readonly Piece[] {
  const found: Piece[] = [];
  let pfn = start;
  while (pfn < end && found.length < max) {
    const piece = pieceAt(ledger, pfn, end);
    found.push(piece);
    pfn = piece.end;
  }
  return found;
}

function pieceAt(ledger: Ledger, pfn: number, end: number): Piece {
  const { span } = ledger.geometry;
  if (pfn >= span.end) return { start: pfn, end, state: "unmanaged", since: 0 };
  const kind = ledger.cover(pfn);
  if (kind === FREE) {
    return {
      start: ledger.coverHead,
      end: ledger.coverHead + pagesIn(ledger.coverOrder),
      state: "free",
      since: freedAt(ledger, pfn),
    };
  }
  if (kind === LIVE || kind === PART) {
    const holder = holderOf(ledger, pfn) as Holder;
    return { start: holder.pfn, end: holder.pfn + holder.pages, state: "live", since: holder.since };
  }
  const next = ledger.nextHead(pfn, Math.min(end, span.end));
  const run = ledger.runs[runIndexOf(ledger.runs, pfn)];
  if (run === undefined) {
    const upcoming = ledger.runs.find((candidate) => candidate.start > pfn);
    return { start: pfn, end: Math.min(next, upcoming?.start ?? next), state: "unmanaged", since: 0 };
  }
  const state = ledger.gap === "unknown" ? "unknown" : ledger.gap === "held" ? "live" : "withheld";
  return { start: pfn, end: Math.min(next, run.end), state, since: freedAt(ledger, pfn) };
}

/** The event that last freed a block headed at this frame, 0 if none did. */
export function freedAt(ledger: Ledger, pfn: number): number {
  const since = Number.isInteger(pfn) ? ledger.frames.sinceAt(pfn) : 0;
  return since < 0 ? -since : 0;
}

/** The live block that holds this frame, or null. */
export function holderOf(ledger: Ledger, pfn: number): Holder | null {
  const kind = ledger.cover(pfn);
  if (kind !== LIVE && kind !== PART) return null;
  const head = ledger.ownerOf(ledger.coverHead);
  return { pfn: head, pages: ledger.pagesOf(head), since: Math.max(ledger.frames.sinceAt(head), 0) };
}

/** Blocks of `order` that are free, cut from the first few fitting free blocks by address. */
export function offers(ledger: Ledger, order: number, zones: readonly number[]): readonly NamedBlock[] {
  const found: NamedBlock[] = [];
  if (order > ledger.maxOrder || !ledger.gathersEvidence) return found;
  forEachFree(ledger, (pfn, freeOrder) => {
    if (freeOrder >= order && zones.includes(ledger.zoneOf(pfn))) found.push({ pfn, pages: pagesIn(freeOrder) });
    return found.length < OFFERS_MAX;
  });
  return found;
}

/** Visits free blocks by address until `visit` answers false or too many were looked at. */
function forEachFree(ledger: Ledger, visit: (pfn: number, order: number) => boolean): void {
  let looks = 0;
  for (const run of ledger.runs) {
    let pfn = run.start;
    while (pfn < run.end) {
      if (++looks > LOOKS_MAX) return;
      const found = blockAt(ledger, run, pfn);
      if (found !== null && !visit(found.head, found.order)) return;
      pfn = found === null ? afterBlock(ledger, pfn, run.end) : found.head + pagesIn(found.order);
    }
  }
}

/** The free block that covers `pfn`. In a tile nobody touched it is the one the pool began with. */
function blockAt(
  ledger: Ledger,
  run: FrameRange,
  pfn: number,
): { readonly head: number; readonly order: number } | null {
  const { frames, maxOrder } = ledger;
  const untouched =
    ledger.gap === "withheld" && maxOrder <= frames.tileOrder && !frames.has(Math.floor(pfn / frames.tilePages));
  if (untouched) {
    const order = canonicalOrderAround(run, pfn, maxOrder);
    return { head: alignDown(pfn, order), order };
  }
  return ledger.cover(pfn) === FREE ? { head: ledger.coverHead, order: ledger.coverOrder } : null;
}

function afterBlock(ledger: Ledger, pfn: number, end: number): number {
  return ledger.cover(pfn) === 0 ? ledger.nextHead(pfn, end) : ledger.coverHead + pagesIn(ledger.coverOrder);
}

/** What a request of this order could have got, or that it must be refused. */
export function allowedFor(ledger: Ledger, order: number, zones: readonly number[]): Allowed {
  const fits = zones.some((zone) => ledger.smallestFree(zone, order) >= 0);
  return fits ? { kind: "serve", order, from: offers(ledger, order, zones) } : { kind: "refuse" };
}

/** One range, as evidence wants it. */
export function rangeOf(pfn: number, pages: number): readonly FrameRange[] {
  return [{ start: pfn, end: pfn + pages }];
}

/** Does `(pfn, order)` start a block of its own length? Fractional pfns never do. */
export function headsBlock(pfn: number, order: number): boolean {
  return Number.isInteger(pfn) && isAligned(pfn, order);
}
