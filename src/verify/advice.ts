// Which single setting of the profile would make a violating trace hold: most surprises are policy, not bugs.
//
// A setting is tried by judging the whole trace again under it; nothing is guessed from the violation.

import type { Profile } from "../../model/profile.ts";
import type { Finding } from "./result.ts";

/** A change of the profile, and how it is written in a profile file. */
export interface Alternative {
  readonly profile: Profile;
  readonly words: string;
}

/** Settings worth trying for this finding: those that could allow just this fault, smallest change first. */
export function alternatives(profile: Profile, finding: Finding): Alternative[] {
  return candidates(finding)
    .filter((fields) => Object.entries(fields).some(([field, value]) => profile[field as keyof Profile] !== value))
    .map((fields) => ({ profile: { ...profile, ...fields }, words: written(fields) }));
}

/** Fields as a profile file would have them. */
function written(fields: Partial<Profile>): string {
  return Object.entries(fields)
    .map(([field, value]) => `${field}: ${value}`)
    .join(", ");
}

function candidates(finding: Finding): Partial<Profile>[] {
  const { fault, law } = finding.violation;
  const loose: Partial<Profile>[] = [];
  if (law === "aligned" || fault.kind === "listed-misaligned" || fault.kind === "unmerged")
    loose.push({ alignment: "pool" }, { alignment: "absolute" });
  if (fault.kind === "overlaps-live" || fault.kind === "overlaps-withheld" || fault.kind === "listed-live") {
    loose.push({ rounding: "exact" }, { rounding: "exact", aboveMax: "adjacent" }, { partialFree: "allowed" });
  }
  if (fault.kind === "missing") loose.push({ initialFreeSet: "any" });
  if (fault.kind === "order-above-max")
    loose.push({ aboveMax: "adjacent" }, { rounding: "exact", aboveMax: "adjacent" });
  if (fault.kind === "served-zero-pages") loose.push({ zeroRequest: "one-page" });
  if (fault.kind === "unmerged" || fault.kind === "count-spread")
    loose.push({ initialFreeSet: "any" }, { coalescing: "lazy" });
  if (fault.kind === "bad-free" && fault.misuse === "wrong-size") {
    loose.push({ sizeAtFree: "remembered" }, { partialFree: "allowed" }, { rounding: "exact" });
  }
  if (fault.kind === "bad-free" && fault.misuse === "interior") loose.push({ partialFree: "allowed" });
  if (fault.kind === "refused-with-room") {
    if (fault.order > 0) loose.push({ usableMaxOrder: fault.order - 1 });
    loose.push(
      { initialFreeSet: "any" },
      { coalescing: "lazy" },
      { exhaustion: "may-fail-while-cached" },
      { exhaustion: "may-fail" },
    );
  }
  if (fault.kind === "larger-split") loose.push({ fit: "any" });
  if (law === "placement")
    loose.push({ placement: "any" }, { placement: "any", servedHalf: "any" }, { fallback: "any" });
  if (fault.kind === "not-zeroed") loose.push({ zeroed: "no" });
  return loose;
}
