// The story of the frames in a finding: a second reading of the trace that keeps just the lines about them.
//
//  1. A line belongs to a finding's story when its block touches the finding's frames, before its line.
//  2. The last `LINES_KEPT` lines are kept with their text, the others are counted.
//  3. Findings are looked up by tile of 1024 frames, so a line that concerns nobody costs one look. Lines and
//     findings about more tiles than are worth looking up are compared one by one.

import type { Command, Outcome } from "../../model/command.ts";
import type { FrameRange } from "../../model/geometry.ts";
import type { Profile } from "../../model/profile.ts";
import type { TraceCursor, TraceHeader, TraceSink } from "../trace/event.ts";
import { endOf, startOf } from "./extent.ts";
import type { Finding, HistoryLine } from "./result.ts";

const LINES_KEPT = 6;
const TEXT_MAX = 200;
const TILE_PAGES = 1024;
/** Ranges of one finding that are followed; a snapshot can name thousands. */
const RANGES_FOLLOWED = 64;
/** Tiles of a range that are looked up; an event may name more pages than any pool has. */
const TILES_MAX = 4096;

interface Story {
  readonly line: number;
  readonly ranges: readonly FrameRange[];
  readonly kept: HistoryLine[];
  total: number;
}

/** Collects histories: feed it the same trace again, then `complete` the findings. */
export class HistoryCollector implements TraceSink {
  cursor: TraceCursor | null = null;
  readonly #base: number;
  readonly #rounding: Profile["rounding"];
  readonly #stories: readonly Story[];
  readonly #byTile: Map<number, Story[]> = new Map();
  /** Stories about a range of more than `TILES_MAX` tiles. */
  readonly #wide: Set<Story> = new Set();
  readonly #lastLine: number;
  #wantsMore = true;

  /** `base` is what the verifier answered to the header. */
  constructor(findings: readonly Finding[], rounding: Profile["rounding"], base: number) {
    this.#base = base;
    this.#rounding = rounding;
    this.#stories = findings.map((finding) => ({
      line: finding.line,
      ranges: finding.violation.frames.slice(0, RANGES_FOLLOWED),
      kept: [],
      total: 0,
    }));
    this.#lastLine = Math.max(0, ...findings.map((finding) => finding.line));
    for (const story of this.#stories) for (const range of story.ranges) this.#follow(story, range);
  }

  #follow(story: Story, range: FrameRange): void {
    const first = Math.floor(range.start / TILE_PAGES);
    const last = Math.floor((range.end - 1) / TILE_PAGES);
    if (last - first > TILES_MAX) {
      this.#wide.add(story);
      return;
    }
    for (let number = first; number <= last; number++) {
      const stories = this.#byTile.get(number) ?? [];
      if (!stories.includes(story)) stories.push(story);
      this.#byTile.set(number, stories);
    }
  }

  /** False once the last finding's line has been passed. */
  get wantsMore(): boolean {
    return this.#wantsMore;
  }

  header(_header: TraceHeader): number {
    return this.#base;
  }

  event(command: Command, outcome: Outcome, line: number): void {
    if (line > this.#lastLine) {
      this.#wantsMore = false;
      return;
    }
    const start = startOf(command, outcome);
    if (start < 0) return;
    const end = endOf(command, start, this.#rounding);
    const first = Math.floor(start / TILE_PAGES);
    const last = Math.floor((end - 1) / TILE_PAGES);
    if (last - first > TILES_MAX) this.#tellAll(this.#stories, start, end, line);
    else if (first === last && this.#wide.size === 0) this.#tellAll(this.#byTile.get(first) ?? [], start, end, line);
    else this.#tellAll(this.#storiesIn(first, last), start, end, line);
  }

  #storiesIn(first: number, last: number): Set<Story> {
    const stories = new Set(this.#wide);
    for (let number = first; number <= last; number++) {
      for (const story of this.#byTile.get(number) ?? []) stories.add(story);
    }
    return stories;
  }

  #tellAll(stories: Iterable<Story>, start: number, end: number, line: number): void {
    for (const story of stories) this.#tell(story, start, end, line);
  }

  #tell(story: Story, start: number, end: number, line: number): void {
    if (line >= story.line || !story.ranges.some((range) => range.start < end && start < range.end)) return;
    story.total++;
    story.kept.push({ line, text: this.cursor?.lineText(TEXT_MAX) ?? "" });
    if (story.kept.length > LINES_KEPT) story.kept.shift();
  }

  lost(): void {}
  note(): void {}
  problem(): void {}

  /** The findings with their histories. */
  complete(findings: readonly Finding[]): Finding[] {
    return findings.map((finding, index) => {
      const story = this.#stories[index];
      return { ...finding, history: story?.kept ?? [], historyTotal: story?.total ?? null };
    });
  }
}
