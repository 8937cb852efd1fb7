// A WebAssembly file as a target: real compiled code whose whole state can be copied out and back.
//
//  1. The state is what the target declares with `buddycheck_state`, else its static data if it exports where that
//     ends (`__data_end`), else all of its memory; and in every case its globals that can change, of which the stack
//     pointer is one.
//  2. A trap is an outcome, and so is a call that goes on for too long: fuel is counted (wasm-fuel.ts), so that the
//     same call ends at the same turn on every machine.
//  3. What a list emitter shows is cut where more is listed than the pool has pages: a broken list may be a cycle.
//  4. A memory that grew cannot shrink. Where it must, a new instance takes the place of the old one.
//
// Names and types of the functions: wasm-calls.ts.

import { readFileSync } from "node:fs";
import type { Command, Counts, Outcome, Snapshot } from "../../model/command.ts";
import { mergeRanges, subtract, type FrameRange, type Geometry } from "../../model/geometry.ts";
import {
  ADD,
  ALLOC,
  ALLOC_PAGES,
  ANSWER_ODD,
  ANSWER_OK,
  ANSWER_REFUSED,
  ANSWER_UNSAID,
  FREE,
  FREE_ORDER,
  FREE_PAGES,
  HIDDEN,
  outcomeOf,
  REMOVE,
  SHOWN,
  SHOWN_ODD,
  UNNAMED,
  type Listing,
} from "../../model/numbers.ts";
import { targetProblem, wrongTarget, type TargetRead } from "./target-problem.ts";
import type { Call, Crashed, Memory, Numbers, Session, SessionTarget } from "./target.ts";
import { WasmError } from "./wasm-bytes.ts";
import { complaintsAbout, shapeOf, type HostFunctions, type WasmShape } from "./wasm-calls.ts";
import { FUEL, LIMIT, meter, WROTE, type Metered } from "./wasm-fuel.ts";
import { WasmMemory } from "./wasm-memory.ts";
import { readWasm } from "./wasm-module.ts";
import type { Instance } from "./wasm-words.ts";
import { compile, instantiate, type CompiledModule, type GlobalVariable, type LinearMemory } from "./web-assembly.ts";

/** What a request answers that is refused: all bits set, as in the zone of one that asks for none (UNNAMED). */
const NONE = 0xffffffff;

/** Turns of loops that a call may take: plenty, and more where there are pages to clear byte by byte. */
const FUEL_BASE = 2 ** 20;
const FUEL_PER_PAGE = 2 ** 14;
const FUEL_MAX = 2 ** 31 - 1;

/** The largest order that a list may be shown for, and blocks that may be listed beyond two for each page. */
const ORDER_SHOWN_MAX = 63;
const BLOCKS_MORE = 16;

/** Most words of a panic that are kept. */
const LOG_BYTES_MAX = 4096;

type Call2 = (first: number, second: number) => number | undefined;

/** What is used of an instance. Functions that a target does not have are never called. */
interface Exports {
  readonly memory: LinearMemory;
  readonly buddycheck_init: (pages: number, maxOrder: number, basePfn: number) => number;
  readonly buddycheck_alloc: (order: number, zone: number) => number;
  readonly buddycheck_alloc_pages: (pages: number, zone: number) => number;
  readonly buddycheck_free: Call2;
  readonly buddycheck_free_pages: Call2;
  readonly buddycheck_add: Call2;
  readonly buddycheck_remove: Call2;
  readonly buddycheck_reserve: Call2;
  readonly buddycheck_zone: Call2;
  readonly buddycheck_lists: () => void;
  readonly buddycheck_counts: () => void;
  readonly _initialize?: () => void;
  readonly __data_end?: GlobalVariable;
  readonly __global_base?: GlobalVariable;
  readonly [FUEL]: GlobalVariable;
  readonly [LIMIT]: GlobalVariable;
  readonly [WROTE]: () => number;
  readonly [name: string]: unknown;
}

/** A file that was read, metered and compiled. */
interface Compiled {
  readonly module: CompiledModule;
  readonly metered: Metered;
  readonly shape: WasmShape;
}

/** Ends an emitter that goes round in circles. */
const TOO_MANY = new Error("more blocks are listed than there are pages");

/** Loads a .wasm file. Its path is relative to the folder that the command runs in. */
export function loadWasm(path: string): TargetRead {
  try {
    return compiledTarget(path, readFileSync(path));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const at = error instanceof WasmError ? ` at byte ${error.offset}` : "";
    return wrongTarget("TARGET_WASM", path, "a WebAssembly file that can be loaded", `${error.message}${at}`);
  }
}

function compiledTarget(path: string, bytes: Uint8Array): TargetRead {
  const read = readWasm(bytes);
  const complaints = complaintsAbout(read);
  if (complaints.length > 0) {
    const wrong = complaints.map(([expected, found]) => targetProblem("TARGET_WASM", path, expected, found));
    return { kind: "wrong", problems: wrong };
  }
  const metered = meter(read);
  const compiled: Compiled = { module: compile(metered.bytes), metered, shape: shapeOf(read) };
  const target: SessionTarget = {
    kind: "session",
    name: path,
    open: ({ geometry }) => new WasmSession(compiled, geometry),
  };
  return { kind: "target", target };
}

/** What the host's functions were told since somebody last asked. */
class Told {
  lists: number[][] = [];
  cached: number[] = [];
  counts: number[] = [];
  readonly ranges: FrameRange[] = [];
  words = "";
  /** Where blocks and counts are written down instead, while somebody asks in numbers; null for nobody. */
  listing: Listing | null = null;
  counting: Float64Array | null = null;
  /** Was anything shown that cannot be written down so? */
  isOdd = false;
  /** How many blocks may still be listed. */
  #left = 0;

  /** Forgets what was shown before, and takes at most so many blocks. */
  begin(blocksMax: number): void {
    this.lists = [];
    this.cached = [];
    this.counts = [];
    this.#left = blocksMax;
  }

  listed(order: number, pfn: number): void {
    if (this.listing !== null) {
      this.listing.add(order, pfn >>> 0);
      if (this.listing.isFull) throw TOO_MANY;
      return;
    }
    if (this.#left-- <= 0) throw TOO_MANY;
    this.#demandOrder(order);
    while (this.lists.length <= order) this.lists.push([]);
    this.lists[order]?.push(pfn >>> 0);
  }

  held(pfn: number): void {
    if (this.listing !== null) {
      this.isOdd = true;
      return;
    }
    if (this.#left-- <= 0) throw TOO_MANY;
    this.cached.push(pfn >>> 0);
  }

  counted(order: number, blocks: number): void {
    if (this.counting !== null) {
      if (order >= 0 && order < this.counting.length) this.counting[order] = blocks >>> 0;
      else this.isOdd = true;
      return;
    }
    this.#demandOrder(order);
    while (this.counts.length <= order) this.counts.push(0);
    this.counts[order] = blocks >>> 0;
  }

  #demandOrder(order: number): void {
    if (order < 0 || order > ORDER_SHOWN_MAX) throw new Error(`order ${order} is shown, which no block has`);
  }
}

/** One pool of a WebAssembly target: guards its instance, and remembers that it could not be opened. */
class WasmSession implements Session, Numbers {
  /** Nobody looks whether pages are zero. */
  readonly zeroSeen = 0;
  odd: Outcome | null = null;
  readonly numbers: Numbers = this;
  readonly calls: ReadonlySet<Call>;
  readonly takesZones: boolean;
  readonly memory: Memory | null;
  readonly steps = null;
  readonly #compiled: Compiled;
  readonly #geometry: Geometry;
  readonly #pages: number;
  readonly #told: Told = new Told();
  readonly #state: WasmMemory | null;
  #exports: Exports;
  #lastWords = "";
  /** The answer to everything, where the pool could not be opened or state was not declared; null before. */
  #dead: Crashed | null = null;

  constructor(compiled: Compiled, geometry: Geometry) {
    this.#compiled = compiled;
    this.#geometry = geometry;
    this.#pages = geometry.span.end - geometry.span.start;
    this.calls = compiled.shape.calls;
    this.takesZones = compiled.shape.takesZones;
    this.#exports = this.#open();
    this.#state = this.#dead === null ? this.#createState() : null;
    this.memory = this.#state;
  }

  get lastWords(): string {
    return this.#lastWords;
  }

  reset(): void {
    this.#state?.reset();
    if (this.#state !== null && this.#state.strayByte !== null) this.#dieOfStrayByte(this.#state.strayByte);
  }

  answer(command: Command): Outcome {
    const answer = this.#give(command);
    return answer === ANSWER_ODD ? (this.odd as Outcome) : outcomeOf(answer, null);
  }

  call(call: number, first: number, second: number): number {
    if (this.#dead !== null) return this.#beOdd(this.#dead);
    this.#state?.begin();
    try {
      return this.#call(call, first, second);
    } catch (error) {
      return this.#beOdd(this.#trapped(error));
    }
  }

  list(listing: Listing): number {
    if (!this.#compiled.shape.showsLists) return HIDDEN;
    listing.clear();
    this.#told.listing = listing;
    return this.#write(this.#exports.buddycheck_lists);
  }

  count(counts: Float64Array): number {
    if (!this.#compiled.shape.showsCounts) return HIDDEN;
    counts.fill(0);
    this.#told.counting = counts;
    return this.#write(this.#exports.buddycheck_counts);
  }

  /** Lets the target write something down. What it dies of it dies of again where somebody looks closer. */
  #write(emit: () => void): number {
    const told = this.#told;
    told.isOdd = this.#dead !== null;
    try {
      if (!told.isOdd) emit();
    } catch (error) {
      if (error !== TOO_MANY) this.#trapped(error);
      told.isOdd = true;
    }
    told.listing = null;
    told.counting = null;
    return told.isOdd ? SHOWN_ODD : SHOWN;
  }

  #beOdd(outcome: Outcome): number {
    this.odd = outcome;
    return ANSWER_ODD;
  }

  snapshot(): Snapshot | Crashed | null {
    if (!this.#compiled.shape.showsLists) return null;
    const crashed = this.#show(() => this.#exports.buddycheck_lists());
    if (crashed !== null) return crashed;
    const { maxOrder } = this.#geometry;
    const { lists, cached } = this.#told;
    while (lists.length <= maxOrder) lists.push([]);
    return { kind: "snapshot", lists, cached };
  }

  counts(): Counts | Crashed | null {
    if (!this.#compiled.shape.showsCounts) return null;
    const crashed = this.#show(() => this.#exports.buddycheck_counts());
    if (crashed !== null) return crashed;
    const { counts } = this.#told;
    while (counts.length <= this.#geometry.maxOrder) counts.push(0);
    return { kind: "counts", free: counts, zone: null };
  }

  /** Lets the target show something. One that goes round in circles is cut off, and its stack put right. */
  #show(emit: () => void): Crashed | null {
    if (this.#dead !== null) return this.#dead;
    this.#told.begin(2 * this.#pages + BLOCKS_MORE);
    const globals = this.#globals();
    const before = globals.map(({ value }) => value);
    try {
      emit();
    } catch (error) {
      if (error !== TOO_MANY) return this.#trapped(error);
      globals.forEach((global, at) => {
        global.value = before[at] as number | bigint;
      });
    }
    return null;
  }

  /** Gives a command in numbers. An observation is its own answer. */
  #give(command: Command): number {
    switch (command.kind) {
      case "alloc":
        return this.call(ALLOC, command.order, this.#zoneNumber(command.zone));
      case "alloc-pages":
        return this.call(ALLOC_PAGES, command.pages, this.#zoneNumber(command.zone));
      case "free":
        return this.call(FREE, command.pfn, UNNAMED);
      case "free-order":
        return this.call(FREE_ORDER, command.pfn, command.order);
      case "free-pages":
        return this.call(FREE_PAGES, command.pfn, command.pages);
      case "add":
        return this.call(ADD, command.pfn, command.pages);
      case "remove":
        return this.call(REMOVE, command.pfn, command.pages);
      case "snapshot":
      case "counts":
      case "unnamed":
        return this.#dead === null ? ANSWER_OK : this.#beOdd(this.#dead);
    }
  }

  #call(call: number, first: number, second: number): number {
    const target = this.#exports;
    switch (call) {
      case ALLOC:
        return served(target.buddycheck_alloc(first, second));
      case ALLOC_PAGES:
        return served(target.buddycheck_alloc_pages(first, second));
      case FREE:
        return this.#accepted(target.buddycheck_free(first, 0));
      case FREE_ORDER:
        return this.#accepted(target.buddycheck_free(first, second));
      case FREE_PAGES:
        return this.#accepted(target.buddycheck_free_pages(first, second));
      case ADD:
        return this.#accepted(target.buddycheck_add(first, second));
      default:
        return this.#accepted(target.buddycheck_remove(first, second));
    }
  }

  #zoneNumber(name: string | null): number {
    return name === null ? UNNAMED : this.#geometry.zones.findIndex((zone) => zone.name === name);
  }

  #accepted(answered: number | undefined): number {
    if (answered === 1) return ANSWER_OK;
    if (answered === 0) return ANSWER_REFUSED;
    if (answered === undefined || answered === -1) return ANSWER_UNSAID;
    this.#lastWords = `a free answered ${answered}, which is neither 1 (accepted), 0 (rejected) nor -1 (unknown)`;
    return this.#beOdd({ kind: "crashed", how: "garbage" });
  }

  #trapped(error: unknown): Crashed {
    if (!(error instanceof Error)) throw error;
    const how = this.#exports[FUEL].value === 0 ? "hang" : howOf(error);
    const trace = (error.stack ?? "").split("\n").filter((line) => line.includes("wasm://"));
    this.#lastWords = [this.#told.words, error.message, ...trace].filter((line) => line !== "").join("\n");
    this.#told.words = "";
    return { kind: "crashed", how };
  }

  #globals(): readonly GlobalVariable[] {
    return this.#compiled.metered.globals.map((name) => this.#exports[name] as GlobalVariable);
  }

  /** A new instance with its pool opened. */
  #open(): Exports {
    const { module, shape } = this.#compiled;
    const host = this.#host();
    const exports = instantiate(module, { env: host, buddycheck: host }) as Exports;
    this.#exports = exports;
    this.#told.ranges.length = 0;
    try {
      exports[LIMIT].value = FUEL_MAX;
      exports._initialize?.();
      this.#openPool(exports, shape);
    } catch (error) {
      this.#trapped(error);
      this.#dead = { kind: "crashed", how: "init" };
    }
    exports[LIMIT].value = Math.min(FUEL_BASE + FUEL_PER_PAGE * this.#pages, FUEL_MAX);
    return exports;
  }

  /** Throws what keeps the pool from being opened. */
  #openPool(exports: Exports, shape: WasmShape): void {
    const { span, zones, runs, maxOrder, basePfn } = this.#geometry;
    if (span.end >= NONE) throw new Error(`page numbers up to ${span.end} do not fit into 32 bits`);
    const reserved = subtract(span, runs);
    if (reserved.length > 0 && !shape.takesReserved) throw new Error("it has no buddycheck_reserve for reserved pages");
    if (zones.length > 1 && !shape.takesZoneRanges) throw new Error("it has no buddycheck_zone for several zones");
    for (const { start, end } of reserved) exports.buddycheck_reserve(start, end);
    if (shape.takesZoneRanges) for (const { start, end } of zones) exports.buddycheck_zone(start, end);
    const answered = exports.buddycheck_init(this.#pages, maxOrder, basePfn);
    if (answered !== 0) throw new Error(`buddycheck_init answered ${answered}`);
  }

  #createState(): WasmMemory {
    const { __data_end: dataEnd, __global_base: dataStart } = this.#exports;
    const statics = dataEnd === undefined ? null : { start: Number(dataStart?.value ?? 0), end: Number(dataEnd.value) };
    const declared = mergeRanges(this.#told.ranges);
    const ranges = declared.length > 0 ? declared : statics === null ? null : [statics];
    const instanceOf = (exports: Exports): Instance => ({
      memory: exports.memory,
      globals: this.#globals(),
      wrote: exports[WROTE],
    });
    const { growsMemory } = this.#compiled.metered;
    return new WasmMemory(instanceOf(this.#exports), { ranges, statics, growsMemory }, () => instanceOf(this.#open()));
  }

  #dieOfStrayByte(address: number): void {
    this.#lastWords = `the byte at ${address} has changed, which buddycheck_state did not declare`;
    this.#dead = { kind: "crashed", how: "undeclared-state" };
  }

  #host(): HostFunctions {
    const told = this.#told;
    return {
      buddycheck_listed: (order, pfn) => told.listed(order, pfn),
      buddycheck_cached: (pfn) => told.held(pfn),
      buddycheck_counted: (order, blocks) => told.counted(order, blocks),
      buddycheck_state: (address, bytes) => {
        const start = address >>> 0;
        const end = start + (bytes >>> 0);
        if (end > this.#exports.memory.buffer.byteLength)
          throw new Error(`state up to byte ${end} is outside the memory`);
        told.ranges.push({ start, end });
      },
      buddycheck_log: (address, bytes) => {
        const start = address >>> 0;
        const length = Math.min(bytes >>> 0, LOG_BYTES_MAX);
        told.words = new TextDecoder().decode(
          new Uint8Array(this.#exports.memory.buffer).subarray(start, start + length),
        );
      },
    };
  }
}

function served(answered: number): number {
  const pfn = answered >>> 0;
  return pfn === NONE ? ANSWER_REFUSED : pfn;
}

/** The word for a trap, by what the engine says of it. */
function howOf({ message }: Error): string {
  if (message === "unreachable") return "abort";
  if (message.includes("out of bounds")) return "segv";
  return message.includes("call stack") ? "stack-overflow" : "trap";
}
