// The part `explore`: every state of each target, in small pools.
//
//  1. Without a depth a check passes only where no state is left. With a depth the claim is about all sequences of so
//     many commands, and passes where all were tried. Any other limit leaves the check undecided.
//  2. A pool that nobody would wait for is not started without a limit.
//  3. A target that served nothing, or that cannot be explored (its state cannot be saved, or is not all that it goes
//     by), fails its check.

import type { LawId } from "../../model/invariants.ts";
import { SMALL_POOL } from "../../model/play.ts";
import type { PartResult } from "../checks.ts";
import { planSpec, SPEC_BYTES_MAX, stripSpec, walkSpec } from "../explore/explore-spec.ts";
import { exploreTarget, sizeTooLarge } from "../explore/explore-target.ts";
import { resizesOf } from "../explore/mutant-resizes.ts";
import type { ExploreResult, Limit, TargetTrouble } from "../explore/result.ts";
import type { SpaceSize } from "../explore/spec-shape.ts";
import type { SearchLimits } from "../search/breadth-first.ts";
import type { Share } from "../share.ts";
import type { ExplorePart } from "../spec/suite.ts";
import { REFERENCE } from "../targets/reference.ts";
import type { Opening } from "../targets/target.ts";
import { openingOf } from "../test/pools.ts";
import { counted, runTrials, type JudgedLaws, type Trial, type TrialWorld, type Tried } from "./trial.ts";

/** Longer numbers of states are told by their length. */
const DIGITS_SHOWN = 18;

/** What all explorations did so far. */
interface Totals {
  states: number;
  commands: number;
  readonly laws: Map<LawId, number>;
}

export async function runExplore(
  part: ExplorePart,
  laws: JudgedLaws,
  share: Share,
  world: TrialWorld,
): Promise<PartResult> {
  const totals: Totals = { states: 0, commands: 0, laws: new Map() };
  const checks = await runTrials(part, laws, share, world, (trial, judged, slice) =>
    explore(trial, part, judged, slice, totals),
  );
  return {
    kind: "explore",
    name: part.name,
    summary: "every state that calls of a target reach, each step and each state judged",
    checks,
    figures: [
      { name: "states", count: totals.states },
      { name: "commands", count: totals.commands },
    ],
    laws: totals.laws,
    vacuous: totals.states === 0 ? "no state was looked at" : null,
  };
}

function explore(trial: Trial, part: ExplorePart, laws: ReadonlySet<LawId>, share: Share, totals: Totals): Tried {
  const { subject, pool, profile } = trial;
  const shape = pool?.shape ?? (subject.kind === "mutant" ? subject.mutant.shape : SMALL_POOL);
  const opening = openingOf(shape, profile);
  const { depth, states, budget } = part;
  const size = depth === null && states === null && budget === null ? sizeTooLarge(opening) : null;
  if (size !== null) return tooLarge(size);
  const limits = { statesMax: states ?? Infinity, depthMax: depth ?? Infinity, goesOn: () => !share.isOver() };
  const result = search(trial, opening, part, laws, limits);
  if ("kind" in result) return result;
  totals.states += result.figures.states;
  totals.commands += result.figures.transitions;
  for (const { law, judged } of result.laws) {
    if (laws.has(law)) totals.laws.set(law, (totals.laws.get(law) ?? 0) + judged);
  }
  return triedOf(result, opening);
}

function tooLarge(size: SpaceSize): Tried {
  const digits = size.kind === "exact" ? `${size.states}`.length : size.digits;
  const states = size.kind === "exact" && digits <= DIGITS_SHOWN ? `${size.states}` : `a number of ${digits} digits of`;
  return {
    kind: "undecided",
    why: `the pool has at least ${states} states: give the part a depth, states or a budget`,
  };
}

/** What was found, or why nothing could be. */
function search(
  { subject }: Trial,
  opening: Opening,
  { oracle }: ExplorePart,
  laws: ReadonlySet<LawId>,
  limits: SearchLimits,
): ExploreResult | Tried {
  if (subject.kind === "spec") return searchSpec(opening, limits);
  const { target } = subject;
  const session = target.kind === "session" ? target.open(opening) : null;
  if (session === null || session.memory === null)
    return { kind: "wrong", expected: "a target whose state can be saved and restored", found: "neither" };
  const resizes = subject.kind === "mutant" ? resizesOf(subject.mutant) : [];
  // Whoever stands behind a border of whole numbers is never told half a page.
  const takesFractions = subject.kind === "mutant" || target === REFERENCE;
  return exploreTarget(target, { ...opening, session, resizes, takesFractions, oracle, laws, limits });
}

function searchSpec(opening: Opening, limits: SearchLimits): ExploreResult | Tried {
  const plan = planSpec({ ...opening, counting: "auto", bytesMax: SPEC_BYTES_MAX });
  switch (plan.kind) {
    case "walk":
      return walkSpec(plan.pool, limits);
    case "strips":
      return stripSpec(plan.pool, limits);
    case "too-large":
      return tooLarge(plan.size);
    case "beyond":
    case "asymmetric":
      return { kind: "wrong", expected: "a profile whose states are its live blocks", found: plan.why };
  }
}

function triedOf(result: ExploreResult, opening: Opening): Tried {
  const { verdict, counterexample, trouble, limit, figures } = result;
  const [first] = counterexample?.violations ?? [];
  if (counterexample !== null && first !== undefined) {
    const howShort = counterexample.isShortest ? "no shorter sequence breaks a law" : "a shorter one may exist";
    const { steps } = counterexample;
    return { kind: "broken", violation: first, opening, steps, played: steps, howShort };
  }
  if (trouble !== null) return { kind: "wrong", ...TROUBLES[trouble.kind] };
  const isVacuous = verdict === "vacuous" || (limit?.kind === "depth" && figures.states <= 1);
  if (isVacuous) return { kind: "wrong", expected: "a block to be served", found: "none was, in any state" };
  return limit === null
    ? { kind: "holds", outcome: `holds in all ${counted(figures.states, "state")}` }
    : limited(limit, figures.states);
}

/** Rule 1. */
function limited(limit: Limit, states: number): Tried {
  switch (limit.kind) {
    case "depth":
      return {
        kind: "holds",
        outcome: `holds for all sequences of ${counted(limit.max, "command")}, in ${counted(states, "state")}`,
      };
    case "states":
      return { kind: "undecided", why: `stopped after ${counted(states, "state")}, with others to go` };
    case "budget":
      return { kind: "undecided", why: `the budget ran out after ${counted(states, "state")}` };
    case "random":
    case "bitstate":
      return { kind: "undecided", why: "not every state was looked at" };
  }
}

const TROUBLES: Readonly<Record<TargetTrouble["kind"], { readonly expected: string; readonly found: string }>> = {
  nondeterministic: { expected: "the same outcome and the same state each time", found: "another the second time" },
  "not-restored": { expected: "the state that was restored, when it is saved again", found: "another state" },
  grows: { expected: "a state that stays within bounds", found: "one that grows and grows" },
  "not-replayed": {
    expected: "the same outcome when the commands are given from the start",
    found: "another, so something is kept out of the saved states",
  },
};
