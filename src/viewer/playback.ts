// The pool at any event of a film.
//
//  1. Going forward applies changes; going back starts from the last keyframe before. Keyframes lie
//     `KEYFRAME_EVENTS` apart, or further where they would take more than `KEYFRAME_BYTES`.
//  2. `at` counts events: 0 is the opening, `film.events` the end.
//  3. Totals after every event are known from the start, since the timeline draws all of them.

import { FREE, HELD, type Film } from "./film.ts";

const KEYFRAME_EVENTS = 2000;
const KEYFRAME_BYTES = 2 ** 27;

/** Plays a film. */
export class Playback {
  readonly film: Film;
  /** Per page: its owner now (film.ts). */
  readonly owners: Int32Array;
  /** Element `n`: live pages, and free pages, after `n` events. */
  readonly livePages: Int32Array;
  readonly freePages: Int32Array;
  #at = 0;
  readonly #keyframes: Int32Array[] = [];
  readonly #interval: number;

  constructor(film: Film) {
    this.film = film;
    this.owners = film.opening.slice();
    this.livePages = new Int32Array(film.events + 1);
    this.freePages = new Int32Array(film.events + 1);
    const framesMax = Math.max(1, Math.floor(KEYFRAME_BYTES / Math.max(film.pages * 4, 1)));
    this.#interval = Math.max(KEYFRAME_EVENTS, Math.ceil((film.events + 1) / framesMax));
    this.#watch();
  }

  get at(): number {
    return this.#at;
  }

  /** Goes to the state after `event` events; beyond either end means that end. */
  seek(event: number): void {
    const to = Math.max(0, Math.min(this.film.events, Math.round(event)));
    const frame = Math.floor(to / this.#interval);
    if (to < this.#at || frame * this.#interval > this.#at) {
      this.owners.set(this.#keyframes[frame] as Int32Array);
      this.#at = frame * this.#interval;
    }
    while (this.#at < to) this.#apply(this.#at++);
  }

  /** Goes through the film once for its totals and keyframes, and back to its start. */
  #watch(): void {
    const totals = { live: 0, free: 0 };
    countPages(totals, this.owners, 0, this.film.pages, 1);
    for (let event = 0; event <= this.film.events; event++) {
      this.livePages[event] = totals.live;
      this.freePages[event] = totals.free;
      if (event % this.#interval === 0) this.#keyframes.push(this.owners.slice());
      if (event < this.film.events) this.#applyCounted(event, totals);
    }
    this.owners.set(this.film.opening);
  }

  #apply(event: number): void {
    const { firstChange } = this.film;
    const last = firstChange[event + 1] as number;
    for (let change = firstChange[event] as number; change < last; change++) this.#paint(change);
  }

  /** The same, keeping count: changes of one event may overlap, so each is counted on what the one before it left. */
  #applyCounted(event: number, totals: Totals): void {
    const { firstChange, starts, lengths } = this.film;
    const last = firstChange[event + 1] as number;
    for (let change = firstChange[event] as number; change < last; change++) {
      const [start, pages] = [starts[change] as number, lengths[change] as number];
      countPages(totals, this.owners, start, pages, -1);
      this.#paint(change);
      countPages(totals, this.owners, start, pages, 1);
    }
  }

  #paint(change: number): void {
    const { starts, lengths, owners } = this.film;
    const start = starts[change] as number;
    this.owners.fill(owners[change] as number, start, start + (lengths[change] as number));
  }
}

interface Totals {
  live: number;
  free: number;
}

/** Adds the pages of a range to the totals of their owners `times` times. */
function countPages(totals: Totals, owners: Int32Array, start: number, pages: number, times: number): void {
  for (let page = start; page < start + pages; page++) {
    const owner = owners[page] as number;
    if (isLive(owner)) totals.live += times;
    else if (owner === FREE) totals.free += times;
  }
}

/** Does somebody hold a page of this owner? */
function isLive(owner: number): boolean {
  return owner > 0 || owner === HELD;
}
