// All mutants: deliberately wrong allocators, each with the law that must be the first to catch it.
//
//  1. A law without a mutant has never been seen to fail, and a checker never seen to fail is not tested.
//  2. Ids are for ever: reports of bug-finding power name them.
//
// What a mutant is: mutant.ts. Those whose fault is a client's or bootmem's are in mutants-around.ts.

import type { Mutant } from "./mutant.ts";
import { CHOOSING_MUTANTS } from "./mutants-choosing.ts";
import { COALESCING_MUTANTS } from "./mutants-coalescing.ts";
import { FREEING_MUTANTS } from "./mutants-freeing.ts";
import { LISTING_MUTANTS } from "./mutants-listing.ts";
import { REFUSING_MUTANTS } from "./mutants-refusing.ts";
import { REQUEST_MUTANTS } from "./mutants-requests.ts";
import { SERVING_MUTANTS } from "./mutants-serving.ts";

/** Every wrong allocator. */
export const MUTANTS: readonly Mutant[] = [
  ...SERVING_MUTANTS,
  ...CHOOSING_MUTANTS,
  ...REQUEST_MUTANTS,
  ...REFUSING_MUTANTS,
  ...FREEING_MUTANTS,
  ...COALESCING_MUTANTS,
  ...LISTING_MUTANTS,
];
