// What the threads of one search over strips say to each other.

import type { StripSets } from "../explore/strip-marks.ts";
import type { StripTally } from "../explore/strip-search.ts";
import type { StripSpace } from "../explore/strip-space.ts";

/** What a worker is started with: the states' layout, and bitsets that all workers share. */
export interface StripJob {
  readonly space: StripSpace;
  readonly sets: StripSets;
  /** One number: tasks of the present depth that nobody has taken yet. */
  readonly tasksLeft: Int32Array;
}

/** Sweep what is left of a depth, or say what was counted in all. */
export type StripRequest = { readonly kind: "sweep"; readonly depth: number } | { readonly kind: "tally" };

export type StripReply =
  { readonly kind: "swept"; readonly states: number } | { readonly kind: "tally"; readonly tally: StripTally };
