// Explores calls that overlap: from every state with nothing under way, every group of calls, in all their schedules.
//
//  1. A state has nothing under way; a group of calls leads from it to the next one (group.ts). States are found in
//     order of the calls it takes to get there, so the first group that no order explains (linearizer.ts) is one with
//     the fewest calls; among those with so many, one with the fewest switches is reported.
//  2. Groups are of one call, of two, and so on up to as many as asked for. Between two groups nothing is under way:
//     a call that stays under way while others come and go overlaps with so many at most.
//  3. A state reached by calls that overlap may be one that no calls lead to one after the other. It is explored too.
//  4. What the client holds after a group follows from the answers, whatever the order: for two calls always, and for
//     more where the lists are seen. So without lists groups are of two.
//  5. `holds` is said only if no state and no schedule was left; `vacuous` if nothing was served, or no call paused.

import { assert } from "../../model/assert.ts";
import type { Command } from "../../model/command.ts";
import type { Geometry } from "../../model/geometry.ts";
import type { Profile } from "../../model/profile.ts";
import { alphabetOf, type Letter } from "../search/alphabet.ts";
import type { SearchLimits } from "../search/breadth-first.ts";
import type { Judge } from "../search/judge.ts";
import { LedgerJudge } from "../search/ledger-judge.ts";
import { canUseMasks, MaskJudge } from "../search/mask-judge.ts";
import { RowPool } from "../search/rows.ts";
import type { SubjectMemory } from "../search/subject.ts";
import { VisitedSet } from "../search/visited.ts";
import type { Call, Session, Steps } from "../targets/target.ts";
import { Group, type Act, type GroupEnd, type GroupTrouble } from "./group.ts";
import { replayGroups, type InterleavedCounterexample } from "./interleaved-replay.ts";
import { Linearizer, profileFor } from "./linearizer.ts";
import { looksAt } from "./looks.ts";
import { limitOf, type Limit } from "./result.ts";

export interface InterleavedOptions {
  readonly geometry: Geometry;
  readonly profile: Profile;
  readonly session: Session;
  /** The session's own. */
  readonly memory: SubjectMemory;
  readonly steps: Steps;
  /** Calls of a group at most. */
  readonly calls: number;
  readonly limits: SearchLimits;
}

export interface InterleavedFigures {
  /** States with nothing under way. */
  readonly states: number;
  /** Most calls that a state is away from the start. */
  readonly depth: number;
  /** Groups of calls, from each state where they were tried. */
  readonly groups: number;
  /** Their schedules. */
  readonly schedules: number;
  /** Moments between steps; equal ones of two schedules count once. */
  readonly moments: number;
  /** Steps taken, each moment's once. */
  readonly acts: number;
}

/**
 * Why a target cannot be explored, and the calls with which that showed. "nondeterministic": the same schedule led
 * elsewhere; "endless": a call took too many steps; "not-replayed": what was wrong is not wrong from the start.
 */
export interface InterleavedTrouble {
  readonly kind: GroupTrouble | "not-replayed";
  readonly calls: readonly Command[];
}

export interface InterleavedResult {
  readonly verdict: "holds" | "violated" | "undecided" | "vacuous";
  readonly limit: Limit | null;
  readonly trouble: InterleavedTrouble | null;
  readonly figures: InterleavedFigures;
  readonly counterexample: InterleavedCounterexample | null;
}

/** Explores one pool. */
export function exploreInterleaved(options: InterleavedOptions): InterleavedResult {
  return new Exploration(options).run();
}

/** The letters of groups: one way to ask for a size, and one to free, for others differ before the first step only. */
export function groupLetters({
  geometry,
  profile,
  session,
}: Pick<InterleavedOptions, "geometry" | "profile" | "session">): readonly Letter[] {
  const { calls, takesZones } = session;
  const requests: Call = calls.has("alloc") ? "alloc" : "alloc-pages";
  const namings: readonly Call[] = ["free", "free-order", "free-pages"];
  const known = namings.filter((call) => calls.has(call));
  const named = known.find((call) => call !== "free");
  const free = profile.sizeAtFree === "named" ? (named ?? "free") : (known[0] ?? "free");
  const given = new Set<Call>([requests, free]);
  return alphabetOf({ geometry, profile, calls: given, takesZones, resizes: [], takesFractions: false });
}

/** How a state was found: from which, by which schedule. */
interface Way {
  readonly from: number;
  readonly schedule: readonly Act[];
  /** Calls from the start. */
  readonly calls: number;
}

/** The shortest violation so far: where its last group began, and how that ended. */
interface Broken {
  readonly from: number;
  readonly end: GroupEnd;
}

/** One exploration: guards the states found and what was counted. */
class Exploration {
  readonly #options: InterleavedOptions;
  readonly #steps: Steps;
  readonly #memory: SubjectMemory;
  readonly #letters: readonly Letter[];
  readonly #judge: Judge;
  readonly #linearizer: Linearizer;
  readonly #states: VisitedSet;
  readonly #ways: Way[] = [];
  /** States by calls from the start. */
  readonly #byCalls: number[][] = [];
  readonly #counts = { groups: 0, schedules: 0, moments: 0, acts: 0 };
  #row: Int32Array;
  #hasServed = false;
  #hasPaused = false;
  #broken: Broken | null = null;
  #trouble: InterleavedTrouble | null = null;

  constructor(options: InterleavedOptions) {
    const { geometry, memory, steps } = options;
    const profile = profileFor(options.profile);
    this.#options = options;
    this.#memory = memory;
    this.#steps = steps;
    this.#letters = groupLetters(options);
    this.#judge = canUseMasks(geometry, profile)
      ? new MaskJudge(geometry, profile)
      : new LedgerJudge(geometry, profile);
    this.#linearizer = new Linearizer(this.#judge);
    this.#row = new Int32Array(this.#judge.words + Math.ceil(memory.byteLength / 4));
    this.#states = new VisitedSet(new RowPool(this.#row.length));
  }

  run(): InterleavedResult {
    const { session, limits } = this.#options;
    session.reset();
    this.#judge.start();
    this.#found({ from: -1, schedule: [], calls: 0 });
    for (let calls = 1; ; calls++) {
      const origins = this.#originsOf(calls);
      if (origins.length === 0) return this.#result(null);
      if (calls > limits.depthMax) return this.#result(limitOf("depth", limits));
      for (const [state, groupCalls] of origins) {
        const stopped = this.#expand(state, groupCalls, calls);
        if (stopped !== null) return this.#result(limitOf(stopped, limits));
        if (this.#trouble !== null) return this.#result(null);
      }
      if (this.#broken !== null) return this.#result(null);
    }
  }

  /** States from which a group leads so many calls away from the start, with the calls of that group. */
  #originsOf(calls: number): readonly (readonly [state: number, calls: number])[] {
    const sizes = Array.from({ length: this.#options.calls }, (_, at) => at + 1);
    return sizes.flatMap((size) => (this.#byCalls[calls - size] ?? []).map((state) => [state, size] as const));
  }

  /** Follows all groups of so many calls from a state; what stopped the exploration, or null. */
  #expand(state: number, groupCalls: number, calls: number): "states" | "stopped" | null {
    const { limits, geometry } = this.#options;
    const { pool } = this.#states;
    const row = pool.rows.slice(state * pool.words, (state + 1) * pool.words);
    const side = row.subarray(0, this.#judge.words);
    this.#judge.load(side, 0);
    const { start, end } = geometry.span;
    const held = Array.from({ length: end - start }, (_, page) => this.#judge.heldAt(start + page));
    const bytes = new Uint8Array(row.buffer, 4 * this.#judge.words);
    const stage = { steps: this.#steps, memory: this.#memory, letters: this.#letters };
    const group = new Group(stage, { bytes, heldAt: (pfn) => held[pfn - start] ?? 0 }, groupCalls);
    if (this.#broken !== null) group.switchesMax = this.#broken.end.switches - 1;
    group.run((found) => {
      if (this.#isExplained(side, found)) {
        if (found.isQuiet) this.#found({ from: state, schedule: found.schedule, calls });
        return true;
      }
      this.#broken = { from: state, end: found };
      group.switchesMax = found.switches - 1;
      return true;
    });
    this.#count(group);
    if (this.#states.pool.count > limits.statesMax) return "states";
    const { acts: transitions } = this.#counts;
    const waiting = this.#states.pool.count - state - 1;
    const progress = { states: this.#states.pool.count, transitions, waiting, depth: calls };
    return limits.goesOn(progress) ? null : "stopped";
  }

  #isExplained(side: Int32Array, { operations, isQuiet }: GroupEnd): boolean {
    for (const { outcome } of operations) this.#hasServed ||= outcome?.kind === "block";
    return this.#linearizer.isExplained(side, operations, () => !isQuiet || this.#isSeenFine());
  }

  #isSeenFine(): boolean {
    return looksAt(this.#options.session).every(
      ({ command, outcome }) => this.#judge.observe(command, outcome) !== "broken",
    );
  }

  /** The target stands in a state, and the judge at the client's side of it. */
  #found(way: Way): void {
    const { pool } = this.#states;
    const words = this.#judge.words + Math.ceil(this.#memory.byteLength / 4);
    if (words > this.#row.length) {
      this.#row = new Int32Array(words);
      pool.widen(words);
    }
    this.#row.fill(0);
    this.#judge.save(this.#row, 0);
    this.#memory.save(new Uint8Array(this.#row.buffer, 4 * this.#judge.words), 0);
    const state = this.#states.add(this.#row);
    if (!this.#states.isNew) return;
    this.#ways.push(way);
    (this.#byCalls[way.calls] ??= []).push(state);
  }

  #count(group: Group): void {
    const counts = this.#counts;
    counts.groups += group.groups;
    counts.schedules += group.schedules;
    counts.moments += group.moments;
    counts.acts += group.acts;
    this.#hasPaused ||= group.hasPaused;
    if (group.trouble !== null) this.#trouble = this.#troubleAt(group.trouble, group.troubleAt);
  }

  #troubleAt(kind: InterleavedTrouble["kind"], schedule: readonly Act[]): InterleavedTrouble {
    const calls = schedule.filter((act) => act >= 0).map((act) => (this.#letters[act] as Letter).command);
    return { kind, calls };
  }

  #result(limit: Limit | null): InterleavedResult {
    const figures = { states: this.#states.pool.count, depth: this.#byCalls.length - 1, ...this.#counts };
    const common = { limit, trouble: this.#trouble, figures, counterexample: null };
    if (this.#broken !== null && this.#trouble === null) {
      const counterexample = this.#replay(this.#broken);
      if (counterexample !== null) return { ...common, limit: null, verdict: "violated", counterexample };
      return { ...common, verdict: "undecided", trouble: this.#troubleAt("not-replayed", this.#broken.end.schedule) };
    }
    if (limit !== null || this.#trouble !== null) return { ...common, verdict: "undecided" };
    return { ...common, verdict: this.#hasServed && this.#hasPaused ? "holds" : "vacuous" };
  }

  #replay({ from, end }: Broken): InterleavedCounterexample | null {
    const schedules: (readonly Act[])[] = [end.schedule];
    for (let at = from; at > 0; at = this.#way(at).from) schedules.unshift(this.#way(at).schedule);
    const profile = profileFor(this.#options.profile);
    return replayGroups(schedules, { ...this.#options, profile, letters: this.#letters, switches: end.switches });
  }

  #way(state: number): Way {
    const way = this.#ways[state];
    assert(way !== undefined, `state ${state} was never found`);
    return way;
  }
}
