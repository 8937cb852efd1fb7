// The judge that asks the relation itself: one ledger, turned into the client's side of each state in place.
//
//  1. Turning gives back the blocks that are held in the ledger and not in the state, and takes the others: a few
//     blocks of O(maxOrder) each, where a ledger of its own for each state would cost a map of frames.
//  2. Pages that left the pool are part of the client's side, too; so is the serving order of the free blocks, where
//     the profile promises one and the lists were seen.
//  3. The row of a pool of n pages: n half words, the pages of the block held at each page's head (0: none; LEFT: the
//     page has left), then n half words that list the free blocks in serving order, if there is one to be kept.
//
// Limit: blocks of fewer than 2^15 pages.

import { OK, type Command, type Outcome, type Snapshot } from "../../model/command.ts";
import { KIND, LIVE } from "../../model/frame-map.ts";
import { orderFor, pagesIn, type Geometry } from "../../model/geometry.ts";
import { ALL_LAWS, type LawId } from "../../model/invariants.ts";
import { createLedger, type Ledger } from "../../model/ledger.ts";
import type { Profile } from "../../model/profile.ts";
import { step } from "../../model/step.ts";
import type { Violation } from "../../model/violation.ts";
import type { HeldBlock, Judge, Judgement } from "./judge.ts";

/** Instead of a page count: the page is not managed now, though it was at the start. */
const LEFT = 0x7fff;

export class LedgerJudge implements Judge {
  readonly words: number;
  readonly #geometry: Geometry;
  readonly #profile: Profile;
  readonly #laws: ReadonlySet<LawId>;
  readonly #pages: number;
  /** Half words of the client's side: one list of pages, or two (rule 3). */
  readonly #halves: number;
  #ledger: Ledger;
  /** Does the ledger hold what it held when the state was loaded? */
  #isMoved = false;
  /** The lists in the state that was loaded, undefined where nobody looked yet. */
  #before: Snapshot | null | undefined;
  /** Rule 3, of the state that was loaded. */
  readonly #loaded: Uint16Array;
  /** The same, of the ledger as it is. */
  readonly #now: Uint16Array;

  constructor(geometry: Geometry, profile: Profile, laws: ReadonlySet<LawId> = ALL_LAWS) {
    this.#geometry = geometry;
    this.#profile = profile;
    this.#laws = laws;
    this.#pages = geometry.span.end - geometry.span.start;
    this.#ledger = this.#create();
    const isOrdered = profile.placement === "fifo" || profile.placement === "lifo";
    this.#halves = this.#ledger.serving !== null && isOrdered ? 2 * this.#pages : this.#pages;
    this.words = Math.ceil(this.#halves / 2);
    this.#loaded = new Uint16Array(2 * this.words);
    this.#now = new Uint16Array(2 * this.words);
  }

  start(): void {
    this.#ledger = this.#create();
    this.#read(this.#loaded);
    this.#before = null;
    this.#isMoved = false;
  }

  load(rows: Int32Array, at: number): void {
    for (let word = 0; word < this.words; word++) {
      const value = rows[at + word] as number;
      this.#loaded[2 * word] = value & 0xffff;
      this.#loaded[2 * word + 1] = value >>> 16;
    }
    this.#before = undefined;
    this.#isMoved = true;
  }

  /** What is held is given block by block: [pfn, pages] and so on. */
  hold(blocks: readonly HeldBlock[]): void {
    this.#loaded.fill(0);
    for (const [pfn, pages] of blocks) this.#loaded[pfn - this.#geometry.span.start] = pages;
    this.#before = undefined;
    this.#isMoved = true;
  }

  heldAt(pfn: number): number {
    const held = this.#loaded[pfn - this.#geometry.span.start] ?? 0;
    return held === LEFT ? 0 : held;
  }

  step(command: Command, outcome: Outcome, before: () => Snapshot | null): Judgement {
    this.#turn(before);
    return this.#judged(step(this.#ledger, command, outcome), outcome);
  }

  observe(seen: Command, outcome: Outcome): Judgement {
    return this.#judged(step(this.#ledger, seen, outcome), outcome);
  }

  /** Judges what is seen where the held blocks are those that were given last. */
  observeHeld(seen: Command, outcome: Outcome): Judgement {
    this.stay();
    return this.observe(seen, outcome);
  }

  stay(): void {
    this.#turn(() => null);
  }

  /** The blocks that are held now, each with its pages. */
  blocks(): readonly HeldBlock[] {
    this.#read(this.#now);
    const { start } = this.#geometry.span;
    return Array.from(this.#now.subarray(0, this.#pages)).flatMap((held, page): HeldBlock[] =>
      held === 0 || held === LEFT ? [] : [[start + page, held]],
    );
  }

  holdsNothing(): boolean {
    return this.#ledger.liveBlocks === 0;
  }

  save(row: Int32Array, at: number): void {
    this.#read(this.#now);
    for (let word = 0; word < this.words; word++) {
      row[at + word] = (this.#now[2 * word] as number) | ((this.#now[2 * word + 1] as number) << 16);
    }
  }

  #create(): Ledger {
    const pool = { geometry: this.#geometry, profile: this.#profile, laws: this.#laws };
    const ledger = createLedger({ ...pool, start: "empty" });
    ledger.gathersEvidence = false;
    return ledger;
  }

  #judged(violations: readonly Violation[], { kind }: Outcome): Judgement {
    this.#isMoved = true;
    const isBroken = violations.some(({ blame }) => blame === "allocator");
    // A ledger goes on with what a violation assumes, or knows nothing after a death, which no state of a search has.
    if (isBroken || kind === "crashed") this.#ledger = this.#create();
    if (violations.length === 0) return "fine";
    return isBroken ? "broken" : "client";
  }

  /** Makes the ledger that of the state that was loaded. */
  #turn(before: () => Snapshot | null): void {
    if (!this.#isMoved) return;
    this.#read(this.#now);
    const { start } = this.#geometry.span;
    const ledger = this.#ledger;
    for (let page = 0; page < this.#pages; page++) {
      const held = this.#now[page] as number;
      if (held !== 0 && held !== LEFT && held !== this.#loaded[page]) {
        const pages = ledger.clearLive(start + page);
        ledger.insertFree(start + page, start + page + pages);
      }
    }
    for (let page = 0; page < this.#pages; page++) {
      const [is, should] = [this.#now[page] as number, this.#loaded[page] as number];
      if (is === LEFT && should !== LEFT) step(ledger, { kind: "add", pfn: start + page, pages: 1 }, OK);
      if (is !== LEFT && should === LEFT) step(ledger, { kind: "remove", pfn: start + page, pages: 1 }, OK);
    }
    for (let page = 0; page < this.#pages; page++) {
      const held = this.#loaded[page] as number;
      if (held !== 0 && held !== LEFT && held !== this.#now[page]) this.#take(start + page, held);
    }
    this.#before ??= before();
    this.#setBefore(this.#before);
    this.#isMoved = false;
  }

  #take(pfn: number, pages: number): void {
    const ledger = this.#ledger;
    ledger.cover(pfn);
    const order = orderFor(pages);
    if (pages === pagesIn(order) && ledger.coverOrder >= order && order <= ledger.maxOrder) ledger.take(pfn, order);
    else {
      ledger.carve(pfn, pfn + pages);
      ledger.setLive(pfn, pages, 0);
    }
  }

  /** What was seen just before counts for the laws about one step. */
  #setBefore(seen: Snapshot | null): void {
    const ledger = this.#ledger;
    ledger.owed.clear();
    ledger.observed = seen;
    ledger.stepsSinceObserved = 0;
    if (ledger.serving === null || this.#halves === this.#pages) return;
    const lists: number[][] = Array.from(ledger.freeBlocks, () => []);
    for (let at = this.#pages; at < this.#halves && this.#loaded[at] !== 0; at++) {
      const pfn = this.#geometry.span.start + (this.#loaded[at] as number) - 1;
      ledger.cover(pfn);
      lists[ledger.listOf(pfn, ledger.coverOrder)]?.push(pfn);
    }
    if (seen !== null) ledger.serving.adopt(lists);
  }

  /** The ledger's side as rule 3 has it. */
  #read(halves: Uint16Array): void {
    const { start } = this.#geometry.span;
    const ledger = this.#ledger;
    for (let page = 0; page < this.#pages; page++) {
      const state = ledger.frames.stateAt(start + page);
      halves[page] = (state & KIND) === LIVE ? ledger.pagesOf(start + page) : 0;
    }
    this.#markLeft(halves);
    if (this.#halves === this.#pages) return;
    halves.fill(0, this.#pages);
    let at = this.#pages;
    for (let list = 0; list < ledger.freeBlocks.length; list++) {
      for (const pfn of ledger.serving?.headsOf(list) ?? []) halves[at++] = pfn - start + 1;
    }
  }

  #markLeft(halves: Uint16Array): void {
    const { runs } = this.#geometry;
    if (this.#ledger.runs === runs) return;
    const { start } = this.#geometry.span;
    for (const run of runs) {
      for (let pfn = run.start; pfn < run.end; pfn++) if (!this.#ledger.isManaged(pfn)) halves[pfn - start] = LEFT;
    }
  }
}
