import { describe, expect, it } from "vitest";
import { createGeometry } from "../../model/geometry.ts";
import { UNLOCKED_MUTANTS } from "../../model/mutants-unlocked.ts";
import { formatStep } from "../../model/notation.ts";
import { SMALL_POOL } from "../../model/play.ts";
import { STRICT_PROFILE, type Profile } from "../../model/profile.ts";
import { UNLIMITED, type SearchLimits } from "../search/breadth-first.ts";
import { moduleTarget } from "../targets/module.ts";
import { STEPPED_REFERENCE, unlockedTarget } from "../targets/reference.ts";
import type { SessionTarget } from "../targets/target.ts";
import { exploreInterleaved, type InterleavedResult } from "./explore-interleaved.ts";
import { exploreSubject } from "./explore-subject.ts";

interface Stage {
  readonly maxOrder?: number;
  readonly pages?: number;
  readonly profile?: Partial<Profile>;
  readonly calls?: number;
  readonly limits?: Partial<SearchLimits>;
}

function explored(target: SessionTarget, stage: Stage = {}): InterleavedResult {
  const { maxOrder = 2, pages = 2 ** maxOrder, calls = 2 } = stage;
  const geometry = createGeometry({ ...SMALL_POOL, maxOrder, pages });
  const profile = { ...STRICT_PROFILE, ...stage.profile };
  const session = target.open({ geometry, profile });
  const { memory, steps } = session;
  if (memory === null || steps === null) throw new Error("nothing to interleave");
  const limits = { ...UNLIMITED, ...stage.limits };
  return exploreInterleaved({ geometry, profile, session, memory, steps, calls, limits });
}

/** Verdict, law, switches and trace in one line. */
function told({ verdict, counterexample }: InterleavedResult): string {
  if (counterexample === null) return verdict;
  const { law, switches, steps } = counterexample;
  const trace = steps.map(({ command, outcome }) => formatStep(command, outcome)).join(" ");
  return `${verdict} ${law} ${switches} ${trace.replaceAll("z", "")}`;
}

function mutant(id: string): SessionTarget {
  const found = UNLOCKED_MUTANTS.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no mutant ${id}`);
  return unlockedTarget(found);
}

describe("the reference under its lock, whatever two calls do at once,", () => {
  it("is in no other states than without", () => {
    expect(explored(STEPPED_REFERENCE)).toMatchObject({
      verdict: "holds",
      figures: { states: 30, depth: 6, groups: 1590, schedules: 11_505, moments: 26_839, acts: 38_554 },
    });
  });
  it.each<readonly [string, Stage]>([
    ["three calls at once", { maxOrder: 0, pages: 2, calls: 3 }],
    ["lazy coalescing", { maxOrder: 1, profile: { coalescing: "lazy" } }],
    ["misuse that nothing is said about", { maxOrder: 1, profile: { misuse: "silent" } }],
    ["misuse that may do anything", { maxOrder: 1, profile: { misuse: "undefined" } }],
    ["misuse that it dies of", { maxOrder: 1, profile: { misuse: "died" } }],
    ["a promised order of serving", { maxOrder: 1, profile: { placement: "fifo", fit: "best", servedHalf: "low" } }],
  ])("holds under %s", (_, stage) => expect(told(explored(STEPPED_REFERENCE, stage))).toBe("holds"));
});

describe("a lock that is left out is found, by the fewest calls", () => {
  it.each([
    ["allocates-unlocked", "violated no-spurious-oom 2 a0! a1=0"],
    ["frees-unlocked", "violated bad-free-refused 2 a2=0 f0+ f0+"],
    ["looks-before-locking", "violated no-spurious-oom 2 a0! a1=0"],
    ["unlocks-while-splitting", "violated no-spurious-oom 2 a0! a1=0"],
    ["checks-before-locking", "violated bad-free-refused 2 a2=0 f0+ f0+"],
    ["coalesces-unlocked", "violated no-spurious-oom 2 a1=0 a0! f0+"],
    ["locks-each-path-by-itself", "violated no-spurious-oom 2 a1=0 a0! f0+"],
    ["locks-in-two-orders", "violated returns 1 a0#deadlock f0#deadlock"],
  ])("in %s: %s", (id, expected) => {
    expect(told(explored(mutant(id)))).toBe(expected);
    expect(UNLOCKED_MUTANTS.find((one) => one.id === id)?.law).toBe(expected.split(" ")[1]);
  });

  // Where a request may fail for no reason, refusals prove nothing, and what else goes wrong shows.
  it.each([
    ["allocates-unlocked", "violated no-overlap 2 a2=0 a2=0"],
    ["looks-before-locking", "violated no-overlap 2 a2=0 a0=0"],
    ["unlocks-while-splitting", "holds"],
    ["coalesces-unlocked", "violated partition 2 a1=0 a1=2 f0+ free 0:2"],
    ["locks-each-path-by-itself", "violated partition 2 a1=0 a1=2 f0+ free 0:2"],
  ])("in %s, if requests may fail: %s", (id, expected) => {
    expect(told(explored(mutant(id), { profile: { exhaustion: "may-fail", misuse: "undefined" } }))).toBe(expected);
  });

  it.each(UNLOCKED_MUTANTS)("and by no sequence of calls: $id", (one) => {
    const opening = { geometry: createGeometry({ ...SMALL_POOL, maxOrder: 2, pages: 4 }), profile: STRICT_PROFILE };
    const session = unlockedTarget(one).open(opening);
    const found = exploreSubject({
      ...opening,
      session,
      oracle: "lists",
      resizes: [],
      takesFractions: true,
      limits: UNLIMITED,
      mode: { kind: "breadth" },
      properties: [],
    });
    expect([found.verdict, found.figures.states]).toEqual(["holds", 30]);
  });
});

describe("a limit", () => {
  it.each<readonly [string, Partial<SearchLimits>, object]>([
    ["of states", { statesMax: 3 }, { kind: "states", max: 3 }],
    ["of calls", { depthMax: 2 }, { kind: "depth", max: 2 }],
    ["of time", { goesOn: () => false }, { kind: "budget" }],
  ])("%s makes it undecided", (_, limits, limit) => {
    expect(explored(STEPPED_REFERENCE, { limits })).toMatchObject({ verdict: "undecided", limit });
  });
});

/** Pages on a list, each taken in two steps: `swap` says how the second one is taken. */
function listOfPages(swap: string) {
  return ({ pages }: { readonly pages: number }) => {
    // Per page: the page behind it on the list, or -1. The last word is the first page of the list.
    const next = new Int8Array(pages + 1);
    for (let page = 0; page < pages; page++) next[page] = page + 1 < pages ? page + 1 : -1;
    next[pages] = 0;
    const live = new Uint8Array(pages);
    return {
      *alloc(order: number): Generator<string, number | null, undefined> {
        for (;;) {
          yield "read the head";
          const head = next[pages] as number;
          if (order > 0 || head < 0) return null;
          yield "read what is behind it";
          const behind = next[head] as number;
          yield "put that in its place";
          if (swap === "compare" && next[pages] !== head) continue;
          next[pages] = behind;
          live[head] = 1;
          return head;
        }
      },
      *free(pfn: number): Generator<string, boolean, undefined> {
        yield "put it in front";
        if (live[pfn] !== 1) return false;
        live[pfn] = 0;
        next[pfn] = next[pages] as number;
        next[pages] = pfn;
        return true;
      },
      freeLists() {
        const heads: number[] = [];
        for (let page = next[pages] as number; page >= 0 && heads.length < 9; page = next[page] as number)
          heads.push(page);
        return [heads];
      },
      save: () => Uint8Array.from([...next, ...live]),
      restore(bytes: Uint8Array) {
        next.set(new Int8Array(bytes.slice(0, pages + 1).buffer));
        live.set(bytes.subarray(pages + 1));
      },
    };
  };
}

function* endless() {
  for (;;) yield "wait";
}

function* wrong() {
  yield 1;
  return null;
}

function* throwing() {
  yield {
    step: "wait",
    when: () => {
      throw new Error("no lock");
    },
  };
  return null;
}

function* waiting() {
  yield { step: "wait", when: () => false };
  return null;
}

describe("a module that pauses", () => {
  const pool = { maxOrder: 0, pages: 3, profile: { misuse: "undefined" } } as const;
  const aba = moduleTarget("list.mjs", listOfPages("compare"));

  it("is found out if it stores what it read", () => {
    const found = explored(moduleTarget("list.mjs", listOfPages("store")), pool);
    expect(told(found)).toBe("violated no-overlap 2 a0=0 a0=0");
  });
  it("and compares is right for two calls at once", () => expect(told(explored(aba, pool))).toBe("holds"));
  // The head that it compares was taken and put back meanwhile, with another page behind it: 1 is live and listed.
  it("is wrong for four", () => {
    expect(told(explored(aba, { ...pool, calls: 4 }))).toBe("violated partition 4 a0=0 a0=1 f0+ a0=0 free 1:0 2:0");
  });
  it.each<readonly [string, () => unknown, object]>([
    ["takes no end of steps", endless, { verdict: "undecided", trouble: { kind: "endless" } }],
    ["yields what is no pause", wrong, { verdict: "violated", counterexample: { law: "returns" } }],
    ["throws in a pause", throwing, { verdict: "violated", counterexample: { law: "returns" } }],
    [
      "waits for what never comes",
      waiting,
      { verdict: "violated", counterexample: { law: "returns", steps: [{ outcome: { how: "deadlock" } }] } },
    ],
    ["never pauses", () => null, { verdict: "vacuous" }],
  ])("and %s is told so", (_, alloc, expected) => {
    function open() {
      return { alloc, free: () => false, save: () => new Uint8Array(1), restore: () => undefined };
    }
    const found = explored(moduleTarget("m.mjs", open), { maxOrder: 0, profile: { exhaustion: "may-fail" } });
    expect(found).toMatchObject(expected);
  });
  it("and counts its calls outside of its state does two different things", () => {
    let calls = 0;
    const state = new Uint8Array(1);
    function open() {
      return {
        *alloc() {
          yield "count";
          state[0] = calls++ % 7;
          return null;
        },
        free: () => false,
        save: () => state.slice(),
        restore: (bytes: Uint8Array) => state.set(bytes),
      };
    }
    const found = explored(moduleTarget("m.mjs", open), { maxOrder: 0, profile: { exhaustion: "may-fail" } });
    expect(found).toMatchObject({ verdict: "undecided", trouble: { kind: "nondeterministic" } });
  });
});
