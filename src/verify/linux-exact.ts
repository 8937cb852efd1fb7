// Exact mode: the buddy core is replayed between two readings of /proc/kpageflags, and what comes out is compared with
// the second reading and with buddyinfo.
//
//  1. Removals are mm_page_alloc_zone_locked, and mm_page_alloc_extfrag where it has none (fallback to a block as large
//     as a pageblock, or theft of a single block). Insertions are drains and direct frees.
//  2. A direct free has no event of its own. Orders that no per-CPU list takes are freed directly at once. Of
//     the others it is inferred where a removal, or the second reading, shows a frame in the core that was last seen
//     freed: since the decomposition is canonical, the moment changes nothing else.
//  3. A reading takes a while, and nobody knows which frame was read when. Events during the first reading settle their
//     frames without being judged; frames that events touch since the second began are not compared.
//  4. Each judged removal must take a free block, and the lower end of it; no smaller free block of its
//     migratetype, as far as known, may have sufficed.
//
// Not decidable: the order in a list, the moment of a direct free, the inside of per-CPU lists.

import { alignDown, pagesIn, runIndexOf } from "../../model/geometry.ts";
import type { FreeArea, FreeRuns, LinuxZone } from "../trace/linux-env.ts";
import type { LinuxEnvironment, Pair } from "../trace/linux-environment.ts";
import { EXTFRAG, FREE, PCPU_DRAIN, ZONE_LOCKED } from "../trace/linux-event.ts";
import { BuddyCore } from "./linux-core.ts";
import { FragmentationSamples, type FragmentationSample } from "./linux-fragmentation.ts";
import { FREED, LinuxFrames, TILE_PAGES } from "./linux-frames.ts";
import { PAGEBLOCK_ORDER } from "./linux-migratetypes.ts";

/** Up to this order frees go to a per-CPU list (PAGE_ALLOC_COSTLY_ORDER), and pageblock order does. */
const CACHED_ORDER_MAX = 3;

/** A cell of buddyinfo that was not as predicted. */
export interface WrongCell {
  readonly zone: string;
  readonly order: number;
  readonly predicted: number;
  readonly counted: number;
}

export interface ExactFigures {
  readonly kind: "replayed";
  readonly removals: number;
  /** Removals of a block that was not wholly free. */
  readonly notFree: number;
  /** Removals of the lower end of a free block; the others took another part of it. */
  readonly atHead: number;
  /** Removals that split a block. */
  readonly split: number;
  /** Removals although a smaller known block of the migratetype would have sufficed. */
  readonly notSmallest: number;
  readonly drains: number;
  /** Drained pages that were in the core already. */
  readonly drainedTwice: number;
  readonly directFrees: number;
  /** Pages whose direct free was inferred from a removal, and from the second reading. */
  readonly inferredFromRemoval: number;
  readonly inferredFromReading: number;
  /** Pages that the second reading has free, and pages at which the prediction differs from it. */
  readonly pagesFree: number;
  readonly pagesDiffering: number;
  /** Pages not compared: events touched them since the second reading began. */
  readonly pagesTouched: number;
  readonly cellsEqual: number;
  readonly cells: number;
  readonly wrongCells: readonly WrongCell[];
  readonly fragmentation: readonly FragmentationSample[];
}

export type ExactReport =
  { readonly kind: "not-asked" } | { readonly kind: "impossible"; readonly reason: string } | ExactFigures;

/** Did nothing in the replay differ from what a correct kernel does? True where there was none. */
export function replayAgrees(exact: ExactReport): boolean {
  if (exact.kind !== "replayed") return true;
  const { removals, atHead, notSmallest, pagesDiffering, cells, cellsEqual } = exact;
  return atHead === removals && notSmallest === 0 && pagesDiffering === 0 && cellsEqual === cells;
}

/** The replay. Give it every event in file order, before the frames' own states change. */
export class ExactReplay {
  readonly core: BuddyCore;
  readonly #readings: Pair<FreeRuns>;
  readonly #frames: LinuxFrames;
  readonly #samples = new FragmentationSamples();
  /** 1 for frames that events touched since the second reading began. */
  readonly #touched = new LinuxFrames();
  #firstTime = NaN;
  #lastTime = NaN;
  #removals = 0;
  #notFree = 0;
  #atHead = 0;
  #split = 0;
  #notSmallest = 0;
  #drains = 0;
  #drainedTwice = 0;
  #directFrees = 0;
  #inferred = 0;

  constructor({ zones, maxOrder }: LinuxEnvironment, readings: Pair<FreeRuns>, frames: LinuxFrames) {
    this.#readings = readings;
    this.#frames = frames;
    this.core = new BuddyCore(zones, maxOrder);
    this.core.load(readings.before.runs);
  }

  /** Does an event of this kind and order move frames in or out of the core? */
  concerns(kind: number, order: number): boolean {
    return kind >= ZONE_LOCKED || (kind === FREE && isDirect(order));
  }

  /** One such event; answers false where it took what was not free. */
  event(kind: number, pfn: number, order: number, time: number, migratetype: number): boolean {
    if (Number.isNaN(time)) return true;
    if (Number.isNaN(this.#firstTime)) this.#firstTime = time;
    this.#lastTime = time;
    const { before, after } = this.#readings;
    if (time < before.from) return true;
    if (time <= before.to) {
      if (kind === ZONE_LOCKED || kind === EXTFRAG) this.core.takeFree(pfn, order);
      else this.core.insertMissing(pfn, order);
      return true;
    }
    if (time >= after.from) this.#touch(pfn, order);
    if (kind !== FREE) this.core.learnType(pfn, migratetype);
    const free = kind === ZONE_LOCKED || kind === EXTFRAG ? this.#remove(kind, pfn, order, migratetype) : true;
    if (kind === PCPU_DRAIN || kind === FREE) this.#insert(kind, pfn, order);
    this.#samples.changed(time, this.core.counts);
    return free;
  }

  #remove(kind: number, pfn: number, order: number, migratetype: number): boolean {
    this.#removals++;
    let around = this.core.orderAround(pfn);
    if (around < order) {
      this.#inferFrees(pfn, order);
      around = this.core.orderAround(pfn);
    }
    if (around < order) {
      this.#notFree++;
      this.core.takeFree(pfn, order);
      return false;
    }
    if (alignDown(pfn, around) === pfn) this.#atHead++;
    if (around > order) this.#split++;
    const zone = this.core.zoneOf(pfn);
    if (kind === ZONE_LOCKED && this.core.types.hasSmaller(zone, migratetype, order, around)) this.#notSmallest++;
    this.core.take(pfn, order, around);
    return true;
  }

  /** What is taken was in the core: frames last seen freed must have been freed directly. */
  #inferFrees(pfn: number, order: number): void {
    for (let frame = pfn; frame < pfn + pagesIn(order); frame++) {
      if (this.core.orderAround(frame) >= 0 || this.#frames.stateAt(frame) !== FREED) continue;
      this.core.insert(frame, 0);
      this.#inferred++;
    }
  }

  #insert(kind: number, pfn: number, order: number): void {
    const inserted = this.core.insertMissing(pfn, order);
    if (kind === FREE) this.#directFrees++;
    else {
      this.#drains++;
      this.#drainedTwice += pagesIn(order) - inserted;
    }
  }

  #touch(pfn: number, order: number): void {
    const at = pfn & (TILE_PAGES - 1);
    this.#touched.tileOf(pfn).fill(1, at, at + pagesIn(order));
  }

  /** The figures, compared with the second reading and with what buddyinfo said after the recording. */
  report(areas: readonly FreeArea[] | null, zones: readonly LinuxZone[] | null): ExactReport {
    const { before, after } = this.#readings;
    if (Number.isNaN(this.#firstTime))
      return { kind: "impossible", reason: "the trace has no times, or no event of the buddy core" };
    if (this.#firstTime > after.to || this.#lastTime < before.from)
      return { kind: "impossible", reason: "the page flags were read on another clock, or at another time" };
    const compared = this.#compare();
    return {
      kind: "replayed",
      removals: this.#removals,
      notFree: this.#notFree,
      atHead: this.#atHead,
      split: this.#split,
      notSmallest: this.#notSmallest,
      drains: this.#drains,
      drainedTwice: this.#drainedTwice,
      directFrees: this.#directFrees,
      inferredFromRemoval: this.#inferred,
      ...compared,
      ...compareCells(this.core, areas, zones),
      fragmentation: this.#samples.samples,
    };
  }

  /** Frame by frame: a frame free in one but not in the other differs, unless it was freed directly. */
  #compare(): Pick<ExactFigures, "pagesFree" | "pagesDiffering" | "pagesTouched" | "inferredFromReading"> {
    let pagesFree = 0;
    let pagesDiffering = 0;
    let pagesTouched = 0;
    let inferredFromReading = 0;
    let predicted = this.core.freePages();
    for (const run of this.#readings.after.runs) {
      pagesFree += run.end - run.start;
      for (let pfn = run.start; pfn < run.end; pfn++) {
        if (this.core.orderAround(pfn) >= 0) predicted--;
        else if (this.#isTouched(pfn)) pagesTouched++;
        else if (this.#frames.stateAt(pfn) === FREED) {
          this.core.insert(pfn, 0);
          inferredFromReading++;
        } else pagesDiffering++;
      }
    }
    const since = this.#insertedSince();
    pagesTouched += since;
    return { pagesFree, pagesDiffering: pagesDiffering + predicted - since, pagesTouched, inferredFromReading };
  }

  #isTouched(pfn: number): boolean {
    return this.#touched.tileOf(pfn)[pfn & (TILE_PAGES - 1)] === 1;
  }

  /** Frames that came into the core since the second reading began, and that it does not show. */
  #insertedSince(): number {
    let count = 0;
    this.#touched.each((pfn) => {
      if (this.core.orderAround(pfn) >= 0 && runIndexOf(this.#readings.after.runs, pfn) < 0) count++;
    });
    return count;
  }
}

/** Orders that no per-CPU list takes. */
function isDirect(order: number): boolean {
  return order > CACHED_ORDER_MAX && order !== PAGEBLOCK_ORDER;
}

/** The cells of buddyinfo, zone by zone and order by order. */
function compareCells(
  core: BuddyCore,
  areas: readonly FreeArea[] | null,
  zones: readonly LinuxZone[] | null,
): Pick<ExactFigures, "cells" | "cellsEqual" | "wrongCells"> {
  const wrongCells: WrongCell[] = [];
  let cells = 0;
  for (const { node, name, counts } of areas ?? []) {
    const zone = (zones ?? []).findIndex((each) => each.node === node && each.name === name);
    if (zone < 0) continue;
    cells += counts.length;
    for (const [order, counted] of counts.entries()) {
      const predicted = core.counts[zone]?.[order] ?? 0;
      if (predicted !== counted) wrongCells.push({ zone: `${name} of node ${node}`, order, predicted, counted });
    }
  }
  return { cells, cellsEqual: cells - wrongCells.length, wrongCells };
}
