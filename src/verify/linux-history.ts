// The story of the frames in a finding, and who holds frames at the end: second readings of a kernel trace.
//
//  1. A line belongs to a finding's story when it names a frame of the finding's block, before the finding's line. The
//     last `LINES_KEPT` are kept as text, the others counted.
//  2. A holder is the task, gfp flags and order of the allocation that a frame's last state goes back to. Frames that were
//     allocated before the recording have none and are not counted.
//  3. Both cost memory by what they tell of, not by the length of the trace.

import { pagesIn } from "../../model/geometry.ts";
import { LINUX_ORDER_LIMIT } from "../trace/linux-env.ts";
import { ALLOC, type LinuxCursor, type LinuxSink } from "../trace/linux-event.ts";
import { LIVE, TILE_PAGES, type LinuxFrames } from "./linux-frames.ts";
import type { LinuxFinding } from "./linux-result.ts";
import type { HistoryLine } from "./result.ts";

const LINES_KEPT = 6;
const TEXT_MAX = 240;

/** A second reading: everything but events is known already. */
class SecondReading {
  cursor: LinuxCursor | null = null;
  lost(): void {}
  bufferStarted(): void {}
  entries(): void {}
  other(): void {}
  unexplained(): void {}
  problem(): void {}
}

interface Story {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly kept: HistoryLine[];
  total: number;
}

/** Collects histories: feed it the same trace again, then `complete` the findings. */
export class LinuxHistory extends SecondReading implements LinuxSink {
  readonly #stories: readonly Story[];
  /** Stories by the blocks of the largest order that their frames lie in. */
  readonly #byBlock: Map<number, Story[]> = new Map();

  constructor(findings: readonly LinuxFinding[]) {
    super();
    this.#stories = findings.map(({ pfn, order, line }) => {
      const end = pfn + pagesIn(Math.min(Math.max(order, 0), LINUX_ORDER_LIMIT));
      return { start: pfn, end, line, kept: [], total: 0 };
    });
    for (const story of this.#stories) {
      for (let block = blockOf(story.start); block <= blockOf(story.end - 1); block++) {
        this.#byBlock.set(block, [...(this.#byBlock.get(block) ?? []), story]);
      }
    }
  }

  event(_kind: number, pfn: number, order: number, _cpu: number, line: number): void {
    const stories = this.#byBlock.get(blockOf(pfn));
    if (stories === undefined) return;
    const end = pfn + pagesIn(Math.min(Math.max(order, 0), LINUX_ORDER_LIMIT));
    for (const story of stories) {
      if (line >= story.line || story.start >= end || pfn >= story.end) continue;
      story.total++;
      story.kept.push({ line, text: this.cursor?.lineText(TEXT_MAX) ?? "" });
      if (story.kept.length > LINES_KEPT) story.kept.shift();
    }
  }

  /** The findings with their histories. */
  complete(findings: readonly LinuxFinding[]): LinuxFinding[] {
    return findings.map((finding, index) => {
      const story = this.#stories[index];
      return { ...finding, history: story?.kept ?? [], historyTotal: story?.total ?? null };
    });
  }
}

function blockOf(pfn: number): number {
  return Math.floor(pfn / pagesIn(LINUX_ORDER_LIMIT));
}

/** Blocks of one task, one set of flags and one order that were live at the end. */
export interface LinuxHolder {
  readonly task: string;
  readonly gfpFlags: string;
  readonly order: number;
  readonly blocks: number;
  readonly pages: number;
  /** The line of the oldest of these allocations. */
  readonly since: number;
}

/** Collects holders: feed it the same trace again. `frames` are those of the verifier, after its reading. */
export class LinuxHolders extends SecondReading implements LinuxSink {
  readonly #frames: LinuxFrames;
  readonly #groups: { readonly task: string; readonly gfpFlags: string; readonly order: number }[] = [];
  readonly #groupByName: Map<string, number> = new Map();
  /** Group and line of the last allocation, by pfn. */
  readonly #last: Map<number, readonly [group: number, line: number]> = new Map();

  constructor(frames: LinuxFrames) {
    super();
    this.#frames = frames;
  }

  event(kind: number, pfn: number, order: number, _cpu: number, line: number): void {
    if (kind !== ALLOC || pfn < 0) return;
    if (this.#frames.tileOf(pfn)[pfn & (TILE_PAGES - 1)] === ((LIVE << 4) | order))
      this.#last.set(pfn, [this.#groupOf(order), line]);
  }

  #groupOf(order: number): number {
    const task = this.cursor?.task() ?? "";
    const gfpFlags = this.cursor?.gfpFlags() ?? "";
    const name = `${task} ${gfpFlags} ${order}`;
    const known = this.#groupByName.get(name);
    if (known !== undefined) return known;
    this.#groupByName.set(name, this.#groups.length);
    return this.#groups.push({ task, gfpFlags, order }) - 1;
  }

  /** The holders, those of most pages first. */
  holders(): LinuxHolder[] {
    const blocks = new Array<number>(this.#groups.length).fill(0);
    const since = new Array<number>(this.#groups.length).fill(Infinity);
    for (const [group, line] of this.#last.values()) {
      blocks[group] = (blocks[group] as number) + 1;
      since[group] = Math.min(since[group] as number, line);
    }
    const holders = this.#groups.map((group, index) => {
      const count = blocks[index] as number;
      return { ...group, blocks: count, pages: count * pagesIn(group.order), since: since[index] as number };
    });
    return holders.filter((holder) => holder.blocks > 0).sort((a, b) => b.pages - a.pages || a.since - b.since);
  }
}
