// Wording of single steps: what was called and what was answered, for readers new to the short notation.
//
//   a1=0        a request of order 1 (2 pages) is served page 0
//   f0:1!       a free of page 0, naming order 1 (2 pages), is refused
//   free 4:2    the free lists hold 4..7 (order 2)
//
//  1. A call is the subject, its answer the verb; an observation says what was seen.
//  2. pfns are those of the command: of a pool that starts at pfn 0, as examples do.

import type { Command, Counts, Outcome, Snapshot } from "../../model/command.ts";
import { blockNames, counted, orderName, pagesName, type Naming } from "./names.ts";

/** One step as a sentence without a full stop. */
export function stepWords(command: Command, outcome: Outcome, naming: Naming): string {
  if (outcome.kind !== "crashed") {
    if (command.kind === "snapshot") return `the free lists hold ${listsWords(command)}`;
    if (command.kind === "counts") return countsWords(command);
  }
  return `${callWords(command, naming)} ${outcomeWords(outcome)}`;
}

function callWords(command: Command, naming: Naming): string {
  switch (command.kind) {
    case "alloc":
      return `a request of ${orderName(command.order)}${zoneWords(command.zone)}`;
    case "alloc-pages":
      return `a request of ${counted(command.pages, "page")}${zoneWords(command.zone)}`;
    case "free":
      return `a free of ${pagesName(command.pfn, 1, naming)}`;
    case "free-order":
      return `a free of ${pagesName(command.pfn, 1, naming)}, naming ${orderName(command.order)},`;
    case "free-pages":
      return `a free of ${pagesName(command.pfn, 1, naming)}, naming ${counted(command.pages, "page")},`;
    case "snapshot":
    case "counts":
      return "a look at the free lists";
    case "add":
      return `the joining of ${pagesName(command.pfn, command.pages, naming)}`;
    case "remove":
      return `the leaving of ${pagesName(command.pfn, command.pages, naming)}`;
    case "unnamed":
      return "a call that is not named";
  }
}

function zoneWords(zone: string | null): string {
  return zone === null ? "" : ` from zone "${zone}"`;
}

function outcomeWords(outcome: Outcome): string {
  switch (outcome.kind) {
    case "block":
      return `is served page ${outcome.pfn}${zeroedWords(outcome.zeroed)}`;
    case "refused":
      return "is refused";
    case "ok":
      return "is accepted";
    case "unsaid":
      return "returns";
    case "crashed":
      return `ends in the allocator's death (${outcome.how})`;
  }
}

function zeroedWords(zeroed: boolean | null): string {
  if (zeroed === null) return "";
  return zeroed ? ", found all zero" : ", found not all zero";
}

function listsWords({ lists, cached }: Snapshot): string {
  const blocks = lists.flatMap((heads, order) => heads.map((pfn) => ({ pfn, pages: 2 ** order })));
  blocks.sort((a, b) => a.pfn - b.pfn);
  const listed = blocks.length === 0 ? "nothing" : blockNames(blocks);
  return cached.length === 0 ? listed : `${listed}; cached are ${cached.join(", ")}`;
}

function countsWords({ free, zone }: Counts): string {
  return `the free blocks of order 0 to ${free.length - 1}${zoneWords(zone)} are counted as ${free.join(" ")}`;
}
