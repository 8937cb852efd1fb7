// Explores a target whose state is bytes: every state that its commands reach, each step and each state judged.
//
//  1. Whether the lists are looked at is the oracle's choice; a target that cannot show them is judged by answers.
//  2. The verdict is `holds` only if no state was left unexpanded, and `vacuous` if nothing was ever served.
//  3. `drained` needs no walk of its own: every free of a held block is judged, so accepted, and leads to a state with
//     one block less, until nothing is held; there the lists must be those of the start (model/judge-observed.ts).

import type { Command } from "../../model/command.ts";
import type { FrameRange, Geometry } from "../../model/geometry.ts";
import type { Profile } from "../../model/profile.ts";
import { alphabetOf, type Letter } from "../search/alphabet.ts";
import { breadthFirst, type SearchLimits } from "../search/breadth-first.ts";
import type { Subject } from "../search/subject.ts";
import { ANSWERS, SubjectSpace, type Oracle } from "../search/subject-space.ts";
import type { Session } from "../targets/target.ts";
import { replay } from "./counterexample.ts";
import { tallyLaws } from "./law-tally.ts";
import type { CommandTally, ExploreResult, Limit, TargetTrouble } from "./result.ts";

export interface SubjectOptions {
  readonly geometry: Geometry;
  readonly profile: Profile;
  readonly session: Session;
  readonly oracle: Oracle;
  readonly resizes: readonly FrameRange[];
  readonly takesFractions: boolean;
  readonly limits: SearchLimits;
}

/** Explores one pool of a target. A target without `memory` cannot be explored, and is the caller's mistake. */
export function exploreSubject(options: SubjectOptions): ExploreResult {
  const { session, limits } = options;
  const { memory, calls, takesZones } = session;
  if (memory === null) throw new RangeError("a target without memory has no states to explore");
  const letters = alphabetOf({ ...options, calls, takesZones });
  const space = new SubjectSpace({ ...options, subject: session, memory, letters });
  const found = breadthFirst(space, limits);
  const laws = tallyLaws({ ...options, subject: session, letters, answered: space.answered, looks: space.looks });
  const { ending, ...figures } = found;
  const commands = commandTallies(letters, space);
  const result = { figures, commands, laws, notChecked: [], limit: null, trouble: null, counterexample: null };
  switch (ending.kind) {
    case "broken":
      return { ...result, ...brokenAt(ending.path, letters, space, options) };
    case "limited":
      return { ...result, verdict: "undecided", limit: limitOf(ending.by, limits) };
    case "exhausted":
      return { ...result, verdict: isVacuous(letters, space) ? "vacuous" : "holds" };
  }
}

/** A broken law with its trace, or what keeps the target from being explored. */
function brokenAt(
  path: readonly number[],
  letters: readonly Letter[],
  { trouble }: SubjectSpace,
  options: SubjectOptions,
): Pick<ExploreResult, "verdict" | "trouble" | "counterexample"> {
  const commands = path.map((letter) => (letters[letter] as Letter).command);
  const again = { ...options, subject: options.session satisfies Subject };
  const { steps, violations } = replay(commands, again);
  if (trouble === null && violations.length > 0) {
    return { verdict: "violated", trouble: null, counterexample: { steps, violations, isShortest: true } };
  }
  const command = commands.at(-1) ?? null;
  return { verdict: "undecided", trouble: troubleOf(trouble, steps, command), counterexample: null };
}

function troubleOf(
  trouble: SubjectSpace["trouble"],
  steps: TargetTrouble["steps"],
  command: Command | null,
): TargetTrouble {
  const found = trouble ?? { kind: "not-replayed" as const };
  return { ...found, command, steps };
}

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

/** Commands of one name together, in the order in which they are given. */
export function commandTallies(
  letters: readonly Letter[],
  { answered, moved }: Pick<SubjectSpace, "answered" | "moved">,
): readonly CommandTally[] {
  const tallies = new Map<string, { given: number; moved: number }>();
  letters.forEach(({ name }, letter) => {
    const tally = tallies.get(name) ?? { given: 0, moved: 0 };
    for (let at = 0; at < ANSWERS.length; at++) tally.given += answered[letter * ANSWERS.length + at] as number;
    tally.moved += moved[letter] as number;
    tallies.set(name, tally);
  });
  return [...tallies].map(([name, tally]) => ({ name, ...tally }));
}

/** Was nothing ever served? */
function isVacuous(letters: readonly Letter[], { answered }: SubjectSpace): boolean {
  return letters.every((_, letter) => answered[letter * ANSWERS.length] === 0);
}
