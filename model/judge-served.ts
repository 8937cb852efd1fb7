// The laws about a block that was served. In order, the first that is broken speaks:
//
//  1. in-bounds: no order above the largest (unless the profile serves adjacent blocks).
//  2. aligned: the head is a multiple of the length.
//  3. in-bounds: all frames are managed, in one zone, without a hole.
//  4. served-from-free: right after an agreeing snapshot, the frames were on the lists.
//  5. no-overlap: no frame is live already.
//  6. rounding: a request for 0 pages is served nothing.
//  7. zeroed: the frames were found zero, where the recorder looked.
//  8. best-fit, placement: what the profile promises about the choice.
//
// After 1 to 5 the ledger assumes that the block was handed out all the same (`serveAnyway`): the frames
// belong to the new owner, and what the old owner still has to give back is `owed`.

import { allowedFor, headsBlock, holderOf, rangeOf, violation, type Finding } from "./evidence.ts";
import { FREE } from "./frame-map.ts";
import { pagesIn, runIndexOf, type Run, type ZoneRange } from "./geometry.ts";
import type { LawId } from "./invariants.ts";
import type { Ledger } from "./ledger.ts";
import { freeSetIsCanonical } from "./profile.ts";
import type { Fault, Holder, Outside, Violation } from "./violation.ts";
import { allowedZones } from "./zone-choice.ts";

/** A request as judged: `order` after rounding, `pages` the frames that become the client's. */
export interface Served {
  readonly pfn: number;
  readonly order: number;
  readonly pages: number;
  /** Pages asked for, or null where the request named an order. */
  readonly asked: number | null;
  readonly zone: string | null;
  readonly zeroed: boolean | null;
}

/** Judges a served block and moves the ledger on; `pages` frames at `pfn` are live afterwards. */
export function judgeServed(ledger: Ledger, served: Served): readonly Violation[] {
  const wrongPlace = placeFinding(ledger, served);
  if (wrongPlace !== null) {
    const found = violation(ledger, wrongPlace);
    serveAnyway(ledger, served);
    return found;
  }
  const policy = policyFinding(ledger, served);
  const found = policy === null ? [] : violation(ledger, policy);
  const zero = zeroFindings(ledger, served);
  serve(ledger, served);
  return zero.length === 0 ? found : [...zero, ...found];
}

/** Laws 1 to 5: is this a block that could have been free? */
function placeFinding(ledger: Ledger, served: Served): Finding | null {
  const { pfn, order, pages } = served;
  function found(law: LawId, fault: Fault): Finding {
    const allowed = allowedFor(ledger, Math.min(order, ledger.maxOrder + 1), allowedZones(ledger, served.zone));
    return { law, blame: "allocator", fault, allowed, assumed: "served-anyway", frames: rangeOf(pfn, pages) };
  }
  if (order > ledger.maxOrder && ledger.profile.aboveMax === "refused") {
    return found("in-bounds", { kind: "order-above-max", pfn, pages, maxPages: pagesIn(ledger.maxOrder) });
  }
  const headOrder = Math.min(order, ledger.maxOrder);
  if (!headsBlock(pfn, headOrder)) return found("aligned", { kind: "misaligned-block", pfn, order: headOrder });
  const where = outside(ledger, pfn, pages);
  if (where !== null) return found("in-bounds", { kind: "outside-managed", pfn, pages, where });
  const taken = takenFault(ledger, pfn, pages);
  if (taken !== null) return found(lawOfTaken(ledger), taken);
  return null;
}

/** In which way `[pfn, pfn + pages)` leaves the managed frames of one zone, or null. */
export function outside(ledger: Ledger, pfn: number, pages: number): Outside | null {
  const { span } = ledger.geometry;
  const end = pfn + pages;
  if (pfn < span.start || end > span.end) return "beyond-pool";
  const run = ledger.runs[runIndexOf(ledger.runs, pfn)];
  if (run === undefined) return "not-managed";
  if (end <= run.end) return null;
  return continued(ledger.runs, run, end);
}

/** A block may span runs that touch in one zone (frames added later); anything else is a hole or a border. */
function continued(runs: readonly Run[], first: Run, end: number): Outside | null {
  let reached = first;
  while (reached.end < end) {
    const next = runs[runs.indexOf(reached) + 1];
    if (next === undefined || next.start !== reached.end) return "crosses-hole";
    if (next.zone !== first.zone) return "crosses-zone";
    reached = next;
  }
  return null;
}

/** Frames of the block that somebody has already; null if all are free, or of unknown state. */
function takenFault(ledger: Ledger, pfn: number, pages: number): Fault | null {
  const cached = ledger.stepsSinceObserved === 0 && pages > 1 ? cachedIn(ledger, pfn, pages) : null;
  if (cached !== null) return { kind: "overlaps-cached", pfn, pages, cached };
  const end = pfn + pages;
  let at = pfn;
  while (at < end) {
    const kind = ledger.cover(at);
    if (kind === FREE) at = ledger.coverHead + pagesIn(ledger.coverOrder);
    else if (kind !== 0) return { kind: "overlaps-live", pfn, pages, holder: holderOf(ledger, at) as Holder };
    else {
      const next = ledger.nextHead(at, end);
      if (ledger.gap === "held")
        return { kind: "overlaps-live", pfn, pages, holder: { pfn: at, pages: next - at, since: 0 } };
      if (ledger.gap === "withheld")
        return { kind: "overlaps-withheld", pfn, pages, withheld: { start: at, end: next } };
      at = next;
    }
  }
  return null;
}

function cachedIn(ledger: Ledger, pfn: number, pages: number): number | null {
  return ledger.observed?.cached.find((frame) => frame >= pfn && frame < pfn + pages) ?? null;
}

/** With the lists seen just before, taking a block that was on none of them is the earlier law's business. */
function lawOfTaken(ledger: Ledger): LawId {
  return ledger.observed !== null && ledger.stepsSinceObserved === 0 ? "served-from-free" : "no-overlap";
}

/** Law 8: a block that could be served, but not by this policy. */
function policyFinding(ledger: Ledger, served: Served): Finding | null {
  const { pfn, order, pages } = served;
  const fault = order > ledger.maxOrder ? null : policyFault(ledger, served);
  if (fault === null) return null;
  return {
    law: fault.kind === "larger-split" ? "best-fit" : "placement",
    blame: "allocator",
    fault,
    allowed: allowedFor(ledger, order, allowedZones(ledger, served.zone)),
    assumed: "served-anyway",
    frames: rangeOf(pfn, pages),
  };
}

function policyFault(ledger: Ledger, served: Served): Fault | null {
  const { pfn, order, zone } = served;
  if (zone !== null) {
    const home = ledger.zoneOf(pfn);
    if (!allowedZones(ledger, zone).includes(home)) {
      return { kind: "wrong-zone", pfn, asked: zone, served: (ledger.geometry.zones[home] as ZoneRange).name };
    }
  }
  // The choice is decidable where all free blocks are known and none may be held back.
  if (ledger.gap === "unknown" || !freeSetIsCanonical(ledger.profile) || ledger.cover(pfn) !== FREE) return null;
  const head = ledger.coverHead;
  const from = ledger.coverOrder;
  const list = ledger.listOf(pfn, from);
  if (ledger.profile.fit === "best") {
    const smallest = ledger.smallestFree(ledger.zoneOf(pfn), order);
    if (smallest < from) return { kind: "larger-split", pfn, order, from, smallest };
  }
  const expectedHead = expectedBlock(ledger, list, order, from);
  if (expectedHead !== null && expectedHead !== head) return { kind: "out-of-turn", pfn, head, expectedHead };
  if (from > order && ledger.profile.servedHalf !== "any") {
    const expected = ledger.profile.servedHalf === "low" ? head : head + pagesIn(from) - pagesIn(order);
    if (expected !== pfn) return { kind: "wrong-half", pfn, expected };
  }
  return null;
}

/** The free block whose turn it is: the list's head, or by address among all that fit where fit is "any". */
function expectedBlock(ledger: Ledger, list: number, order: number, from: number): number | null {
  const { serving } = ledger;
  if (serving === null || !serving.known) return null;
  if (ledger.profile.fit === "best" || serving.placement === "fifo" || serving.placement === "lifo")
    return serving.headOf(list);
  let expected: number | null = null;
  for (let fit = order; fit <= ledger.maxOrder; fit++) {
    const head = serving.headOf(list - from + fit);
    if (head === null) continue;
    const sooner = expected === null || (serving.placement === "lowest" ? head < expected : head > expected);
    if (sooner) expected = head;
  }
  return expected;
}

/** Laws 6 and 7, which look at the request and at the frames' content. */
function zeroFindings(ledger: Ledger, served: Served): readonly Violation[] {
  const { pfn, pages } = served;
  if (served.asked === 0 && ledger.profile.zeroRequest === "refused") {
    const fault: Fault = { kind: "served-zero-pages", pfn };
    return violation(ledger, {
      law: "rounding",
      blame: "allocator",
      fault,
      allowed: { kind: "refuse" },
      assumed: "served-anyway",
      frames: rangeOf(pfn, pages),
    });
  }
  if (served.zeroed === false && ledger.profile.zeroed === "promised") {
    const fault: Fault = { kind: "not-zeroed", pfn, pages };
    return violation(ledger, {
      law: "zeroed",
      blame: "allocator",
      fault,
      allowed: { kind: "accept" },
      assumed: "served-anyway",
      frames: rangeOf(pfn, pages),
    });
  }
  return [];
}

/** The ordinary effect: the frames leave the free set; of a larger block taken, the tail stays free. */
function serve(ledger: Ledger, served: Served): void {
  const { pfn, order, pages } = served;
  const inOneBlock = order <= ledger.maxOrder && ledger.cover(pfn) === FREE && ledger.coverOrder >= order;
  if (inOneBlock && pages === pagesIn(order)) {
    ledger.take(pfn, order);
    return;
  }
  ledger.carve(pfn, pfn + pages);
  ledger.setLive(pfn, pages, ledger.now);
}

/** The block is the new owner's whatever was there: see the header. */
function serveAnyway(ledger: Ledger, served: Served): void {
  const { span } = ledger.geometry;
  const { pfn, pages } = served;
  const start = Math.max(Math.floor(pfn), span.start);
  const end = Math.min(Math.ceil(pfn + pages), span.end);
  ledger.carve(start, end);
  displace(ledger, start, end);
  const whole = Number.isInteger(pfn) && outside(ledger, pfn, pages) === null;
  if (whole) ledger.setLive(pfn, pages, ledger.now);
  else ledger.owed.set(pfn, pages);
}

/** Live blocks that reach into `[start, end)` stop being live; their owners may still give them back. */
export function displace(ledger: Ledger, start: number, end: number): void {
  let at = start;
  while (at < end) {
    const kind = ledger.cover(at);
    if (kind === 0) at = ledger.nextHead(at, end);
    else if (kind === FREE) at = ledger.coverHead + pagesIn(ledger.coverOrder);
    else {
      const head = ledger.ownerOf(ledger.coverHead);
      const pages = ledger.clearLive(head);
      ledger.owed.set(head, pages);
      at = head + pages;
    }
  }
}
