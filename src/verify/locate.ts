// Where in its line a violation is: the column of the value at issue.
//
// The line is text as recorded, in any of the formats, so this looks for the key, then for the number, and
// points at the whole line where neither stands in it.

import type { Fault, Violation } from "../../model/violation.ts";

interface Columns {
  /** From 1. */
  readonly column: number;
  readonly columns: number;
}

/** The value in `text` that the violation is about; `base` turns absolute pfns into those of the file. */
export function locate(text: string, violation: Violation, base: number): Columns {
  const { fault } = violation;
  const key = keyOf(fault);
  if (key !== null) return valueOf(text, key) ?? whole(text);
  const first = violation.frames[0];
  const list = text.search(/"?free"?\s*:\s*\[/);
  if (first !== undefined && list >= 0) {
    const number = text.slice(list).search(new RegExp(`(?<![\\d.])${first.start - base}(?![\\d.])`));
    if (number >= 0) return { column: list + number + 1, columns: String(first.start - base).length };
  }
  return whole(text);
}

/** The key whose value is wrong, or null for what a list shows. */
function keyOf(fault: Fault): string | null {
  switch (fault.kind) {
    case "served-zero-pages":
      return "pages";
    case "order-above-max":
      return fault.pages > 0 ? "pages|order" : null;
    case "not-zeroed":
      return "zeroed";
    case "wrong-zone":
      return "zone";
    case "died":
      return "how";
    case "good-free-refused":
      return "ok";
    case "count-total":
    case "count-spread":
      return "free";
    case "bad-free":
      return fault.misuse === "wrong-size" ? "order|pages" : "pfn|addr";
    case "listed-misaligned":
    case "listed-outside":
    case "listed-twice":
    case "listed-overlapping":
    case "listed-live":
    case "missing":
    case "unmerged":
    case "list-order":
    case "changed-elsewhere":
    case "handover":
      return null;
    case "misaligned-block":
    case "outside-managed":
    case "overlaps-live":
    case "overlaps-withheld":
    case "overlaps-cached":
    case "larger-split":
    case "out-of-turn":
    case "wrong-half":
    case "refused-with-room":
    case "join-twice":
    case "left-in-use":
      return "pfn|addr";
  }
}

/** The value behind the first of these keys (alternatives separated by `|`), without its quotes' neighbours. */
function valueOf(text: string, keys: string): Columns | null {
  const found = new RegExp(`(?<![\\w])"?(?:${keys})"?\\s*:\\s*(\\[[^\\]]*\\]|"[^"]*"|[^\\s,}\\]]+)`).exec(text);
  const value = found?.[1];
  if (found === null || value === undefined) return null;
  return { column: found.index + found[0].length - value.length + 1, columns: value.length };
}

function whole(text: string): Columns {
  return { column: 1, columns: Math.max(text.length, 1) };
}
