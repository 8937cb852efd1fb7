// Where in its line a violation is: the column of the value at issue.
//
// The line is text as recorded, in any of the formats, so this looks for the key, then for the number, and
// points at the whole line where neither stands in it.

import type { Fault, NamedBlock, Violation } from "../../model/violation.ts";

interface Columns {
  /** From 1. */
  readonly column: number;
  readonly columns: number;
}

/** Where the lists of a snapshot begin. */
const FREE_LISTS = /"?free"?\s*:\s*\[/;

/** The value in `text` that the violation is about; `base` turns absolute pfns into those of the file. */
export function locate(text: string, violation: Violation, base: number): Columns {
  const key = keyOf(violation.fault);
  if (key !== null) return valueOf(text, key) ?? whole(text);
  if (violation.fault.kind === "listed-live") return liveIn(text, violation, base) ?? whole(text);
  const block = listedBlock(violation);
  if (block === null) return whole(text);
  const list = listAt(text, Math.log2(block.pages));
  return list === null ? whole(text) : (numberIn(text, list, block.pfn - base) ?? list);
}

/** The first live frame where a list names it as a head; inside a larger listed block it has no number of its own. */
function liveIn(text: string, { frames }: Violation, base: number): Columns | null {
  const start = text.search(FREE_LISTS);
  const first = frames[0];
  return start < 0 || first === undefined
    ? null
    : numberIn(text, { column: start + 1, columns: text.length - start }, first.start - base);
}

/** The block that the lists show wrongly, or should show and do not. */
function listedBlock({ fault, allowed, frames }: Violation): NamedBlock | null {
  switch (fault.kind) {
    case "listed-misaligned":
    case "listed-outside":
    case "listed-twice":
    case "listed-overlapping":
    case "changed-elsewhere":
      return fault.blocks[0] ?? null;
    case "unmerged":
      return fault.pairs[0] ?? null;
    case "list-order":
      return { pfn: frames[0]?.start ?? 0, pages: 2 ** fault.order };
    default:
      return allowed.kind === "free-blocks" ? (allowed.blocks[0] ?? null) : null;
  }
}

/** The columns of the list of one order, brackets included, in a snapshot written as `"free":[[…],[…],…]`. */
function listAt(text: string, order: number): Columns | null {
  const start = text.search(FREE_LISTS);
  if (start < 0) return null;
  const lists = [...text.slice(start).matchAll(/\[[^[\]]*\]/g)];
  const list = lists[order];
  return list === undefined ? null : { column: start + list.index + 1, columns: list[0].length };
}

function numberIn(text: string, list: Columns, number: number): Columns | null {
  const from = list.column - 1;
  const at = text.slice(from, from + list.columns).search(new RegExp(`(?<![\\d.])${number}(?![\\d.])`));
  return at < 0 ? null : { column: from + at + 1, columns: String(number).length };
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
