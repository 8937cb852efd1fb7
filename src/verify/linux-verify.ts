// The verifier of Linux kernel traces: what was last seen of each frame, judged event by event.
//
//  1. The world is open: a frame is unknown until its first event, and unknown again after a loss. An unknown
//     frame contradicts nothing.
//  2. States move so: an allocation makes frames live, a free freed, a removal from the buddy core taken, a drain gives
//     them back to the core. `mm_page_free_batched` repeats a free and moves nothing.
//  3. An event that is impossible by itself is reported and otherwise ignored. After a contradiction the latest
//     event is believed, so that one missing event is one finding.
//  4. Where a block's frames differ, the one that speaks most against the event decides.
//  5. mm_page_alloc_extfrag right after a removal of the same frame tells of that removal again (its block was
//     claimed); alone it is a removal of `alloc_order`. Kernels before 6.10 print it first, and then the removal.
//  6. A CPU that drains exactly a batch of frames last seen in the core took them from it without events: the kernel
//     sometimes refills a per-CPU list so. Any other number is a contradiction.
//
// One byte a frame, no object an event: the tables below decide. Evidence is text, taken when a finding is made.

import type { Problem } from "../problem.ts";
import {
  ALLOC,
  FREE,
  KIND_COUNT,
  PCPU_DRAIN,
  ZONE_LOCKED,
  type LinuxCursor,
  type LinuxSink,
} from "../trace/linux-event.ts";
import { DrainRuns } from "./linux-drains.ts";
import { ExactReplay } from "./linux-exact.ts";
import { LinuxFrames, LIVE, TAIL, TAKEN, TILE_PAGES } from "./linux-frames.ts";
import { HeldFindings } from "./linux-held.ts";
import { LinuxLosses } from "./linux-losses.ts";
import type { LinuxVerifyOptions } from "./linux-options.ts";
import { BlockPlaces, WELL_PLACED } from "./linux-places.ts";
import type { LinuxResult } from "./linux-result.ts";
import {
  ALLOC_OTHER_ORDER,
  DRAINED_TWICE,
  FREED_LARGER,
  FREED_PART,
  FREED_TAIL,
  HIDDEN_REFILL,
  LINUX_CLASSES,
  REMOVED_NOT_FREE,
  REQUEST_FAILED,
} from "./linux-rules.ts";
import { summedUp } from "./linux-summed.ts";
import { ASK_ORDER, decidingState, NEXT, OUTCOMES, RULE_BASE } from "./linux-transitions.ts";
import type { HistoryLine } from "./result.ts";

const UNEXPLAINED_SHOWN = 10;
const TEXT_MAX = 240;

/** Judges one kernel trace. Set `cursor` to its reader before the first event. */
export class LinuxVerifier implements LinuxSink {
  cursor: LinuxCursor | null = null;
  readonly options: LinuxVerifyOptions;
  readonly frames: LinuxFrames = new LinuxFrames();
  readonly #places: BlockPlaces;
  readonly #held = new HeldFindings();
  readonly #losses = new LinuxLosses();
  readonly #drains = new DrainRuns();
  readonly #exact: ExactReplay | null;
  /** Events and their pages by kind, classes by number: counts. */
  readonly #tally = new Float64Array(KIND_COUNT);
  readonly #pages = new Float64Array(KIND_COUNT);
  readonly #classes = new Float64Array(LINUX_CLASSES.length);
  /** Per CPU, the frame that last left the core, and the kind of event that said so. */
  readonly #lastTaken: Map<number, { pfn: number; kind: number }> = new Map();
  #hasBegun = false;
  #others = 0;
  /** Those before the first event: comments of the header, never entries of a buffer. */
  #headerLines = 0;
  #unexplained = 0;
  readonly #unexplainedLines: HistoryLine[] = [];
  readonly #problems: Problem[] = [];

  constructor(options: LinuxVerifyOptions) {
    this.options = options;
    const { zones, kpageflags, maxOrder } = options.environment;
    this.#places = new BlockPlaces(zones, maxOrder);
    this.#exact = kpageflags === null ? null : new ExactReplay(options.environment, kpageflags, this.frames);
  }

  event(kind: number, pfn: number, order: number, cpu: number, line: number): void {
    this.#tally[kind] = (this.#tally[kind] as number) + 1;
    this.#losses.heard(cpu, line);
    this.#hasBegun = true;
    if (this.#drains.isOpen && kind !== PCPU_DRAIN) this.#endDrains(cpu);
    if (pfn < 0) {
      this.#count(REQUEST_FAILED);
      return;
    }
    const misplaced = this.#places.judge(pfn, order);
    if (misplaced !== WELL_PLACED) {
      this.#found(misplaced, pfn, order, cpu, line, 0);
      return;
    }
    if (kind >= ZONE_LOCKED && kind !== PCPU_DRAIN && this.#isToldAgain(kind, pfn, cpu)) return;
    if (this.#exact !== null && this.#exact.concerns(kind, order)) this.#replay(kind, pfn, order, cpu, line);
    this.#judge(kind, pfn, order, cpu, line);
  }

  /** Looks up what the event means for its frames, and moves them. */
  #judge(kind: number, pfn: number, order: number, cpu: number, line: number): void {
    const tile = this.frames.tileOf(pfn);
    const at = pfn & (TILE_PAGES - 1);
    const head = tile[at] as number;
    const pages = 1 << order;
    const state = order === 0 ? head >> 4 : decidingState(kind, statesOf(tile, at, at + pages));
    const outcome = OUTCOMES[kind * 8 + state] as number;
    if (outcome !== 0) this.#note(outcome, kind, pfn, order, cpu, line, head);
    const next = NEXT[kind] as number;
    if (next === 0) return;
    this.#pages[kind] = (this.#pages[kind] as number) + pages;
    if (pages > 1) tile.fill(next | TAIL, at + 1, at + pages);
    tile[at] = next | order;
  }

  #note(outcome: number, kind: number, pfn: number, order: number, cpu: number, line: number, head: number): void {
    if (outcome === ASK_ORDER) this.#noteOrder(kind, pfn, order, cpu, line, head);
    else if (outcome < RULE_BASE) this.#count(outcome - 1);
    else {
      const rule = outcome - RULE_BASE;
      this.#found(rule, pfn, order, cpu, line, head);
      if (rule === DRAINED_TWICE) this.#drains.doubt(cpu, line, this.#places.batchAt(pfn));
    }
  }

  /** A live block is freed, or one that was taken is allocated: whole, and as what it was? */
  #noteOrder(kind: number, pfn: number, order: number, cpu: number, line: number, head: number): void {
    const was = head & 15;
    if (kind === ALLOC) {
      if (head >> 4 === TAKEN && was !== order) this.#found(ALLOC_OTHER_ORDER, pfn, order, cpu, line, head);
    } else if (head >> 4 !== LIVE || was < order) this.#found(FREED_LARGER, pfn, order, cpu, line, head);
    else if (was === TAIL) this.#count(FREED_TAIL);
    else if (was > order) this.#count(FREED_PART);
  }

  #count(index: number): void {
    this.#classes[index] = (this.#classes[index] as number) + 1;
  }

  #found(rule: number, pfn: number, order: number, cpu: number, line: number, before: number): void {
    this.#held.add({ rule, pfn, order, cpu, line, before }, () => this.cursor?.lineText(TEXT_MAX) ?? "");
  }

  /** Does this removal repeat the one before it on its CPU, as the other kind of event? */
  #isToldAgain(kind: number, pfn: number, cpu: number): boolean {
    const last = this.#lastTaken.get(cpu);
    if (last === undefined) {
      this.#lastTaken.set(cpu, { pfn, kind });
      return false;
    }
    const again = last.pfn === pfn && last.kind !== kind && this.frames.stateAt(pfn) === TAKEN;
    last.pfn = again ? -1 : pfn;
    last.kind = kind;
    return again;
  }

  #replay(kind: number, pfn: number, order: number, cpu: number, line: number): void {
    const time = this.cursor?.time() ?? NaN;
    const migratetype = kind === FREE ? -1 : (this.cursor?.migratetype() ?? -1);
    const free = this.#exact?.event(kind, pfn, order, time, migratetype) ?? true;
    if (!free)
      this.#found(REMOVED_NOT_FREE, pfn, order, cpu, line, this.frames.tileOf(pfn)[pfn & (TILE_PAGES - 1)] ?? 0);
  }

  /** Another event of this CPU ends its run of drains. */
  #endDrains(cpu: number): void {
    const lines = this.#drains.close(cpu);
    const [first] = lines;
    if (first === undefined || lines.length % this.#drains.batch !== 0) return;
    this.#held.drop(DRAINED_TWICE, new Set(lines), first);
    this.#classes[HIDDEN_REFILL] = (this.#classes[HIDDEN_REFILL] as number) + lines.length;
  }

  lost(cpu: number, events: number, line: number): void {
    const withdrawn = this.#held.withdrawAfter(this.#losses.silentSince(cpu));
    this.#losses.lost(cpu, events, line, withdrawn);
    this.#forget();
  }

  bufferStarted(cpu: number, line: number): void {
    this.#losses.start = { cpu, line, eventsSkipped: this.#tally.reduce((sum, count) => sum + count, 0) };
    this.#held.restart();
    this.#forget();
    this.#classes.fill(0);
    this.#pages.fill(0);
  }

  #forget(): void {
    this.frames.forget();
    this.#drains.forget();
    this.#lastTaken.clear();
  }

  entries(inBuffer: number, written: number): void {
    this.#losses.entries(inBuffer, written);
    if (this.#hasBegun) this.#forget();
  }

  other(): void {
    this.#others++;
    if (!this.#hasBegun) this.#headerLines++;
  }

  unexplained(line: number): void {
    this.#unexplained++;
    if (this.#unexplainedLines.length < UNEXPLAINED_SHOWN)
      this.#unexplainedLines.push({ line, text: this.cursor?.lineText(TEXT_MAX) ?? "" });
  }

  problem(problem: Problem): void {
    this.#problems.push(problem);
  }

  /** What the whole trace showed; `lines` is how many it has. Ends the verifying. */
  result(lines: number): LinuxResult {
    for (const cpu of this.#drains.openCpus) this.#endDrains(cpu);
    const { environment } = this.options;
    return summedUp({
      options: this.options,
      lines,
      tally: [...this.#tally],
      classes: [...this.#classes],
      others: this.#others,
      headerLines: this.#headerLines,
      unexplained: this.#unexplained,
      unexplainedLines: this.#unexplainedLines,
      held: this.#held,
      losses: this.#losses,
      pages: { allocated: this.#pages[ALLOC] ?? 0, freed: this.#pages[FREE] ?? 0 },
      exact: this.#exact?.report(environment.buddyinfo?.after ?? null, environment.zones) ?? { kind: "not-asked" },
      problems: this.#problems,
    });
  }
}

/** Bit n is set where one of these frames has state n. */
function statesOf(tile: Uint8Array, start: number, end: number): number {
  let mask = 0;
  for (let at = start; at < end; at++) mask |= 1 << ((tile[at] as number) >> 4);
  return mask;
}
