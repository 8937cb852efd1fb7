// Words that follow from the film are left out of it: of a trace with one way of asking and freeing, nearly all do.
//
// An event that gave one block an owner is mostly written one of a few ways, so the number of that way is kept instead:
// `a2=4` and `p4=4` of a block served, with `z` where it was found zeroed, `f4:2`, `f4` and `f4*4` of one freed. No word of the notation is a single digit.

import { orderFor } from "../../model/geometry.ts";
import type { Change, EventKind } from "./film.ts";

/** The event's words, or the number of the way in which they follow from what it changed. */
export function shorthandOf(words: string, kind: EventKind, changes: readonly Change[], firstPage: number): string {
  const way = waysOf(kind, changes, firstPage).indexOf(words);
  return way < 0 ? words : String(way);
}

/** The words that a shorthand stands for. */
export function wordsFrom(shorthand: string, kind: EventKind, changes: readonly Change[], firstPage: number): string {
  if (!/^\d$/u.test(shorthand)) return shorthand;
  return waysOf(kind, changes, firstPage)[Number(shorthand)] ?? "";
}

function waysOf(kind: EventKind, changes: readonly Change[], firstPage: number): readonly string[] {
  const [only] = changes;
  if (only === undefined || changes.length > 1) return [];
  const pfn = only.start + firstPage;
  const { pages } = only;
  if (kind === "served") {
    const [byOrder, byPages] = [`a${orderFor(pages)}=${pfn}`, `p${pages}=${pfn}`];
    return [byOrder, byPages, `${byOrder}z`, `${byPages}z`];
  }
  return kind === "freed" ? [`f${pfn}:${orderFor(pages)}`, `f${pfn}`, `f${pfn}*${pages}`] : [];
}
