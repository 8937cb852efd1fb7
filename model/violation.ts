// A broken law, with the evidence: data only. Wording is src/report's.
//
//  1. `fault` says what was seen, `allowed` what a correct allocator could have answered, `assumed` with
//     what the ledger goes on. `frames` are exactly the frames the fault is about.
//  2. Blame is the client's when the call itself was wrong, the allocator's otherwise.
//  3. Lists in evidence are cut at `EVIDENCE_MAX`; the count beside them is not.

import type { FrameRange } from "./geometry.ts";
import type { LawId } from "./invariants.ts";

export const EVIDENCE_MAX = 16;

/** A block named in evidence. `pages` is 2^order except where a profile serves exact page counts. */
export interface NamedBlock {
  readonly pfn: number;
  readonly pages: number;
}

/** Who holds frames: `since` is the event that served them, 0 if before the recording. */
export interface Holder extends NamedBlock {
  readonly since: number;
}

/** How a free was wrong. */
export type Misuse =
  "double" | "never-allocated" | "interior" | "wrong-size" | "misaligned" | "out-of-range" | "reserved";

/** What was seen. pfns absolute, `order` an order, `pages` frames. */
export type Fault =
  | { readonly kind: "misaligned-block"; readonly pfn: number; readonly order: number }
  | { readonly kind: "order-above-max"; readonly pfn: number; readonly pages: number; readonly maxPages: number }
  | { readonly kind: "outside-managed"; readonly pfn: number; readonly pages: number; readonly where: Outside }
  | { readonly kind: "overlaps-live"; readonly pfn: number; readonly pages: number; readonly holder: Holder }
  | { readonly kind: "overlaps-withheld"; readonly pfn: number; readonly pages: number; readonly withheld: FrameRange }
  | { readonly kind: "overlaps-cached"; readonly pfn: number; readonly pages: number; readonly cached: number }
  | { readonly kind: "served-zero-pages"; readonly pfn: number }
  | {
      readonly kind: "larger-split";
      readonly pfn: number;
      readonly order: number;
      readonly from: number;
      readonly smallest: number;
    }
  | { readonly kind: "out-of-turn"; readonly pfn: number; readonly head: number; readonly expectedHead: number }
  | { readonly kind: "wrong-half"; readonly pfn: number; readonly expected: number }
  | { readonly kind: "wrong-zone"; readonly pfn: number; readonly asked: string; readonly served: string }
  | { readonly kind: "not-zeroed"; readonly pfn: number; readonly pages: number }
  | {
      readonly kind: "refused-with-room";
      readonly order: number;
      readonly room: NamedBlock | null;
      readonly freeBlocks: number;
    }
  | {
      readonly kind: "bad-free";
      readonly pfn: number;
      readonly pages: number | null;
      readonly misuse: Misuse;
      readonly answer: "accepted" | "unsaid" | "died";
      readonly holder: Holder | null;
      readonly freedAt: number;
    }
  | { readonly kind: "good-free-refused"; readonly pfn: number; readonly pages: number; readonly since: number }
  | { readonly kind: "died"; readonly how: string }
  | { readonly kind: "listed-misaligned"; readonly blocks: readonly NamedBlock[]; readonly count: number }
  | { readonly kind: "listed-outside"; readonly blocks: readonly NamedBlock[]; readonly count: number }
  | { readonly kind: "listed-twice"; readonly blocks: readonly NamedBlock[]; readonly count: number }
  | { readonly kind: "listed-overlapping"; readonly blocks: readonly NamedBlock[]; readonly count: number }
  | {
      readonly kind: "listed-live";
      readonly blocks: readonly NamedBlock[];
      readonly count: number;
      readonly holder: Holder | null;
    }
  | { readonly kind: "missing"; readonly ranges: readonly FrameRange[]; readonly pages: number }
  | { readonly kind: "unmerged"; readonly pairs: readonly NamedBlock[]; readonly count: number }
  | {
      readonly kind: "list-order";
      readonly order: number;
      readonly expected: readonly number[];
      readonly found: readonly number[];
    }
  | { readonly kind: "changed-elsewhere"; readonly blocks: readonly NamedBlock[]; readonly count: number }
  | { readonly kind: "count-total"; readonly expected: number; readonly found: number }
  | { readonly kind: "count-spread"; readonly order: number; readonly expected: number; readonly found: number }
  | { readonly kind: "join-twice"; readonly pfn: number; readonly pages: number }
  | { readonly kind: "left-in-use"; readonly pfn: number; readonly pages: number; readonly holder: Holder | null }
  | {
      readonly kind: "handover";
      readonly pfn: number;
      readonly fault: "lost" | "given-twice" | "handed-out-is-free" | "reserved-is-free";
    };

export type Outside = "beyond-pool" | "not-managed" | "crosses-zone" | "crosses-hole";

/** What the model would have allowed instead. */
export type Allowed =
  | { readonly kind: "serve"; readonly order: number; readonly from: readonly NamedBlock[] }
  | { readonly kind: "refuse" }
  | { readonly kind: "accept" }
  | { readonly kind: "answer" }
  | { readonly kind: "free-blocks"; readonly blocks: readonly NamedBlock[] }
  | { readonly kind: "counts"; readonly free: readonly number[] };

/** The assumption the ledger goes on with after a violation. */
export type Assumed =
  | "served-anyway"
  | "refusal-stands"
  | "free-ignored"
  | "still-live"
  | "lists-adopted"
  | "counts-ignored"
  | "change-ignored"
  | "state-forgotten";

/** A piece of the neighbourhood: what the ledger believed about these frames just before. */
export interface Piece extends FrameRange {
  readonly state: "free" | "live" | "withheld" | "unknown" | "unmanaged";
  /** Event that served (live) or freed (free) the block here last; 0 if none did. */
  readonly since: number;
}

export interface Violation {
  readonly law: LawId;
  readonly blame: "allocator" | "client";
  readonly fault: Fault;
  readonly allowed: Allowed;
  readonly assumed: Assumed;
  /** The frames at issue, sorted. */
  readonly frames: readonly FrameRange[];
  /** The frames around, in address order; empty when the ledger gathers no evidence. */
  readonly around: readonly Piece[];
}

/** No law broken: shared, so that a correct step allocates nothing. */
export const NONE: readonly Violation[] = [];
