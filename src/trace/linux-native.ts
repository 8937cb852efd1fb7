// A kernel trace as a native one: what a client of the page allocator sees, with the rest carried along as notes.
//
//  1. Allocations and frees become events, with time, CPU, task and gfp flags; marks of lost events become `lost`.
//     Removals, drains, batched frees and fallbacks have no event in the native format: they become notes.
//  2. The recording starts in mid-life, and where the kernel's memory ends it does not say, so the pool is as
//     large as a physical address can be (2^52 bytes).
//  3. Hidden events (docs/linux.md) stay hidden: verified as a native trace, a frame whose free was never traced
//     looks served twice. `buddycheck verify` of the kernel trace itself knows better.

import type { Problem } from "../problem.ts";
import { USUAL_MAX_ORDER } from "./linux-env.ts";
import { ALLOC, FREE, KIND_NAMES, type LinuxCursor, type LinuxSink } from "./linux-event.ts";

const POOL_PAGES = 2 ** 40;

/** Turns the events of a kernel trace into lines of JSON; `take` hands over those that are ready. */
export class LinuxNativeLines implements LinuxSink {
  cursor: LinuxCursor | null = null;
  readonly problems: Problem[] = [];
  /** Another header behind an event begins another recording. */
  #hasBegun = false;
  #lines: string[];

  /** `maxOrder` is the kernel's MAX_PAGE_ORDER. */
  constructor(maxOrder: number = USUAL_MAX_ORDER) {
    const header = { buddytrace: 1, allocator: "Linux", profile: "linux", max_order: maxOrder };
    this.#lines = [JSON.stringify({ ...header, pages: POOL_PAGES, start: "unknown" })];
  }

  event(kind: number, pfn: number, order: number, cpu: number): void {
    this.#hasBegun = true;
    const block = { pfn: pfn < 0 ? null : pfn, order };
    if (kind === ALLOC)
      this.#push({ op: "alloc", ...block, ...this.#where(cpu), flags: this.cursor?.gfpFlags() ?? "" });
    else if (kind === FREE) this.#push({ op: "free", ...block, ...this.#where(cpu) });
    else this.#push({ op: "note", text: KIND_NAMES[kind], ...block, ...this.#where(cpu) });
  }

  #where(cpu: number): object {
    const time = this.cursor?.time() ?? Number.NaN;
    const task = this.cursor?.task() ?? "";
    return {
      ...(Number.isNaN(time) ? {} : { t: time }),
      ...(cpu < 0 ? {} : { cpu }),
      ...(task === "" ? {} : { task }),
    };
  }

  lost(cpu: number, events: number): void {
    this.#push({ op: "lost", ...(events < 0 ? {} : { events }), ...(cpu < 0 ? {} : { cpu }) });
  }

  bufferStarted(cpu: number): void {
    this.#push({ op: "lost", cpu });
  }

  entries(inBuffer: number, written: number): void {
    if (inBuffer < written) this.#push({ op: "lost", events: written - inBuffer });
    else if (this.#hasBegun) this.#push({ op: "lost" });
  }

  other(): void {}

  unexplained(): void {
    this.#push({ op: "note", text: this.cursor?.lineText(UNEXPLAINED_MAX) ?? "" });
  }

  problem(problem: Problem): void {
    this.problems.push(problem);
  }

  #push(line: object): void {
    this.#lines.push(JSON.stringify(line));
  }

  /** The lines since the last call, with their newlines; "" where there are none. */
  take(): string {
    const text = this.#lines.map((line) => `${line}\n`).join("");
    this.#lines = [];
    return text;
  }
}

const UNEXPLAINED_MAX = 400;
