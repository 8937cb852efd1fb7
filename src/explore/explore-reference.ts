// Explores the reference allocator: on two words a state where its pool allows, as any other target elsewhere.
//
// What the faster way finds wrong, the slower one finds again, and explains.

import type { FrameRange, Geometry } from "../../model/geometry.ts";
import type { Profile } from "../../model/profile.ts";
import { alphabetOf } from "../search/alphabet.ts";
import type { SearchLimits } from "../search/breadth-first.ts";
import type { Session } from "../targets/target.ts";
import { isCompact } from "./compact.ts";
import { exploreCompact } from "./explore-compact.ts";
import { commandTallies } from "./explore-subject.ts";
import { tallyLaws } from "./law-tally.ts";
import { limitOf, type ExploreResult } from "./result.ts";

export interface ReferenceOptions {
  readonly geometry: Geometry;
  readonly profile: Profile;
  readonly session: Session;
  readonly limits: SearchLimits;
  readonly resizes: readonly FrameRange[];
}

/** Can this pool of the reference be explored on two words a state? */
export function isCompactPool({ geometry, profile, resizes }: Omit<ReferenceOptions, "session" | "limits">): boolean {
  return resizes.length === 0 && isCompact(geometry, profile);
}

/** Explores such a pool. */
export function exploreReference(options: ReferenceOptions): ExploreResult {
  const { geometry, profile, session, limits } = options;
  const { calls, takesZones } = session;
  const resizing = new Set(["add", "remove", "free-pages"]);
  const given = new Set([...calls].filter((call) => !resizing.has(call)));
  const letters = alphabetOf({ geometry, profile, calls: given, takesZones, resizes: [], takesFractions: true });
  const { ending, figures, answered, moved, looks } = exploreCompact({ geometry, letters, limits });
  const tallied = { geometry, profile, subject: session, oracle: "lists", letters, answered, looks } as const;
  return {
    verdict: ending === "exhausted" ? "holds" : "undecided",
    limit: ending === "exhausted" ? null : limitOf(ending, limits),
    trouble: null,
    figures,
    commands: commandTallies(letters, { answered, moved }),
    laws: tallyLaws(tallied),
    notChecked: [],
    counterexample: null,
  };
}
