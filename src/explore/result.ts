// What an exploration found, as data: of the specification, of an allocator, or of anything else with states.
//
//  1. `holds` is said only when no state is left to expand. Whatever stopped an exploration earlier is its limit,
//     and makes it `undecided`.
//  2. A law that no step could have broken proves nothing; neither does a command that never fired. Both are told.
//  3. A counterexample is a trace like any other: commands with their outcomes, the broken one at the end.

import type { Command, Outcome } from "../../model/command.ts";
import type { LawId } from "../../model/invariants.ts";
import type { Violation } from "../../model/violation.ts";
import type { SearchLimits } from "../search/breadth-first.ts";
import type { NotChecked } from "../verdict.ts";

/** What stopped an exploration before its frontier was empty. */
export type Limit =
  | { readonly kind: "states"; readonly max: number }
  | { readonly kind: "depth"; readonly max: number }
  | { readonly kind: "budget" }
  /** Paths were drawn at random: nothing says that all were. */
  | { readonly kind: "random" }
  /** States were kept as a few bits of a hash: with this probability at least one was taken for another. */
  | { readonly kind: "bitstate"; readonly errorProbability: number };

/** What stopped a search. */
export function limitOf(by: "states" | "depth" | "stopped", { statesMax, depthMax }: SearchLimits): Limit {
  switch (by) {
    case "states":
      return { kind: "states", max: statesMax };
    case "depth":
      return { kind: "depth", max: depthMax };
    case "stopped":
      return { kind: "budget" };
  }
}

/** A command with what came of it. */
export interface ExploredStep {
  readonly command: Command;
  readonly outcome: Outcome;
}

/** Why a target cannot be explored: the state and the command at which that showed. */
export interface TargetTrouble {
  /**
   * "nondeterministic": the command did two different things in one state; "not-restored": a state was brought back
   * and was another one; "grows": its state has become larger than any pool of this size can need; "not-replayed":
   * what was wrong is not wrong when the commands are given from the start, so something is kept out of its states.
   */
  readonly kind: "nondeterministic" | "not-restored" | "grows" | "not-replayed";
  readonly command: Command | null;
  /** The way there from the start, the command at the end. */
  readonly steps: readonly ExploredStep[];
}

/** A shortest sequence of commands that breaks a law, unless the mode of the search says otherwise. */
export interface Counterexample {
  readonly steps: readonly ExploredStep[];
  /** What is wrong at its end, as the relation says it. */
  readonly violations: readonly Violation[];
  readonly isShortest: boolean;
}

/** Commands of one kind, and what came of them. */
export interface CommandTally {
  /** Such as "serve order 2". */
  readonly name: string;
  /** How often it was given. */
  readonly given: number;
  /** How often it led to another state. */
  readonly moved: number;
}

/** How often a law was put to the test. */
export interface LawTally {
  readonly law: LawId;
  readonly judged: number;
}

export interface ExploreFigures {
  readonly states: number;
  readonly transitions: number;
  /** States by their distance from the start. */
  readonly statesPerDepth: readonly number[];
  readonly outdegree: { readonly min: number; readonly mean: number; readonly max: number };
  /** States that no command leads out of. */
  readonly deadEnds: number;
  /** Bytes of the states, of the set of them and of the links between them. */
  readonly bytes: number;
}

export interface ExploreResult {
  readonly verdict: "holds" | "violated" | "undecided" | "vacuous";
  readonly limit: Limit | null;
  readonly trouble: TargetTrouble | null;
  readonly figures: ExploreFigures;
  readonly commands: readonly CommandTally[];
  readonly laws: readonly LawTally[];
  readonly notChecked: readonly NotChecked[];
  readonly counterexample: Counterexample | null;
}
