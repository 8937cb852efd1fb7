// Timestamps of a binary recording.
//
//  1. A timestamp has 64 bits; one of a wall clock (1.7e18 ns) or of an old machine is beyond 2^53. Within the reader
//     times are therefore doubles counted from the first page's, exact for 104 days.
//  2. What a user sees has the recording's corrections: cycles to nanoseconds (TSC2NSEC), then the shifts that
//     `--date` and `--ts-offset` left behind (DATE, OFFSET).
//  3. Clocks that count no time (counter, x86-tsc without TSC2NSEC) keep their own unit; the others give seconds.

/** What the recording's options say about its clock. */
export interface DatTime {
  /** Name of the clock, "" where the recording has none, which means the kernel's default. */
  clock: string;
  shiftNanoseconds: bigint;
  cycles: { readonly multiplier: bigint; readonly shift: bigint; readonly offset: bigint } | null;
}

const SECONDS_CLOCK = /^(?:|local|global|uptime|perf|mono\w*|boot|tai)$/;

export class DatClock {
  readonly #time: DatTime;
  readonly #isSeconds: boolean;
  #base: bigint | null = null;

  constructor(time: DatTime) {
    this.#time = time;
    this.#isSeconds = SECONDS_CLOCK.test(time.clock) || time.cycles !== null;
  }

  /** The distance of a timestamp from the first that was asked for. */
  relative(timestamp: bigint): number {
    this.#base ??= timestamp;
    return Number(timestamp - this.#base);
  }

  /** The timestamp that is so far from the first. */
  absolute(relative: number): bigint {
    return (this.#base ?? 0n) + BigInt(relative);
  }

  /** Seconds, or the clock's own unit. */
  shown(relative: number): number {
    const { cycles, shiftNanoseconds } = this.#time;
    const timestamp = this.absolute(relative);
    if (!this.#isSeconds) return Number(timestamp);
    const nanoseconds = cycles === null ? timestamp : ((timestamp * cycles.multiplier) >> cycles.shift) + cycles.offset;
    const shifted = nanoseconds + shiftNanoseconds;
    // Seconds and the rest apart: the quotient of two large numbers would round the last digits away.
    return Number(shifted / 1_000_000_000n) + Number(shifted % 1_000_000_000n) / 1e9;
  }
}
