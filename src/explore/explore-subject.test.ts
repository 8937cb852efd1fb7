import { describe, expect, it } from "vitest";
import { OK, REFUSED, type Command, type Outcome } from "../../model/command.ts";
import { createGeometry, type PoolShape } from "../../model/geometry.ts";
import type { LawId } from "../../model/invariants.ts";
import { commandsOf, type Mutant } from "../../model/mutant.ts";
import { MUTANTS } from "../../model/mutants.ts";
import { formatStep } from "../../model/notation.ts";
import { SMALL_POOL } from "../../model/play.ts";
import { STRICT_PROFILE, type Profile } from "../../model/profile.ts";
import { UNLIMITED, type SearchLimits } from "../search/breadth-first.ts";
import type { Draw } from "../search/random-walk.ts";
import type { Oracle } from "../search/subject-space.ts";
import { moduleTarget } from "../targets/module.ts";
import { mutantTarget, REFERENCE } from "../targets/reference.ts";
import type { Session } from "../targets/target.ts";
import { exploreSubject, type Mode } from "./explore-subject.ts";
import { resizesOf } from "./mutant-resizes.ts";
import type { ExploreResult, ExploredStep } from "./result.ts";

const BREADTH: Mode = { kind: "breadth" };

interface Stage {
  readonly shape?: Partial<PoolShape>;
  readonly profile?: Partial<Profile>;
  readonly oracle?: Oracle;
  readonly limits?: Partial<SearchLimits>;
}

function exploreReference({ shape, profile: settings, oracle = "lists", limits }: Stage = {}): ExploreResult {
  const geometry = createGeometry({ ...SMALL_POOL, ...shape });
  const profile = { ...STRICT_PROFILE, ...settings };
  const session = REFERENCE.open({ geometry, profile });
  return exploreSession(session, { geometry, profile, oracle, limits: { ...UNLIMITED, ...limits } });
}

function exploreSession(
  session: Session,
  options: Pick<Parameters<typeof exploreSubject>[0], "geometry" | "profile" | "oracle" | "limits">,
): ExploreResult {
  return exploreSubject({ ...options, session, resizes: [], takesFractions: true, mode: BREADTH, properties: [] });
}

function exploreMutant(mutant: Mutant, oracle: Oracle, mode: Mode = BREADTH): ExploreResult {
  const { profile } = mutant;
  const geometry = createGeometry(mutant.shape);
  const session = mutantTarget(mutant).open({ geometry, profile });
  const options = { geometry, profile, session, oracle, resizes: resizesOf(mutant), takesFractions: true };
  return exploreSubject({ ...options, limits: UNLIMITED, mode, properties: [] });
}

function written(steps: readonly ExploredStep[] | undefined): string {
  return (steps ?? []).map(({ command, outcome }) => formatStep(command, outcome)).join(" ");
}

function callsIn(steps: readonly ExploredStep[]): number {
  return steps.filter(({ command }) => command.kind !== "snapshot" && command.kind !== "counts").length;
}

describe("exploring the reference allocator", () => {
  // The lists of one block hold so many states, in their orders: exact, and no other number is right.
  it.each([
    [0, 2],
    [1, 5],
    [2, 30],
    [3, 1829],
  ])("finds every state of one block of order %i, all of them as they must be: %i", (maxOrder, states) => {
    const found = exploreReference({ shape: { maxOrder, pages: 2 ** maxOrder } });
    expect(found).toMatchObject({
      verdict: "holds",
      limit: null,
      counterexample: null,
      figures: { states, deadEnds: 0 },
    });
  });
  it.each<readonly [string, Stage]>([
    ["a length that is no power of two, in blocks of 2", { shape: { maxOrder: 1, pages: 7 } }],
    ["a hole and an unaligned base", { shape: { pages: 9, basePfn: 3, reserved: [{ start: 4, end: 5 }] } }],
    ["two zones with fallback", { shape: zoned(4), profile: { fallback: "lower" } }],
    ["zones whose border is not aligned", { shape: zoned(3), profile: { fallback: "any" } }],
    ["best fit, last in first out", { profile: { fit: "best", placement: "lifo", servedHalf: "high" } }],
    ["first in first out", { shape: { pages: 6 }, profile: { fit: "best", placement: "fifo", servedHalf: "low" } }],
    ["the lowest address", { profile: { placement: "lowest" } }],
    ["the highest address, best fit", { profile: { fit: "best", placement: "highest" } }],
    ["exact page counts", { shape: { maxOrder: 2, pages: 4 }, profile: { rounding: "exact" } }],
    ["parts that are freed", { shape: { maxOrder: 2, pages: 4 }, profile: { partialFree: "allowed" } }],
    ["lazy coalescing", { shape: { maxOrder: 2, pages: 4 }, profile: { coalescing: "lazy" } }],
    ["adjacent largest blocks", { shape: { maxOrder: 1, pages: 4 }, profile: { aboveMax: "adjacent" } }],
    ["silence about misuse", { shape: { maxOrder: 2, pages: 4 }, profile: { misuse: "silent" } }],
    ["death of misuse", { shape: { maxOrder: 2, pages: 4 }, profile: { misuse: "died" } }],
    ["misuse that may do anything", { shape: { maxOrder: 2, pages: 4 }, profile: { misuse: "undefined" } }],
    ["the names of sizes", { shape: { maxOrder: 2, pages: 4 }, profile: { sizeAtFree: "named" } }],
    ["remembered sizes", { shape: { maxOrder: 2, pages: 4 }, profile: { sizeAtFree: "remembered" } }],
  ])("finds nothing wrong under %s", (_, stage) => {
    const { verdict, counterexample } = exploreReference(stage);
    expect([verdict, written(counterexample?.steps)]).toEqual(["holds", ""]);
  });
  it("says which limit stopped it", () => {
    const byStates = exploreReference({ limits: { statesMax: 100 } });
    expect(byStates).toMatchObject({ verdict: "undecided", limit: { kind: "states", max: 100 } });
    const byDepth = exploreReference({ limits: { depthMax: 3 } });
    expect(byDepth).toMatchObject({ verdict: "undecided", limit: { kind: "depth", max: 3 } });
    expect(byDepth.figures.statesPerDepth).toEqual([1, 4, 9, 21]);
  });
  it("tells commands that never fired, and laws that nothing could break", () => {
    const { commands, laws } = exploreReference({ oracle: "api" });
    expect(commands.filter(({ moved }) => moved === 0).map(({ name }) => name)).toEqual([
      "serve order 4",
      "serve 0 pages",
      "serve 9 pages",
    ]);
    const idle = laws.filter(({ judged }) => judged === 0).map(({ law }) => law);
    expect(idle).toEqual(unseen());
  });
});

/** Laws that only the lists, or a policy, can break. */
function unseen(): LawId[] {
  const ofLists: LawId[] = ["partition", "conserved", "no-free-buddies", "free-lists", "served-from-free"];
  return [...ofLists, "best-fit", "placement", "frame", "refused-unchanged", "drained", "handover"];
}

function zoned(border: number): Partial<PoolShape> {
  return {
    maxOrder: 2,
    pages: 6,
    zones: [
      { name: "low", start: 0, end: border },
      { name: "high", start: border, end: 6 },
    ],
  };
}

describe("exploring the mutants", () => {
  it.each(MUTANTS.map((mutant) => [mutant.id, mutant] as const))(
    "finds %s, by no more calls than its witness",
    (_, mutant) => {
      const { verdict, counterexample } = exploreMutant(mutant, "lists");
      expect(verdict).toBe("violated");
      expect(callsIn(counterexample?.steps ?? [])).toBeLessThanOrEqual(commandsOf(mutant).length);
    },
  );
  const shownByAnswers = MUTANTS.filter(({ observe }) => observe === "api");
  it.each(shownByAnswers.map((mutant) => [mutant.id, mutant] as const))(
    "finds %s by its answers alone",
    (_, mutant) => {
      const { verdict, counterexample } = exploreMutant(mutant, "api");
      expect(verdict).toBe("violated");
      expect(counterexample?.steps.length).toBeLessThanOrEqual(commandsOf(mutant).length);
    },
  );
  it("writes a shortest counterexample with the looks that it needs", () => {
    const cut = exploreMutant(MUTANTS.find(({ id }) => id === "cuts-the-list") as Mutant, "api");
    expect(written(cut.counterexample?.steps)).toBe("a0=0z a0=1z a0=2z a0=3z a0=4z f0+ f2+ f1+ f3+ a2!");
    const leaking = exploreMutant(MUTANTS.find(({ id }) => id === "leaks-on-late-failure") as Mutant, "lists");
    expect(written(leaking.counterexample?.steps)).toBe("a0=0z free 1:0 2:1 4:2 counts 1 1 1 0 a3! free 2:1 4:2");
    expect(leaking.counterexample?.violations.map(({ law }) => law)).toEqual(["refused-unchanged"]);
  });
});

/** Numbers that follow from a seed, spread well enough for walks. */
function drawing(seed: number): Draw {
  let state = seed;
  return (end) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * end);
  };
}

describe("other modes of searching", () => {
  const geometry = createGeometry(SMALL_POOL);
  const session = REFERENCE.open({ geometry, profile: STRICT_PROFILE });
  const options = {
    geometry,
    profile: STRICT_PROFILE,
    session,
    oracle: "lists",
    resizes: [],
    takesFractions: false,
    properties: [],
  } as const;

  it("find the same states depth first", () => {
    const found = exploreSubject({ ...options, limits: UNLIMITED, mode: { kind: "depth" } });
    expect(found).toMatchObject({ verdict: "holds", figures: { states: 1829 } });
  });
  it("never say holds of states remembered by a few bits, but how likely an error is", () => {
    const found = exploreSubject({ ...options, limits: UNLIMITED, mode: { kind: "bits", size: 20 } });
    expect(found).toMatchObject({ verdict: "undecided", limit: { kind: "bitstate" }, figures: { states: 1829 } });
    const { errorProbability } = found.limit as { readonly errorProbability: number };
    expect(errorProbability).toBeGreaterThan(0);
    expect(errorProbability).toBeLessThan(0.001);
    const crowded = exploreSubject({ ...options, limits: UNLIMITED, mode: { kind: "bits", size: 12 } });
    expect(crowded.figures.states).toBeLessThan(1829);
    expect((crowded.limit as { readonly errorProbability: number }).errorProbability).toBeGreaterThan(0.5);
  });
  it("walk at random until a limit, and say so", () => {
    const draw = drawing(1);
    const found = exploreSubject({
      ...options,
      limits: { ...UNLIMITED, statesMax: 5000, depthMax: 50 },
      mode: { kind: "random", draw },
    });
    expect(found).toMatchObject({ verdict: "undecided", limit: { kind: "random" } });
  });
  it("find what is wrong, by some path", () => {
    const mutant = MUTANTS.find(({ id }) => id === "coalesces-upwards-only") as Mutant;
    const draw = drawing(1);
    for (const mode of [{ kind: "depth" }, { kind: "bits", size: 20 }, { kind: "random", draw }] as const) {
      const found = exploreMutant(mutant, "lists", mode);
      expect([mode.kind, found.verdict, found.counterexample?.isShortest]).toEqual([mode.kind, "violated", false]);
    }
  });
});

/** A module of one page: serves it, and takes it back. */
interface OnePage {
  isLive: boolean;
  calls: number;
}

function exploreOnePage(
  saved: (state: OnePage) => number[],
  misdeed: (state: OnePage, command: Command) => Outcome | null,
) {
  const state: OnePage = { isLive: false, calls: 0 };
  const geometry = createGeometry({ maxOrder: 0, pages: 1, basePfn: 0, reserved: [], zones: [] });
  const session: Session = {
    calls: new Set(["alloc", "free"]),
    takesZones: false,
    steps: null,
    lastWords: "",
    answer(command) {
      state.calls++;
      const wrong = misdeed(state, command);
      if (wrong !== null) return wrong;
      if (command.kind === "alloc") {
        if (state.isLive || command.order > 0) return REFUSED;
        state.isLive = true;
        return { kind: "block", pfn: 0, zeroed: null };
      }
      if (!state.isLive || command.kind !== "free" || command.pfn !== 0) return REFUSED;
      state.isLive = false;
      return OK;
    },
    snapshot: () => null,
    counts: () => null,
    numbers: null,
    reset() {
      state.isLive = false;
      state.calls = 0;
    },
    memory: {
      get byteLength() {
        return saved(state).length;
      },
      save: (row, at) => row.set(saved(state), at),
      restore(row, at) {
        state.isLive = row[at] === 1;
      },
      words: null,
    },
  };
  return exploreSession(session, {
    geometry,
    profile: STRICT_PROFILE,
    oracle: "api",
    limits: { ...UNLIMITED, statesMax: 1000 },
  });
}

function asItIs({ isLive }: OnePage): number[] {
  return [isLive ? 1 : 0];
}

describe("a target that cannot be explored", () => {
  it("is told from one that can", () => {
    expect(exploreOnePage(asItIs, () => null)).toMatchObject({
      verdict: "holds",
      trouble: null,
      figures: { states: 2 },
    });
  });
  it("does two different things in one state", () => {
    const found = exploreOnePage(asItIs, (state, { kind }) => {
      if (kind !== "alloc" || state.isLive) return null;
      state.isLive = true;
      return { kind: "block", pfn: 0, zeroed: state.calls % 2 === 0 ? null : true };
    });
    expect(found).toMatchObject({ verdict: "undecided", trouble: { kind: "nondeterministic" } });
    expect(found.trouble?.command).toEqual({ kind: "alloc", order: 0, zone: null });
  });
  it("is not the state that was restored", () => {
    const found = exploreOnePage(
      ({ isLive, calls }) => [isLive ? 1 : 0, calls % 256],
      () => null,
    );
    expect(found).toMatchObject({ verdict: "undecided", trouble: { kind: "not-restored" } });
  });
  it("grows without end", () => {
    let size = 1;
    const found = exploreOnePage(
      ({ isLive }) => [isLive ? 1 : 0, ...new Array<number>(size).fill(0)],
      () => {
        size *= 2;
        return null;
      },
    );
    expect(found).toMatchObject({ verdict: "undecided", trouble: { kind: "grows" } });
  });
  it("keeps something out of its states, so that what is wrong cannot be shown again", () => {
    let isFirst = true;
    const found = exploreOnePage(asItIs, () => {
      if (!isFirst) return null;
      isFirst = false;
      return { kind: "block", pfn: 0, zeroed: false };
    });
    expect(found).toMatchObject({ verdict: "undecided", trouble: { kind: "not-replayed" } });
  });
  it("traps, and so breaks a law", () => {
    const target = moduleTarget("a module", () => ({
      alloc: () => {
        throw new Error("no memory at all");
      },
      save: () => new Uint8Array(1),
      restore: () => undefined,
    }));
    const geometry = createGeometry(SMALL_POOL);
    const session = target.open({ geometry, profile: STRICT_PROFILE });
    const found = exploreSession(session, { geometry, profile: STRICT_PROFILE, oracle: "lists", limits: UNLIMITED });
    expect(found.counterexample?.violations.map(({ law }) => law)).toEqual(["returns"]);
    expect(found.counterexample?.steps).toHaveLength(1);
  });
});
