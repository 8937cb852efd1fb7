// Statistics while an exploration runs, and its budget: the clock of `buddycheck explore`.
//
//   depth 12: 1 829 states found, 83 794 commands given, 336 states to go, 1 204 000 states/s
//
//  1. On a terminal one line is written over and over; elsewhere a line follows every so many seconds.
//  2. Nothing is said about what is over within a second.

import type { Progress, SearchLimits } from "../search/breadth-first.ts";
import { warn } from "./output.ts";

const TERMINAL_EVERY_MS = 250;
const LINE_EVERY_MS = 10_000;
const FIRST_AFTER_MS = 1000;

export interface Bounds {
  readonly statesMax: number;
  readonly depthMax: number;
  /** Milliseconds, or Infinity. */
  readonly budget: number;
  readonly quiet: boolean;
}

/** The limits of a search with a clock: it tells how far it is, and stops when its budget is used up. */
export class Clock implements SearchLimits {
  readonly statesMax: number;
  readonly depthMax: number;
  readonly #budget: number;
  readonly #quiet: boolean;
  readonly #start: number = performance.now();
  #next: number = this.#start + FIRST_AFTER_MS;
  #written = 0;

  constructor({ statesMax, depthMax, budget, quiet }: Bounds) {
    this.statesMax = statesMax;
    this.depthMax = depthMax;
    this.#budget = budget;
    this.#quiet = quiet;
  }

  get seconds(): number {
    return (performance.now() - this.#start) / 1000;
  }

  readonly goesOn = (progress: Progress): boolean => {
    const now = performance.now();
    if (now >= this.#next && !this.#quiet) this.#tell(progress, now);
    return now - this.#start < this.#budget;
  };

  /** Ends the line on a terminal. */
  done(): void {
    if (this.#written > 0) process.stderr.write(`\r${" ".repeat(this.#written)}\r`);
    this.#written = 0;
  }

  #tell({ depth, states, transitions, waiting }: Progress, now: number): void {
    const rate = states / ((now - this.#start) / 1000);
    const text =
      `depth ${depth}: ${grouped(states)} states found, ${grouped(transitions)} commands given, ` +
      `${grouped(waiting)} states to go, ${grouped(Math.round(rate))} states/s`;
    if (process.stderr.isTTY) {
      process.stderr.write(`\r${text.padEnd(this.#written)}`);
      this.#written = text.length;
      this.#next = now + TERMINAL_EVERY_MS;
    } else {
      warn(text);
      this.#next = now + LINE_EVERY_MS;
    }
  }
}

/** `1 829`: three digits at a time. */
function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/gu, " ");
}
