// What runs in numbers need in one pool (quick-run.ts), kept from one run to the next.

import type { Profile } from "../../model/profile.ts";
import { canJudgeFrames, FrameJudge } from "../search/frame-judge.ts";
import { Listing, SHOWN, SHOWN_ODD } from "../../model/numbers.ts";
import { numbersOf } from "../targets/numbers.ts";
import type { Numbers, Opening, Session } from "../targets/target.ts";

/** What is seen besides the answers. */
export type Eyes = "answers" | "counts" | "lists";

/** What a look has seen, as bits. A look at something wrong is LOOKS_ODD. */
export const LISTS_SEEN = 1;
export const COUNTS_SEEN = 2;
export const LOOKS_ODD = -1;

/** Blocks that may be listed: more than a pool has pages are no free blocks. */
const LISTED_MORE = 16;
/** Orders that counts may be shown for. */
const ORDERS_COUNTED = 64;

/** What is needed to judge runs in a pool, kept from one run to the next. */
export class QuickPool {
  readonly session: Session;
  readonly numbers: Numbers;
  readonly judge: FrameJudge;
  readonly profile: Profile;
  readonly maxOrder: number;
  readonly listing: Listing;
  readonly counts: Float64Array = new Float64Array(ORDERS_COUNTED);
  /** Answers of the run, in order. */
  readonly answers: number[] = [];

  constructor(session: Session, { geometry, profile }: Opening) {
    this.session = session;
    this.numbers = numbersOf(session, geometry);
    this.judge = new FrameJudge(geometry, profile);
    this.profile = profile;
    this.maxOrder = geometry.maxOrder;
    this.listing = new Listing(geometry.span.end - geometry.span.start + LISTED_MORE);
  }

  /** The pool as it was opened. */
  begin(): void {
    this.session.reset();
    this.judge.start();
  }

  /** Looks at what the eyes can see: what that was, or LOOKS_ODD where it is not as it should be. */
  look(eyes: Eyes): number {
    if (eyes === "answers") return 0;
    const { numbers, judge, listing, counts } = this;
    let seen = 0;
    if (eyes === "lists") {
      const shown = numbers.list(listing);
      if (shown === SHOWN_ODD || (shown === SHOWN && !judge.agreesWith(listing))) return LOOKS_ODD;
      if (shown === SHOWN) seen = LISTS_SEEN;
    }
    const shown = numbers.count(counts);
    if (shown === SHOWN_ODD || (shown === SHOWN && !judge.agreesWithCounts(counts))) return LOOKS_ODD;
    return shown === SHOWN ? seen | COUNTS_SEEN : seen;
  }
}

/** A pool for quick runs, or null where they cannot be judged. */
export function quickPool(session: Session, opening: Opening): QuickPool | null {
  return canJudgeFrames(opening.geometry, opening.profile) ? new QuickPool(session, opening) : null;
}
