// Wording of what free lists, counts and changes of the managed pages show.
//
//  1. The subject is the list or the count: "the free lists hold page 1, which is live".
//  2. Blocks are named as far as the evidence names them; how many there are in all is always said.

import type { Fault, NamedBlock } from "../../model/violation.ts";
import {
  blockName,
  blockNames,
  counted,
  listed,
  orderName,
  pagesName,
  rangeNames,
  servedAt,
  type Naming,
} from "./names.ts";

/** The faults worded here: those that no single request or free shows. */
export type ObservedFault = Extract<Fault, { kind: ObservedKind }>;

type ObservedKind =
  | "listed-misaligned"
  | "listed-outside"
  | "listed-twice"
  | "listed-overlapping"
  | "listed-live"
  | "missing"
  | "unmerged"
  | "list-order"
  | "changed-elsewhere"
  | "count-total"
  | "count-spread"
  | "join-twice"
  | "left-in-use";

/** What was observed, and why it cannot be. */
export function observedWords(fault: ObservedFault, naming: Naming): string {
  switch (fault.kind) {
    case "listed-misaligned":
      return `the free lists hold ${blocksWords(fault)} not at a multiple of ${its(fault)} length`;
    case "listed-outside":
      return `the free lists hold ${blocksWords(fault)} not wholly managed, or above the largest order`;
    case "listed-twice":
      return `the free lists hold ${blocksWords(fault)} a second time`;
    case "listed-overlapping":
      return `the free lists hold ${blocksWords(fault)} inside another block of the lists`;
    case "listed-live":
      return listedLiveWords(fault, naming);
    case "missing":
      return `${counted(fault.pages, "free page")} on no free list: ${rangeNames(fault.ranges)}`;
    case "unmerged":
      return `${counted(fault.count, "pair")} of free buddies not coalesced: ${listed(fault.pairs.map(pairName), fault.count)}`;
    case "list-order":
      return listOrderWords(fault);
    case "changed-elsewhere":
      return `the call changed free blocks it has nothing to do with: ${blockNames(fault.blocks, fault.count)}`;
    case "count-total":
      return `the counts add up to ${counted(fault.found, "free page")}, but ${fault.expected} are free`;
    case "count-spread":
      return `${counted(fault.found, "free block")} of ${orderName(fault.order)} counted, but there must be ${fault.expected}`;
    case "join-twice":
      return `${pagesName(fault.pfn, fault.pages, naming)} joined, in part or wholly managed already or in no zone`;
    case "left-in-use":
      return leftWords(fault, naming);
  }
}

interface CountedBlocks {
  readonly blocks: readonly NamedBlock[];
  readonly count: number;
}

/** "1 block, 3..4 (order 1)," or "2 blocks, …,". */
function blocksWords({ blocks, count }: CountedBlocks): string {
  return `${counted(count, "block")}, ${blockNames(blocks, count)},`;
}

function its({ count }: CountedBlocks): string {
  return count === 1 ? "its" : "their";
}

/** The blocks of a live fault are ranges of pages, so their lengths say nothing. */
function listedLiveWords({ blocks, count, holder }: Extract<Fault, { kind: "listed-live" }>, naming: Naming): string {
  const ranges = blocks.map(({ pfn, pages }) => ({ start: pfn, end: pfn + pages }));
  const one = count === 1 && blocks[0]?.pages === 1;
  const named = `the free lists hold ${one ? "page" : "pages"} ${rangeNames(ranges, count)}`;
  if (holder === null) return `${named}, held since before the first ${naming.event}`;
  return `${named}, but the block ${blockName(holder)} is still live: ${servedAt(holder.since, naming)}`;
}

/** `0..31 and 32..63 (order 5)`: the lower buddy names the pair. */
function pairName({ pfn, pages }: NamedBlock): string {
  const upper = { pfn: pfn + pages, pages };
  const lower = rangeNames([{ start: pfn, end: pfn + pages }]);
  return `${lower} with ${blockName(upper)}`;
}

/** The first difference; it can lie beyond what the evidence shows of a long list. */
function listOrderWords({ order, expected, found }: Extract<Fault, { kind: "list-order" }>): string {
  const place = expected.findIndex((pfn, at) => pfn !== found[at]);
  if (place === -1) return `the list of order ${order} is out of order after its first ${expected.length} blocks`;
  const next = found[place] ?? "nothing";
  return `block ${place + 1} of the list of order ${order} is ${next}, but ${expected[place] ?? "nothing"} comes next`;
}

function leftWords({ pfn, pages, holder }: Extract<Fault, { kind: "left-in-use" }>, naming: Naming): string {
  const left = `${pagesName(pfn, pages, naming)} left`;
  if (holder === null) return `${left}, but ${pages > 1 ? "not all of them were" : "it was not"} managed`;
  return `${left}, but the block ${blockName(holder)} is still live: ${servedAt(holder.since, naming)}`;
}
