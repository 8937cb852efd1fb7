// The laws about what an observer saw: full free lists, or counts per order.
//
//  1. Under eager coalescing a snapshot must list exactly C(F) without the cached frames; under lazy
//     coalescing any partition of F into aligned blocks.
//  2. Each kind of difference breaks one law: off the grid `aligned`; outside the managed frames
//     `in-bounds`; the same block twice `free-lists`; a listed block that is live, two that overlap, or a
//     free frame on no list `partition`; buddies apart `no-free-buddies`; lists out of order `placement`.
//  3. Where more is known about the cause, a sharper law speaks for the last three: everything was freed
//     before (`drained`); or one command lies between this snapshot and an agreeing one, which was refused
//     (`refused-unchanged`), took a wrong number of pages (`rounding`), or touched other blocks (`frame`).
//  4. Counts break `conserved` if the total is wrong, `no-free-buddies` if only its spread is.
//  5. Afterwards the ledger believes the lists: it adopts their frames as the free ones.

import type { Counts, Snapshot } from "./command.ts";
import { holderOf, violation } from "./evidence.ts";
import { FREE } from "./frame-map.ts";
import { alignDown, ORDER_LIMIT, pagesIn, type FrameRange } from "./geometry.ts";
import type { LawId } from "./invariants.ts";
import { displace } from "./judge-served.ts";
import { managedParts, type Ledger } from "./ledger.ts";
import { agreesExactly, compare, type Comparison } from "./observed-sets.ts";
import { EVIDENCE_MAX, NONE, type Allowed, type Fault, type NamedBlock, type Violation } from "./violation.ts";

/** Ranges a violation may name, so that evidence stays bounded. */
const FRAMES_MAX = 4096;

/** Faults of listed blocks as such, whatever is live. */
type BlockFault = "listed-misaligned" | "listed-outside" | "listed-twice" | "listed-overlapping";

interface Difference {
  readonly law: LawId;
  readonly fault: Fault;
  readonly frames: readonly FrameRange[];
}

/** Judges a snapshot of the free lists and goes on with what it shows. */
export function judgeSnapshot(ledger: Ledger, snapshot: Snapshot): readonly Violation[] {
  if (agreesExactly(ledger, snapshot)) {
    const order = orderDifference(ledger, snapshot);
    rememberSnapshot(ledger, snapshot);
    return order === null ? NONE : report(ledger, [order]);
  }
  const comparison = compare(ledger, snapshot);
  const differences = differencesOf(ledger, snapshot, comparison);
  const found = report(ledger, differences);
  adopt(ledger, snapshot, comparison);
  return found;
}

function report(ledger: Ledger, differences: readonly Difference[]): readonly Violation[] {
  const said = new Set<LawId>();
  const found: Violation[] = [];
  for (const { law, fault, frames } of differences) {
    if (said.has(law)) continue;
    said.add(law);
    const allowed = expectedNear(ledger, frames);
    found.push(
      ...violation(ledger, {
        law,
        blame: "allocator",
        fault,
        allowed,
        assumed: "lists-adopted",
        frames: frames.slice(0, FRAMES_MAX),
      }),
    );
  }
  return found;
}

/** The blocks of C(F) that the lists should show around the first frames at issue. */
function expectedNear(ledger: Ledger, frames: readonly FrameRange[]): Allowed {
  const blocks: NamedBlock[] = [];
  const first = frames[0];
  if (first !== undefined && ledger.gathersEvidence) {
    const end = Math.min(first.end, ledger.geometry.span.end);
    let pfn = Math.max(Math.floor(first.start), ledger.geometry.span.start);
    while (pfn < end && blocks.length < EVIDENCE_MAX) {
      const kind = ledger.cover(pfn);
      const next = kind === 0 ? ledger.nextHead(pfn, end) : ledger.coverHead + pagesIn(ledger.coverOrder);
      if (kind !== 0 && holderOf(ledger, pfn) === null)
        blocks.push({ pfn: ledger.coverHead, pages: pagesIn(ledger.coverOrder) });
      pfn = next;
    }
  }
  return { kind: "free-blocks", blocks };
}

/** All differences, in the order of the header, each under the sharpest law that applies. */
function differencesOf(ledger: Ledger, snapshot: Snapshot, comparison: Comparison): Difference[] {
  const { misaligned, outside, twice, overlapping, live, missing, unmerged } = comparison;
  const found: Difference[] = [];
  function blocks(law: LawId, kind: BlockFault, named: readonly NamedBlock[]): void {
    if (named.length === 0) return;
    const fault: Fault = { kind, blocks: named.slice(0, EVIDENCE_MAX), count: named.length };
    found.push({ law, fault, frames: ranges(named) });
  }
  blocks("aligned", "listed-misaligned", misaligned);
  blocks("in-bounds", "listed-outside", outside);
  blocks("free-lists", "listed-twice", twice);
  blocks("partition", "listed-overlapping", overlapping);
  if (live.length > 0) {
    const fault: Fault = {
      kind: "listed-live",
      blocks: asBlocks(live),
      count: live.length,
      holder: holderOf(ledger, (live[0] as FrameRange).start),
    };
    found.push({ law: sharper(ledger, live) ?? "partition", fault, frames: live });
  }
  if (missing.length > 0) {
    const fault: Fault = {
      kind: "missing",
      ranges: missing.slice(0, EVIDENCE_MAX),
      pages: missing.reduce((sum, range) => sum + range.end - range.start, 0),
    };
    found.push({ law: drained(ledger) ?? sharper(ledger, missing) ?? "partition", fault, frames: missing });
  }
  if (unmerged.length > 0) {
    const fault: Fault = { kind: "unmerged", pairs: unmerged.slice(0, EVIDENCE_MAX), count: unmerged.length };
    const pairs = unmerged.map((half) => ({ start: half.pfn, end: half.pfn + 2 * half.pages }));
    found.push({ law: drained(ledger) ?? sharper(ledger, pairs) ?? "no-free-buddies", fault, frames: pairs });
  }
  if (found.length === 0) found.push(...quietChanges(ledger, snapshot));
  return found;
}

function ranges(blocks: readonly NamedBlock[]): FrameRange[] {
  return blocks.map((block) => ({ start: block.pfn, end: block.pfn + block.pages }));
}

function asBlocks(frames: readonly FrameRange[]): NamedBlock[] {
  return frames.slice(0, EVIDENCE_MAX).map((range) => ({ pfn: range.start, pages: range.end - range.start }));
}

/** Nothing is live, something was, and the start is known: the lists must be back where they began. */
function drained(ledger: Ledger): LawId | null {
  const back = ledger.liveBlocks === 0 && ledger.owed.size === 0 && ledger.allocatedEver && ledger.gap === "withheld";
  return back && ledger.profile.coalescing === "eager" ? "drained" : null;
}

/** The law that one command since the last agreeing snapshot points to, if there was just one. */
function sharper(ledger: Ledger, at: readonly FrameRange[]): LawId | null {
  const { observed, last } = ledger;
  if (observed === null || ledger.stepsSinceObserved !== 1) return null;
  if (last.kind === "refused") return "refused-unchanged";
  if (last.kind === "other") return null;
  const touched = last.kind === "free" ? mergedRegion(ledger, last.pfn) : sourceRegion(observed, last.pfn, last.pages);
  const inside = at.every((range) => range.start >= touched.start && range.end <= touched.end);
  if (!inside) return "frame";
  return last.kind === "alloc-pages" ? "rounding" : null;
}

/** Frames that serving `pfn` may change: the listed block it was cut from. */
function sourceRegion(before: Snapshot, pfn: number, pages: number): FrameRange {
  for (let order = before.lists.length - 1; order >= 0; order--) {
    const head = alignDown(pfn, Math.min(order, ORDER_LIMIT));
    if (before.lists[order]?.includes(head) === true) return { start: head, end: head + 2 ** order };
  }
  return { start: pfn, end: pfn + pages };
}

/** Frames that freeing `pfn` may change: the block of C(F) that it belongs to now. */
function mergedRegion(ledger: Ledger, pfn: number): FrameRange {
  if (ledger.cover(pfn) !== FREE) return { start: pfn, end: pfn + 1 };
  return { start: ledger.coverHead, end: ledger.coverHead + pagesIn(ledger.coverOrder) };
}

/** Lazy coalescing: a partition can be right and yet show that a call changed what it should not touch. */
function quietChanges(ledger: Ledger, snapshot: Snapshot): Difference[] {
  const { observed, last, profile } = ledger;
  if (profile.coalescing === "eager" || observed === null || ledger.stepsSinceObserved !== 1) return [];
  const changed = changedBlocks(observed, snapshot);
  if (last.kind === "refused" && changed.length > 0) return [changeDifference("refused-unchanged", changed)];
  if (last.kind !== "alloc" && last.kind !== "alloc-pages") return [];
  const region = sourceRegion(observed, last.pfn, last.pages);
  const hadRoom = region.end - region.start >= last.pages && changed.some((block) => block.pfn === region.start);
  const elsewhere = changed.filter((block) => block.pfn < region.start || block.pfn + block.pages > region.end);
  return hadRoom && elsewhere.length > 0 ? [changeDifference("frame", elsewhere)] : [];
}

function changeDifference(law: LawId, changed: readonly NamedBlock[]): Difference {
  return {
    law,
    fault: { kind: "changed-elsewhere", blocks: changed.slice(0, EVIDENCE_MAX), count: changed.length },
    frames: ranges(changed),
  };
}

/** Blocks listed in one snapshot only. */
function changedBlocks(before: Snapshot, after: Snapshot): NamedBlock[] {
  const changed: NamedBlock[] = [];
  for (let order = 0; order < Math.max(before.lists.length, after.lists.length); order++) {
    const was = new Set(before.lists[order] ?? []);
    const is = new Set(after.lists[order] ?? []);
    for (const pfn of was) if (!is.has(pfn)) changed.push({ pfn, pages: 2 ** order });
    for (const pfn of is) if (!was.has(pfn)) changed.push({ pfn, pages: 2 ** order });
  }
  return changed.sort((a, b) => a.pfn - b.pfn);
}

/** The lists hold the right blocks: are they in the order the profile promises? */
function orderDifference(ledger: Ledger, snapshot: Snapshot): Difference | null {
  const { serving } = ledger;
  if (serving === null || !serving.known || snapshot.cached.length > 0) return null;
  const shown = listsByZone(ledger, snapshot);
  for (let list = 0; list < shown.length; list++) {
    const expected = serving.headsOf(list);
    const found = shown[list] as readonly number[];
    if (expected === null || expected.every((pfn, at) => pfn === found[at])) continue;
    const order = list % (ledger.maxOrder + 1);
    const at = expected.findIndex((pfn, index) => pfn !== found[index]);
    const pfn = found[at] as number;
    const fault: Fault = {
      kind: "list-order",
      order,
      expected: expected.slice(0, EVIDENCE_MAX),
      found: found.slice(0, EVIDENCE_MAX),
    };
    return { law: "placement", fault, frames: [{ start: pfn, end: pfn + pagesIn(order) }] };
  }
  return null;
}

/** The lists of a sound snapshot taken apart by zone: one list per `zone * orderCount + order`. */
function listsByZone(ledger: Ledger, snapshot: Snapshot): readonly number[][] {
  const lists: number[][] = Array.from(ledger.freeBlocks, () => []);
  snapshot.lists.forEach((heads, order) => {
    for (const pfn of heads) lists[ledger.listOf(pfn, order)]?.push(pfn);
  });
  return lists;
}

function rememberSnapshot(ledger: Ledger, snapshot: Snapshot): void {
  ledger.observed = snapshot;
  ledger.stepsSinceObserved = 0;
  // Frames held back are on no list now, and nobody knows where they will join one.
  if (snapshot.cached.length > 0) ledger.serving?.loseOrder();
  else ledger.serving?.adopt(listsByZone(ledger, snapshot));
}

/** Goes on with the allocator's own view: what it lists is free, what it does not list is not. */
function adopt(ledger: Ledger, snapshot: Snapshot, comparison: Comparison): void {
  for (const range of comparison.missing) ledger.carve(range.start, range.end);
  for (const range of comparison.listed) {
    displace(ledger, range.start, range.end);
    // Inserted afresh, range by range, so that frames which were free already merge with the new ones.
    ledger.carve(range.start, range.end);
    for (const part of managedParts(ledger, range.start, range.end)) ledger.insertFree(part.start, part.end);
  }
  const clean = sound(comparison);
  if (ledger.gap === "unknown") ledger.gap = "held";
  if (clean) rememberSnapshot(ledger, snapshot);
  else {
    ledger.observed = null;
    ledger.serving?.loseOrder();
  }
}

function sound(comparison: Comparison): boolean {
  const { misaligned, outside, twice, overlapping, live, missing, unmerged } = comparison;
  return [misaligned, outside, twice, overlapping, live, missing, unmerged].every((list) => list.length === 0);
}

/** Judges counts per order; nothing changes. */
export function judgeCounts(ledger: Ledger, counts: Counts): readonly Violation[] {
  if (ledger.gap === "unknown") {
    ledger.undecide("conserved", "state-unknown");
    return NONE;
  }
  if (ledger.profile.cachedFrames !== "none") {
    ledger.undecide("conserved", "cached-unknown");
    return NONE;
  }
  const expected = expectedCounts(ledger, counts.zone);
  const fault = countFault(ledger, expected, counts.free);
  if (fault === null) return NONE;
  const law = fault.kind === "count-total" ? "conserved" : "no-free-buddies";
  return violation(ledger, {
    law,
    blame: "allocator",
    fault,
    allowed: { kind: "counts", free: expected },
    assumed: "counts-ignored",
    frames: [],
  });
}

function expectedCounts(ledger: Ledger, zone: string | null): number[] {
  const expected = new Array<number>(ledger.maxOrder + 1).fill(0);
  ledger.geometry.zones.forEach((candidate, number) => {
    if (zone !== null && candidate.name !== zone) return;
    for (let order = 0; order <= ledger.maxOrder; order++) {
      expected[order] =
        (expected[order] as number) + (ledger.freeBlocks[number * (ledger.maxOrder + 1) + order] as number);
    }
  });
  return expected;
}

function countFault(ledger: Ledger, expected: readonly number[], found: readonly number[]): Fault | null {
  const [wanted, got] = [pagesCounted(expected), pagesCounted(found)];
  if (wanted !== got) return { kind: "count-total", expected: wanted, found: got };
  if (ledger.profile.coalescing === "lazy" || ledger.profile.initialFreeSet === "any") return null;
  for (let order = 0; order < Math.max(found.length, expected.length); order++) {
    const [blocks, shown] = [expected[order] ?? 0, found[order] ?? 0];
    if (blocks !== shown) return { kind: "count-spread", order, expected: blocks, found: shown };
  }
  return null;
}

/** Pages in so many blocks of each order. */
function pagesCounted(counts: readonly number[]): number {
  return counts.reduce((pages, count, order) => pages + count * 2 ** order, 0);
}
