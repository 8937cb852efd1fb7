// Explores a specification as planned, on as many threads as are granted.
//
// Only a search in strips is worth several threads: a walk is over before they have started.

import { StripLimits, specStrips, stripResult, stripSpec, walkSpec, type SpecPlan } from "../explore/explore-spec.ts";
import type { ExploreResult } from "../explore/result.ts";
import type { SearchLimits } from "../search/breadth-first.ts";
import { runStripsOn } from "./strip-workers.ts";

/** A plan that can be carried out. */
export type SpecWork = Extract<SpecPlan, { readonly kind: "walk" | "strips" }>;

/** Carries out a plan on `jobs` threads. */
export async function exploreSpec(
  { kind, pool }: SpecWork,
  jobs: number,
  limits: SearchLimits,
): Promise<ExploreResult> {
  if (kind === "walk") return walkSpec(pool, limits);
  if (jobs === 1) return stripSpec(pool, limits);
  const until = new StripLimits(limits);
  const found = await runStripsOn(jobs, specStrips(pool), until.goesOn, until.isInTime);
  return stripResult(pool, found, until.reached);
}
