// What an engine may conclude, each conclusion with the evidence it owes.
//
//  1. `holds`: every law that was judged held, and nothing that limits the claim happened.
//  2. `violated`: at least one law was broken.
//  3. `undecided`: no law was seen broken, but the recording or a budget did not allow to judge all.
//  4. `vacuous`: nothing was exercised, so nothing may be claimed.

import type { LawId } from "../model/invariants.ts";

export type VerdictKind = "holds" | "violated" | "undecided" | "vacuous";

/** A law that was not judged, wholly or at some events. */
export interface NotChecked {
  readonly law: LawId;
  /** One sentence fragment: why. */
  readonly reason: string;
  /** Events at which the law was undecidable; 0 where it was off for the whole trace. */
  readonly events: number;
  /**
   * "profile": the profile makes no such promise; "recording": it has no events of the kind the law needs;
   * "incomplete": events are missing, so the verdict is at best undecided; "switched-off": by request.
   */
  readonly cause: "profile" | "recording" | "incomplete" | "switched-off";
}

/** Exit codes of the command line (docs/exit-codes.md): an input error outranks findings. */
export const EXIT = { holds: 0, violated: 1, input: 2, undecided: 3, vacuous: 4, bug: 70 } as const;
