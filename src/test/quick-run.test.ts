import { describe, expect, it } from "vitest";
import { createGeometry, type PoolShape } from "../../model/geometry.ts";
import { MUTANTS } from "../../model/mutants.ts";
import { STRICT_PROFILE, type Profile } from "../../model/profile.ts";
import { mutantTarget, REFERENCE } from "../targets/reference.ts";
import type { SessionTarget } from "../targets/target.ts";
import { drawScript, drive, driveByRelation, driveInNumbers } from "./drive.ts";
import { drawnPool } from "./arbitrary.ts";
import { openingOf } from "./pools.ts";
import type { Eyes } from "./quick-pool.ts";
import { Stage } from "./stage.ts";

const SHAPE: PoolShape = { maxOrder: 4, pages: 45, basePfn: 3, reserved: [{ start: 11, end: 14 }], zones: [] };
const ZONES: PoolShape = {
  maxOrder: 3,
  pages: 32,
  basePfn: 5,
  reserved: [{ start: 20, end: 21 }],
  zones: [
    { name: "low", start: 0, end: 13 },
    { name: "high", start: 13, end: 30 },
  ],
};

function stageOf(target: SessionTarget, shape: PoolShape, profile: Profile, eyes: Eyes): Stage {
  return new Stage(target, { geometry: createGeometry(shape), profile }, eyes);
}

const PROFILES: readonly (readonly [string, Partial<Profile>])[] = [
  ["strict", {}],
  ["exact page counts", { rounding: "exact" }],
  ["best fit, low half", { fit: "best", servedHalf: "low" }],
  ["high half", { servedHalf: "high" }],
  ["remembered sizes", { sizeAtFree: "remembered", zeroed: "no" }],
  ["named sizes", { sizeAtFree: "named" }],
  ["silent about misuse", { misuse: "silent" }],
  ["a page for nothing", { zeroRequest: "one-page", fallback: "lower" }],
  ["no largest order", { usableMaxOrder: 2, fallback: "none" }],
  ["may fail", { exhaustion: "may-fail", fallback: "any" }],
];

describe("a run in numbers is the run before the relation:", () => {
  it.each(PROFILES)("%s", (_, settings) => {
    const profile = { ...STRICT_PROFILE, ...settings };
    for (const shape of [SHAPE, ZONES]) {
      for (const [number, eyes] of (["answers", "counts", "lists"] as const).entries()) {
        const stage = stageOf(REFERENCE, shape, profile, eyes);
        const options = { stage, seed: number, commands: 250, lookEvery: 1 + number, takesFractions: true };
        const quick = driveInNumbers(options);
        expect(quick).not.toBeNull();
        expect(quick).toEqual(driveByRelation(options));
      }
    }
  });

  it("drawn pools", () => {
    for (let seed = 1; seed <= 12; seed++) {
      const { shape } = drawnPool(seed, 8, STRICT_PROFILE, { takesZones: true });
      const stage = stageOf(REFERENCE, shape, STRICT_PROFILE, "lists");
      const options = { stage, seed, commands: 100, lookEvery: 8, takesFractions: true };
      expect(driveInNumbers(options)).toEqual(driveByRelation(options));
    }
  });
});

describe("a run of a wrong allocator", () => {
  it.each(MUTANTS)("ends as before the relation: $id", (mutant) => {
    const opening = openingOf(mutant.shape, mutant.profile);
    for (const eyes of ["answers", "lists"] as const) {
      const stage = new Stage(mutantTarget(mutant), opening, eyes);
      for (let seed = 1; seed <= 2; seed++) {
        const options = { stage, seed, commands: 60, lookEvery: 1, takesFractions: true };
        expect(drive(options)).toEqual(driveByRelation(options));
      }
    }
  });
});

describe("a script in numbers", () => {
  it.each(MUTANTS)("breaks the law that it breaks before the relation: $id", (mutant) => {
    const opening = openingOf(mutant.shape, mutant.profile);
    for (const eyes of ["answers", "lists"] as const) {
      const [wrong, right] = [new Stage(mutantTarget(mutant), opening, eyes), new Stage(REFERENCE, opening, eyes)];
      for (let seed = 1; seed <= 2; seed++) {
        const script = drawScript(right, seed, { ...right.session, takesFractions: true }, 40);
        expect(wrong.lawBroken(script)).toBe(wrong.play(script).failure?.violations[0]?.law ?? null);
        expect(right.lawBroken(script.filter((_, at) => at % 3 !== seed % 3))).toBeNull();
      }
    }
  });
});
