// The law about a refused request: no-spurious-oom.
//
//  1. A request of order k may be refused only if no free block of order k or more exists where the
//     request may be served. Under eager coalescing that is decided by C(F), so by the live blocks alone.
//  2. Of a recording that began in mid-life only some frames are known to be free; room among these is
//     proof, no room among these proves nothing and is counted as undecided.
//  3. Under lazy coalescing only the lists count, and they are known only right after a snapshot.

import { offers, rangeOf, violation } from "./evidence.ts";
import { pagesIn } from "./geometry.ts";
import type { Ledger } from "./ledger.ts";
import { NONE, type Violation } from "./violation.ts";
import { allowedZones, mustServe } from "./zone-choice.ts";

/** Judges a refusal; nothing changes. `order` is what the request rounds to, `asked` its page count or null. */
export function judgeRefused(
  ledger: Ledger,
  order: number,
  asked: number | null,
  zone: string | null,
): readonly Violation[] {
  const { profile } = ledger;
  if (asked === 0 || profile.exhaustion !== "exact") return NONE;
  if (order > (profile.usableMaxOrder ?? ledger.maxOrder)) {
    if (order > ledger.maxOrder && profile.aboveMax === "adjacent") ledger.undecide("no-spurious-oom", "adjacent-runs");
    return NONE;
  }
  if (profile.coalescing === "lazy" || profile.initialFreeSet === "any") return judgeByLists(ledger, order, zone);
  const room = mustServe(ledger, zone, (number) => ledger.smallestFree(number, order) >= 0);
  if (room) return refusedWithRoom(ledger, order, zone);
  if (ledger.gap === "unknown") ledger.undecide("no-spurious-oom", "state-unknown");
  return NONE;
}

function judgeByLists(ledger: Ledger, order: number, zone: string | null): readonly Violation[] {
  const { observed } = ledger;
  if (observed === null || ledger.stepsSinceObserved > 0) {
    ledger.undecide("no-spurious-oom", "lazy-coalescing");
    return NONE;
  }
  const fitting = observed.lists.slice(order).flat();
  const listed = new Set(fitting.map((pfn) => ledger.zoneOf(pfn)));
  return mustServe(ledger, zone, (number) => listed.has(number)) ? refusedWithRoom(ledger, order, zone) : NONE;
}

function refusedWithRoom(ledger: Ledger, order: number, zone: string | null): readonly Violation[] {
  const zones = allowedZones(ledger, zone);
  const from = offers(ledger, order, zones);
  const room = from[0] ?? null;
  return violation(ledger, {
    law: "no-spurious-oom",
    blame: "allocator",
    fault: { kind: "refused-with-room", order, room, freeBlocks: fittingBlocks(ledger, order, zones) },
    allowed: { kind: "serve", order, from },
    assumed: "refusal-stands",
    frames: room === null ? [] : rangeOf(room.pfn, pagesIn(order)),
  });
}

function fittingBlocks(ledger: Ledger, order: number, zones: readonly number[]): number {
  let blocks = 0;
  for (const zone of zones) {
    for (let fit = order; fit <= ledger.maxOrder; fit++) {
      blocks += ledger.freeBlocks[zone * (ledger.maxOrder + 1) + fit] as number;
    }
  }
  return blocks;
}
