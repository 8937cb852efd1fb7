// The laws about a free, good or bad.
//
//  1. A free is good when it names a live block, whole, with its own order; how much of that a call has to
//     name, and whether parts may be freed, the profile says.
//  2. bad-free-refused: a bad free is not accepted and does not kill the allocator; a good one is accepted.
//  3. free-live-only: where the interface says nothing (`void free`), the client alone is at fault.
//  4. returns: the allocator does not die in a good free.
//  5. After a bad free the ledger assumes that nothing changed; after a refused good one, that the block
//     is still live. A block that is `owed` (violation.ts) is given back without complaint.

import { largestOrderAt, orderFor, pagesIn, type FrameRange } from "./geometry.ts";
import type { FreeCommand, Outcome } from "./command.ts";
import { freedAt, headsBlock, holderOf, rangeOf, violation } from "./evidence.ts";
import { FREE, KIND, LIVE, ORDER } from "./frame-map.ts";
import type { Ledger } from "./ledger.ts";
import { outside } from "./judge-served.ts";
import { NONE, type Holder, type Misuse, type Violation } from "./violation.ts";

/** Judges a free and moves the ledger on. */
export function judgeFreed(ledger: Ledger, command: FreeCommand, outcome: Outcome): readonly Violation[] {
  const { pfn } = command;
  const owed = ledger.owed.size > 0 && !isLiveHead(ledger, pfn) ? ledger.owed.get(pfn) : undefined;
  if (owed !== undefined) return takeBack(ledger, pfn, owed, outcome);
  const misuse = misuseOf(ledger, command);
  if (misuse !== null) return badFree(ledger, command, misuse, outcome);
  const pages = pagesFreed(ledger, command);
  switch (outcome.kind) {
    case "refused":
      return goodFreeRefused(ledger, pfn, pages);
    case "crashed":
      return diedIn(ledger, outcome.how, rangeOf(pfn, pages));
    default:
      free(ledger, pfn, pages, command.kind === "free");
      return NONE;
  }
}

/** Frames that a good free is about: those named, or the whole block where its size is not the caller's to name. */
function pagesFreed(ledger: Ledger, command: FreeCommand): number {
  const named = pagesNamed(ledger, command);
  if (named !== null && ledger.profile.sizeAtFree !== "remembered") return named;
  return isLiveHead(ledger, command.pfn) ? ledger.pagesOf(command.pfn) : (named ?? 1);
}

function isLiveHead(ledger: Ledger, pfn: number): boolean {
  return ledger.cover(pfn) === LIVE && ledger.coverHead === pfn;
}

/** Frames the call names by its size, or null if it names none. A page count is rounded as the profile says. */
function pagesNamed(ledger: Ledger, command: FreeCommand): number | null {
  switch (command.kind) {
    case "free":
      return null;
    case "free-order":
      return 2 ** command.order;
    case "free-pages":
      if (command.pages === 0) return 0;
      return ledger.profile.rounding === "exact" ? command.pages : 2 ** orderFor(command.pages);
  }
}

/** How this free is wrong, or null. The order of the questions is the order of the answers a user wants. */
function misuseOf(ledger: Ledger, command: FreeCommand): Misuse | null {
  const { pfn } = command;
  const { span } = ledger.geometry;
  if (!(pfn >= span.start && pfn < span.end)) return "out-of-range";
  if (!ledger.isManaged(Math.floor(pfn))) return "reserved";
  if (!Number.isInteger(pfn)) return "misaligned";
  const kind = ledger.cover(pfn);
  if (kind === FREE) return freedAt(ledger, pfn) > 0 ? "double" : "never-allocated";
  if (kind === 0) return misuseInGap(ledger, pfn, pagesNamed(ledger, command));
  return misuseOfLive(ledger, pfn, pagesNamed(ledger, command));
}

function misuseOfLive(ledger: Ledger, pfn: number, named: number | null): Misuse | null {
  const holder = holderOf(ledger, pfn) as Holder;
  const whole = pfn === holder.pfn;
  if (whole && (named === null || named === holder.pages)) return null;
  if (ledger.profile.sizeAtFree === "remembered" && whole) return null;
  if (ledger.profile.partialFree === "allowed" && named !== null && named > 0 && headsBlock(pfn, orderFor(named))) {
    if (pfn + named <= holder.pfn + holder.pages) return null;
  }
  return whole ? "wrong-size" : "interior";
}

/** Nothing is known to be live here: wrong if all is known, good if the block may be older than the recording. */
function misuseInGap(ledger: Ledger, pfn: number, named: number | null): Misuse | null {
  if (ledger.gap === "withheld") return freedAt(ledger, pfn) > 0 ? "double" : "never-allocated";
  const pages = named ?? 1;
  if (pages === 0) return "wrong-size";
  if (Number.isInteger(Math.log2(pages)) && !headsBlock(pfn, Math.min(orderFor(pages), ledger.maxOrder)))
    return "misaligned";
  if (outside(ledger, pfn, pages) !== null) return "out-of-range";
  const next = ledger.nextHead(pfn, pfn + pages);
  if (next === pfn + pages) return null;
  return ledger.cover(next) === FREE ? "double" : "wrong-size";
}

function badFree(ledger: Ledger, command: FreeCommand, misuse: Misuse, outcome: Outcome): readonly Violation[] {
  if (outcome.kind === "refused") return NONE;
  const { profile } = ledger;
  if (misuse === "double" && profile.references === "counted" && outcome.kind !== "crashed") {
    ledger.undecide("free-live-only", "counted-references");
    return NONE;
  }
  const answer = outcome.kind === "crashed" ? "died" : outcome.kind === "unsaid" ? "unsaid" : "accepted";
  const expected = profile.misuse === "undefined" || (answer === "died" && profile.misuse === "died");
  const client = answer === "unsaid" || expected;
  const pages = pagesNamed(ledger, command);
  const holder = Number.isInteger(command.pfn) ? holderOf(ledger, command.pfn) : null;
  const found = violation(ledger, {
    law: client ? "free-live-only" : "bad-free-refused",
    blame: client ? "client" : "allocator",
    fault: { kind: "bad-free", pfn: command.pfn, pages, misuse, answer, holder, freedAt: freedAt(ledger, command.pfn) },
    allowed: { kind: "refuse" },
    assumed: answer === "died" ? "state-forgotten" : "free-ignored",
    frames: framesOfBadFree(command.pfn, pages, holder),
  });
  if (answer === "died") ledger.forget();
  return found;
}

/** The frames named and, where it hits a live block, that block's: both may be corrupt from here on. */
function framesOfBadFree(pfn: number, pages: number | null, holder: Holder | null): readonly FrameRange[] {
  const start = Math.floor(pfn);
  const end = start + Math.max(pages ?? 1, 1);
  if (holder === null) return [{ start, end }];
  return [{ start: Math.min(start, holder.pfn), end: Math.max(end, holder.pfn + holder.pages) }];
}

function goodFreeRefused(ledger: Ledger, pfn: number, pages: number): readonly Violation[] {
  return violation(ledger, {
    law: "bad-free-refused",
    blame: "allocator",
    fault: { kind: "good-free-refused", pfn, pages, since: Math.max(ledger.frames.sinceAt(pfn), 0) },
    allowed: { kind: "accept" },
    assumed: "still-live",
    frames: rangeOf(pfn, pages),
  });
}

/** The allocator died in a call that was right: law `returns`. */
export function diedIn(ledger: Ledger, how: string, frames: readonly FrameRange[]): readonly Violation[] {
  const found = violation(ledger, {
    law: "returns",
    blame: "allocator",
    fault: { kind: "died", how },
    allowed: { kind: "answer" },
    assumed: "state-forgotten",
    frames,
  });
  ledger.forget();
  return found;
}

/** The ordinary effect of a good free, for whole blocks, parts, and blocks older than the recording. */
function free(ledger: Ledger, pfn: number, pages: number, sizeUnknown: boolean): void {
  const kind = ledger.cover(pfn);
  if (kind === 0) {
    freeOlder(ledger, pfn, pages, sizeUnknown);
    return;
  }
  const holder = holderOf(ledger, pfn) as Holder;
  ledger.clearLive(holder.pfn);
  const end = pfn + pages;
  keepPart(ledger, holder.pfn, pfn, holder.since);
  keepPart(ledger, end, holder.pfn + holder.pages, holder.since);
  ledger.insertFree(pfn, end);
  ledger.frames.setSince(pfn, -ledger.now);
}

/** What a partial free leaves live: the remaining aligned blocks, each now a block of its own. */
function keepPart(ledger: Ledger, start: number, end: number, since: number): void {
  let pfn = start;
  while (pfn < end) {
    const order = largestOrderAt(pfn, end, ledger.maxOrder);
    ledger.setLive(pfn, pagesIn(order), since);
    pfn += pagesIn(order);
  }
}

/** A block served before the recording began. Without a size only its first frame is known to be free now. */
function freeOlder(ledger: Ledger, pfn: number, pages: number, sizeUnknown: boolean): void {
  if (sizeUnknown && ledger.gap === "held") ledger.gap = "unknown";
  ledger.insertFree(pfn, pfn + pages);
  ledger.frames.setSince(pfn, -ledger.now);
}

/** An owed block comes back: of its frames those become free that nobody else holds and that are managed. */
function takeBack(ledger: Ledger, pfn: number, pages: number, outcome: Outcome): readonly Violation[] {
  if (outcome.kind === "refused") return NONE;
  ledger.owed.delete(pfn);
  if (outcome.kind === "crashed") {
    ledger.forget();
    return NONE;
  }
  let at = Math.max(Math.floor(pfn), ledger.geometry.span.start);
  const end = Math.min(Math.ceil(pfn + pages), ledger.geometry.span.end);
  while (at < end) {
    const next = ledger.cover(at) === 0 ? ledger.nextHead(at, end) : ledger.coverHead + pagesIn(ledger.coverOrder);
    if (ledger.cover(at) === 0) releaseManaged(ledger, at, Math.min(next, end));
    at = next;
  }
  return NONE;
}

function releaseManaged(ledger: Ledger, start: number, end: number): void {
  for (const run of ledger.runs) {
    const from = Math.max(start, run.start);
    const to = Math.min(end, run.end);
    ledger.insertFree(from, to);
  }
}

/**
 * The common case, decided by one look: the whole live block, a power of two long, of the order named
 * (-1: none named). Answers its order, or -1, having done nothing, when a law needs a closer look.
 */
export function freeWhole(ledger: Ledger, pfn: number, order: number): number {
  const { span } = ledger.geometry;
  const { frames } = ledger;
  if (!(pfn >= span.start && pfn < span.end)) return -1;
  const number = Math.floor(pfn * frames.tilesPerPage);
  const low = pfn - number * frames.tilePages;
  const tile = frames.tile(number);
  const state = tile.states[low];
  // A fractional pfn reads undefined here.
  if (state === undefined || (state & KIND) !== LIVE) return -1;
  const own = state & ORDER;
  if (order !== own && order !== -1) return -1;
  if (ledger.exactPages.size > 0 && ledger.exactPages.has(pfn)) return -1;
  tile.since[low] = -ledger.now;
  ledger.liveBlocks--;
  ledger.livePages -= pagesIn(own);
  ledger.give(pfn, own);
  return own;
}
