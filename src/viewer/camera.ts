// Films a trace: asks the ledger after each event which frames changed hands.
//
//  1. What is filmed is what the one relation believes, so a violation is shown with the assumption it is judged
//     on with, never with a second opinion.
//  2. Only frames that an event can have touched are looked at: those it names, the blocks around them, and those of
//     its violations. After lists were adopted, and after a loss, all are.
//  3. Events before the window are judged and not filmed; those after it are counted.
//
// Limit: at most `PAGES_MAX` pages are filmed.

import type { Command, Outcome } from "../../model/command.ts";
import { piecesIn } from "../../model/evidence.ts";
import { createGeometry, type FrameRange } from "../../model/geometry.ts";
import { createLedger, type Ledger } from "../../model/ledger.ts";
import { formatStep } from "../../model/notation.ts";
import type { Profile } from "../../model/profile.ts";
import { step } from "../../model/step.ts";
import type { Piece } from "../../model/violation.ts";
import type { TraceCursor, TraceHeader, TraceSink } from "../trace/event.ts";
import { endOf, startOf } from "../verify/extent.ts";
import { shorthandOf } from "./shorthand.ts";
import { FilmWriter, FREE, HELD, UNKNOWN, UNMANAGED, WITHHELD, type Change, type EventKind } from "./film.ts";

/** 64 GiB in pages of 4 KiB, whose owners take 64 MiB. */
export const PAGES_MAX: number = 2 ** 24;

/** A look at a thousand blocks is not spelled out. */
const WORDS_MAX = 120;

const STATES = { unmanaged: UNMANAGED, withheld: WITHHELD, unknown: UNKNOWN } as const;

export interface CameraOptions {
  /** The trace's profile, which a verifier has accepted before. */
  readonly profile: Profile;
  /** The pages that are filmed, as the trace counts them. */
  readonly pages: FrameRange;
  /** Events on lines before this one are judged, but not filmed. */
  readonly fromLine: number;
  readonly eventsMax: number;
}

/** Watches a trace that has been verified before. Feed it to a reader, then take `bytes` and `words`. */
export class Camera implements TraceSink {
  cursor: TraceCursor | null = null;
  readonly wantsMore: boolean = true;
  /** The events filmed, in the short notation; what follows from the film is shortened further (shorthand.ts). */
  readonly words: string[] = [];
  /** Events before and after the window. */
  eventsBefore = 0;
  eventsAfter = 0;
  readonly #options: CameraOptions;
  readonly #writer = new FilmWriter();
  #ledger: Ledger | null = null;
  /** The pages that are filmed, by their absolute pfns. */
  #filmed: FrameRange = { start: 0, end: 0 };
  /** Per page from the first that is filmed: its owner so far (film.ts). */
  #owners: Int32Array = new Int32Array(0);
  #isOpen = false;

  constructor(options: CameraOptions) {
    this.#options = options;
  }

  bytes(): Uint8Array {
    if (this.#ledger !== null && !this.#isOpen) this.#open(this.#ledger);
    return this.#writer.bytes();
  }

  header({ shape, start }: TraceHeader): number {
    const { profile, pages } = this.#options;
    const basePfn = profile.alignment === "pool" ? 0 : shape.basePfn;
    this.#ledger = createLedger({ geometry: createGeometry({ ...shape, basePfn }), profile, start });
    this.#ledger.gathersEvidence = false;
    this.#filmed = { start: basePfn + pages.start, end: basePfn + pages.end };
    this.#owners = new Int32Array(pages.end - pages.start);
    return basePfn;
  }

  event(command: Command, outcome: Outcome, line: number): void {
    const ledger = this.#ledger as Ledger;
    const isFilmed = this.#takes(ledger, line);
    const before = isFilmed ? blocksBefore(ledger, framesNamed(command, outcome)) : [];
    ledger.now = line;
    const violations = step(ledger, command, outcome);
    if (!isFilmed) return;
    const everything = violations.some(({ assumed }) => assumed === "lists-adopted" || assumed === "state-forgotten");
    const atIssue = violations.flatMap(({ frames }) => frames);
    const touched = everything ? [this.#filmed] : [...before, ...framesNamed(command, outcome), ...atIssue];
    this.#film(ledger, kindOf(command, outcome), touched, wordsOf(command, outcome, ledger.geometry.basePfn));
  }

  lost(events: number | null, line: number): void {
    const ledger = this.#ledger as Ledger;
    const isFilmed = this.#takes(ledger, line);
    ledger.now = line;
    ledger.forget();
    if (!isFilmed) return;
    this.#film(ledger, "lost", [this.#filmed], events === null ? "lost" : `lost*${events}`);
  }

  note(): void {
    // A comment changes nothing.
  }

  problem(): void {
    // Whoever verified the trace has reported it.
  }

  /** Does the film show the event on this line? Opens it where it begins. */
  #takes(ledger: Ledger, line: number): boolean {
    const { fromLine, eventsMax } = this.#options;
    if (line < fromLine) {
      this.eventsBefore++;
      return false;
    }
    if (!this.#isOpen) this.#open(ledger);
    if (this.words.length < eventsMax) return true;
    this.eventsAfter++;
    return false;
  }

  #open(ledger: Ledger): void {
    this.#isOpen = true;
    const pieces = this.#piecesOf(ledger, this.#filmed);
    for (const { start, pages, owner } of pieces) this.#owners.fill(owner, start, start + pages);
    this.#writer.opening(pieces);
  }

  #film(ledger: Ledger, kind: EventKind, touched: readonly FrameRange[], words: string): void {
    const changes = touched
      .flatMap((range) => this.#piecesOf(ledger, range))
      .filter(({ start, pages, owner }) => this.#paint(start, pages, owner));
    this.#writer.event({ kind, line: ledger.now, largestFree: largestFree(ledger), changes });
    this.words.push(shorthandOf(words, kind, changes, this.#options.pages.start));
  }

  /** The pieces of a range with their owners, cut to the range and to what is filmed. */
  #piecesOf(ledger: Ledger, range: FrameRange): readonly Change[] {
    const filmed = this.#filmed;
    const start = Math.max(Math.floor(range.start), filmed.start);
    const end = Math.min(Math.ceil(range.end), filmed.end);
    let at = start;
    return piecesIn(ledger, start, end, Infinity).map((piece) => {
      const change = { start: at - filmed.start, pages: Math.min(piece.end, end) - at, owner: ownerOf(piece) };
      at += change.pages;
      return change;
    });
  }

  /** Takes note of an owner; false if all these frames had it before. */
  #paint(start: number, pages: number, owner: number): boolean {
    const owners = this.#owners.subarray(start, start + pages);
    if (owners.every((before) => before === owner)) return false;
    owners.fill(owner);
    return true;
  }
}

function ownerOf({ state, since }: Piece): number {
  if (state === "free") return FREE;
  if (state !== "live") return STATES[state];
  return since > 0 ? since : HELD;
}

/** The live blocks around these frames, as they stand before the step: a free or an overlap ends them whole. */
function blocksBefore(ledger: Ledger, ranges: readonly FrameRange[]): readonly FrameRange[] {
  const { span } = ledger.geometry;
  return ranges.flatMap(({ start, end }) => {
    const [from, to] = [Math.max(Math.floor(start), span.start), Math.min(Math.ceil(end), span.end)];
    return from < to ? piecesIn(ledger, from, to, Infinity).filter(({ state }) => state === "live") : [];
  });
}

/** The frames that a call or its answer names: one where it names no length. */
function framesNamed(command: Command, outcome: Outcome): readonly FrameRange[] {
  const start = startOf(command, outcome);
  return start < 0 ? [] : [{ start, end: endOf(command, start, "power-of-two") }];
}

function kindOf(command: Command, outcome: Outcome): EventKind {
  if (outcome.kind === "crashed") return "died";
  switch (command.kind) {
    case "alloc":
    case "alloc-pages":
      return outcome.kind === "block" ? "served" : "refused";
    case "free":
    case "free-order":
    case "free-pages":
      return outcome.kind === "refused" ? "free-refused" : "freed";
    case "snapshot":
    case "counts":
      return "look";
    case "add":
    case "remove":
      return "resized";
    case "unnamed":
      return "died";
  }
}

function largestFree(ledger: Ledger): number {
  const orderCount = ledger.maxOrder + 1;
  let largest = -1;
  ledger.freeBlocks.forEach((blocks, list) => {
    if (blocks > 0) largest = Math.max(largest, list % orderCount);
  });
  return largest;
}

/** An event in the short notation; a long look by its number of blocks. */
function wordsOf(command: Command, outcome: Outcome, basePfn: number): string {
  const words = formatStep(command, outcome, basePfn) ?? command.kind;
  if (words.length <= WORDS_MAX || command.kind !== "snapshot") return words;
  const blocks = command.lists.reduce((sum, heads) => sum + heads.length, 0);
  return `snapshot of ${blocks} free blocks and ${command.cached.length} cached pages`;
}
