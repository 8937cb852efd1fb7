// What a verified trace did not show: the laws that were not judged, and why.
//
//  1. A profile that makes no promise takes its law out; the verdict stands.
//  2. A recording without snapshots or counts cannot show what the lists hold; the verdict stands, for
//     what it claims, and says so.
//  3. Missing events (a start in mid-life, losses, a dead allocator) make the verdict at best undecided.

import type { LawId } from "../../model/invariants.ts";
import type { Ledger, Undecided } from "../../model/ledger.ts";
import { freeSetIsCanonical, type Profile } from "../../model/profile.ts";
import type { NotChecked } from "../verdict.ts";
import type { Tally } from "./result.ts";

/** What limited the checking of one trace, beside its profile. */
export interface Limits {
  readonly startsInMidLife: boolean;
  readonly zeroedReported: boolean;
}

const LIST_LAWS: readonly LawId[] = [
  "partition",
  "no-free-buddies",
  "free-lists",
  "drained",
  "frame",
  "refused-unchanged",
  "served-from-free",
];

export function notChecked(ledger: Ledger, tally: Readonly<Tally>, limits: Limits): NotChecked[] {
  const found: NotChecked[] = [...switchedOff(ledger)];
  function add(law: LawId, cause: NotChecked["cause"], reason: string, events: number = 0): void {
    if (ledger.judges(law)) found.push({ law, cause, reason, events });
  }
  for (const [law, reason] of byProfile(ledger.profile)) add(law, "profile", reason);
  if (tally.snapshots === 0) {
    for (const law of LIST_LAWS) {
      if (law === "no-free-buddies" && tally.counts > 0) continue;
      add(law, "recording", "the recording has no snapshots of the free lists");
    }
  }
  if (tally.counts === 0) add("conserved", "recording", "the recording has no counts");
  if (!limits.zeroedReported) add("zeroed", "recording", "the recording does not say whether frames were zero");
  add("handover", "recording", "a trace does not show the boot allocator");
  if (limits.startsInMidLife) add("drained", "incomplete", "the recording began in mid-life");
  if (tally.lost > 0) {
    add("no-overlap", "incomplete", "events were lost; blocks served in the gap are unknown", tally.lost);
    add(
      "free-live-only",
      "incomplete",
      "events were lost; frees of blocks older than a gap were taken as good",
      tally.lost,
    );
  } else if (limits.startsInMidLife) {
    add("no-overlap", "incomplete", "blocks served before the recording are unknown");
    add("free-live-only", "incomplete", "frees of blocks older than the recording were taken as good");
  }
  for (const [key, events] of ledger.undecided) {
    const [law, reason] = key.split(" ") as [LawId, Undecided];
    add(law, CAUSES[reason], WORDS[reason], events);
  }
  return found;
}

function switchedOff(ledger: Ledger): NotChecked[] {
  return ledger.lawsOff.map((law) => ({ law, cause: "switched-off", reason: "switched off by request", events: 0 }));
}

const CAUSES: Record<Undecided, NotChecked["cause"]> = {
  "state-unknown": "incomplete",
  "adjacent-runs": "profile",
  "counted-references": "profile",
  "lazy-coalescing": "profile",
  "cached-unknown": "profile",
  "too-many-blocks": "profile",
  concurrent: "recording",
  late: "incomplete",
  cut: "incomplete",
};

const WORDS: Record<Undecided, string> = {
  "state-unknown": "not all frames were known to be live or free",
  "adjacent-runs": "requests above the largest block need adjacent blocks, whose choice is not modelled",
  "counted-references": "a second free may drop a reference (profile: references counted)",
  "lazy-coalescing":
    "free blocks may be unmerged (profile: coalescing lazy), so room is known only right after a snapshot",
  "cached-unknown": "cached frames are on no list (profile: cached frames), so counts do not show them",
  "too-many-blocks": "the pool has more free blocks than their order is kept for",
  concurrent: "other calls were under way at the same time",
  cut: "calls were under way when events were lost",
  late: "events arrived too far out of order to be sorted",
};

/** Laws about which the profile promises nothing. */
function byProfile(profile: Profile): [LawId, string][] {
  const silent: [LawId, string][] = [];
  const policyKnown = freeSetIsCanonical(profile);
  if (profile.fit === "any") silent.push(["best-fit", "the profile does not promise best fit"]);
  else if (!policyKnown)
    silent.push(["best-fit", "free blocks may be cached or unmerged, so the choice is not decidable"]);
  if (profile.placement === "any" && profile.servedHalf === "any")
    silent.push(["placement", "the profile promises no placement"]);
  else if (!policyKnown)
    silent.push(["placement", "free blocks may be cached or unmerged, so the choice is not decidable"]);
  if (profile.exhaustion !== "exact")
    silent.push(["no-spurious-oom", `the profile lets requests fail (exhaustion: ${profile.exhaustion})`]);
  if (profile.coalescing === "lazy") {
    silent.push(["no-free-buddies", "the profile coalesces lazily"], ["drained", "the profile coalesces lazily"]);
  } else if (profile.initialFreeSet === "any")
    silent.push(["no-free-buddies", "the free set at the start need not be merged"]);
  if (profile.zeroed === "no") silent.push(["zeroed", "the profile does not promise zeroed frames"]);
  return silent;
}
