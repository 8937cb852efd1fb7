// A trace in memory, as a sequence of steps: for what is short, such as the cases of a corpus.

import type { Command, Outcome } from "../../model/command.ts";
import type { Profile } from "../../model/profile.ts";
import { assert } from "../../model/assert.ts";
import type { Sequence, Step } from "../corpus/sequence.ts";
import type { TraceCursor, TraceHeader } from "../trace/event.ts";
import { readTrace, type StoppableSink } from "./read-trace.ts";

/** Keeps copies of all events. */
class Collector implements StoppableSink {
  cursor: TraceCursor | null = null;
  readonly wantsMore = true;
  readonly steps: Step[] = [];
  readonly #profile: Profile;
  found: TraceHeader | null = null;

  constructor(profile: Profile) {
    this.#profile = profile;
  }

  header(header: TraceHeader): number {
    this.found = header;
    return this.#profile.alignment === "pool" ? 0 : header.shape.basePfn;
  }

  event(command: Command, outcome: Outcome): void {
    this.steps.push({ command: structuredClone(command), outcome: { ...outcome } });
  }

  lost(): void {
    this.steps.push({ command: null, outcome: { kind: "unsaid" } });
  }

  note(): void {}
  problem(): void {}
}

/** The trace in a file that is known to be one, under a profile; the header is the file's own if none is given. */
export async function readSequence(file: string, header: TraceHeader | null, profile: Profile): Promise<Sequence> {
  const collector = new Collector(profile);
  await readTrace(file, collector);
  const found = header ?? collector.found;
  assert(found !== null, `${file} is no trace`);
  return { header: found, profile, steps: collector.steps };
}
