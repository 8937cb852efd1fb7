// Which checks of a part are one run's own, and how long it may go on.
//
//  1. A part counts its checks from 0. Of n runs that share it, run i takes number k if (k + ⌊k / n⌋) mod n is
//     i - 1: one of every n in a row, each time another place in the row. Checks lie in rows themselves (every
//     pool under every profile), and no run should be dealt the same pool each time:
//
//       n = 3, numbers  0 1 2   3 4 5   6 7 8
//       taken by        1 2 3   2 3 1   3 1 2
//
//  2. When a part's time is up, its further checks are undecided. They are named, and never count as passed.
//  3. A check that could take all of a part's time, such as an exploration, is given a slice of it.

/** One of several runs that share the checks of a suite: `index` from 1 to `of`. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

export interface Share {
  readonly takes: (number: number) => boolean;
  readonly isOver: () => boolean;
  /** Does its time end before the part's own budget does? Then what is not finished was not given its time. */
  readonly isCut: boolean;
  /** The time of the next check, of so many that are left. */
  readonly slice: (checksLeft: number) => Share;
}

/** All checks, without limit. */
export const WHOLE: Share = { takes: () => true, isOver: () => false, isCut: false, slice: () => WHOLE };

/** Why a check is undecided whose turn did not come. */
export const OUT_OF_TIME = "the budget ran out before it was tried";

/** The run, from 1, that takes this check. */
export function shardOf(number: number, of: number): number {
  return ((number + Math.floor(number / of)) % of) + 1;
}
