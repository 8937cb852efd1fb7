// Explores a target whose state is bytes: every state that its commands reach, each step and each state judged.
//
//  1. Whether the lists are looked at is the oracle's choice; a target that cannot show them is judged by answers.
//  2. The verdict is `holds` only if no state was left unexpanded, and `vacuous` if nothing was ever served.
//  3. Breadth first finds shortest counterexamples. The other modes find deep errors sooner, or need less memory; a
//     search that keeps a few bits a state, or draws its paths, never ends with `holds`.
//  4. `drained` needs no walk of its own: every free of a held block is judged, so accepted, and leads to a state with
//     one block less, until nothing is held; there the lists must be those of the start (model/judge-observed.ts).

import { assert, unreachable } from "../../model/assert.ts";
import type { Command } from "../../model/command.ts";
import type { FrameRange, Geometry } from "../../model/geometry.ts";
import type { LawId } from "../../model/invariants.ts";
import type { Profile } from "../../model/profile.ts";
import { alphabetOf, type Letter } from "../search/alphabet.ts";
import { breadthFirst, type Ending, type SearchLimits } from "../search/breadth-first.ts";
import { depthFirst, type PathResult } from "../search/depth-first.ts";
import { randomWalk, type Draw } from "../search/random-walk.ts";
import { AllSeen, BitsSeen } from "../search/seen.ts";
import type { Subject } from "../search/subject.ts";
import { ANSWERS, SubjectSpace, type Oracle } from "../search/subject-space.ts";
import type { Session } from "../targets/target.ts";
import { replay } from "./counterexample.ts";
import { tallyLaws } from "./law-tally.ts";
import type { Property, PropertyResult } from "./property.ts";
import {
  limitOf,
  type CommandTally,
  type ExploredStep,
  type ExploreFigures,
  type ExploreResult,
  type TargetTrouble,
} from "./result.ts";
import { WatchedSpace } from "./watched-space.ts";

export interface SubjectOptions {
  readonly geometry: Geometry;
  readonly profile: Profile;
  readonly session: Session;
  readonly oracle: Oracle;
  readonly resizes: readonly FrameRange[];
  readonly takesFractions: boolean;
  readonly limits: SearchLimits;
  /** The laws that are judged; all of them, where none are named. */
  readonly laws?: ReadonlySet<LawId> | undefined;
  readonly mode: Mode;
  /** What is to hold besides the laws; they are judged by a breadth-first search only. */
  readonly properties: readonly Property[];
}

export interface SubjectResult extends ExploreResult {
  readonly properties: readonly PropertyResult[];
}

/** How states are searched; `size` is the base-2 logarithm of the bits of the table. */
export type Mode =
  | { readonly kind: "breadth" }
  | { readonly kind: "depth" }
  | { readonly kind: "bits"; readonly size: number }
  | { readonly kind: "random"; readonly draw: Draw };

/** Explores one pool of a target. A target without `memory` cannot be explored, and is the caller's mistake. */
export function exploreSubject(options: SubjectOptions): SubjectResult {
  const { properties: asked, mode } = options;
  assert(asked.length === 0 || mode.kind === "breadth", `properties are not judged in a search of kind ${mode.kind}`);
  const letters = lettersOf(options);
  const space = spaceOf(options, letters, "coded");
  const watched = new WatchedSpace(space, options.geometry, options.properties);
  const found = searched(asked.length > 0 ? watched : space, options);
  const { ending } = found;
  const properties = propertyResults(watched, ending, letters, options);
  const result = { ...concluded({ ...found, ...tallied(space) }, letters, options), properties };
  if (properties.some(({ verdict }) => verdict === "violated")) return { ...result, verdict: "violated", limit: null };
  return ending.kind === "broken" ? { ...result, ...brokenAt(ending.path, letters, space, options) } : result;
}

/** The commands that are given to a target. */
export function lettersOf(options: SubjectOptions): readonly Letter[] {
  const { calls, takesZones } = options.session;
  return alphabetOf({ ...options, calls, takesZones });
}

/** A target's states, with rows as `rows` says. */
export function spaceOf(
  options: Pick<SubjectOptions, "geometry" | "profile" | "session" | "oracle" | "laws">,
  letters: readonly Letter[],
  rows: "coded" | "plain",
): SubjectSpace {
  const { session } = options;
  const { memory } = session;
  if (memory === null) throw new RangeError("a target without memory has no states to explore");
  return new SubjectSpace({ ...options, subject: session, memory, letters, rows });
}

/** What a search counted. */
type Tallied = Pick<SubjectSpace, "answered" | "moved" | "looks">;

function tallied({ answered, moved, looks }: SubjectSpace): Tallied {
  return { answered, moved, looks };
}

/** A search that ended, with what it counted; how it got to a broken law is told elsewhere. */
interface Ended extends Omit<Searched, "ending">, Tallied {
  readonly ending: { readonly kind: "broken" } | Exclude<Ending, { readonly kind: "broken" }>;
}

/** What a search says, but for a law that it found broken. */
export function concluded(
  { ending, figures, errorProbability, answered, moved, looks }: Ended,
  letters: readonly Letter[],
  options: SubjectOptions,
): ExploreResult {
  const result = {
    figures,
    commands: commandTallies(letters, { answered, moved }),
    laws: tallyLaws({ ...options, subject: options.session, letters, answered, looks }),
    notChecked: [],
    limit: null,
    trouble: null,
    counterexample: null,
  };
  const { mode, limits } = options;
  switch (ending.kind) {
    case "broken":
      return { ...result, verdict: "undecided" };
    case "limited":
      return {
        ...result,
        verdict: "undecided",
        limit: mode.kind === "random" ? { kind: "random" } : limitOf(ending.by, limits),
      };
    case "exhausted":
      if (isVacuous(letters, answered)) return { ...result, verdict: "vacuous" };
      if (errorProbability === null) return { ...result, verdict: "holds" };
      return { ...result, verdict: "undecided", limit: { kind: "bitstate", errorProbability } };
  }
}

/** How each property fared in a search that ended so. */
function propertyResults(
  watched: WatchedSpace,
  ending: Ending,
  letters: readonly Letter[],
  options: SubjectOptions,
): readonly PropertyResult[] {
  function stepsOf(path: readonly number[]): readonly ExploredStep[] {
    return replay(
      path.map((letter) => (letters[letter] as Letter).command),
      { ...options, subject: options.session },
    ).steps.filter(({ command }) => command.kind !== "snapshot" && command.kind !== "counts");
  }
  const isWhole = ending.kind === "exhausted";
  return watched.properties.map(({ kind, name }, at): PropertyResult => {
    const open = { kind, name, verdict: isWhole ? "holds" : "undecided", steps: null } as const;
    switch (kind) {
      case "always": {
        const isRefuted = watched.refuted === watched.properties[at] && ending.kind === "broken";
        return isRefuted ? { kind, name, verdict: "violated", steps: stepsOf(ending.path) } : open;
      }
      case "reachable":
        if ((watched.having[at] ?? []).length > 0) return { kind, name, verdict: "holds", steps: null };
        return { ...open, verdict: isWhole ? "violated" : "undecided" };
      case "recoverable": {
        const lost = isWhole ? watched.firstWithoutWay(at) : null;
        return lost === null ? open : { kind, name, verdict: "violated", steps: stepsOf(watched.pathTo(lost)) };
      }
      default:
        return unreachable(kind);
    }
  });
}

interface Searched {
  readonly ending: Ending;
  readonly figures: ExploreFigures;
  /** The chance that a state was passed over by mistake, null where none can have been. */
  readonly errorProbability: number | null;
}

function searched(space: SubjectSpace | WatchedSpace, { mode, limits }: SubjectOptions): Searched {
  switch (mode.kind) {
    case "breadth": {
      const { ending, ...figures } = breadthFirst(space, limits, space instanceof WatchedSpace ? space.visit : null);
      return { ending, figures, errorProbability: null };
    }
    case "depth":
      return alongPaths(depthFirst(space, new AllSeen(space.row.length), limits), null);
    case "bits": {
      const found = depthFirst(space, new BitsSeen(mode.size), limits);
      return alongPaths(found, found.errorProbability);
    }
    case "random":
      return alongPaths(randomWalk(space, mode.draw, limits), null);
  }
}

/** Figures of a search along paths: it does not know how far a state is from the start. */
function alongPaths({ ending, states, transitions, bytes }: PathResult, errorProbability: number | null): Searched {
  const outdegree = { min: 0, mean: 0, max: 0 };
  return {
    ending,
    figures: { states, transitions, statesPerDepth: [], outdegree, deadEnds: 0, bytes },
    errorProbability,
  };
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
    return {
      verdict: "violated",
      trouble: null,
      counterexample: { steps, violations, isShortest: options.mode.kind === "breadth" },
    };
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
function isVacuous(letters: readonly Letter[], answered: Float64Array): boolean {
  return letters.every((_, letter) => answered[letter * ANSWERS.length] === 0);
}
