// Explores a target in the way that suits it: the reference allocator on two words a state, all else as bytes.

import { ALL_LAWS } from "../../model/invariants.ts";
import { REFERENCE } from "../targets/reference.ts";
import type { Opening, Session, Target } from "../targets/target.ts";
import { exploreReference, isCompactPool } from "./explore-reference.ts";
import { exploreSubject, type SubjectOptions } from "./explore-subject.ts";
import type { ExploreResult } from "./result.ts";
import { largestServed, poolSize, type SpaceSize } from "./spec-shape.ts";

/** Pools whose specification has more states than this have no end that anybody would wait for. */
const STATES_UNASKED = 300_000_000n;

/** How many sets of live blocks a pool has, where that is too many to start without a limit; null where it is not. */
export function sizeTooLarge({ geometry, profile }: Opening): SpaceSize | null {
  const size = poolSize(geometry, largestServed(geometry, profile), "raw");
  return size.kind === "exact" && size.states <= STATES_UNASKED ? null : size;
}

/** Can every state of this target be visited on two words each? That judges by all laws and by lists, and nothing less. */
export function isCompactTask(
  target: Target,
  options: Pick<SubjectOptions, "geometry" | "profile" | "resizes" | "oracle" | "laws">,
): boolean {
  const { oracle, laws = ALL_LAWS } = options;
  return target === REFERENCE && oracle === "lists" && laws.size === ALL_LAWS.size && isCompactPool(options);
}

/** Explores every state of a target in one pool, breadth first. */
export function exploreTarget(
  target: Target,
  options: Omit<SubjectOptions, "mode" | "properties"> & { readonly session: Session },
): ExploreResult {
  if (isCompactTask(target, options)) return exploreReference(options);
  return exploreSubject({ ...options, mode: { kind: "breadth" }, properties: [] });
}
