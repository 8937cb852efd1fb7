// A client that draws its calls at random, but on purpose: it fills a pool, stirs it, and drains it, over and over.
//
//  1. Filling goes on until even a single page is refused; orders that were refused are not asked for
//     again in the same phase. Draining goes on until nothing is live. Both are bounded by `STEPS_MAX`.
//  2. Now and then it misbehaves: each kind of bad free, requests for nothing and for more than the
//     largest block, frames that join twice. `isMisuse` tells such frees from honest ones.
//  3. It leaves misuse alone where the profile says that the allocator dies of it.
//  4. What is live it knows from the ledger, which is what a client knows (ledger.ts).

import type { Command, FreeCommand } from "../../model/command.ts";
import { FREE, KIND, LIVE } from "../../model/frame-map.ts";
import { orderFor, pagesIn } from "../../model/geometry.ts";
import type { Ledger } from "../../model/ledger.ts";
import type { Random } from "./random.ts";

/** What the client does next. */
export interface Call {
  readonly command: Command;
  /** A free that is meant to be wrong. By luck it may still be right. */
  readonly isMisuse: boolean;
}

type Phase = "fill" | "stir" | "drain";

/** Calls of one phase at most, so that a short run sees all three. */
const STEPS_MAX = 250;
/** Draws of a frame before giving up on finding one of the wanted kind. */
const DRAWS_MAX = 20;

/** How often each phase does what, in percent; the rest are honest frees. */
const HABITS: Record<Phase, { readonly alloc: number; readonly misuse: number; readonly resize: number }> = {
  fill: { alloc: 85, misuse: 4, resize: 1 },
  stir: { alloc: 46, misuse: 6, resize: 3 },
  drain: { alloc: 0, misuse: 4, resize: 0 },
};

const NEXT_PHASE: Record<Phase, Phase> = { fill: "stir", stir: "drain", drain: "fill" };

/** Draws the calls of one run; it guards the phase it is in and the heads it was served. */
export class Client {
  readonly #ledger: Ledger;
  readonly #random: Random;
  /** Heads served and perhaps freed since; `#liveHead` passes over those that are not live. */
  #heads: number[] = [];
  /** Ranges that were removed and may join again. */
  readonly #absent: { readonly pfn: number; readonly pages: number }[] = [];
  #phase: Phase = "fill";
  #stepsLeft = STEPS_MAX;
  /** The largest order not refused in this phase. */
  #orderMax: number;
  /** Does this round ask for small blocks mostly? */
  #small = false;

  constructor(ledger: Ledger, random: Random) {
    this.#ledger = ledger;
    this.#random = random;
    this.#orderMax = ledger.maxOrder;
  }

  /** The next call. Tell the client with `served` or `refused` how a request ended. */
  next(): Call {
    if (this.#stepsLeft-- <= 0 || this.#isOver()) this.#enter(NEXT_PHASE[this.#phase]);
    const { alloc, misuse, resize } = HABITS[this.#phase];
    const dice = this.#random.below(100);
    if (dice < alloc) return { command: this.#request(), isMisuse: false };
    if (dice < alloc + misuse) return this.#mistake();
    if (dice < alloc + misuse + resize) return { command: this.#resize(), isMisuse: false };
    const head = this.#liveHead();
    return { command: head === null ? this.#request() : this.#freeOf(head), isMisuse: false };
  }

  /** From here on the client only gives back. */
  leave(): void {
    this.#enter("drain");
  }

  served(pfn: number): void {
    this.#heads.push(pfn);
  }

  refused(order: number): void {
    if (this.#phase === "fill" && order <= this.#orderMax) this.#orderMax = order - 1;
  }

  #isOver(): boolean {
    if (this.#phase === "fill") return this.#orderMax < 0;
    return this.#phase === "drain" && this.#ledger.liveBlocks === 0;
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#stepsLeft = phase === "drain" ? Infinity : STEPS_MAX;
    this.#orderMax = this.#ledger.maxOrder;
    this.#small = this.#random.chance(50);
  }

  // ---------------------------------------------------------------- requests

  #request(): Command {
    const random = this.#random;
    const zone = this.#zone();
    if (random.chance(1)) return { kind: "alloc-pages", pages: 0, zone };
    if (random.chance(2)) return this.#tooMuch(zone);
    const top = Math.max(this.#orderMax, 0);
    const order = random.below((this.#small ? Math.min(top, 2) : top) + 1);
    if (random.chance(50)) return { kind: "alloc", order, zone };
    const fewest = order === 0 ? 1 : pagesIn(order - 1) + 1;
    return { kind: "alloc-pages", pages: fewest + random.below(pagesIn(order) - fewest + 1), zone };
  }

  /** More than the largest block, as an order or as a count. */
  #tooMuch(zone: string | null): Command {
    const { maxOrder } = this.#ledger;
    if (this.#random.chance(50)) return { kind: "alloc", order: maxOrder + 1, zone };
    return { kind: "alloc-pages", pages: pagesIn(maxOrder) + 1 + this.#random.below(pagesIn(maxOrder)), zone };
  }

  #zone(): string | null {
    const { zones } = this.#ledger.geometry;
    return zones.length === 1 ? null : this.#random.pick([null, ...zones.map((zone) => zone.name)]);
  }

  // ---------------------------------------------------------------- honest frees

  /** A live block, or null: one that was served, or any once those are used up (parts of blocks live on). */
  #liveHead(): number | null {
    if (this.#ledger.liveBlocks === 0) return null;
    for (;;) {
      if (this.#heads.length === 0) this.#heads = liveHeads(this.#ledger);
      const at = this.#random.below(this.#heads.length);
      const head = this.#heads[at] as number;
      this.#heads[at] = this.#heads.at(-1) as number;
      this.#heads.pop();
      if (isLiveHead(this.#ledger, head)) return head;
    }
  }

  #freeOf(head: number): FreeCommand {
    const { profile } = this.#ledger;
    const pages = this.#ledger.pagesOf(head);
    if (profile.sizeAtFree === "remembered" || (profile.sizeAtFree === "either" && this.#random.chance(30))) {
      return { kind: "free", pfn: head };
    }
    const order = orderFor(pages);
    if (pagesIn(order) === pages && this.#random.chance(50)) return { kind: "free-order", pfn: head, order };
    return { kind: "free-pages", pfn: head, pages };
  }

  // ---------------------------------------------------------------- mistakes

  #mistake(): Call {
    const pfn = this.#toleratesMisuse() ? this.#wrongFrame() : null;
    if (pfn === null) return { command: this.#request(), isMisuse: false };
    const order = this.#random.below(this.#ledger.maxOrder + 1);
    const command: FreeCommand =
      this.#ledger.profile.sizeAtFree === "remembered" ? { kind: "free", pfn } : { kind: "free-order", pfn, order };
    return { command, isMisuse: true };
  }

  #toleratesMisuse(): boolean {
    return this.#ledger.profile.misuse !== "died";
  }

  /** A frame that no honest free names, or one whose block has another order; null if none was found. */
  #wrongFrame(): number | null {
    const { start, end } = this.#ledger.geometry.span;
    switch (this.#random.below(6)) {
      case 0:
        return end + this.#random.below(4);
      case 1:
        return start + this.#random.below(end - start) + 0.5;
      case 2:
        return this.#frame((pfn) => !this.#ledger.isManaged(pfn));
      case 3:
        return this.#frame((pfn) => this.#ledger.cover(pfn) === FREE);
      case 4:
        return this.#frame((pfn) => this.#ledger.cover(pfn) === LIVE && this.#ledger.coverHead !== pfn);
      default:
        return this.#frame((pfn) => isLiveHead(this.#ledger, pfn));
    }
  }

  /** A frame of the pool that is as wanted, or null after some draws. */
  #frame(isWanted: (pfn: number) => boolean): number | null {
    const { start, end } = this.#ledger.geometry.span;
    for (let draw = 0; draw < DRAWS_MAX; draw++) {
      const pfn = start + this.#random.below(end - start);
      if (isWanted(pfn)) return pfn;
    }
    return null;
  }

  // ---------------------------------------------------------------- frames that join or leave

  /** Free frames leave and later join again; sometimes live ones should leave, or present ones join. */
  #resize(): Command {
    const back = this.#absent.pop();
    if (back !== undefined) return { kind: "add", ...back };
    const pages = 1 + this.#random.below(4);
    const isRefused = this.#random.chance(30);
    const pfn = this.#frame((first) => isFreeRange(this.#ledger, first, pages) !== isRefused);
    if (pfn === null) return this.#request();
    if (isRefused) return { kind: this.#random.chance(50) ? "add" : "remove", pfn, pages };
    this.#absent.push({ pfn, pages });
    return { kind: "remove", pfn, pages };
  }
}

function isLiveHead(ledger: Ledger, pfn: number): boolean {
  return (ledger.frames.stateAt(pfn) & KIND) === LIVE;
}

function isFreeRange(ledger: Ledger, pfn: number, pages: number): boolean {
  for (let frame = pfn; frame < pfn + pages; frame++) if (ledger.cover(frame) !== FREE) return false;
  return true;
}

/** Heads of all live blocks, by address. */
function liveHeads(ledger: Ledger): number[] {
  const heads: number[] = [];
  for (const run of ledger.runs) {
    let pfn = run.start;
    while (pfn < run.end) {
      if (isLiveHead(ledger, pfn)) heads.push(pfn);
      pfn = ledger.nextHead(pfn, run.end);
    }
  }
  return heads;
}
