// Leaving out what is not needed for a failure: of a script that is played again, of a recording that is judged again.
//
//  1. Large parts go first, halves, then quarters, down to single items, and of one size the last first, since what
//     comes after the cause of a failure is needed least.
//  2. Then two at once, as far as there are not too many: a request and the free that undoes it keep each other alive
//     where either of them alone would be missed. Plain delta debugging (Zeller and Hildebrandt, TSE 2002) lacks that.
//  3. Whoever runs a course decides whether candidates are tried one by one or many at once.

/** A candidate that fails, without what it does not need, and its place among those that were offered. */
export interface Kept<T> {
  readonly items: readonly T[];
  readonly at: number;
}

/** A course offers candidates in order, is told the first that fails (or null), and ends with what is left. */
export type Course<T> = Generator<Iterable<readonly T[]>, readonly T[], Kept<T> | null>;

/** Items above which two are not left out at once. */
export const PAIRS_MAX = 40;

/** Runs a course, trying one candidate after the other; `trial` answers what of a candidate is needed, or null. */
export function runCourse<T>(course: Course<T>, trial: (items: readonly T[]) => readonly T[] | null): readonly T[] {
  let next = course.next();
  while (next.done !== true) next = course.next(firstKept(next.value, trial));
  return next.value;
}

function firstKept<T>(
  offered: Iterable<readonly T[]>,
  trial: (items: readonly T[]) => readonly T[] | null,
): Kept<T> | null {
  let at = 0;
  for (const candidate of offered) {
    const items = trial(candidate);
    if (items !== null) return { items, at };
    at++;
  }
  return null;
}

/** Leaves out parts that are not needed: rule 1. */
export function* leavingOutParts<T>(start: readonly T[]): Course<T> {
  let kept = start;
  for (let size = Math.max(Math.floor(kept.length / 2), 1); size >= 1; size = Math.floor(size / 2))
    kept = yield* leavingOutOf(kept, size);
  return kept;
}

/** Leaves out one, or two at once, until nothing more can go: rule 2. */
export function* leavingOutPairs<T>(start: readonly T[]): Course<T> {
  let kept = start;
  for (;;) {
    const fewer = yield* leavingOutOf(kept, 1);
    const isSame = fewer.length === kept.length;
    kept = fewer;
    if (!isSame) continue;
    const found = kept.length > PAIRS_MAX ? null : yield withoutTwo(kept);
    if (found === null) return kept;
    kept = found.items;
  }
}

/** Leaves out parts of one size, once from the end to the start. */
function* leavingOutOf<T>(start: readonly T[], size: number): Course<T> {
  let kept = start;
  let end = kept.length;
  while (end > 0) {
    const found = yield partsBefore(kept, end, size);
    if (found === null) break;
    end = Math.min(end - found.at * size, found.items.length);
    kept = found.items;
  }
  return kept;
}

/** The items without each part of this size that ends at or before `end`, the last part first. */
function* partsBefore<T>(items: readonly T[], end: number, size: number): Generator<readonly T[]> {
  for (let to = end; to > 0; to -= size) yield [...items.slice(0, Math.max(to - size, 0)), ...items.slice(to)];
}

/** The items without each of them, the last first. */
export function* withoutOne<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let at = items.length - 1; at >= 0; at--) yield without(items, at);
}

/** The items without each two of them. */
export function* withoutTwo<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let first = 0; first < items.length; first++) {
    for (let second = first + 1; second < items.length; second++) yield without(without(items, second), first);
  }
}

export function without<T>(items: readonly T[], at: number): readonly T[] {
  return [...items.slice(0, at), ...items.slice(at + 1)];
}
