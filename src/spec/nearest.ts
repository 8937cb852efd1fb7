// The known word that a misspelt one was probably meant to be.
//
//  1. Distance is edits: one letter added, dropped, changed, or swapped with its neighbour, each counting 1.
//  2. A suggestion is at most one edit away for every three letters, so that unrelated words get none.
//
// Source: Damerau, CACM 7 (1964); the restricted form, in which no letter is edited twice.

const LETTERS_PER_EDIT = 3;

/** The nearest of `words`, the first of equals, or null where none is near. Case is ignored. */
export function nearest(word: string, words: readonly string[]): string | null {
  let best: string | null = null;
  let bestEdits = Math.floor(Math.max(word.length, LETTERS_PER_EDIT) / LETTERS_PER_EDIT) + 1;
  for (const candidate of words) {
    const edits = editsBetween(word.toLowerCase(), candidate.toLowerCase());
    if (edits >= bestEdits) continue;
    best = candidate;
    bestEdits = edits;
  }
  return best;
}

/** A row of the usual table at a time: `row[j]` edits turn `a`'s first letters into `b`'s first `j`. */
function editsBetween(a: string, b: string): number {
  let before: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, length) => length);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (last[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let edits = Math.min(changed, (last[j] as number) + 1, (row[j - 1] as number) + 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) edits = Math.min(edits, (before[j - 2] as number) + 1);
      row.push(edits);
    }
    before = last;
    last = row;
  }
  return last[b.length] as number;
}
