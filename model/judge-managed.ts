// Frames that join or leave the managed set while the allocator runs: late reclaim, hot-add, hot-remove.
//
//  1. Joining frames were not managed before and become free; frames managed already would be free twice.
//  2. Leaving frames must be free; a live block among them is taken from its owner.
//  Both break `partition`.

import type { Add, Remove } from "./command.ts";
import { holderOf, rangeOf, violation } from "./evidence.ts";
import { mergeRanges, subtract, type FrameRange, type Run } from "./geometry.ts";
import { displace } from "./judge-served.ts";
import { managedParts, type Ledger } from "./ledger.ts";
import { NONE, type Fault, type Violation } from "./violation.ts";

/** Judges frames that join, and makes those free that were not managed before. */
export function judgeAdded(ledger: Ledger, add: Add): readonly Violation[] {
  const { pfn, pages } = add;
  const joining = unmanagedParts(ledger, pfn, pfn + pages);
  const inside = joining.reduce((sum, run) => sum + run.end - run.start, 0);
  const found = inside < pages ? joinedTwice(ledger, add) : NONE;
  ledger.setManaged([...ledger.runs, ...joining].sort((a, b) => a.start - b.start));
  for (const run of joining) ledger.insertFree(run.start, run.end);
  return found;
}

function joinedTwice(ledger: Ledger, add: Add): readonly Violation[] {
  return violation(ledger, {
    law: "partition",
    blame: "allocator",
    fault: { kind: "join-twice", pfn: add.pfn, pages: add.pages },
    allowed: { kind: "refuse" },
    assumed: "change-ignored",
    frames: rangeOf(add.pfn, add.pages),
  });
}

/** The frames of `[start, end)` that lie in a zone and are not managed yet. */
function unmanagedParts(ledger: Ledger, start: number, end: number): Run[] {
  const parts: Run[] = [];
  const holes = mergeRanges(ledger.runs);
  ledger.geometry.zones.forEach((zone, number) => {
    const range = { start: Math.max(start, zone.start), end: Math.min(end, zone.end) };
    if (range.start < range.end) for (const part of subtract(range, holes)) parts.push({ ...part, zone: number });
  });
  return parts;
}

/** Judges frames that leave; live blocks among them are displaced. */
export function judgeRemoved(ledger: Ledger, remove: Remove): readonly Violation[] {
  const { pfn, pages } = remove;
  const end = pfn + pages;
  const holder = firstHolder(ledger, pfn, end);
  const unmanaged = managedParts(ledger, pfn, end).reduce((sum, part) => sum - (part.end - part.start), pages);
  const fault: Fault = { kind: "left-in-use", pfn, pages, holder };
  const wrong = holder !== null || unmanaged > 0;
  const found = wrong
    ? violation(ledger, {
        law: "partition",
        blame: "allocator",
        fault,
        allowed: { kind: "refuse" },
        assumed: "change-ignored",
        frames: rangeOf(pfn, pages),
      })
    : NONE;
  ledger.carve(Math.max(pfn, ledger.geometry.span.start), Math.min(end, ledger.geometry.span.end));
  displace(ledger, Math.max(pfn, ledger.geometry.span.start), Math.min(end, ledger.geometry.span.end));
  const runs: Run[] = [];
  for (const run of ledger.runs)
    for (const part of subtract(run, [{ start: pfn, end }])) runs.push({ ...part, zone: run.zone });
  ledger.setManaged(runs);
  return found;
}

function firstHolder(ledger: Ledger, start: number, end: number): ReturnType<typeof holderOf> {
  for (const part of managedParts(ledger, start, end)) {
    let pfn = part.start;
    while (pfn < part.end) {
      const holder = holderOf(ledger, pfn);
      if (holder !== null) return holder;
      pfn = nextPiece(ledger, pfn, part);
    }
  }
  return null;
}

function nextPiece(ledger: Ledger, pfn: number, part: FrameRange): number {
  return ledger.cover(pfn) === 0 ? ledger.nextHead(pfn, part.end) : ledger.coverHead + 2 ** ledger.coverOrder;
}
