// For fast-check: the property that an allocator keeps the laws, whatever it is asked and in whatever pool.
//
//     fc.assert(keepsTheLaws(open), { numRuns: 1000, seed: 42 })
//
//  1. Seeds, replay and shrinking are fast-check's own. A case fails with the report of `buddycheck test`, and is written
//     as its steps in notation.
//  2. Scripts hold only calls that the allocator has. One that has none fails: a property over no calls would hold of
//     anything.

import * as fc from "fast-check";
import type { Profile } from "../../model/profile.ts";
import type { PoolShape } from "../../model/geometry.ts";
import { poolWords, stepsInNotation } from "../report/campaign-words.ts";
import { moduleTarget, type ModulePool } from "../targets/module.ts";
import type { Script } from "../targets/script.ts";
import type { Session } from "../targets/target.ts";
import { poolShapes, scripts, type PoolLimits } from "../test/arbitrary.ts";
import { isLook } from "../test/exhibit.ts";
import { openingOf } from "../test/pools.ts";
import { Stage } from "../test/stage.ts";
import { complaint } from "./complaint.ts";
import { loadProfile, type ProfileSource } from "./load-profile.ts";

/** What is drawn. */
export interface PropertyOptions {
  /** The one pool to draw scripts for, or limits within which pools are drawn, too; up to 64 pages and order 4 if not said. */
  readonly pool?: PoolShape | PoolLimits;
  /** What the allocator promises; the strict laws if nothing is said. */
  readonly profile?: ProfileSource;
  /** Moves of a script at most; 100 if nothing is said. */
  readonly maxLength?: number;
}

/** A pool, and what is asked of it. */
export interface LawCase {
  readonly shape: PoolShape;
  readonly script: Script;
}

type Open = (pool: ModulePool) => unknown;

const LIMITS: PoolLimits = { maxOrder: 4, pages: 64, anyBase: true };
const MAX_LENGTH = 100;
/** What an allocator without calls is asked all the same: how it fails is then seen. */
const ONE_REQUEST: Script = [{ kind: "request", id: 0, command: { kind: "alloc", order: 0, zone: null } }];

/** The property that the allocator which `open` answers (docs/targets.md) keeps the laws. */
export function keepsTheLaws(open: Open, options: PropertyOptions = {}): fc.IPropertyWithHooks<[LawCase]> {
  const profile = loadProfile(options.profile);
  return fc.property(lawCases(open, profile, options), ({ shape, script }) => {
    const said = complaint(open, shape, script, profile);
    if (said !== "") throw new Error(said);
  });
}

function lawCases(open: Open, profile: Profile, { pool = LIMITS, maxLength }: PropertyOptions): fc.Arbitrary<LawCase> {
  if (!("anyBase" in pool)) return casesIn(open, pool, profile, maxLength);
  const limits = { ...pool, anyBase: pool.anyBase && profile.alignment === "absolute" };
  return poolShapes(limits).chain((shape) => casesIn(open, shape, profile, maxLength));
}

/** Scripts for one pool, which has no zones where the allocator knows none. */
function casesIn(
  open: Open,
  drawn: PoolShape,
  profile: Profile,
  maxLength: number = MAX_LENGTH,
): fc.Arbitrary<LawCase> {
  const { calls, takesZones } = sessionIn(open, drawn, profile);
  const shape = takesZones ? drawn : { ...drawn, zones: [] };
  if (calls.size === 0) return fc.constant(new WrittenCase(open, shape, ONE_REQUEST, profile));
  return scripts(shape, { profile, maxLength, speech: { calls, takesZones, takesFractions: false } }).map(
    (script) => new WrittenCase(open, shape, script, profile),
  );
}

function sessionIn(open: Open, shape: PoolShape, profile: Profile): Session {
  return moduleTarget("allocator", open).open(openingOf(shape, profile));
}

/** A case that fast-check writes as a pool and steps with their answers. */
class WrittenCase implements LawCase {
  readonly shape: PoolShape;
  readonly script: Script;
  readonly #open: Open;
  readonly #profile: Profile;

  constructor(open: Open, shape: PoolShape, script: Script, profile: Profile) {
    this.shape = shape;
    this.script = script;
    this.#open = open;
    this.#profile = profile;
  }

  [fc.toStringMethod](): string {
    const stage = new Stage(moduleTarget("allocator", this.#open), openingOf(this.shape, this.#profile), null);
    const calls = stage.play(this.script).steps.filter(({ command }) => !isLook(command.kind));
    return `${poolWords(this.shape)}: ${stepsInNotation(calls, stage.opening.geometry.basePfn).join(" ")}`;
  }
}
