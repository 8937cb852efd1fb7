// What an exploration of a specification exercised: commands, and laws put to the test.
//
//  1. A walk gives every answer in every state, so it counts wrong answers too: each of them puts a law to the test.
//  2. A search in strips takes the steps that its tables hold. The laws of a state are then those of its blocks, each
//     judged when its table was walked, and count once for each state.
//  3. Laws about what a specification has not, such as lists, are not judged, and said not to be.

import { LAW_IDS, type LawId } from "../../model/invariants.ts";
import type { Profile } from "../../model/profile.ts";
import type { NotChecked } from "../verdict.ts";
import { FREES } from "./block-graph.ts";
import type { CommandTally, LawTally } from "./result.ts";
import type { SpecCommand, SpecSpace } from "./spec-space.ts";

export function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

/** Commands of one name together, in the order in which they are given. */
export function walkedCommands({ commands, given, moved }: SpecSpace): CommandTally[] {
  const tallies = new Map<string, CommandTally>();
  commands.forEach(({ kind, order, zone }, number) => {
    const name = `${commandName(kind, order)}${zone === null ? "" : ` of zone ${zone}`}`;
    const tally = tallies.get(name) ?? { name, given: 0, moved: 0 };
    const [more, moves] = [given[number] as number, moved[number] as number];
    tallies.set(name, { name, given: tally.given + more, moved: tally.moved + moves });
  });
  return [...tallies.values()];
}

function commandName(kind: SpecCommand["kind"], order: number): string {
  switch (kind) {
    case "serve":
      return `serve order ${order}`;
    case "refuse":
      return `refuse order ${order}`;
    case "free":
      return order === -1 ? "accept a free" : "accept a free of an order";
    case "refuse-free":
      return order === -1 ? "refuse a free" : "refuse a free of an order";
  }
}

export function stripCommands(steps: Float64Array, served: number): CommandTally[] {
  const tallies: CommandTally[] = [];
  for (const [verb, first] of [
    ["serve", 0],
    ["free", FREES],
  ] as const) {
    for (let order = 0; order <= served; order++) {
      const taken = steps[first + order] as number;
      tallies.push({ name: `${verb} order ${order}`, given: taken, moved: taken });
    }
  }
  return tallies;
}

/** How often each law was put to the test by a walk. */
export function walkedLaws(space: SpecSpace, states: number): LawTally[] {
  const given = { serve: 0, refuse: 0, free: 0, "refuse-free": 0 };
  const taken = { ...given };
  space.commands.forEach(({ kind }, number) => {
    given[kind] += space.given[number] as number;
    taken[kind] += space.taken[number] as number;
  });
  const refused = taken.refuse + taken["refuse-free"];
  return lawTallies(space.pool.profile, {
    placed: given.serve,
    refusals: given.refuse,
    frees: given.free + given["refuse-free"],
    reached: taken.serve + taken.free + refused,
    refused,
    states,
  });
}

/** The same for a search in strips: a state's laws are those of its blocks, which were judged in their tables. */
export function stripLaws(profile: Profile, states: number, steps: Float64Array): LawTally[] {
  const placed = sum(steps.subarray(0, FREES));
  const frees = sum(steps.subarray(FREES));
  return lawTallies(profile, { placed, refusals: states, frees, reached: placed + frees, refused: states, states });
}

interface Exercise {
  /** Answers that serve a block. */
  readonly placed: number;
  readonly refusals: number;
  readonly frees: number;
  /** Steps after which the state was compared with the definitions, and those of them that had to change nothing. */
  readonly reached: number;
  readonly refused: number;
  readonly states: number;
}

function lawTallies(profile: Profile, exercise: Exercise): LawTally[] {
  const notChecked = new Set(specNotChecked(profile).map(({ law }) => law));
  return LAW_IDS.filter((law) => !notChecked.has(law)).map((law) => ({ law, judged: judgedBy(law, exercise) }));
}

function judgedBy(law: LawId, { placed, refusals, frees, reached, refused, states }: Exercise): number {
  switch (law) {
    case "aligned":
    case "in-bounds":
    case "no-overlap":
    case "best-fit":
    case "placement":
      return placed;
    case "no-spurious-oom":
      return refusals;
    case "bad-free-refused":
      return frees;
    case "refused-unchanged":
      return refused;
    case "partition":
    case "conserved":
    case "no-free-buddies":
    case "frame":
      return reached;
    case "drained":
      return states;
    default:
      return 0;
  }
}

/** Laws about what a specification does not have. */
const NOT_IN_A_SPECIFICATION: readonly (readonly [LawId, string])[] = [
  ["free-lists", "the specification has free blocks, but no lists"],
  ["served-from-free", "the specification has free blocks, but no lists"],
  ["rounding", "its requests name orders"],
  ["free-live-only", "it answers every free"],
  ["zeroed", "its frames have no content"],
  ["handover", "it has no boot-time allocator"],
  ["returns", "it always answers"],
];

export function specNotChecked(profile: Profile): NotChecked[] {
  const missing = NOT_IN_A_SPECIFICATION.map(([law, reason]): NotChecked => ({
    law,
    reason,
    events: 0,
    cause: "recording",
  }));
  if (profile.fit === "any") missing.push(unpromised("best-fit"));
  if (profile.placement === "any" && profile.servedHalf === "any") missing.push(unpromised("placement"));
  return missing;
}

function unpromised(law: LawId): NotChecked {
  return { law, reason: "the profile does not promise it", events: 0, cause: "profile" };
}
