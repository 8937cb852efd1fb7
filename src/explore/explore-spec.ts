// Explores the specification of a pool: every state that its laws allow, before any allocator comes in.
//
//  1. How large the space is follows from the pool's shape, and is known before anything starts (spec-shape.ts).
//  2. A small space is walked: in every state every call with every answer is judged by the relation (spec-space.ts).
//     A large one is searched in strips of bits, from tables of its top-level blocks (strip-search.ts); that is only
//     possible where the profile lets any fitting block be served.
//  3. States that differ by a symmetry count as one wherever that is sound, unless asked otherwise.
//  4. A space that is too large for the memory granted is not started.

import type { Geometry } from "../../model/geometry.ts";
import { step } from "../../model/step.ts";
import type { Profile } from "../../model/profile.ts";
import { breadthFirst, type SearchLimits } from "../search/breadth-first.ts";
import { limitOf, type Counterexample, type ExploreResult, type Limit } from "./result.ts";
import { concretePath } from "./spec-path.ts";
import {
  beyondLiveBlocks,
  brokenSymmetry,
  largestServed,
  poolSize,
  topBlocks,
  type Counting,
  type SpaceSize,
} from "./spec-shape.ts";
import { SpecSpace, type Relation, type SpecPool } from "./spec-space.ts";
import { specNotChecked, stripCommands, stripLaws, sum, walkedCommands, walkedLaws } from "./spec-tallies.ts";
import { runStrips, type StripResult } from "./strip-run.ts";
import { createStripSpace, type StripSpace } from "./strip-space.ts";

/** What is to be explored, and how. */
export interface SpecRequest {
  readonly geometry: Geometry;
  readonly profile: Profile;
  /** "auto" reduces wherever that is sound. */
  readonly counting: Counting | "auto";
  /** Bytes that the states may take. */
  readonly bytesMax: number;
}

/** How a specification will be explored, or why it cannot be. */
export type SpecPlan =
  | { readonly kind: "walk"; readonly pool: SpecPool; readonly size: SpaceSize }
  | { readonly kind: "strips"; readonly pool: SpecPool; readonly size: SpaceSize; readonly bytes: number }
  /** The space does not fit; `bytes` is null where not even that can be said. */
  | { readonly kind: "too-large"; readonly counting: Counting; readonly size: SpaceSize; readonly bytes: number | null }
  /** The profile has a state that is more than live blocks: `why` is a clause. */
  | { readonly kind: "beyond"; readonly why: string }
  /** Reduced states were asked for, and the symmetries are none. */
  | { readonly kind: "asymmetric"; readonly why: string };

/** Spaces of at most this many states are walked: some seconds. */
const WALKED_MAX = 700n;

/** A walk keeps a state as a row, with a set and a link. */
const WALK_BYTES_PER_STATE = 40;

/** Bytes that the states of a specification may take, where nobody says otherwise. */
export const SPEC_BYTES_MAX: number = 2 ** 30;

/** Decides how a request is carried out. Cheap: nothing is searched yet. */
export function planSpec({ geometry, profile, counting: wanted, bytesMax }: SpecRequest): SpecPlan {
  const beyond = beyondLiveBlocks(profile);
  if (beyond !== null) return { kind: "beyond", why: beyond };
  const asymmetry = brokenSymmetry(profile);
  if (wanted === "reduced" && asymmetry !== null) return { kind: "asymmetric", why: asymmetry };
  const counting = wanted === "auto" ? (asymmetry === null ? "reduced" : "raw") : wanted;
  const size = poolSize(geometry, largestServed(geometry, profile), counting);
  if (size.kind === "about") return { kind: "too-large", counting, size, bytes: null };
  const pool = { geometry, profile, counting };
  const walkBytes = Number(size.states) * WALK_BYTES_PER_STATE;
  if (size.states <= WALKED_MAX || asymmetry !== null) {
    return walkBytes <= bytesMax
      ? { kind: "walk", pool, size }
      : { kind: "too-large", counting, size, bytes: walkBytes };
  }
  const bytes = Number((size.states * 3n) / 8n);
  return bytes <= bytesMax ? { kind: "strips", pool, size, bytes } : { kind: "too-large", counting, size, bytes };
}

/** Explores a pool by walking it. `relation` is `step`, but for tests of this very check. */
export function walkSpec(pool: SpecPool, limits: SearchLimits, relation: Relation = step): ExploreResult {
  const space = new SpecSpace(pool, relation);
  const { ending, ...found } = breadthFirst(space, limits);
  const moves = sum(space.moved);
  const figures = { ...found, transitions: moves };
  const notChecked = specNotChecked(pool.profile);
  const common = { figures, commands: walkedCommands(space), laws: walkedLaws(space, found.states), notChecked };
  const none = { limit: null, counterexample: null, trouble: null };
  switch (ending.kind) {
    case "broken":
      return { ...common, ...none, verdict: "violated", counterexample: counterexample(space, relation, ending.path) };
    case "limited":
      return { ...common, ...none, verdict: "undecided", limit: limitOf(ending.by, limits) };
    case "exhausted":
      return { ...common, ...none, verdict: moves === 0 ? "vacuous" : "holds" };
  }
}

/** Lays out a pool's states for a search in strips. */
export function specStrips({ geometry, profile, counting }: SpecPool): StripSpace {
  const rules = { served: largestServed(geometry, profile), fit: profile.fit, counting };
  return createStripSpace(topBlocks(geometry), profile, rules);
}

/** Explores a pool by searching its states in strips, with the runner that is handed in. */
export function stripSpec(pool: SpecPool, limits: SearchLimits): ExploreResult {
  const until = new StripLimits(limits);
  const found = runStrips(specStrips(pool), until.goesOn, until.isInTime);
  return stripResult(pool, found, until.reached);
}

/** Says after each depth, and of time between tasks, whether to go on; remembers what said no. */
export class StripLimits {
  reached: Limit | null = null;
  readonly #limits: SearchLimits;
  #states = 0;
  #depth = 0;

  constructor(limits: SearchLimits) {
    this.#limits = limits;
  }

  readonly goesOn = (statesPerDepth: readonly number[]): boolean => {
    if (this.reached !== null) return false;
    const { statesMax, depthMax, goesOn } = this.#limits;
    const states = sum(statesPerDepth);
    const depth = statesPerDepth.length - 1;
    this.#states = states;
    this.#depth = depth + 1;
    if (states > statesMax) this.reached = { kind: "states", max: statesMax };
    else if (depth >= depthMax) this.reached = { kind: "depth", max: depthMax };
    else if (!goesOn({ states, transitions: 0, waiting: 0, depth })) this.reached = limitOf("stopped", this.#limits);
    return this.reached === null;
  };

  /** Asked within a depth; once it says no, so does `goesOn`. */
  readonly isInTime = (): boolean => {
    const progress = { states: this.#states, transitions: 0, waiting: 0, depth: this.#depth };
    if (!this.#limits.goesOn(progress)) this.reached = limitOf("stopped", this.#limits);
    return this.reached === null;
  };
}

/** What a search in strips found, as any exploration tells it. */
export function stripResult(pool: SpecPool, found: StripResult, limit: Limit | null): ExploreResult {
  const { statesPerDepth, steps, degreeMin, degreeMax, bytes } = found;
  const states = sum(statesPerDepth);
  const transitions = sum(steps);
  const outdegree = { min: degreeMin, mean: states === 0 ? 0 : transitions / states, max: degreeMax };
  return {
    verdict: limit === null ? "holds" : "undecided",
    limit,
    figures: { states, transitions, statesPerDepth, outdegree, deadEnds: 0, bytes },
    commands: stripCommands(steps, largestServed(pool.geometry, pool.profile)),
    laws: stripLaws(pool.profile, states, steps),
    notChecked: specNotChecked(pool.profile),
    trouble: null,
    counterexample: null,
  };
}

function counterexample(space: SpecSpace, relation: Relation, path: readonly number[]): Counterexample {
  const { steps, last } = concretePath(space, relation, path);
  return { steps, violations: last.violations, isShortest: true };
}
