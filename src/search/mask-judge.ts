// The judge of small pools: the client's side as two words, and answers by a few bit operations.
//
//  1. Bit i is page `span.start + i`. `heads` are the heads of all blocks, held or of the canonical free set C(F);
//     `held` are those that are held. A block reaches to the next head, or to the next page that is not managed, so
//     two words say everything: 8 bytes a state.
//
//       pages  0 1 2 3 4 5 6 7      a1=0 a0=2: held 0:1 2:0, free 3:0 4:2
//       heads  1 0 1 1 1 0 0 0
//       held   1 0 1 0 0 0 0 0
//
//  2. It says "fine" only where `step` finds no violation. For all other steps, and for other profiles than those of
//     `canUseMasks`, the relation itself is asked (ledger-judge.ts). The test beside this file compares the two in
//     every state of small pools, for every command with every outcome.

import type { AllocCommand, Command, Counts, FreeCommand, Outcome, Snapshot } from "../../model/command.ts";
import { alignDown, isAligned, orderFor, pagesIn, type Geometry } from "../../model/geometry.ts";
import type { Profile } from "../../model/profile.ts";
import type { HeldBlock, Judge, Judgement } from "./judge.ts";
import { LedgerJudge } from "./ledger-judge.ts";
import { bitCount, bits, highest, lowest, PAGES_MAX, PoolMasks } from "./pool-masks.ts";

/** Can the bit masks decide anything about pools of this shape and profile? */
export function canUseMasks({ span }: Geometry, profile: Profile): boolean {
  const isSmall = span.end - span.start <= PAGES_MAX;
  const isPlain = profile.coalescing === "eager" && profile.cachedFrames === "none" && profile.references === "single";
  const isWhole = profile.partialFree === "refused" && profile.initialFreeSet === "canonical";
  const isOrdered = profile.placement === "fifo" || profile.placement === "lifo";
  return isSmall && isPlain && isWhole && !isOrdered && profile.aboveMax === "refused";
}

export class MaskJudge implements Judge {
  readonly words = 2;
  readonly #geometry: Geometry;
  readonly #profile: Profile;
  readonly #relation: LedgerJudge;
  readonly #start: number;
  readonly #pages: number;
  readonly #pool: PoolMasks;

  // The state that was loaded.
  #heads = 0;
  #held = 0;
  /** Pages that are free. */
  #free = 0;
  /** Per order: heads of C(F). */
  readonly #freeHeads: Int32Array;

  // The state after the last step.
  #headsAfter = 0;
  #heldAfter = 0;
  #freeAfter = 0;
  readonly #freeHeadsMoved: Int32Array;
  /** The heads of C(F) after the step: those of the state that was loaded, or `#freeHeadsMoved`. */
  #freeHeadsAfter: Int32Array;

  constructor(geometry: Geometry, profile: Profile) {
    const { span, maxOrder } = geometry;
    this.#geometry = geometry;
    this.#profile = profile;
    this.#relation = new LedgerJudge(geometry, profile);
    this.#start = span.start;
    this.#pages = span.end - span.start;
    this.#pool = new PoolMasks(geometry);
    this.#freeHeads = new Int32Array(maxOrder + 1);
    this.#freeHeadsMoved = new Int32Array(maxOrder + 1);
    this.#freeHeadsAfter = this.#freeHeads;
  }

  start(): void {
    this.#relation.start();
    this.#held = 0;
    this.#free = this.#pool.managed;
    this.#heads = this.#pool.list(this.#free, this.#freeHeads);
    this.stay();
  }

  load(rows: Int32Array, at: number): void {
    this.#heads = rows[at] as number;
    this.#held = rows[at + 1] as number;
    let taken = 0;
    for (let rest = this.#held; rest !== 0; rest &= rest - 1) {
      const page = lowest(rest);
      taken |= bits(page, this.#pool.lengthAt(page, this.#heads));
    }
    this.#free = this.#pool.managed & ~taken;
    this.#pool.list(this.#free, this.#freeHeads);
  }

  heldAt(pfn: number): number {
    const page = pfn - this.#start;
    const isHead = page >= 0 && page < this.#pages && page % 1 === 0 && ((this.#held >>> page) & 1) === 1;
    return isHead ? this.#pool.lengthAt(page, this.#heads) : 0;
  }

  stay(): void {
    this.#headsAfter = this.#heads;
    this.#heldAfter = this.#held;
    this.#freeAfter = this.#free;
    this.#freeHeadsAfter = this.#freeHeads;
  }

  holdsNothing(): boolean {
    return this.#heldAfter === 0;
  }

  blocks(): readonly HeldBlock[] {
    return this.#blocksOf(this.#heldAfter, this.#headsAfter);
  }

  save(row: Int32Array, at: number): void {
    row[at] = this.#headsAfter;
    row[at + 1] = this.#heldAfter;
  }

  step(command: Command, outcome: Outcome, before: () => Snapshot | null): Judgement {
    this.stay();
    if (this.#isFine(command, outcome)) return "fine";
    this.#tellRelation(this.#held, this.#heads);
    const judgement = this.#relation.step(command, outcome, before);
    if (judgement === "fine") this.#adopt();
    return judgement;
  }

  observe(seen: Command, outcome: Outcome): Judgement {
    const isFine =
      outcome.kind === "ok" &&
      ((seen.kind === "snapshot" && this.#showsFree(seen)) || (seen.kind === "counts" && this.#countsFree(seen)));
    if (isFine) return "fine";
    this.#tellRelation(this.#heldAfter, this.#headsAfter);
    return this.#relation.observeHeld(seen, outcome);
  }

  // ---------------------------------------------------------------- steps

  #isFine(command: Command, outcome: Outcome): boolean {
    switch (command.kind) {
      case "alloc":
      case "alloc-pages":
        return this.#isFineRequest(command, outcome);
      case "free":
      case "free-order":
      case "free-pages":
        return this.#isFineFree(command, outcome);
      default:
        return false;
    }
  }

  #isFineRequest(command: AllocCommand, outcome: Outcome): boolean {
    if (command.kind === "alloc-pages" && command.pages === 0) return outcome.kind === "refused";
    const order = command.kind === "alloc" ? command.order : orderFor(command.pages);
    if (outcome.kind === "refused") return this.#isFineRefusal(order);
    if (outcome.kind !== "block" || command.zone !== null || order > this.#geometry.maxOrder) return false;
    if (outcome.zeroed === false && this.#profile.zeroed === "promised") return false;
    const page = outcome.pfn - this.#start;
    if (!(page >= 0 && page < this.#pages) || page % 1 !== 0 || !isAligned(outcome.pfn, order)) return false;
    const isExact = command.kind === "alloc-pages" && this.#profile.rounding === "exact";
    const pages = isExact ? command.pages : pagesIn(order);
    const mask = bits(page, pages);
    const isPossible = ((this.#pool.possible[order] as number) >>> page) & 1;
    if (isPossible === 0 || (this.#free & mask) !== mask || !this.#isChoice(page, order)) return false;
    this.#freeAfter = this.#free & ~mask;
    this.#heldAfter = this.#held | (1 << page);
    this.#listAfter();
    return true;
  }

  /** A request may be refused where no block is large enough, wherever it was asked of. */
  #isFineRefusal(order: number): boolean {
    const { maxOrder } = this.#geometry;
    if (order > Math.min(this.#profile.usableMaxOrder ?? maxOrder, maxOrder)) return true;
    for (let fit = order; fit <= maxOrder; fit++) if (this.#freeHeads[fit] !== 0) return false;
    return true;
  }

  /** Does the profile leave any choice, or is this the block it picks? */
  #isChoice(page: number, order: number): boolean {
    const { fit, placement, servedHalf } = this.#profile;
    return fit === "any" && placement === "any" && servedHalf === "any" ? true : this.#isChosen(page, order);
  }

  /** What policyFault of model/judge-served.ts decides, for one zone; of several the relation is asked. */
  #isChosen(page: number, order: number): boolean {
    const { maxOrder, zones } = this.#geometry;
    const { fit, placement, servedHalf } = this.#profile;
    if (zones.length > 1) return false;
    let from = order;
    while (from <= maxOrder && ((this.#freeHeads[from] as number) & (1 << this.#headOf(page, from))) === 0) from++;
    if (from > maxOrder) return false;
    const head = this.#headOf(page, from);
    let smallest = order;
    while (this.#freeHeads[smallest] === 0) smallest++;
    if (fit === "best" && smallest < from) return false;
    if (placement !== "any") {
      let rivals = this.#freeHeads[from] as number;
      if (fit === "any")
        for (let larger = order; larger <= maxOrder; larger++) rivals |= this.#freeHeads[larger] as number;
      if (head !== (placement === "lowest" ? lowest(rivals) : highest(rivals))) return false;
    }
    if (from === order || servedHalf === "any") return true;
    return page === (servedHalf === "low" ? head : head + pagesIn(from) - pagesIn(order));
  }

  /** Page of the head of the aligned block of this order around a page. */
  #headOf(page: number, order: number): number {
    return Math.max(alignDown(this.#start + page, order) - this.#start, 0);
  }

  #isFineFree(command: FreeCommand, outcome: Outcome): boolean {
    const held = this.heldAt(command.pfn);
    const isGood = held > 0 && this.#namesAll(command, held);
    if (!isGood) return outcome.kind === "refused" && !(held > 0 && this.#profile.sizeAtFree === "remembered");
    if (outcome.kind !== "ok" && outcome.kind !== "unsaid") return false;
    const page = command.pfn - this.#start;
    this.#freeAfter = this.#free | bits(page, held);
    this.#heldAfter = this.#held & ~(1 << page);
    this.#listAfter();
    return true;
  }

  /** Does the call name the whole block, or leave its size to the allocator? */
  #namesAll(command: FreeCommand, held: number): boolean {
    switch (command.kind) {
      case "free":
        return true;
      case "free-order":
        return pagesIn(command.order) === held;
      case "free-pages":
        if (command.pages === 0) return false;
        return (this.#profile.rounding === "exact" ? command.pages : pagesIn(orderFor(command.pages))) === held;
    }
  }

  // ---------------------------------------------------------------- observations

  /** Are these exactly the blocks of C(F), each once? */
  #showsFree({ lists, cached }: Snapshot): boolean {
    if (cached.length > 0 || lists.length > this.#freeHeadsAfter.length) return false;
    for (let order = 0; order < this.#freeHeadsAfter.length; order++) {
      let left = this.#freeHeadsAfter[order] as number;
      const heads = lists[order] ?? [];
      for (let at = 0; at < heads.length; at++) {
        const page = (heads[at] as number) - this.#start;
        if (!(page >= 0 && page < this.#pages) || (left & (1 << page)) === 0) return false;
        left &= ~(1 << page);
      }
      if (left !== 0) return false;
    }
    return true;
  }

  #countsFree({ free, zone }: Counts): boolean {
    if (zone !== null || free.length !== this.#freeHeadsAfter.length) return false;
    for (let order = 0; order < free.length; order++) {
      if (free[order] !== bitCount(this.#freeHeadsAfter[order] as number)) return false;
    }
    return true;
  }

  // ---------------------------------------------------------------- inside

  /** The relation begins where the masks do. */
  #tellRelation(held: number, heads: number): void {
    this.#relation.hold(this.#blocksOf(held, heads));
  }

  #blocksOf(held: number, heads: number): readonly HeldBlock[] {
    const blocks: HeldBlock[] = [];
    for (let rest = held; rest !== 0; rest &= rest - 1) {
      const page = lowest(rest);
      blocks.push([this.#start + page, this.#pool.lengthAt(page, heads)]);
    }
    return blocks;
  }

  /** The masks go on where the relation ended. */
  #adopt(): void {
    let held = 0;
    let taken = 0;
    for (const [pfn, pages] of this.#relation.blocks()) {
      held |= 1 << (pfn - this.#start);
      taken |= bits(pfn - this.#start, pages);
    }
    this.#heldAfter = held;
    this.#freeAfter = this.#pool.managed & ~taken;
    this.#listAfter();
  }

  /** Lists what is free after the step. */
  #listAfter(): void {
    this.#freeHeadsAfter = this.#freeHeadsMoved;
    this.#headsAfter = this.#pool.list(this.#freeAfter, this.#freeHeadsMoved) | this.#heldAfter;
  }
}
