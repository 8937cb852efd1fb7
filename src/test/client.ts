// A client that draws its calls at random, but on purpose: it fills a pool, stirs it, and drains it, over and over.
//
//  1. Filling goes on until even a single page is refused; orders that were refused are not asked for again in
//     the same phase. Draining goes on until nothing is live. Both are bounded by the habits' `phaseMax`.
//     With each filling it takes on other habits (habits.ts).
//  2. It steers towards edges by what a client knows (free-pages.ts): the largest block that must be served and the
//     smallest that must not, splits that are forced, frees that coalesce over many orders and frees that leave holes.
//  3. Now and then it misbehaves: each kind of bad free, requests for nothing and for more than the largest
//     block, frames that join twice. Each such move names its kind (script.ts).
//  4. It makes only the calls that the allocator has.
//  5. A drawn call is a few numbers (numbers.ts), and drawing allocates nothing. The same call as a move, which can be
//     replayed with any part of the run left out, is made when it is asked for.

import type { AllocCommand, FreeCommand } from "../../model/command.ts";
import { alignDown, orderFor, pagesIn } from "../../model/geometry.ts";
import type { Profile } from "../../model/profile.ts";
import type { FreePages } from "../search/free-pages.ts";
import {
  ADD,
  ALLOC,
  ALLOC_PAGES,
  ANSWER_OK,
  FREE,
  FREE_ORDER,
  FREE_PAGES,
  REMOVE,
  UNNAMED,
} from "../../model/numbers.ts";
import type { Move, Naming } from "../targets/script.ts";
import type { Opening, Session } from "../targets/target.ts";
import { Habits, MISUSES } from "./habits.ts";
import type { Random } from "./random.ts";
import { ServedBlocks } from "./served-blocks.ts";

/** What an allocator can be asked. */
export interface Speech extends Pick<Session, "calls" | "takesZones"> {
  /** Can it be given an address inside a page? Only an allocator that is not behind a border of whole numbers. */
  readonly takesFractions: boolean;
}

/** The phases, in their order. */
const FILL = 0;
const STIR = 1;
const DRAIN = 2;

/** What kind of move was drawn (script.ts). */
const REQUEST = 0;
const GIVE_BACK = 1;
const NEAR = 2;
const LITERAL = 3;

/** One dice decides what is done, and another what is asked for: it has so many sides. */
const DICE = 10_000;
/** Requests while filling, in a hundred; the rest are frees. */
const FILLING = 90;
/** Requests for nothing, and for too much, where both can be asked. */
const NOTHING = 0.02 * DICE;
const TOO_MUCH = 0.05 * DICE;

/** Draws before giving up on finding a frame or a block of the wanted kind. */
const DRAWS_MAX = 12;
/** Blocks compared when the best of some is wanted. */
const COMPARED = 4;
/** Freed blocks that may be freed again by mistake. */
const FORMER_MAX = 16;

const CALL_OF: Record<Naming, number> = { none: FREE, order: FREE_ORDER, pages: FREE_PAGES };

/** Draws the calls of one run; it guards the phase it is in and what it was served. */
export class Client {
  /** The call that was drawn last, with its two numbers. */
  call: number = ALLOC;
  first = 0;
  second: number = UNNAMED;
  /** Of a request: its order after rounding, and the pages asked for. */
  order = 0;
  asked = 0;
  /** How it is wrong, as an index of `MISUSES`; -1 for a call that is not meant to be. */
  misuse = -1;
  readonly #pool: FreePages;
  readonly #random: Random;
  readonly #opening: Opening;
  readonly #habits: Habits;
  readonly #live: ServedBlocks = new ServedBlocks();
  readonly #former: ServedBlocks = new ServedBlocks();
  /** Freed so far: the next one takes the place of the oldest former block. */
  #freed = 0;
  /** Ranges that were removed and may join again: pfn, pages and so on. */
  readonly #absent: number[] = [];
  #kind: number = REQUEST;
  /** The request whose block is given back, or is near; and the place of the former among those that are live. */
  #id = -1;
  #place = -1;
  /** The frame that a wrong free names, counted from that block's head. */
  #offset = 0;
  #phase = FILL;
  #stepsLeft = 0;
  /** The largest order not refused in this phase. */
  #orderMax: number;
  #requests = 0;
  /** Where each part of the dice ends: `#share`. */
  #mistakes = 0;
  #resizes = 0;
  #asks = 0;
  #aims = 0;

  // What the allocator has, as the draws ask for it.
  readonly #maxOrder: number;
  readonly #start: number;
  readonly #end: number;
  readonly #zones: number;
  readonly #takesOrders: boolean;
  readonly #takesCounts: boolean;
  readonly #adds: boolean;
  readonly #removes: boolean;
  readonly #takesFractions: boolean;
  readonly #roundsUp: boolean;
  /** Calls that give a block back: one of a power of two pages, and one of any other length. */
  readonly #frees: readonly number[];
  readonly #oddFrees: readonly number[];
  /** May a free name an order, and may it name nothing? */
  readonly #freesByOrder: boolean;
  readonly #freesByName: boolean;

  constructor(opening: Opening, pool: FreePages, random: Random, speech: Speech) {
    const { geometry, profile } = opening;
    const { calls } = speech;
    this.#opening = opening;
    this.#pool = pool;
    this.#random = random;
    this.#maxOrder = geometry.maxOrder;
    this.#start = geometry.span.start;
    this.#end = geometry.span.end;
    this.#zones = speech.takesZones ? geometry.zones.length : 1;
    this.#takesOrders = calls.has("alloc");
    this.#takesCounts = calls.has("alloc-pages");
    this.#adds = calls.has("add");
    this.#removes = calls.has("remove");
    this.#takesFractions = speech.takesFractions;
    this.#roundsUp = profile.rounding === "power-of-two";
    this.#frees = namings(speech, profile, true).map((naming) => CALL_OF[naming]);
    this.#oddFrees = namings(speech, profile, false).map((naming) => CALL_OF[naming]);
    this.#freesByOrder = this.#frees.includes(FREE_ORDER);
    this.#freesByName = this.#frees.includes(FREE);
    this.#habits = new Habits(geometry, profile);
    this.#orderMax = this.#maxOrder;
    this.#enter(FILL);
  }

  /** Draws the next call. Tell the client with `answered` what came of it. */
  draw(): void {
    if (this.#stepsLeft-- <= 0 || this.#isOver()) this.#enter(this.#phase === DRAIN ? FILL : this.#phase + 1);
    const dice = this.#random.below(DICE);
    this.misuse = -1;
    if (dice < this.#mistakes && this.#drawMistake()) return;
    if (dice >= this.#mistakes && dice < this.#resizes && this.#drawResize()) return;
    if (dice < this.#asks || this.#live.size === 0) this.#drawRequest();
    else this.#drawGiveBack();
  }

  /** The call that was drawn last, as a move, be it answered by now or not. */
  move(): Move {
    const { call, first, second } = this;
    switch (this.#kind) {
      case REQUEST:
        return { kind: "request", id: this.#requests - 1, command: this.#request() };
      case GIVE_BACK: {
        const naming = call === FREE ? "none" : call === FREE_ORDER ? "order" : "pages";
        return { kind: "give-back", id: this.#id, naming };
      }
      case NEAR: {
        const order = call === FREE ? null : second;
        const misuse = MISUSES[this.misuse] as (typeof MISUSES)[number];
        return { kind: "misuse", misuse, id: this.#id, offset: this.#offset, order };
      }
      default: {
        const misuse = MISUSES[this.misuse] ?? null;
        if (call !== ADD && call !== REMOVE) return { kind: "literal", misuse, command: freeOf(call, first, second) };
        return {
          kind: "literal",
          misuse,
          command: { kind: call === ADD ? "add" : "remove", pfn: first, pages: second },
        };
      }
    }
  }

  /** From here on the client only gives back. */
  leave(): void {
    this.#enter(DRAIN);
    this.#stepsLeft = Infinity;
  }

  /** Is there nothing left to give back? */
  get isDone(): boolean {
    return this.#live.size === 0;
  }

  /** Takes note of what came of the call that was drawn last: the pfn served, or a code (numbers.ts). */
  answered(answer: number): void {
    if (this.#kind === REQUEST) {
      if (answer >= 0) this.#live.add(this.#requests - 1, answer, this.order, this.asked);
      else if (this.#phase === FILL && this.order <= this.#orderMax) this.#orderMax = this.order - 1;
    } else if (this.#kind === GIVE_BACK) this.#gave(this.#place);
    else if (this.call === REMOVE && answer === ANSWER_OK) this.#absent.push(this.first, this.second);
  }

  /** A block is given back once, whatever the allocator says to it. */
  #gave(place: number): void {
    const former = this.#former;
    const to = this.#freed++ % FORMER_MAX;
    former.copy(this.#live, place, to);
    if (to === former.size) former.size++;
    this.#live.drop(place);
  }

  #isOver(): boolean {
    if (this.#phase === FILL) return this.#orderMax < 0;
    return this.#phase === DRAIN && this.#live.size === 0;
  }

  #enter(phase: number): void {
    this.#phase = phase;
    if (phase === FILL) this.#habits.draw(this.#random);
    this.#orderMax = this.#maxOrder;
    this.#stepsLeft = this.#habits.phaseMax;
    this.#share();
  }

  /** Parts of the dice: for mistakes, for frames that leave or join, and of the rest so many in a hundred for requests. */
  #share(): void {
    const { misuse, resizing, requests, aimed } = this.#habits;
    const asks = this.#phase === FILL ? FILLING : this.#phase === STIR ? requests : 0;
    this.#mistakes = (misuse * DICE) / 100;
    this.#resizes = this.#mistakes + (this.#phase === DRAIN ? 0 : (resizing * DICE) / 100);
    this.#asks = this.#resizes + ((DICE - this.#resizes) * asks) / 100;
    this.#aims = TOO_MUCH + ((DICE - TOO_MUCH) * aimed) / 100;
  }

  // ---------------------------------------------------------------- requests

  #drawRequest(): void {
    const random = this.#random;
    this.#kind = REQUEST;
    this.#requests++;
    this.second = this.#zones > 1 && random.chance(this.#habits.zoned) ? random.below(this.#zones) : UNNAMED;
    const dice = random.below(DICE);
    if (dice < TOO_MUCH) {
      if (dice < NOTHING && this.#takesCounts) this.#ask(ALLOC_PAGES, 0);
      else this.#askTooMuch();
      return;
    }
    const wanted = dice < this.#aims ? this.#edge(dice) : this.#habits.orders.pick(random);
    const order = Math.max(Math.min(wanted, this.#orderMax), 0);
    if (!this.#takesCounts || (this.#takesOrders && !random.chance(this.#habits.counted))) this.#ask(ALLOC, order);
    else {
      const fewest = order === 0 ? 1 : pagesIn(order - 1) + 1;
      this.#ask(ALLOC_PAGES, fewest + random.below(pagesIn(order) - fewest + 1));
    }
  }

  /**
   * An order with a purpose: in half of all cases the largest that must be served; else one more, or the smallest
   * without a free block of its own, since serving it splits a larger one.
   */
  #edge(dice: number): number {
    const { ordersFree } = this.#pool;
    const missing = ~ordersFree & (pagesIn(this.#maxOrder) - 1);
    if ((dice & 3) === 1) return missing === 0 ? 0 : 31 - Math.clz32(missing & -missing);
    return this.#largestFree() + ((dice & 3) === 0 ? 1 : 0);
  }

  /** The largest order that must be served, or -1. */
  #largestFree(): number {
    return 31 - Math.clz32(this.#pool.ordersFree);
  }

  /** Asks for an order, or for so many pages. */
  #ask(call: number, first: number): void {
    this.call = call;
    this.first = first;
    this.asked = call === ALLOC ? pagesIn(first) : Math.max(first, 1);
    this.order = call === ALLOC ? first : orderFor(this.asked);
  }

  #request(): AllocCommand {
    const zone = this.second < 0 ? null : (this.#opening.geometry.zones[this.second]?.name ?? null);
    return this.call === ALLOC
      ? { kind: "alloc", order: this.first, zone }
      : { kind: "alloc-pages", pages: this.first, zone };
  }

  /** More than the largest block, as an order or as a count. */
  #askTooMuch(): void {
    const random = this.#random;
    const largest = pagesIn(this.#maxOrder);
    if (!this.#takesCounts || (this.#takesOrders && random.chance(50))) this.#ask(ALLOC, this.#maxOrder + 1);
    else this.#ask(ALLOC_PAGES, largest + 1 + random.below(largest));
  }

  // ---------------------------------------------------------------- honest frees

  #drawGiveBack(): void {
    const live = this.#live;
    const place = this.#drawLive();
    const order = live.orders[place] as number;
    const asked = live.asked[place] as number;
    const fitsOrder = this.#roundsUp || asked === pagesIn(order);
    this.#kind = GIVE_BACK;
    this.#id = live.ids[place] as number;
    this.#place = place;
    this.first = live.pfns[place] as number;
    const ways = fitsOrder ? this.#frees : this.#oddFrees;
    this.call = ways.length === 1 ? (ways[0] as number) : this.#random.pick(ways);
    this.second = this.call === FREE_ORDER ? order : this.call === FREE_PAGES ? asked : UNNAMED;
  }

  /** Of some live blocks the one that coalesces furthest, or least; else any. Answers its place. */
  #drawLive(): number {
    const random = this.#random;
    const pool = this.#pool;
    const { size, pfns, orders } = this.#live;
    const { coalescing } = this.#habits;
    const dice = random.below(100);
    let chosen = random.below(size);
    if (dice >= (100 + coalescing) >> 1) return chosen;
    const sign = dice < coalescing ? 1 : -1;
    let best = sign * pool.ordersGrown(pfns[chosen] as number, orders[chosen] as number);
    for (let more = 1; more < COMPARED; more++) {
      const other = random.below(size);
      const grown = sign * pool.ordersGrown(pfns[other] as number, orders[other] as number);
      if (grown <= best) continue;
      chosen = other;
      best = grown;
    }
    return chosen;
  }

  // ---------------------------------------------------------------- mistakes

  /** Draws a wrong free; false where none was found to make. */
  #drawMistake(): boolean {
    if (!this.#freesByOrder && !this.#freesByName) return false;
    const misuse = this.#habits.misuses.pick(this.#random);
    this.misuse = misuse;
    if (this.#drawWrongFree(misuse)) return true;
    this.misuse = -1;
    return false;
  }

  #drawWrongFree(misuse: number): boolean {
    const random = this.#random;
    switch (MISUSES[misuse]) {
      case "double": {
        if (this.#former.size === 0) return false;
        const place = random.below(this.#former.size);
        return (
          this.#pool.freeOrderAround(this.#former.pfns[place] as number) >= 0 && this.#beside(this.#former, place, 0)
        );
      }
      case "interior": {
        if (this.#live.size === 0) return false;
        const place = random.below(this.#live.size);
        const pages = this.#roundsUp
          ? pagesIn(this.#live.orders[place] as number)
          : (this.#live.asked[place] as number);
        return pages > 1 && this.#beside(this.#live, place, 1 + random.below(pages - 1));
      }
      case "wrong-size":
        // Of one order only, none is wrong.
        if (this.#maxOrder === 0) return false;
        return this.#freesByOrder && this.#live.size > 0 && this.#beside(this.#live, random.below(this.#live.size), 0);
      case "misaligned":
        return (
          this.#takesFractions && this.#live.size > 0 && this.#beside(this.#live, random.below(this.#live.size), 0.5)
        );
      case "out-of-range":
        return this.#at(random.chance(50) && this.#start > 0 ? this.#start - 1 : this.#end + random.below(4));
      case "reserved":
        for (let draw = 0; draw < DRAWS_MAX; draw++) {
          const pfn = this.#drawFrame();
          if (!this.#pool.isManaged(pfn)) return this.#at(pfn);
        }
        return false;
      default:
        for (let draw = 0; draw < DRAWS_MAX; draw++) {
          const pfn = this.#drawFrame();
          if (this.#pool.freeOrderAround(pfn) >= 0) return this.#at(pfn);
        }
        return false;
    }
  }

  /** Frees wrongly beside a block that was served. */
  #beside(among: ServedBlocks, place: number, offset: number): true {
    this.#kind = NEAR;
    this.#id = among.ids[place] as number;
    this.#offset = offset;
    this.first = (among.pfns[place] as number) + offset;
    const own = among.orders[place] as number;
    const maxOrder = this.#maxOrder;
    if (MISUSES[this.misuse] !== "wrong-size") return this.#nameAny(own);
    this.call = FREE_ORDER;
    this.second = (own + 1 + this.#random.below(maxOrder)) % (maxOrder + 1);
    return true;
  }

  /** Frees wrongly at a frame of no block that is known. */
  #at(pfn: number): true {
    this.#kind = LITERAL;
    this.first = pfn;
    return this.#nameAny(this.#random.below(this.#maxOrder + 1));
  }

  /** The order a wrong free names: this one, any, or none where it may. */
  #nameAny(own: number): true {
    const random = this.#random;
    if (!this.#freesByOrder || (this.#freesByName && random.chance(40))) {
      this.call = FREE;
      this.second = UNNAMED;
    } else {
      this.call = FREE_ORDER;
      this.second = random.chance(60) ? own : random.below(this.#maxOrder + 1);
    }
    return true;
  }

  #drawFrame(): number {
    return this.#start + this.#random.below(this.#end - this.#start);
  }

  // ---------------------------------------------------------------- frames that join or leave

  /** Free frames leave and later join again; sometimes live ones should leave, or present ones join. */
  #drawResize(): boolean {
    if (!this.#removes) return false;
    const random = this.#random;
    if (this.#absent.length > 0 && this.#adds) {
      this.second = this.#absent.pop() as number;
      this.first = this.#absent.pop() as number;
      this.#kind = LITERAL;
      this.call = ADD;
      return true;
    }
    const pages = random.chance(50) ? 1 + random.below(4) : pagesIn(Math.max(this.#largestFree(), 0));
    const isRefused = random.chance(30);
    for (let draw = 0; draw < DRAWS_MAX; draw++) {
      const pfn = this.#drawFrame();
      if (this.#isFreeRange(pfn, pages) === isRefused) continue;
      this.#kind = LITERAL;
      this.call = isRefused && this.#adds && random.chance(50) ? ADD : REMOVE;
      this.first = pfn;
      this.second = pages;
      return true;
    }
    return false;
  }

  #isFreeRange(pfn: number, pages: number): boolean {
    let at = pfn;
    while (at < pfn + pages) {
      const order = this.#pool.freeOrderAround(at);
      if (order < 0) return false;
      at = alignDown(at, order) + pagesIn(order);
    }
    return true;
  }
}

/** A free with its numbers as a command. */
function freeOf(call: number, pfn: number, second: number): FreeCommand {
  if (call === FREE) return { kind: "free", pfn };
  return call === FREE_ORDER ? { kind: "free-order", pfn, order: second } : { kind: "free-pages", pfn, pages: second };
}

/** The ways in which a free may name its size, of those that the allocator and its profile have; never none. */
export function namings(
  { calls }: Pick<Speech, "calls">,
  { sizeAtFree }: Profile,
  fitsOrder: boolean,
): readonly Naming[] {
  const named: Naming[] = [];
  if (sizeAtFree !== "remembered" && fitsOrder && calls.has("free-order")) named.push("order");
  if (sizeAtFree !== "remembered" && calls.has("free-pages")) named.push("pages");
  if (sizeAtFree !== "named" && calls.has("free")) named.push("none");
  if (named.length > 0) return named;
  return calls.has("free") ? ["none"] : calls.has("free-pages") ? ["pages"] : ["order"];
}
