// A script played in numbers (model/numbers.ts): does everything that it does hold, or must the relation be asked?
//
// What a script means is the resolver's to say (src/targets/script.ts, rules 1 and 2). Here the same is done with a few
// numbers for each request, since most scripts that are played are fine, and are played only to hear that.

import {
  ADD,
  ALLOC,
  ALLOC_PAGES,
  ANSWER_REFUSED,
  FREE,
  FREE_ORDER,
  FREE_PAGES,
  REMOVE,
  UNNAMED,
} from "../../model/numbers.ts";
import type { AllocCommand } from "../../model/command.ts";
import { orderFor, pagesIn, type Geometry } from "../../model/geometry.ts";
import { ODD } from "../search/frame-judge.ts";
import type { Move, Script } from "../targets/script.ts";
import { LOOKS_ODD, type Eyes, type QuickPool } from "./quick-pool.ts";

/** A request that was not served, or whose block was given back. */
const NOTHING = -1;

/** Is every answer of this script fine, as far as these eyes see? False also where that cannot be told here. */
export function isFineInNumbers(pool: QuickPool, geometry: Geometry, script: Script, eyes: Eyes): boolean {
  pool.begin();
  const played = new QuickScript(pool, geometry);
  if (pool.look(eyes) === LOOKS_ODD) return false;
  for (let at = 0; at < script.length; at++) {
    const move = script[at] as Move;
    if (!played.resolve(move)) continue;
    if (!played.give(move) || pool.look(eyes) === LOOKS_ODD) return false;
  }
  return true;
}

/** Guards what the requests of a script were served. */
class QuickScript {
  readonly #pool: QuickPool;
  readonly #geometry: Geometry;
  /** By request: the pfn served, or NOTHING. */
  readonly #pfns: number[] = [];
  /** By request: pages asked for while its block is live; 0 from then on. */
  readonly #asked: number[] = [];
  #call = ALLOC as number;
  #first = 0;
  #second: number = UNNAMED;
  /** Can the call be said in numbers? Not an order that is none, nor a zone that the pool has not. */
  #isSayable = true;

  constructor(pool: QuickPool, geometry: Geometry) {
    this.#pool = pool;
    this.#geometry = geometry;
  }

  /** Makes a move the next call; false where it is passed over. */
  resolve(move: Move): boolean {
    this.#isSayable = true;
    switch (move.kind) {
      case "request":
        this.#request(move.command);
        return true;
      case "give-back": {
        const asked = this.#asked[move.id] ?? 0;
        if (asked === 0) return false;
        const isNamed = move.naming !== "none";
        this.#call = !isNamed ? FREE : move.naming === "order" ? FREE_ORDER : FREE_PAGES;
        this.#first = this.#pfns[move.id] as number;
        this.#second = !isNamed ? UNNAMED : move.naming === "order" ? orderFor(asked) : asked;
        return true;
      }
      case "misuse": {
        const pfn = this.#pfns[move.id] ?? NOTHING;
        this.#call = move.order === null ? FREE : FREE_ORDER;
        this.#first = pfn + move.offset;
        this.#second = move.order ?? UNNAMED;
        this.#isSayable = move.order === null || isCount(move.order);
        return pfn !== NOTHING;
      }
      case "literal":
        this.#literal(move.command);
        return true;
    }
  }

  /** Gives the call of this move; false if the answer is not fine. */
  give(move: Move): boolean {
    const { numbers, judge } = this.#pool;
    if (!this.#isSayable) return false;
    const answer = numbers.call(this.#call, this.#first, this.#second);
    if (judge.judge(this.#call, this.#first, this.#second, answer) === ODD) return false;
    if (move.kind === "request" && answer >= 0) {
      this.#pfns[move.id] = answer;
      this.#asked[move.id] = this.#call === ALLOC ? pagesIn(this.#first) : Math.max(this.#first, 1);
    } else if (move.kind === "give-back" && answer !== ANSWER_REFUSED) this.#asked[move.id] = 0;
    return true;
  }

  #request(command: AllocCommand): void {
    const { zones } = this.#geometry;
    this.#call = command.kind === "alloc" ? ALLOC : ALLOC_PAGES;
    this.#first = command.kind === "alloc" ? command.order : command.pages;
    this.#second = command.zone === null ? UNNAMED : zones.findIndex(({ name }) => name === command.zone);
    this.#isSayable = isCount(this.#first) && (command.zone === null || this.#second >= 0);
  }

  #literal(command: Extract<Move, { readonly kind: "literal" }>["command"]): void {
    this.#first = command.pfn;
    switch (command.kind) {
      case "free":
        this.#call = FREE;
        this.#second = UNNAMED;
        return;
      case "free-order":
        this.#call = FREE_ORDER;
        this.#second = command.order;
        this.#isSayable = isCount(command.order);
        return;
      case "free-pages":
      case "add":
      case "remove":
        this.#call = command.kind === "free-pages" ? FREE_PAGES : command.kind === "add" ? ADD : REMOVE;
        this.#second = command.pages;
        this.#isSayable = isCount(command.pages);
    }
  }
}

/** A whole number that can be an order or a page count. */
function isCount(number: number): boolean {
  return Number.isSafeInteger(number) && number >= 0;
}
