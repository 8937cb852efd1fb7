// A JavaScript or TypeScript module as a target: it exports `open`, which answers an object with the calls.
//
//     open({ pages, maxOrder, basePfn, reserved, zones }) answers { alloc(order, zone), free(pfn, order), … }
//
//  1. `alloc` answers the pfn it serves, or null for a refusal. `free` answers true (accepted), false (refused),
//     or nothing, where it does not say. `order` is undefined in a free that names no size.
//  2. Whatever else a call answers is garbage, and what it throws is a crash. Both are outcomes, with their first
//     word in `how` and the rest in `lastWords`.
//  3. `allocPages(pages, zone)` and `freePages(pfn, pages)` count in pages; `add(pfn, pages)` and
//     `remove(pfn, pages)` change the pool. `freeLists()` answers the pfns by order, or `{ lists, cached }`;
//     `counts()` answers numbers by order. What a module does not have is not asked of it.
//  4. `save()` answers the whole state as bytes, and `restore(bytes)` makes such a state its own.
//  5. A zone is asked for only where every request has a second parameter.
//  6. pfns are absolute, and ranges are half-open: a pool is the frames from `basePfn` to `basePfn + pages`.
//  7. A call may be a generator: each piece of it up to a `yield` is one atomic step (stepped-call.ts). Where nothing is
//     to come in between, it runs through at once.
//  8. A call that never returns is an outcome, too, for whoever calls `patiently` (patience.ts).

import { pathToFileURL } from "node:url";
import {
  OK,
  REFUSED,
  UNSAID,
  type Command,
  type Counts,
  type FreeLists,
  type Outcome,
  type Snapshot,
} from "../../model/command.ts";
import { subtract, type Geometry } from "../../model/geometry.ts";
import { Hang, Patience } from "./patience.ts";
import { wrongTarget, type TargetRead } from "./target-problem.ts";
import { finish, isPausing, PausingCall } from "./stepped-call.ts";
import type { Call, Crashed, Memory, Numbers, Session, SessionTarget, Steps } from "./target.ts";

/** Half-open range of absolute pfns, as a module is told of it. */
export type ModuleRange = readonly [start: number, end: number];

/** The pool that a module is to open. */
export interface ModulePool {
  readonly pages: number;
  readonly maxOrder: number;
  readonly basePfn: number;
  /** Frames that are not managed: reserved ones, and holes between zones. */
  readonly reserved: readonly ModuleRange[];
  /** Empty where the pool is one zone without a name. */
  readonly zones: readonly { readonly name: string; readonly start: number; readonly end: number }[];
}

/** What `open` answers. Every answer is looked at, so the types say what is asked for, not what is believed. */
export interface ModuleAllocator {
  alloc?(order: number, zone: string | null): unknown;
  allocPages?(pages: number, zone: string | null): unknown;
  free?(pfn: number, order?: number): unknown;
  freePages?(pfn: number, pages: number): unknown;
  add?(pfn: number, pages: number): unknown;
  remove?(pfn: number, pages: number): unknown;
  freeLists?(): unknown;
  counts?(): unknown;
  save?(): unknown;
  restore?(bytes: Uint8Array): unknown;
}

type Open = (pool: ModulePool) => unknown;

/** Bytes in front of a saved state. */
const LENGTH_BYTES = 4;

/** The calls that each function of a module takes. */
const CALLS_OF: readonly (readonly [keyof ModuleAllocator, readonly Call[]])[] = [
  ["alloc", ["alloc"]],
  ["allocPages", ["alloc-pages"]],
  ["free", ["free", "free-order"]],
  ["freePages", ["free-pages"]],
  ["add", ["add"]],
  ["remove", ["remove"]],
];

/** Loads a module. Its path is relative to the folder that the command runs in. */
export async function loadModule(path: string): Promise<TargetRead> {
  if (/\.[mc]?ts$/u.test(path) && !runsTypeScript()) {
    const expected = "JavaScript, or a Node from 22.18 on, which runs TypeScript";
    return wrongTarget("TARGET_TYPESCRIPT", path, expected, `Node ${process.versions.node}`);
  }
  let loaded: Readonly<Record<string, unknown>>;
  try {
    loaded = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  } catch (error) {
    return wrongTarget("TARGET_MODULE", path, "a module that can be loaded", messageOf(error));
  }
  const { open } = loaded;
  if (typeof open === "function") return { kind: "target", target: moduleTarget(path, open as Open) };
  const names = Object.keys(loaded);
  const found = names.length === 0 ? "no exports" : `exports ${names.join(", ")}`;
  return wrongTarget("TARGET_MODULE", path, "an export `open`, a function", found);
}

function runsTypeScript(): boolean {
  const features = process.features as { readonly typescript?: unknown };
  return features.typescript !== undefined && features.typescript !== false;
}

/** A target in whose calls one may have to be ended. */
interface ModuleTarget extends SessionTarget {
  readonly patience: Patience;
}

/** A target from a module's `open`: what tests of a module's own start from. */
export function moduleTarget(name: string, open: Open): ModuleTarget {
  const patience = new Patience();
  return { kind: "session", name, patience, open: ({ geometry }) => new ModuleSession(open, geometry, patience) };
}

/**
 * Does what calls a target many times. Where a call of a module does not return, it is done again from its start, and then
 * such a call is answered by `crashed`, as a `hang`. Answers `left` where the user wants it ended (Ctrl-C).
 */
export function patiently<T>(target: SessionTarget, act: () => T, left: () => T): T {
  return isModule(target) ? target.patience.work(act, left) : act();
}

function isModule(target: SessionTarget): target is ModuleTarget {
  return "patience" in target;
}

/** What a module is told of a pool. */
export function modulePool(geometry: Geometry): ModulePool {
  const { span, maxOrder, basePfn, runs } = geometry;
  const zones = geometry.zones.length === 1 && geometry.zones[0]?.name === "" ? [] : geometry.zones;
  const reserved = subtract(span, runs).map(({ start, end }) => [start, end] as const);
  return { pages: span.end - span.start, maxOrder, basePfn, reserved, zones };
}

/** One pool of a module: guards what it answers, and remembers that it could not be opened. */
class ModuleSession implements Session {
  readonly takesZones: boolean;
  readonly calls: ReadonlySet<Call>;
  readonly memory: Memory | null;
  readonly steps: Steps = {
    begin: (command) => new PausingCall(this.#pieces(command), (error) => this.#threw(error)),
  };
  readonly numbers: Numbers | null = null;
  readonly #open: Open;
  readonly #pool: ModulePool;
  readonly #patience: Patience;
  #allocator: ModuleAllocator = {};
  #lastWords = "";
  /** The answer to everything, once the pool could not be opened or a state not restored; null before. */
  #dead: Crashed | null = null;
  /** The state as saved last, while it is still the state; null once it may have changed. */
  #saved: Uint8Array | null = null;

  constructor(open: Open, geometry: Geometry, patience: Patience) {
    this.#open = open;
    this.#patience = patience;
    this.#pool = modulePool(geometry);
    this.reset();
    const has = CALLS_OF.filter(([name]) => typeof this.#allocator[name] === "function");
    this.calls = new Set(has.flatMap(([, calls]) => calls));
    this.takesZones = (["alloc", "allocPages"] as const).every((name) => (this.#allocator[name]?.length ?? 2) > 1);
    const canSave = typeof this.#allocator.save === "function" && typeof this.#allocator.restore === "function";
    this.memory = canSave ? this.#createMemory() : null;
  }

  get lastWords(): string {
    return this.#lastWords;
  }

  reset(): void {
    this.#saved = null;
    this.#dead = null;
    this.#orDie("init", () => {
      const opened = this.#open(this.#pool);
      if (typeof opened !== "object" || opened === null) throw new Error(`open answered ${shownValue(opened)}`);
      this.#allocator = opened;
    });
  }

  answer(command: Command): Outcome {
    if (this.#dead !== null) return this.#dead;
    this.#saved = null;
    try {
      if (this.#patience.watches) return this.#patience.call(() => this.#answered(command));
      this.#patience.called();
      return this.#answered(command);
    } catch (error) {
      return this.#threw(error);
    }
  }

  #answered(command: Command): Outcome {
    const answered = this.#call(command);
    if (!isPausing(answered)) return this.#read(command, answered);
    return finish(new PausingCall(this.#goOn(command, answered), (error) => this.#threw(error)));
  }

  /** A call piece by piece; one that is no generator is one piece. */
  *#pieces(command: Command): Generator<unknown, Outcome, undefined> {
    if (this.#dead !== null) return this.#dead;
    this.#saved = null;
    const answered = this.#call(command);
    return isPausing(answered) ? yield* this.#goOn(command, answered) : this.#read(command, answered);
  }

  *#goOn(command: Command, pieces: Iterator<unknown, unknown, undefined>): Generator<unknown, Outcome, undefined> {
    for (;;) {
      this.#saved = null;
      const { done, value } = pieces.next();
      if (done === true) return this.#read(command, value);
      yield value;
    }
  }

  snapshot(): Snapshot | Crashed | null {
    return this.#look("freeLists", (shown) => {
      const { lists, cached = [] } = (Array.isArray(shown) ? { lists: shown } : shown) as Partial<Snapshot>;
      return isLists(lists) && isList(cached) ? { kind: "snapshot", lists, cached } : null;
    });
  }

  counts(): Counts | Crashed | null {
    return this.#look("counts", (free) => (isList(free) ? { kind: "counts", free, zone: null } : null));
  }

  /** What an observer of a module shows: null where there is none, a crash where it throws or shows garbage. */
  #look<T>(name: "freeLists" | "counts", read: (shown: object) => T | null): T | Crashed | null {
    if (this.#dead !== null) return this.#dead;
    if (typeof this.#allocator[name] !== "function") return null;
    try {
      const shown = this.#watched(() => this.#allocator[name]?.());
      return (typeof shown === "object" && shown !== null ? read(shown) : null) ?? this.#garbage(name, shown);
    } catch (error) {
      return this.#threw(error);
    }
  }

  #call(command: Command): unknown {
    const allocator = this.#allocator;
    switch (command.kind) {
      case "alloc":
        return allocator.alloc?.(command.order, command.zone);
      case "alloc-pages":
        return allocator.allocPages?.(command.pages, command.zone);
      case "free":
        return allocator.free?.(command.pfn);
      case "free-order":
        return allocator.free?.(command.pfn, command.order);
      case "free-pages":
        return allocator.freePages?.(command.pfn, command.pages);
      case "add":
      case "remove":
        return allocator[command.kind]?.(command.pfn, command.pages);
      case "snapshot":
      case "counts":
      case "unnamed":
        return undefined;
    }
  }

  /** What the client sees of an answer. */
  #read(command: Command, answered: unknown): Outcome {
    switch (command.kind) {
      case "alloc":
        return this.#served("alloc", answered);
      case "alloc-pages":
        return this.#served("allocPages", answered);
      case "free":
      case "free-order":
        return this.#accepted("free", answered);
      case "free-pages":
        return this.#accepted("freePages", answered);
      case "add":
      case "remove":
        return this.#accepted(command.kind, answered);
      case "snapshot":
      case "counts":
      case "unnamed":
        return OK;
    }
  }

  #served(call: string, answered: unknown): Outcome {
    if (answered === null) return REFUSED;
    if (isPfn(answered)) return { kind: "block", pfn: answered, zeroed: null };
    return this.#garbage(call, answered);
  }

  #accepted(call: string, answered: unknown): Outcome {
    if (answered === true) return OK;
    if (answered === false) return REFUSED;
    return answered === undefined ? UNSAID : this.#garbage(call, answered);
  }

  #garbage(call: string, answered: unknown): Crashed {
    this.#lastWords = `${call} answered ${shownValue(answered)}`;
    return { kind: "crashed", how: "garbage" };
  }

  /** Makes a call that is made less often than requests and frees. */
  #watched<T>(call: () => T): T {
    if (this.#patience.watches) return this.#patience.call(call);
    this.#patience.called();
    return call();
  }

  /** A call that was ended leaves the allocator in the middle of something: it is asked no more. */
  #threw(error: unknown): Crashed {
    if (error instanceof Hang) {
      this.#lastWords = error.message;
      this.#dead = { kind: "crashed", how: "hang" };
      return this.#dead;
    }
    this.#lastWords = error instanceof Error ? (error.stack ?? error.message) : `threw ${shownValue(error)}`;
    return { kind: "crashed", how: error instanceof Error && /^\w+$/u.test(error.name) ? error.name : "threw" };
  }

  /** Does what only the module's own mistakes can keep from being done, and is dead if it is not. */
  #orDie(how: string, act: () => void): void {
    try {
      this.#watched(act);
    } catch (error) {
      this.#threw(error);
      this.#dead = { kind: "crashed", how };
    }
  }

  /** Rows begin with the length of what was saved, for a module may save more in one state than in another. */
  #createMemory(): Memory {
    const lengthOf = (): number => LENGTH_BYTES + this.#state().length;
    return {
      get byteLength(): number {
        return lengthOf();
      },
      save: (row, at) => {
        const bytes = this.#state();
        new DataView(row.buffer, row.byteOffset).setUint32(at, bytes.length, true);
        row.set(bytes, at + LENGTH_BYTES);
      },
      restore: (row, at) => {
        const from = at + LENGTH_BYTES;
        const length = new DataView(row.buffer, row.byteOffset).getUint32(at, true);
        this.#saved = null;
        this.#dead = null;
        this.#orDie("restore", () => void this.#allocator.restore?.(row.slice(from, from + length)));
      },
      words: null,
    };
  }

  #state(): Uint8Array {
    if (this.#saved !== null) return this.#saved;
    let saved: unknown = null;
    this.#orDie("save", () => {
      saved = this.#allocator.save?.();
      if (!(saved instanceof Uint8Array)) throw new Error(`save answered ${shownValue(saved)}, not a Uint8Array`);
    });
    this.#saved = saved instanceof Uint8Array ? saved : new Uint8Array(0);
    return this.#saved;
  }
}

function isPfn(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** Whole numbers, be they pfns of the pool or not: what a broken list holds is a finding. */
function isList(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((number) => Number.isSafeInteger(number) && (number as number) >= 0);
}

function isLists(value: unknown): value is FreeLists {
  return Array.isArray(value) && value.every(isList);
}

function shownValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "an array" : "an object";
  return typeof value === "function" ? "a function" : String(value);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
