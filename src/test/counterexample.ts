// From a failing run to a counterexample: short, in a small pool, with a certificate that says how short.
//
//  1. First the script shrinks where it was found, then the pool: the smallest pool in which the script, or the
//     script lowered (scale.ts), breaks the same law. There it shrinks again.
//  2. Then a bounded search looks for anything shorter that breaks any law. "proved-shortest": all shorter scripts were
//     tried, in this pool, of the same kinds of moves, and break none. "locally-minimal": the search could not try
//     them all, or could not search this target, or found only a broken promise of policy where memory is at stake;
//     no single change makes the script shorter.
//  3. A counterexample in a small pool is lifted back to the pool that the user named, or to `LIFTED_ORDER`. Where
//     it breaks the law there, too, a proof at the small scale carries the certificate "lifted": it is shortest at
//     that scale. That nothing shorter exists at full size is likely, and not claimed.
//  4. A script that breaks nothing when it is played again stays as it was found: "not-repeated".

import type { PoolShape } from "../../model/geometry.ts";
import { lawOf, type LawId } from "../../model/invariants.ts";
import type { Profile } from "../../model/profile.ts";
import type { Script } from "../targets/script.ts";
import type { Opening, SessionTarget } from "../targets/target.ts";
import { hasZones, isSmallerPool, openingOf, shrunkenPools, type Pool } from "./pools.ts";
import { liftScript, liftShape } from "./scale.ts";
import { kindsIn, searchShortest, type Found } from "./shortest.ts";
import { shrinkScript, trialOn } from "./shrink.ts";
import type { Eyes } from "./quick-pool.ts";
import { Stage } from "./stage.ts";

/** How short a counterexample is known to be. */
export type Certificate =
  | { readonly kind: "proved-shortest" }
  /** Proved at a small scale, and shown again in the larger pool. */
  | { readonly kind: "lifted"; readonly scale: number; readonly maxOrder: number }
  | { readonly kind: "locally-minimal"; readonly why: "not-searchable" | "budget" | "other-law" }
  /** Played again, it broke nothing: the target is not deterministic. */
  | { readonly kind: "not-repeated" };

/** A script in a pool. */
export interface Placed {
  readonly pool: Pool;
  readonly script: Script;
}

/** A script in a pool, and the law that it breaks first there. */
interface Broken {
  readonly placed: Placed;
  readonly law: LawId;
}

export interface Counterexample extends Placed {
  readonly law: LawId;
  readonly certificate: Certificate;
  /** The same at full size, or null where it does not break the law there, or is at full size already. */
  readonly lifted: Placed | null;
  /** As it was found. */
  readonly found: Placed;
}

/** What reducing needs to know. */
export interface Reduction {
  readonly target: SessionTarget;
  readonly profile: Profile;
  readonly eyes: Eyes | null;
  /** The laws that are judged; all of them, where none are named. */
  readonly laws?: ReadonlySet<LawId> | undefined;
  /** The pool that must be shown to fail, if it can; null for a pool of the kind found with `LIFTED_ORDER`. */
  readonly full: PoolShape | null;
  /** Commands that the search for something shorter may give. */
  readonly transitionsMax: number;
}

/** The largest order to which a counterexample is lifted where no pool is named: Linux' and HeliOS' largest. */
export const LIFTED_ORDER = 10;

/** Larger pools are not made, only to lift a counterexample to them. */
const LIFTED_PAGES_MAX = 2 ** 16;

/** Makes a counterexample of a script that broke this law in this pool. */
export function reduce(found: Placed, law: LawId, reduction: Reduction): Counterexample {
  const here = shrinkIn(found, law, reduction);
  if (here === null) return { ...found, law, certificate: { kind: "not-repeated" }, lifted: null, found };
  const small = inSmallerPool(here, law, reduction);
  const { broken, search } = shortened({ placed: small, law }, reduction);
  const { placed } = broken;
  const lifted = lift(broken, reduction);
  return { ...placed, law: broken.law, certificate: certify(search, placed, lifted), lifted, found };
}

function certify(search: Found, { pool }: Placed, lifted: Placed | null): Certificate {
  if (search.kind === "unknown") return { kind: "locally-minimal", why: search.why };
  if (lifted === null) return { kind: "proved-shortest" };
  return { kind: "lifted", scale: pool.shape.maxOrder, maxOrder: lifted.pool.shape.maxOrder };
}

function stageFor(shape: PoolShape, { target, profile, eyes, laws }: Reduction): Stage {
  return new Stage(target, openingOf(shape, profile), eyes, laws);
}

function shrinkIn({ pool, script }: Placed, law: LawId, reduction: Reduction): Placed | null {
  const stage = stageFor(pool.shape, reduction);
  const shrunk = shrinkScript(script, trialOn(stage, law), stage.session.calls);
  return shrunk === null ? null : { pool, script: shrunk };
}

/** The same in the smallest pool that there is for it; as it is, where there is none. */
function inSmallerPool(placed: Placed, law: LawId, reduction: Reduction): Placed {
  const { shape } = placed.pool;
  for (const pool of shrunkenPools(reduction.profile)) {
    if (!isSmallerPool(pool.shape, shape)) continue;
    const stage = stageFor(pool.shape, reduction);
    if (hasZones(pool.shape) && !stage.session.takesZones) continue;
    const trial = trialOn(stage, law);
    for (let by = shape.maxOrder - pool.shape.maxOrder; by >= 0; by--) {
      const lowered = trial(liftScript(placed.script, -by));
      if (lowered !== null) return { pool, script: shrinkScript(lowered, trial, stage.session.calls) ?? lowered };
    }
  }
  return placed;
}

/** Looks for anything shorter. What it finds may break another law, but none that weighs less. */
function shortened(broken: Broken, reduction: Reduction): { readonly broken: Broken; readonly search: Found } {
  const { placed, law } = broken;
  const stage = stageFor(placed.pool.shape, reduction);
  if (isShortest(placed, stage)) return { broken, search: { kind: "none", isAll: false } };
  const { transitionsMax } = reduction;
  const { found } = searchShortest(stage, {
    kinds: kindsIn(placed.script),
    below: placed.script.length,
    transitionsMax,
  });
  if (found.kind !== "script") return { broken, search: found };
  const other = stage.lawBroken(found.script);
  if (other === null) return { broken, search: { kind: "unknown", why: "not-searchable" } };
  if (weighsLess(other, law)) return { broken, search: { kind: "unknown", why: "other-law" } };
  const script = shrinkScript(found.script, trialOn(stage, other), stage.session.calls) ?? found.script;
  return { broken: { placed: { pool: placed.pool, script }, law: other }, search: { kind: "none", isAll: false } };
}

/** Is there nothing shorter to be tried? Only the script without moves is shorter than one move. */
function isShortest({ script }: Placed, stage: Stage): boolean {
  return script.length === 0 || (script.length === 1 && stage.lawBroken([]) === null);
}

/** An error loses or corrupts memory, a warning breaks a promise of policy. */
function weighsLess(law: LawId, than: LawId): boolean {
  return lawOf(law).severity === "warning" && lawOf(than).severity === "error";
}

/** The counterexample at full size, scaled or as it is; null where it breaks nothing there. */
function lift({ placed, law }: Broken, reduction: Reduction): Placed | null {
  const { shape } = placed.pool;
  const { full } = reduction;
  const by = (full?.maxOrder ?? LIFTED_ORDER) - shape.maxOrder;
  if (by <= 0 || (full === null && shape.pages * 2 ** by > LIFTED_PAGES_MAX)) return null;
  const pool: Pool =
    full === null ? { name: placed.pool.name, shape: liftShape(shape, by) } : { name: "named", shape: full };
  const stage = stageFor(pool.shape, reduction);
  for (const script of [liftScript(placed.script, by), placed.script]) {
    if (stage.lawBroken(script) === law) return { pool, script };
  }
  return null;
}

/** Where a script is opened, for those who play it again. */
export function openingFor({ pool }: Placed, profile: Profile): Opening {
  return openingOf(pool.shape, profile);
}
