// The shape of a sequence: what is left of it when where in the tree, and how far up, does not matter.
//
//  1. A buddy system is self-similar: a sequence on blocks of order 2 and more is one on blocks of order 0 and more
//     in a pool a quarter as long. So the smallest order at issue is taken off all orders, and pfns are divided.
//  2. The halves of any block may be swapped. In the shape the half that is touched first is the low one, at every
//     level: two sequences are images of each other exactly if their shapes are equal. Whole blocks of the largest
//     order are numbered as they are touched, too.
//  3. Where a profile promises which block is served, halves are not alike, and only rule 1 is applied. The same goes
//     for pools with zones, with reserved pages, or of no whole number of the largest blocks.
//
//     a1=4 a1=6 f4    has the shape of    a0=0 a0=1 f0    and of    a2=8 a2=12 f8

import type { Command } from "../../model/command.ts";
import { orderFor, pagesIn, type PoolShape } from "../../model/geometry.ts";
import { formatStep } from "../../model/notation.ts";
import { geometryOf, type Sequence } from "./sequence.ts";

/** Equal for sequences that are the same up to scale and symmetry. */
export function shapeOf(sequence: Sequence): string {
  const { header, profile, steps } = sequence;
  const { shape } = header;
  const { basePfn } = geometryOf(sequence);
  const commands = steps.flatMap(({ command }) => command ?? []);
  const isWhole = isWholeBlocks(shape, basePfn);
  const scale = isWhole ? Math.min(shape.maxOrder, ...commands.map(smallestOrder)) : 0;
  const isSymmetric = profile.placement === "any" && profile.servedHalf === "any" && isWhole;
  const swapped = isSymmetric ? new Swaps(shape.maxOrder) : null;
  function place(pfn: number): number {
    return (swapped?.moved(pfn - basePfn) ?? pfn - basePfn) / pagesIn(scale);
  }
  const words = steps.map(({ command, outcome }) => {
    if (command === null) return "lost";
    const moved = movedCommand(command, place, scale);
    return (
      formatStep(moved, outcome.kind === "block" ? { ...outcome, pfn: place(outcome.pfn) } : outcome) ?? moved.kind
    );
  });
  return [`${shape.maxOrder - scale} ${shape.pages / pagesIn(scale)}`, ...words].join(" ");
}

/** Only largest blocks, and none of them different from another: what both rules need. */
function isWholeBlocks({ pages, reserved, zones, maxOrder }: PoolShape, basePfn: number): boolean {
  const unit = pagesIn(maxOrder);
  return pages % unit === 0 && basePfn % unit === 0 && reserved.length === 0 && zones.length === 0;
}

/** The smallest order that a command speaks of. Where it speaks of none, it bounds nothing. */
function smallestOrder(command: Command): number {
  switch (command.kind) {
    case "alloc":
    case "free-order":
      return command.order;
    case "alloc-pages":
    case "free-pages":
      return pagesIn(orderFor(Math.max(command.pages, 1))) === command.pages ? orderFor(command.pages) : 0;
    case "snapshot":
      if (command.cached.length > 0) return 0;
      return Math.max(
        command.lists.findIndex((heads) => heads.length > 0),
        0,
      );
    case "free":
      return Infinity;
    case "counts":
    case "add":
    case "remove":
    case "unnamed":
      return 0;
  }
}

function movedCommand(command: Command, place: (pfn: number) => number, scale: number): Command {
  switch (command.kind) {
    case "alloc":
      return { ...command, order: command.order - scale };
    case "alloc-pages":
      return { ...command, pages: command.pages / pagesIn(scale) };
    case "free":
      return { ...command, pfn: place(command.pfn) };
    case "free-order":
      return { ...command, pfn: place(command.pfn), order: command.order - scale };
    case "free-pages":
      return { ...command, pfn: place(command.pfn), pages: command.pages / pagesIn(scale) };
    case "snapshot": {
      const lists = command.lists.slice(scale).map((heads) => heads.map(place));
      return { ...command, lists, cached: command.cached.map(place) };
    }
    case "add":
    case "remove":
      return { ...command, pfn: place(command.pfn) };
    case "counts":
    case "unnamed":
      return command;
  }
}

/** Rule 2: which halves change places, decided when a half is touched first. */
class Swaps {
  readonly #maxOrder: number;
  readonly #roots: Map<number, number> = new Map();
  /** By block, as `order:head` before swapping: are its halves swapped? */
  readonly #isSwapped: Map<string, boolean> = new Map();

  constructor(maxOrder: number) {
    this.#maxOrder = maxOrder;
  }

  /** Where a pfn goes. One that lies in no block, a fraction or before the pool, stays. */
  moved(pfn: number): number {
    if (!Number.isInteger(pfn) || pfn < 0) return pfn;
    const unit = pagesIn(this.#maxOrder);
    const root = Math.floor(pfn / unit);
    if (!this.#roots.has(root)) this.#roots.set(root, this.#roots.size);
    let head = root * unit;
    let to = (this.#roots.get(root) as number) * unit;
    for (let order = this.#maxOrder; order > 0; order--) {
      const half = pagesIn(order - 1);
      const isHigh = pfn >= head + half;
      const key = `${order}:${head}`;
      if (!this.#isSwapped.has(key)) this.#isSwapped.set(key, isHigh);
      if (isHigh) head += half;
      if (isHigh !== this.#isSwapped.get(key)) to += half;
    }
    return to;
  }
}
