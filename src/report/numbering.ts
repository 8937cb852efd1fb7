// Violations in the numbering of the user's file.
//
//  1. The model counts pfns from 0 of physical memory, a recording counts them from the pool's start.
//     What people read is what stands in their file, so every pfn here loses the header's `base_pfn`.
//  2. Every kind of fault decides which of its numbers are pfns: a new kind does not compile until it has.
//  3. Alignment is by the absolute pfn. Whoever words it adds the base again (names.ts).

import type { FrameRange } from "../../model/geometry.ts";
import type { Allowed, Fault, NamedBlock, Violation } from "../../model/violation.ts";

/** The same violation with pfns counted from the pool's first page, as the recording has them. */
export function inUsersNumbering(violation: Violation, basePfn: number): Violation {
  if (basePfn === 0) return violation;
  return {
    ...violation,
    fault: renumberedFault(violation.fault, basePfn),
    allowed: renumberedAllowed(violation.allowed, basePfn),
    frames: ranges(violation.frames, basePfn),
    around: ranges(violation.around, basePfn),
  };
}

function renumberedFault(fault: Fault, base: number): Fault {
  switch (fault.kind) {
    case "misaligned-block":
    case "order-above-max":
    case "outside-managed":
    case "served-zero-pages":
    case "larger-split":
    case "wrong-zone":
    case "not-zeroed":
    case "good-free-refused":
    case "join-twice":
    case "handover":
      return block(fault, base);
    case "overlaps-live":
      return { ...block(fault, base), holder: block(fault.holder, base) };
    case "bad-free":
    case "left-in-use":
      return { ...block(fault, base), holder: blockOrNull(fault.holder, base) };
    case "overlaps-withheld":
      return { ...block(fault, base), withheld: range(fault.withheld, base) };
    case "overlaps-cached":
      return { ...block(fault, base), cached: fault.cached - base };
    case "out-of-turn":
      return { ...block(fault, base), head: fault.head - base, expectedHead: fault.expectedHead - base };
    case "wrong-half":
      return { ...block(fault, base), expected: fault.expected - base };
    case "refused-with-room":
      return { ...fault, room: blockOrNull(fault.room, base) };
    case "died":
    case "count-total":
    case "count-spread":
      return fault;
    default:
      return renumberedLists(fault, base);
  }
}

/** The faults that a snapshot shows: they name many blocks. */
function renumberedLists(fault: Extract<Fault, { kind: ListFault }>, base: number): Fault {
  switch (fault.kind) {
    case "listed-misaligned":
    case "listed-outside":
    case "listed-twice":
    case "listed-overlapping":
    case "changed-elsewhere":
      return { ...fault, blocks: blocks(fault.blocks, base) };
    case "listed-live":
      return { ...fault, blocks: blocks(fault.blocks, base), holder: blockOrNull(fault.holder, base) };
    case "missing":
      return { ...fault, ranges: ranges(fault.ranges, base) };
    case "unmerged":
      return { ...fault, pairs: blocks(fault.pairs, base) };
    case "list-order":
      return { ...fault, expected: heads(fault.expected, base), found: heads(fault.found, base) };
  }
}

type ListFault =
  | "listed-misaligned"
  | "listed-outside"
  | "listed-twice"
  | "listed-overlapping"
  | "listed-live"
  | "missing"
  | "unmerged"
  | "list-order"
  | "changed-elsewhere";

function renumberedAllowed(allowed: Allowed, base: number): Allowed {
  switch (allowed.kind) {
    case "serve":
      return { ...allowed, from: blocks(allowed.from, base) };
    case "free-blocks":
      return { ...allowed, blocks: blocks(allowed.blocks, base) };
    case "refuse":
    case "accept":
    case "answer":
    case "counts":
      return allowed;
  }
}

function block<T extends { readonly pfn: number }>(named: T, base: number): T {
  return { ...named, pfn: named.pfn - base };
}

function blockOrNull<T extends { readonly pfn: number }>(named: T | null, base: number): T | null {
  return named === null ? null : block(named, base);
}

function blocks(named: readonly NamedBlock[], base: number): readonly NamedBlock[] {
  return named.map((each) => block(each, base));
}

function range<T extends FrameRange>(frames: T, base: number): T {
  return { ...frames, start: frames.start - base, end: frames.end - base };
}

function ranges<T extends FrameRange>(frames: readonly T[], base: number): readonly T[] {
  return frames.map((each) => range(each, base));
}

function heads(pfns: readonly number[], base: number): readonly number[] {
  return pfns.map((pfn) => pfn - base);
}
