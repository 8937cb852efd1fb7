import { describe, expect, it } from "vitest";
import { createGeometry, type PoolShape } from "../../model/geometry.ts";
import { LAW_IDS } from "../../model/invariants.ts";
import type { Mutant } from "../../model/mutant.ts";
import { MUTANTS } from "../../model/mutants.ts";
import { STRICT_PROFILE, type Profile } from "../../model/profile.ts";
import { mutantTarget, REFERENCE } from "../targets/reference.ts";
import type { SessionTarget } from "../targets/target.ts";
import { drive, type DriveResult } from "./drive.ts";
import { addCounts, type LawCounts } from "../search/judged.ts";
import { Stage } from "./stage.ts";
import { addTally, createTally, misuseIn, servedIn } from "./tally.ts";

const SHAPE: PoolShape = { maxOrder: 4, pages: 45, basePfn: 3, reserved: [{ start: 11, end: 14 }], zones: [] };
const POLICY: Profile = { ...STRICT_PROFILE, fit: "best", placement: "fifo", servedHalf: "low" };

function driven(seed: number = 1, profile: Profile = POLICY, target: SessionTarget = REFERENCE): DriveResult {
  const stage = new Stage(target, { geometry: createGeometry(SHAPE), profile }, "lists");
  return drive({ stage, seed, commands: 600, lookEvery: 10, takesFractions: true });
}

describe("a run of the reference allocator", () => {
  it("breaks no law", () => expect(driven().failure).toBeNull());
  it("is the same run for the same seed", () => expect(driven()).toEqual(driven()));
  it("is another run for another seed", () => expect(driven(2)).not.toEqual(driven()));
  it("gives back what it was served", () => {
    const { tally } = driven();
    expect(tally.freed).toBe(servedIn(tally));
  });
  it("blames its own misuse on itself where the allocator says nothing", () => {
    const { failure, tally } = driven(3, { ...POLICY, misuse: "silent" });
    expect(failure).toBeNull();
    expect(tally.freed).toBe(servedIn(tally));
    expect(misuseIn(tally)).toBeGreaterThan(0);
  });
  it.each(["died", "undefined"] as const)("does not misbehave where misuse is %s", (misuse) => {
    const runs = [1, 2, 3, 4, 5].map((seed) => driven(seed, { ...POLICY, misuse }));
    expect(runs.map(({ tally }) => misuseIn(tally))).toEqual([0, 0, 0, 0, 0]);
  });
});

describe("runs of the reference allocator, each with habits of its own", () => {
  const laws: LawCounts = new Map();
  const tally = createTally(SHAPE.maxOrder);
  for (let seed = 1; seed <= 12; seed++) {
    const run = driven(seed);
    addCounts(laws, run.laws);
    addTally(tally, run.tally);
  }

  it("together put every law to the test, but for the boot allocator's", () =>
    expect(LAW_IDS.filter((law) => !laws.has(law))).toEqual(["handover"]));
  it("together serve every order, refuse, free, resize and look", () => {
    const { served, refused, freed, resized, looks } = tally;
    expect([...served, refused, freed, resized, looks].filter((count) => count === 0)).toEqual([]);
  });
  it("together misbehave in every way", () =>
    expect([...tally.misuse.keys()].sort()).toEqual([
      "double",
      "interior",
      "misaligned",
      "never-allocated",
      "out-of-range",
      "reserved",
      "wrong-size",
    ]));
});

describe("a run of a wrong allocator", () => {
  const mutant = MUTANTS.find(({ id }) => id === "loses-the-other-half") as Mutant;
  const run = driven(1, mutant.profile, mutantTarget(mutant));

  it("ends at the first broken law", () => {
    expect(run.failure?.violations.map(({ blame }) => blame)).toEqual(["allocator"]);
    expect(run.commands).toBe(run.failure?.command);
  });
  it("shows its last steps in notation", () => expect(run.failure?.trace).toMatch(/ free [\d: ]+$/u));
});
