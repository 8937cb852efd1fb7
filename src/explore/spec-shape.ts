// A pool as its top-level blocks, which symmetries its specification has, and how many states that makes.
//
//  1. A top-level block is a block of the canonical free set of all managed frames: no step ever merges beyond it,
//     because its parent is not managed, not in one zone, or larger than maxOrder. So a state of the pool is a state
//     of each of its top-level blocks, and any combination is one (docs/decisions/0002-specification.md).
//  2. A block of order k is wholly free, wholly live, or split into two halves that are not both wholly free, since
//     those would have merged. With S(0) = 2 that gives S(k) = S(k-1)^2 + 1; up to swapping halves, U(k) =
//     U(k-1)(U(k-1)+1)/2 + 1. Orders that no request may name have no wholly live state, and no + 1.
//  3. Swapping the halves of a block, and permuting equal top-level blocks of one zone, maps steps to steps if no law
//     looks at where a block lies: neither which of the fitting blocks is served, nor which half of a split one.
//  4. Lists in order of arrival, frames held back, buddies left apart, blocks given back in parts and counted
//     references are more than a set of live blocks. A pool under such a profile is not explored as a specification.

import { canonicalCounts, largestOrderAt, managedPages, pagesIn, type Geometry } from "../../model/geometry.ts";
import { freeSetIsCanonical, type Profile } from "../../model/profile.ts";

/** A block beyond which nothing merges. */
export interface TopBlock {
  readonly pfn: number;
  readonly order: number;
  /** Number of its zone. */
  readonly zone: number;
}

/** States that differ only by a symmetry count as one ("reduced"), or each for itself ("raw"). */
export type Counting = "raw" | "reduced";

/** The canonical free set of all managed frames, in address order. */
export function topBlocks(geometry: Geometry): TopBlock[] {
  const tops: TopBlock[] = [];
  for (const run of geometry.runs) {
    for (let pfn = run.start; pfn < run.end;) {
      const order = largestOrderAt(pfn, run.end, geometry.maxOrder);
      tops.push({ pfn, order, zone: run.zone });
      pfn += pagesIn(order);
    }
  }
  return tops;
}

/** Why a specification under this profile has more in its state than live blocks, or null where it has not. */
export function beyondLiveBlocks(profile: Profile): string | null {
  if (profile.placement === "fifo" || profile.placement === "lifo") return "its free lists have an order of their own";
  if (!freeSetIsCanonical(profile)) return "its free blocks do not follow from the live ones";
  if (profile.partialFree === "allowed") return "parts of a live block may be given back";
  if (profile.references === "counted") return "a free may only drop a reference";
  return null;
}

/** Why the symmetries are no symmetries under this profile, or null where they are sound. */
export function brokenSymmetry(profile: Profile): string | null {
  if (profile.placement !== "any") return `it serves the ${profile.placement} block`;
  if (profile.servedHalf !== "any") return `it serves the ${profile.servedHalf} half of a split block`;
  return null;
}

/** The largest order that requests may name. */
export function largestServed(geometry: Geometry, profile: Profile): number {
  return Math.min(geometry.maxOrder, profile.usableMaxOrder ?? geometry.maxOrder);
}

/** States of one block of `order`, where blocks up to order `served` can be live. */
export function blockStates(order: number, served: number, counting: Counting): bigint {
  const whole = order <= served ? 1n : 0n;
  if (order === 0) return 1n + whole;
  const half = blockStates(order - 1, served, counting);
  return (counting === "raw" ? half * half : (half * (half + 1n)) / 2n) + whole;
}

/** How many top-level blocks of which order each zone has. */
interface TopKind {
  readonly zone: number;
  readonly order: number;
  readonly count: number;
}

/** The top-level blocks by kind, in O(maxOrder) for each run of managed frames. */
function topKinds(geometry: Geometry): TopKind[] {
  const orderCount = geometry.maxOrder + 1;
  const counts = new Array<number>(geometry.zones.length * orderCount).fill(0);
  for (const { start, end, zone } of geometry.runs) {
    canonicalCounts(start, end, geometry.maxOrder).forEach((count, order) => {
      const kind = zone * orderCount + order;
      counts[kind] = (counts[kind] as number) + count;
    });
  }
  return counts
    .map((count, kind) => ({ zone: Math.floor(kind / orderCount), order: kind % orderCount, count }))
    .filter(({ count }) => count > 0);
}

/** Pools of more frames get no exact number of states: it would have thousands of digits. */
const EXACT_MAX = 2 ** 12;

/** How many states there are: exactly, or for a large pool how many decimal digits that number has, about. */
export type SpaceSize =
  { readonly kind: "exact"; readonly states: bigint } | { readonly kind: "about"; readonly digits: number };

/** The states of a pool. Of m equal top-level blocks in a zone, reduced states are multisets of size m. */
export function poolSize(geometry: Geometry, served: number, counting: Counting): SpaceSize {
  const kinds = topKinds(geometry);
  if (managedPages(geometry) > EXACT_MAX) return { kind: "about", digits: digitsOf(kinds, served, counting) };
  let states = 1n;
  for (const { order, count } of kinds) {
    const each = blockStates(order, served, counting);
    states *= counting === "raw" ? each ** BigInt(count) : multisets(each, count);
  }
  return { kind: "exact", states };
}

/** Multisets of `count` out of `kinds`: (kinds + count - 1) over count. */
function multisets(kinds: bigint, count: number): bigint {
  let ways = 1n;
  for (let drawn = 0n; drawn < BigInt(count); drawn++) ways = (ways * (kinds + drawn)) / (drawn + 1n);
  return ways;
}

/** Decimal digits, from logarithms; that of m! by Stirling's formula. */
function digitsOf(kinds: readonly TopKind[], served: number, counting: Counting): number {
  const exactTo = 8;
  let digits = 0;
  for (const { order, count } of kinds) {
    let each = String(blockStates(Math.min(order, exactTo), served, counting)).length;
    for (let above = exactTo; above < order; above++) each = 2 * each - (counting === "raw" ? 0 : Math.log10(2));
    const arrangements = counting === "raw" ? 0 : count * Math.log10(count / Math.E);
    digits += Math.max(count * each - arrangements, 0);
  }
  return Math.ceil(digits);
}
