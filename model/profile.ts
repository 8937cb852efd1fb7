// The ways real buddy allocators legitimately differ, as one readonly record.
//
//  1. A profile is data. No engine knows an allocator by name; `specs/profiles/*.yaml` holds one per family.
//  2. `STRICT_PROFILE` is what SPEC.md demands where a profile is silent: every law that needs no
//     knowledge of policy is on, every law about policy (fit, placement, half) is off.
//  3. A law that a profile makes undecidable is reported as not checked, with the reason.
//
// Where the differences were measured: docs/allocators.md.

/** Everything about an allocator that may differ without being wrong. */
export interface Profile {
  readonly name: string;
  /** Alignment and buddies are taken from pfn 0 ("absolute") or from the pool's first frame ("pool"). */
  readonly alignment: "absolute" | "pool";
  /** n pages take a block of the next power of two, or exactly n pages with the tail given back at once. */
  readonly rounding: "power-of-two" | "exact";
  /** Requests above the largest block: refused, or served from adjacent blocks of the largest order. */
  readonly aboveMax: "refused" | "adjacent";
  /** The largest order a request may name, where it is below the lists' maximum; null if it is the maximum. */
  readonly usableMaxOrder: number | null;
  /** What asking for 0 pages means. */
  readonly zeroRequest: "refused" | "one-page" | "undefined";
  /** Eager: free buddies merge at once. Lazy: the free set is any partition into aligned blocks. */
  readonly coalescing: "eager" | "lazy";
  /** Frames may be free yet on no list and not mergeable (per-CPU caches, remote-free queues). */
  readonly cachedFrames: "none" | "order-0";
  /** A larger block is split only when no smaller one suffices. */
  readonly fit: "best" | "any";
  /** Which of the fitting blocks is served; "fifo" and "lifo" serve the head of a list. */
  readonly placement: "any" | "lowest" | "highest" | "fifo" | "lifo";
  /** Which half of a split block is served. */
  readonly servedHalf: "low" | "high" | "any";
  /** Who knows a block's size at free: the caller names it, or the allocator remembers it. */
  readonly sizeAtFree: "named" | "remembered" | "either";
  /** May an aligned part of a live block be freed on its own? */
  readonly partialFree: "refused" | "allowed";
  /** "counted": a free may only drop a reference, so a second free of the same block can be right. */
  readonly references: "single" | "counted";
  /** What misuse is answered with: an error, nothing, the end of the process, or anything at all. */
  readonly misuse: "refused" | "silent" | "died" | "undefined";
  /** When may a request be refused: only without a fitting free block, or also otherwise. */
  readonly exhaustion: "exact" | "may-fail" | "may-fail-while-cached";
  /**
   * Which zones a request that names a zone may be served from. "lower": the zone, then the zones below it,
   * all of which must be exhausted before a refusal. "maybe-lower": the same, but a refusal needs only the
   * named zone to be exhausted. "none": the named zone alone. "any": all.
   */
  readonly fallback: "lower" | "maybe-lower" | "none" | "any";
  /** Are allocated frames promised to be zero? */
  readonly zeroed: "promised" | "no";
  /** Free lists at the start hold the canonical set, or any partition of the managed frames. */
  readonly initialFreeSet: "canonical" | "any";
}

/**
 * Do the live blocks tell which blocks are free, and so which one a policy picks? Not where frames may be
 * held back or blocks left apart.
 */
export function freeSetIsCanonical(profile: Profile): boolean {
  const { cachedFrames, coalescing, initialFreeSet } = profile;
  return cachedFrames === "none" && coalescing === "eager" && initialFreeSet === "canonical";
}

/** The strict laws: what holds for an allocator about which nothing is known. */
export const STRICT_PROFILE: Profile = {
  name: "strict",
  alignment: "absolute",
  rounding: "power-of-two",
  aboveMax: "refused",
  usableMaxOrder: null,
  zeroRequest: "refused",
  coalescing: "eager",
  cachedFrames: "none",
  fit: "any",
  placement: "any",
  servedHalf: "any",
  sizeAtFree: "either",
  partialFree: "refused",
  references: "single",
  misuse: "refused",
  exhaustion: "exact",
  fallback: "maybe-lower",
  zeroed: "promised",
  initialFreeSet: "canonical",
};
