// Runs of drains, by CPU, that give back frames which were last seen in the buddy core.
//
//  1. A run is drains of one CPU without another event of that CPU between them.
//  2. Frames drained though last seen in the core were refilled without an event if there are exactly as many of
//     them as the kernel takes at a time: a batch, or several.
//
// Seen in one of seven recordings: 63 such drains of 2 043 in one run, with a batch of 63.

/** Lines of drains in doubt. */
export class DrainRuns {
  readonly #lines: Map<number, number[]> = new Map();

  /** Is any run open? Asked at every event, so it must cost nothing. */
  isOpen = false;
  /** Frames that the zone of the last doubt takes at a time. */
  batch = 0;

  doubt(cpu: number, line: number, batch: number): void {
    this.batch = batch;
    const lines = this.#lines.get(cpu);
    if (lines === undefined) this.#lines.set(cpu, [line]);
    else lines.push(line);
    this.isOpen = true;
  }

  /** Ends the run of a CPU: the lines in doubt. */
  close(cpu: number): readonly number[] {
    const lines = this.#lines.get(cpu) ?? [];
    this.#lines.delete(cpu);
    this.isOpen = this.#lines.size > 0;
    return lines;
  }

  get openCpus(): readonly number[] {
    return [...this.#lines.keys()];
  }

  forget(): void {
    this.#lines.clear();
    this.isOpen = false;
  }
}
