// What a campaign left untouched: the guard against a test that could not have failed.
//
//  1. A gap is a call that was never made, an order that was never served, a kind of misuse that was never tried, or
//     a law that could have been put to the test and never was.
//  2. A law that cannot be judged here is no gap: it is named with the reason, as in every report.
//  3. Nothing served, or nothing freed, is vacuous whatever else happened.

import { LAW_IDS, type LawId } from "../../model/invariants.ts";
import type { Profile } from "../../model/profile.ts";
import type { Misuse } from "../../model/violation.ts";
import type { Call } from "../targets/target.ts";
import type { Covered } from "./campaign.ts";
import { namings } from "./client.ts";
import { MISUSES } from "./habits.ts";
import type { Eyes } from "./quick-pool.ts";
import { servedIn } from "./tally.ts";

export interface Gaps {
  readonly calls: readonly Call[];
  readonly orders: readonly number[];
  readonly misuses: readonly Misuse[];
  readonly laws: readonly LawId[];
  readonly notJudged: readonly NotJudged[];
  readonly isVacuous: boolean;
}

/** A law that could not be judged. */
export interface NotJudged {
  readonly law: LawId;
  readonly why:
    | "boot-allocator"
    | "lists-hidden"
    | "counts-hidden"
    | "ends-only"
    | "profile-silent"
    | "zeroes-unsaid"
    | "no-page-counts"
    | "no-misuse";
}

/** The gaps of what was covered, in pools up to this order. */
export function gapsOf(covered: Covered, profile: Profile, maxOrder: number): Gaps {
  const { tally, laws, eyes, speech } = covered;
  const top = Math.min(profile.usableMaxOrder ?? maxOrder, maxOrder);
  const orders = Array.from({ length: top + 1 }, (_, order) => order);
  const notJudged = LAW_IDS.flatMap((law): NotJudged[] => {
    const why = (laws.get(law) ?? 0) > 0 ? null : whyNot(law, profile, covered);
    return why === null ? [] : [{ law, why }];
  });
  const misbehaves = profile.misuse === "refused" || profile.misuse === "silent";
  return {
    calls: eyes === null ? [] : callsExpected(covered, profile).filter((call) => !tally.calls.has(call)),
    orders: orders.filter((order) => (tally.served[order] ?? 0) === 0),
    misuses: MISUSES.filter(
      (misuse) => misbehaves && !tally.misuse.has(misuse) && isPossible(misuse, covered, profile),
    ),
    laws: LAW_IDS.filter((law) => (laws.get(law) ?? 0) === 0 && !notJudged.some((each) => each.law === law)),
    notJudged,
    isVacuous: speech === null || servedIn(tally) === 0 || tally.freed === 0,
  };
}

/** Calls that the client makes of those that the target has: not a way to name a size that the profile excludes. */
function callsExpected({ speech }: Covered, profile: Profile): readonly Call[] {
  if (speech === null) return [];
  const ways = namings(speech, profile, true);
  const named: readonly Call[] = ways.map((way) =>
    way === "none" ? "free" : way === "pages" ? "free-pages" : "free-order",
  );
  return [...speech.calls].filter((call) => !call.startsWith("free") || named.includes(call));
}

function isPossible(misuse: Misuse, { speech }: Covered, profile: Profile): boolean {
  if (misuse === "misaligned") return speech?.takesFractions === true;
  return misuse !== "wrong-size" || (speech !== null && namings(speech, profile, true).includes("order"));
}

function whyNot(law: LawId, profile: Profile, { eyes, speech, seesEndsOnly }: Covered): NotJudged["why"] | null {
  const hidden = seesWith(law, eyes ?? "answers");
  if (hidden !== null) return hidden;
  switch (law) {
    case "frame":
    case "refused-unchanged":
    case "served-from-free":
    case "conserved":
      return seesEndsOnly ? "ends-only" : null;
    case "handover":
      return "boot-allocator";
    case "best-fit":
      return profile.fit === "any" ? "profile-silent" : null;
    case "placement":
      return profile.placement === "any" && profile.servedHalf === "any" ? "profile-silent" : null;
    case "no-free-buddies":
    case "drained":
      return profile.coalescing === "lazy" || profile.initialFreeSet === "any" ? "profile-silent" : null;
    case "no-spurious-oom":
      return profile.exhaustion === "exact" ? null : "profile-silent";
    case "zeroed":
      return profile.zeroed === "promised" ? "zeroes-unsaid" : "profile-silent";
    case "rounding":
      return speech?.calls.has("alloc-pages") === true ? null : "no-page-counts";
    case "bad-free-refused":
      return profile.misuse === "refused" ? null : "no-misuse";
    default:
      return null;
  }
}

/** What must be shown for a law to be judged, if it is not. */
function seesWith(law: LawId, eyes: Eyes): NotJudged["why"] | null {
  switch (law) {
    case "free-lists":
    case "partition":
    case "frame":
    case "refused-unchanged":
    case "served-from-free":
    case "drained":
      return eyes === "lists" ? null : "lists-hidden";
    case "conserved":
    case "no-free-buddies":
      return eyes === "answers" ? "counts-hidden" : null;
    default:
      return null;
  }
}
