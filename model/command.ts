// What a client may ask of an allocator, what an allocator may answer, and what an observer may report.
//
//  1. Commands are the calls of SPEC.md 3; observations are commands whose outcome is their own content.
//  2. pfns are absolute (geometry.ts, rule 2). A pfn may lie anywhere: naming a wrong one is misuse, not
//     a malformed command. A byte address inside a page becomes a fractional pfn, which heads no block.
//  3. Hot loops reuse one object per kind, so a consumer must not keep a command after `step` returns.

/** Free lists in list order: `lists[order]` holds the heads of the free blocks of that order. */
export type FreeLists = readonly (readonly number[])[];

export interface AllocOrder {
  readonly kind: "alloc";
  readonly order: number;
  /** Name of the zone asked for, or null. */
  readonly zone: string | null;
}
export interface AllocPages {
  readonly kind: "alloc-pages";
  /** Frames asked for, before rounding; 0 is a request too. */
  readonly pages: number;
  readonly zone: string | null;
}
/** A free that names no size: the allocator remembers it. */
export interface Free {
  readonly kind: "free";
  readonly pfn: number;
}
export interface FreeOrder {
  readonly kind: "free-order";
  readonly pfn: number;
  readonly order: number;
}
export interface FreePages {
  readonly kind: "free-pages";
  readonly pfn: number;
  readonly pages: number;
}
/** Full free lists, and the order-0 frames that are free but held back. */
export interface Snapshot {
  readonly kind: "snapshot";
  readonly lists: FreeLists;
  readonly cached: readonly number[];
}
/** Free blocks per order, as /proc/buddyinfo shows them, of one zone or (null) of all. */
export interface Counts {
  readonly kind: "counts";
  readonly free: readonly number[];
  readonly zone: string | null;
}
/** Frames join the managed set, free (late reclaim, hot-add), or leave it. */
export interface Add {
  readonly kind: "add";
  readonly pfn: number;
  readonly pages: number;
}
export interface Remove {
  readonly kind: "remove";
  readonly pfn: number;
  readonly pages: number;
}
/** The call in which an allocator died, where the recording does not name it. */
export interface Unnamed {
  readonly kind: "unnamed";
}

export type AllocCommand = AllocOrder | AllocPages;
export type FreeCommand = Free | FreeOrder | FreePages;
export type Observation = Snapshot | Counts;
export type Command = AllocCommand | FreeCommand | Observation | Add | Remove | Unnamed;

export interface Block {
  readonly kind: "block";
  readonly pfn: number;
  /** Did the recorder find the frames zeroed? null where it did not look. */
  readonly zeroed: boolean | null;
}
export type Outcome =
  | Block
  | { readonly kind: "refused" }
  | { readonly kind: "ok" }
  /** The call returned, and its interface says nothing about success (a `void free`). */
  | { readonly kind: "unsaid" }
  /** The allocator died or never returned; `how` is the recorder's word (abort, segv, hang). */
  | { readonly kind: "crashed"; readonly how: string };

export const REFUSED: Outcome = { kind: "refused" };
export const OK: Outcome = { kind: "ok" };
export const UNSAID: Outcome = { kind: "unsaid" };
