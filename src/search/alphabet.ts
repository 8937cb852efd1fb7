// The commands that a search gives in every state: each order, each free, and every kind of bad free.
//
//  1. Requests name each order, and one above the largest, of no zone and of each zone by name.
//  2. Requests for page counts name those at which rounding can go wrong: 0, each power of two and one more, and all
//     counts where a profile takes them exactly.
//  3. Frees name every page of the pool and the pages beside it, so double, interior, reserved, never-allocated and
//     out-of-range frees are among them in every state. Where the caller names the size, each aligned order stands
//     beside each page; orders that a page is not aligned to are tried on the blocks that are live.
//  4. Where a profile says that misuse may have any effect, there is nothing to judge after it: good frees only.
//  5. Pages that join or leave are named by the caller: trying all ranges would be another space altogether.

import type { Command, FreeCommand } from "../../model/command.ts";
import { isAligned, pagesIn, type FrameRange, type Geometry } from "../../model/geometry.ts";
import type { Profile } from "../../model/profile.ts";
import type { SubjectCall } from "./subject.ts";

export interface AlphabetOptions {
  readonly geometry: Geometry;
  readonly profile: Profile;
  readonly calls: ReadonlySet<SubjectCall>;
  readonly takesZones: boolean;
  /** Ranges that may leave and join, absolute. */
  readonly resizes: readonly FrameRange[];
  /** Can it be given addresses inside a page? */
  readonly takesFractions: boolean;
}

/** A command of the alphabet. */
export interface Letter {
  readonly command: Command;
  /** What tallies call it, such as "serve order 2". */
  readonly name: string;
  /** A free may be given always, where its page heads a live block, or where it is a good free. */
  readonly when: "always" | "live" | "good";
  /** Pages that a free names by its size; 0 where it names none, or for other commands. */
  readonly pagesNamed: number;
}

/** Page counts are all named in pools up to this size, where they are taken exactly. */
const EXACT_PAGES_MAX = 32;

/** All commands, in the order in which a search gives them: requests, frees, and pages that leave or join. */
export function alphabetOf(options: AlphabetOptions): readonly Letter[] {
  return [...requests(options), ...frees(options), ...resizes(options)];
}

function requests({ geometry, profile, calls, takesZones }: AlphabetOptions): Letter[] {
  const named = takesZones && geometry.zones.length > 1 ? geometry.zones.map(({ name }) => name) : [];
  return [null, ...named].flatMap((zone) => {
    const at = zone === null ? "" : ` of zone ${zone}`;
    const orders = calls.has("alloc") ? upTo(geometry.maxOrder + 1) : [];
    const counts = calls.has("alloc-pages") ? pageCounts(geometry, profile) : [];
    return [
      ...orders.map((order) => letter({ kind: "alloc", order, zone }, `serve order ${order}${at}`)),
      ...counts.map((pages) =>
        letter({ kind: "alloc-pages", pages, zone }, `serve ${pages} ${pages === 1 ? "page" : "pages"}${at}`),
      ),
    ];
  });
}

function letter(command: Command, name: string): Letter {
  return { command, name, when: "always", pagesNamed: 0 };
}

/** 0 to `last`. */
function upTo(last: number): number[] {
  return Array.from({ length: last + 1 }, (_, number) => number);
}

/** Rule 2. */
function pageCounts({ maxOrder, span }: Geometry, profile: Profile): readonly number[] {
  const largest = pagesIn(maxOrder);
  if (profile.rounding === "exact" && largest <= EXACT_PAGES_MAX) return upTo(largest + 1);
  const counts = new Set([0]);
  for (const order of upTo(maxOrder)) counts.add(pagesIn(order)).add(pagesIn(order) + 1);
  if (profile.aboveMax === "adjacent") {
    for (let pages = 2 * largest; pages <= span.end - span.start; pages += largest) counts.add(pages);
  }
  return [...counts].sort((a, b) => a - b);
}

function frees(options: AlphabetOptions): Letter[] {
  const { geometry, profile, calls, takesFractions } = options;
  const { start, end } = geometry.span;
  const tried: number[] = [];
  for (let pfn = start; pfn <= end; pfn++) tried.push(pfn);
  if (start > 0) tried.push(start - 1);
  if (takesFractions) tried.push(start + 0.5);
  const takesSizes = calls.has("free-order") || calls.has("free-pages");
  const byName = takesSizes && (profile.sizeAtFree !== "remembered" || !calls.has("free"));
  const unnamed = calls.has("free") && (profile.sizeAtFree !== "named" || !takesSizes);
  return tried.flatMap((pfn): Letter[] => [
    ...(unnamed ? [freeLetter({ kind: "free", pfn }, "always", profile)] : []),
    ...(byName ? sizedFrees(pfn, options) : []),
  ]);
}

/** Frees of a page that name a size. */
function sizedFrees(pfn: number, { geometry, profile, calls }: AlphabetOptions): Letter[] {
  if (profile.rounding === "exact" && calls.has("free-pages")) {
    const counts = upTo(pagesIn(geometry.maxOrder));
    return counts.map((pages) => freeLetter({ kind: "free-pages", pfn, pages }, "live", profile));
  }
  return upTo(geometry.maxOrder).map((order) => {
    const when = pfn % 1 === 0 && isAligned(pfn, order) ? "always" : "live";
    return calls.has("free-order")
      ? freeLetter({ kind: "free-order", pfn, order }, when, profile)
      : freeLetter({ kind: "free-pages", pfn, pages: pagesIn(order) }, when, profile);
  });
}

function freeLetter(command: FreeCommand, when: "always" | "live", { misuse }: Profile): Letter {
  const pagesNamed =
    command.kind === "free" ? 0 : command.kind === "free-order" ? pagesIn(command.order) : command.pages;
  const name = command.kind === "free" ? "free" : "free, naming the size";
  return { command, name, when: misuse === "undefined" ? "good" : when, pagesNamed };
}

function resizes({ calls, resizes: ranges }: AlphabetOptions): Letter[] {
  return ranges.flatMap(({ start, end }) => [
    ...(calls.has("remove") ? [letter({ kind: "remove", pfn: start, pages: end - start }, "leave")] : []),
    ...(calls.has("add") ? [letter({ kind: "add", pfn: start, pages: end - start }, "join")] : []),
  ]);
}
