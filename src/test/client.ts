// A client that draws its calls at random, but on purpose: it fills a pool, stirs it, and drains it, over and over.
//
//  1. Filling goes on until even a single page is refused; orders that were refused are not asked for again in
//     the same phase. Draining goes on until nothing is live. Both are bounded by the habits' `phaseMax`.
//     With each filling it takes on other habits (habits.ts).
//  2. It steers towards edges with its ledger (ledger.ts), which is what a client knows: the largest block that
//     must be served and the smallest that must not, splits that are forced, frees that coalesce over many
//     orders and frees that leave holes.
//  3. Now and then it misbehaves: each kind of bad free, requests for nothing and for more than the largest
//     block, frames that join twice. Each such move names its kind (script.ts).
//  4. It makes only the calls that the allocator has.
//  5. It speaks in moves, so that what it did can be replayed with any part of it left out.

import type { AllocCommand, Outcome } from "../../model/command.ts";
import { FREE } from "../../model/frame-map.ts";
import { buddyOf, orderFor, pagesIn, parentOf } from "../../model/geometry.ts";
import type { Ledger } from "../../model/ledger.ts";
import type { Profile } from "../../model/profile.ts";
import type { Misuse } from "../../model/violation.ts";
import type { Move, Naming } from "../targets/script.ts";
import type { Session } from "../targets/target.ts";
import { drawHabits, type Habits } from "./habits.ts";
import type { Random } from "./random.ts";

/** What an allocator can be asked. */
export interface Speech extends Pick<Session, "calls" | "takesZones"> {
  /** Can it be given an address inside a page? Only an allocator that is not behind a border of whole numbers. */
  readonly takesFractions: boolean;
}

type Phase = "fill" | "stir" | "drain";

/** A request that was served. */
interface Served {
  readonly id: number;
  readonly pfn: number;
  readonly order: number;
  readonly pages: number;
}

/** Draws before giving up on finding a frame or a block of the wanted kind. */
const DRAWS_MAX = 12;
/** Blocks compared when the best of some is wanted. */
const COMPARED = 4;
/** Freed blocks that may be freed again by mistake. */
const FORMER_MAX = 16;

const NEXT_PHASE: Record<Phase, Phase> = { fill: "stir", stir: "drain", drain: "fill" };

/** Draws the calls of one run; it guards the phase it is in and what it was served. */
export class Client {
  readonly #ledger: Ledger;
  readonly #random: Random;
  #habits: Habits;
  readonly #speech: Speech;
  readonly #live: Served[] = [];
  readonly #former: Served[] = [];
  /** Ranges that were removed and may join again. */
  readonly #absent: { readonly pfn: number; readonly pages: number }[] = [];
  #phase: Phase = "fill";
  #stepsLeft: number;
  /** The largest order not refused in this phase. */
  #orderMax: number;
  #requests = 0;

  constructor(ledger: Ledger, random: Random, speech: Speech) {
    this.#ledger = ledger;
    this.#speech = speech;
    this.#random = random;
    this.#habits = drawHabits(random, ledger.profile, ledger.geometry);
    this.#stepsLeft = this.#habits.phaseMax;
    this.#orderMax = ledger.maxOrder;
  }

  /** The next move. Tell the client with `answered` what came of it. */
  next(): Move {
    if (this.#stepsLeft-- <= 0 || this.#isOver()) this.#enter(NEXT_PHASE[this.#phase]);
    const { misuse, resizing } = this.#habits;
    const dice = this.#random.below(100);
    if (dice < misuse) return this.#mistake();
    if (dice < misuse + resizing && this.#phase !== "drain") return this.#resize();
    return this.#asks() ? this.#request() : this.#giveBack();
  }

  /** From here on the client only gives back. */
  leave(): void {
    this.#enter("drain");
    this.#stepsLeft = Infinity;
  }

  /** Is there nothing left to give back? */
  get isDone(): boolean {
    return this.#live.length === 0;
  }

  /** Takes note of what came of a move. */
  answered(move: Move, outcome: Outcome): void {
    if (move.kind === "request") {
      const { command, id } = move;
      const asked = command.kind === "alloc" ? 2 ** command.order : Math.max(command.pages, 1);
      const order = orderFor(asked);
      const pages = this.#ledger.profile.rounding === "exact" ? asked : 2 ** order;
      if (outcome.kind === "block") this.#live.push({ id, pfn: outcome.pfn, order, pages });
      else if (this.#phase === "fill" && order <= this.#orderMax) this.#orderMax = order - 1;
    } else if (move.kind === "give-back") this.#gave(move.id);
    else if (move.kind === "literal" && move.command.kind === "remove" && outcome.kind === "ok")
      this.#absent.push(move.command);
  }

  /** A block is given back once, whatever the allocator says to it. */
  #gave(id: number): void {
    const at = this.#live.findIndex((served) => served.id === id);
    const [served] = this.#live.splice(at, 1);
    if (served === undefined) return;
    if (this.#former.length === FORMER_MAX) this.#former.shift();
    this.#former.push(served);
  }

  #isOver(): boolean {
    if (this.#phase === "fill") return this.#orderMax < 0;
    return this.#phase === "drain" && this.#live.length === 0;
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    if (phase === "fill") this.#habits = drawHabits(this.#random, this.#ledger.profile, this.#ledger.geometry);
    this.#stepsLeft = this.#habits.phaseMax;
    this.#orderMax = this.#ledger.maxOrder;
  }

  #asks(): boolean {
    if (this.#live.length === 0) return true;
    if (this.#phase === "stir") return this.#random.chance(this.#habits.requests);
    return this.#phase === "fill" ? this.#random.chance(90) : false;
  }

  // ---------------------------------------------------------------- requests

  #request(): Move {
    return { kind: "request", id: this.#requests++, command: this.#wish() };
  }

  #wish(): AllocCommand {
    const random = this.#random;
    const zone = this.#zone();
    const { calls } = this.#speech;
    const counts = calls.has("alloc-pages");
    if (counts && random.chance(2)) return { kind: "alloc-pages", pages: 0, zone };
    if (random.chance(3)) return this.#tooMuch(zone);
    const order = Math.max(Math.min(this.#order(), this.#orderMax), 0);
    if (!counts || (calls.has("alloc") && !random.chance(this.#habits.counted))) return { kind: "alloc", order, zone };
    const fewest = order === 0 ? 1 : pagesIn(order - 1) + 1;
    return { kind: "alloc-pages", pages: fewest + random.below(pagesIn(order) - fewest + 1), zone };
  }

  /** An order with a purpose, or any that the client is used to. */
  #order(): number {
    const random = this.#random;
    if (!random.chance(this.#habits.aimed)) return random.pick(this.#habits.orders);
    const largest = this.#largestFree();
    switch (random.below(4)) {
      case 0:
        return largest + 1;
      case 1:
        return this.#splitting();
      default:
        return largest;
    }
  }

  /** The largest order that must be served, or -1. */
  #largestFree(): number {
    const { maxOrder, geometry, freeBlocks } = this.#ledger;
    for (let order = maxOrder; order >= 0; order--) {
      for (let zone = 0; zone < geometry.zones.length; zone++) {
        if ((freeBlocks[zone * (maxOrder + 1) + order] as number) > 0) return order;
      }
    }
    return -1;
  }

  /** The smallest order without a free block of its own: serving it splits a larger one. */
  #splitting(): number {
    const { maxOrder, freeBlocks } = this.#ledger;
    for (let order = 0; order < maxOrder; order++) if (freeBlocks[order] === 0) return order;
    return 0;
  }

  /** More than the largest block, as an order or as a count. */
  #tooMuch(zone: string | null): AllocCommand {
    const { maxOrder } = this.#ledger;
    const { calls } = this.#speech;
    if (!calls.has("alloc-pages") || (calls.has("alloc") && this.#random.chance(50)))
      return { kind: "alloc", order: maxOrder + 1, zone };
    return { kind: "alloc-pages", pages: pagesIn(maxOrder) + 1 + this.#random.below(pagesIn(maxOrder)), zone };
  }

  #zone(): string | null {
    const { zones } = this.#ledger.geometry;
    const names = zones.length > 1 && this.#speech.takesZones;
    return names && this.#random.chance(this.#habits.zoned) ? this.#random.pick(zones).name : null;
  }

  // ---------------------------------------------------------------- honest frees

  #giveBack(): Move {
    const served = this.#chosen();
    return { kind: "give-back", id: served.id, naming: this.#naming(served) };
  }

  /** Of some live blocks the one that coalesces furthest, or least; else any. */
  #chosen(): Served {
    const random = this.#random;
    const dice = random.below(100);
    const { coalescing } = this.#habits;
    let chosen = random.pick(this.#live);
    if (dice >= (100 + coalescing) / 2) return chosen;
    const sign = dice < coalescing ? 1 : -1;
    for (let more = 1; more < COMPARED; more++) {
      const other = random.pick(this.#live);
      if (sign * this.#orderAfter(other) > sign * this.#orderAfter(chosen)) chosen = other;
    }
    return chosen;
  }

  /** By how many orders a block would grow if it were freed. */
  #orderAfter({ pfn, order }: Served): number {
    const ledger = this.#ledger;
    let head = pfn;
    let grown = order;
    while (grown < ledger.maxOrder) {
      if (ledger.cover(buddyOf(head, grown)) !== FREE || ledger.coverOrder < grown) break;
      head = parentOf(head, grown);
      grown++;
    }
    return grown - order;
  }

  /** How the size is named: as the profile has it, and in every way that it leaves open. */
  #naming({ order, pages }: Served): Naming {
    const fitsOrder = this.#ledger.profile.rounding === "power-of-two" || pages === 2 ** order;
    return this.#random.pick(namings(this.#speech, this.#ledger.profile, fitsOrder));
  }

  // ---------------------------------------------------------------- mistakes

  #mistake(): Move {
    const misuse = this.#random.pick(this.#habits.misuses);
    return this.#wrongFree(misuse) ?? (this.#asks() ? this.#request() : this.#giveBack());
  }

  /** A wrong free of this kind, or null where none was found to make. */
  #wrongFree(misuse: Misuse): Move | null {
    const { start, end } = this.#ledger.geometry.span;
    switch (misuse) {
      case "double":
        return this.#near(misuse, this.#former, ({ pfn }) => (this.#ledger.cover(pfn) === FREE ? 0 : null));
      case "interior":
        return this.#near(misuse, this.#live, ({ pages }) => (pages > 1 ? 1 + this.#random.below(pages - 1) : null));
      case "wrong-size":
        if (!namings(this.#speech, this.#ledger.profile, true).includes("order")) return null;
        return this.#near(misuse, this.#live, () => 0);
      case "misaligned":
        if (!this.#speech.takesFractions) return null;
        return this.#near(misuse, this.#live, () => 0.5);
      case "out-of-range":
        return this.#literal(misuse, this.#random.chance(50) && start > 0 ? start - 1 : end + this.#random.below(4));
      case "reserved":
        return this.#literal(
          misuse,
          this.#frame((pfn) => !this.#ledger.isManaged(pfn)),
        );
      case "never-allocated":
        return this.#literal(
          misuse,
          this.#frame((pfn) => this.#ledger.cover(pfn) === FREE),
        );
    }
  }

  /** A wrong free beside a block that was served: at the offset asked for, where that is not null. */
  #near(misuse: Misuse, among: readonly Served[], offsetIn: (served: Served) => number | null): Move | null {
    if (among.length === 0) return null;
    const served = this.#random.pick(among);
    const offset = offsetIn(served);
    if (offset === null) return null;
    return { kind: "misuse", misuse, id: served.id, offset, order: this.#wrongOrder(misuse, served.order) };
  }

  #wrongOrder(misuse: Misuse, own: number): number | null {
    const { profile, maxOrder } = this.#ledger;
    if (!namings(this.#speech, profile, true).includes("order")) return null;
    if (misuse === "wrong-size") return (own + 1 + this.#random.below(Math.max(maxOrder, 1))) % (maxOrder + 1);
    if (namings(this.#speech, profile, true).includes("none") && this.#random.chance(40)) return null;
    return this.#random.chance(60) ? own : this.#random.below(maxOrder + 1);
  }

  #literal(misuse: Misuse, pfn: number | null): Move | null {
    if (pfn === null) return null;
    const order = this.#wrongOrder("never-allocated", this.#random.below(this.#ledger.maxOrder + 1));
    const command = order === null ? ({ kind: "free", pfn } as const) : ({ kind: "free-order", pfn, order } as const);
    return { kind: "literal", misuse, command };
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
  #resize(): Move {
    if (!this.#speech.calls.has("remove")) return this.#request();
    const back = this.#absent.pop();
    if (back !== undefined)
      return { kind: "literal", misuse: null, command: { kind: "add", pfn: back.pfn, pages: back.pages } };
    const pages = this.#random.chance(50) ? 1 + this.#random.below(4) : pagesIn(Math.max(this.#largestFree(), 0));
    const isRefused = this.#random.chance(30);
    const pfn = this.#frame((first) => isFreeRange(this.#ledger, first, pages) !== isRefused);
    if (pfn === null) return this.#request();
    const kind = isRefused && this.#speech.calls.has("add") && this.#random.chance(50) ? "add" : "remove";
    return { kind: "literal", misuse: null, command: { kind, pfn, pages } };
  }
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

function isFreeRange(ledger: Ledger, pfn: number, pages: number): boolean {
  for (let frame = pfn; frame < pfn + pages; frame++) if (ledger.cover(frame) !== FREE) return false;
  return true;
}
