import { describe, expect, it } from "vitest";
import { createGeometry, type PoolShape } from "../../model/geometry.ts";
import { LAW_IDS } from "../../model/invariants.ts";
import type { Mutant } from "../../model/mutant.ts";
import { MUTANTS } from "../../model/mutants.ts";
import { STRICT_PROFILE, type Profile } from "../../model/profile.ts";
import { drive, type DriveOptions, type DriveResult } from "./drive.ts";

const SHAPE: PoolShape = { maxOrder: 4, pages: 45, basePfn: 3, reserved: [{ start: 11, end: 14 }], zones: [] };
const POLICY: Profile = { ...STRICT_PROFILE, fit: "best", placement: "fifo", servedHalf: "low" };

function driven(options: Partial<DriveOptions> = {}): DriveResult {
  return drive({ geometry: createGeometry(SHAPE), profile: POLICY, seed: 1, commands: 600, lookEvery: 10, ...options });
}

describe("a run of the reference allocator", () => {
  it("breaks no law", () => expect(driven().failure).toBeNull());
  it("is the same run for the same seed", () => expect(driven()).toEqual(driven()));
  it("is another run for another seed", () => expect(driven({ seed: 2 })).not.toEqual(driven()));

  it("puts every law to the test, but for the boot allocator's", () => {
    const { laws } = driven();
    expect(LAW_IDS.filter((law) => !laws.has(law))).toEqual(["handover"]);
  });

  it("serves, refuses, frees, resizes and misbehaves", () => {
    const { tally } = driven();
    expect(Object.entries(tally).filter(([, count]) => count === 0)).toEqual([]);
    expect(tally.freed).toBe(tally.served);
  });

  it("blames its own misuse on itself where the allocator says nothing", () => {
    const { failure, tally } = driven({ profile: { ...POLICY, misuse: "silent" } });
    expect(failure).toBeNull();
    expect(tally.freed).toBe(tally.served);
    expect(tally.misuse).toBeGreaterThan(0);
  });

  it("does not misbehave where the allocator would die of it", () => {
    expect(driven({ profile: { ...POLICY, misuse: "died" } }).tally.misuse).toBe(0);
  });
});

describe("a run of a wrong allocator", () => {
  const mutant = MUTANTS.find(({ id }) => id === "loses-the-other-half") as Mutant;
  const run = driven({ profile: mutant.profile, create: mutant.create.bind(mutant) });

  it("ends at the first broken law", () => {
    expect(run.failure?.violations.map(({ law }) => law)).toEqual([mutant.law]);
    expect(run.commands).toBe(run.failure?.command);
  });
  it("shows its last steps in notation", () => expect(run.failure?.trace).toMatch(/ free [\d: ]+$/u));
});
