// A buddy system is self-similar: a trace in which every order is larger by a constant, and every pfn and page count so
// many times as large, breaks the same laws at the same events. Far enough up, a block is larger than the tiles that the
// ledger keeps its frames in.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OK, REFUSED, UNSAID, type Command, type Outcome } from "./command.ts";
import { piecesIn } from "./evidence.ts";
import { createGeometry, type FrameRange, type PoolShape } from "./geometry.ts";
import { createLedger } from "./ledger.ts";
import { STRICT_PROFILE, type Profile } from "./profile.ts";
import { step } from "./step.ts";

const RAGGED: PoolShape = { maxOrder: 4, pages: 45, basePfn: 3, reserved: [{ start: 11, end: 14 }], zones: [] };
const ZONED: PoolShape = {
  maxOrder: 3,
  pages: 24,
  basePfn: 0,
  reserved: [{ start: 9, end: 10 }],
  zones: [
    { name: "low", start: 0, end: 6 },
    { name: "high", start: 6, end: 20 },
  ],
};
const PLAIN: PoolShape = { maxOrder: 3, pages: 32, basePfn: 0, reserved: [], zones: [] };

type Recorded = readonly [Command, Outcome];

// Half of them head blocks of order 2, so that some frees are good.
const pfn = fc.oneof(
  fc.nat(50),
  fc.nat(12).map((at) => 4 * at),
);
const pages = fc.nat(9);
const zone = fc.constantFrom(null, "low", "high");
const block = pfn.map((head): Outcome => ({ kind: "block", pfn: head, zeroed: null }));
const said = fc.constantFrom<Outcome>(OK, OK, UNSAID, REFUSED);
const recorded: fc.Arbitrary<Recorded> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple<[Command, Outcome]>(
      fc.record({ kind: fc.constant("alloc" as const), order: fc.nat(4), zone }),
      fc.oneof({ weight: 6, arbitrary: block }, fc.constant(REFUSED)),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple<[Command, Outcome]>(
      fc.record({ kind: fc.constant("alloc-pages" as const), pages: fc.integer({ min: 1, max: 9 }), zone }),
      fc.oneof({ weight: 6, arbitrary: block }, fc.constant(REFUSED)),
    ),
  },
  {
    weight: 6,
    arbitrary: fc.tuple<[Command, Outcome]>(
      fc.oneof(
        fc.record({ kind: fc.constant("free" as const), pfn }),
        fc.record({ kind: fc.constant("free-order" as const), pfn, order: fc.nat(3) }),
        fc.record({ kind: fc.constant("free-pages" as const), pfn, pages }),
      ),
      said,
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple<[Command, Outcome]>(
      fc.record({
        kind: fc.constantFrom("add" as const, "remove" as const),
        pfn,
        pages: fc.integer({ min: 1, max: 6 }),
      }),
      said,
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple<[Command, Outcome]>(
      fc.record({
        kind: fc.constant("snapshot" as const),
        lists: fc.array(fc.array(pfn, { maxLength: 3 }), { maxLength: 4 }),
        cached: fc.constant([]),
      }),
      fc.constant(OK),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple<[Command, Outcome]>(
      fc.record({ kind: fc.constant("counts" as const), free: fc.array(fc.nat(3), { maxLength: 5 }), zone }),
      fc.constant(OK),
    ),
  },
);

function liftedCommand(command: Command, by: number): Command {
  const times = 2 ** by;
  switch (command.kind) {
    case "alloc":
      return { ...command, order: command.order + by };
    case "alloc-pages":
      return { ...command, pages: command.pages * times };
    case "free":
      return { ...command, pfn: command.pfn * times };
    case "free-order":
      return { ...command, pfn: command.pfn * times, order: command.order + by };
    case "free-pages":
    case "add":
    case "remove":
      return { ...command, pfn: command.pfn * times, pages: command.pages * times };
    case "snapshot": {
      const lists = command.lists.map((heads) => heads.map((head) => head * times));
      return { ...command, lists: [...Array.from({ length: by }, () => []), ...lists] };
    }
    case "counts":
      return { ...command, free: [...new Array<number>(by).fill(0), ...command.free] };
    case "unnamed":
      return command;
  }
}

function liftedShape({ maxOrder, pages: length, basePfn, reserved, zones }: PoolShape, by: number): PoolShape {
  const times = 2 ** by;
  function lift<T extends FrameRange>(range: T): T {
    return { ...range, start: range.start * times, end: range.end * times };
  }
  return {
    maxOrder: maxOrder + by,
    pages: length * times,
    basePfn: basePfn * times,
    reserved: reserved.map(lift),
    zones: zones.map(lift),
  };
}

/** What a trace breaks when lifted (a free that names no size is about one frame, here as there), and what the ledger holds in the end, brought down again. */
function toldOf(shape: PoolShape, profile: Profile, trace: readonly Recorded[], by: number): readonly string[] {
  const geometry = createGeometry(liftedShape(shape, by));
  const ledger = createLedger({ geometry, profile, start: "empty" });
  const times = 2 ** by;
  const lines = trace.map(([command, outcome], at) => {
    ledger.now = at + 1;
    const answer = outcome.kind === "block" ? { ...outcome, pfn: outcome.pfn * times } : outcome;
    const found = step(ledger, liftedCommand(command, by), answer);
    const frames = found.map((violation) =>
      violation.frames.map(({ start, end }) => `${Math.floor(start / times)}-${Math.ceil(end / times)}`),
    );
    return found
      .map(({ law, blame, fault }, index) => `${law} ${blame} ${fault.kind} ${frames[index]?.join() ?? ""}`)
      .join("; ");
  });
  const pieces = piecesIn(ledger, geometry.span.start, geometry.span.end, Infinity);
  const counts = [ledger.liveBlocks, ledger.livePages / times, ledger.freePages() / times, ledger.owed.size];
  return [
    ...lines,
    ...pieces.map(({ start, end, state, since }) => `${state} ${start / times}-${end / times}@${since}`),
    counts.join(),
  ];
}

const traces = fc.array(recorded, { maxLength: 25, size: "max" });

const profiles: fc.Arbitrary<Profile> = fc
  .record({
    placement: fc.constantFrom("any", "lowest", "highest", "fifo"),
    fit: fc.constantFrom("best", "any"),
    servedHalf: fc.constantFrom("low", "any"),
    coalescing: fc.constantFrom("eager", "eager", "lazy"),
    rounding: fc.constantFrom("power-of-two", "exact"),
    partialFree: fc.constantFrom("refused", "allowed"),
    sizeAtFree: fc.constantFrom("either", "remembered"),
  } as const)
  .map((drawn) => ({ ...STRICT_PROFILE, ...drawn }));

describe("a trace that is lifted", () => {
  // Tiles hold at most 2^16 frames, and the ragged pool has blocks of up to 2^4.
  it.each([1, 14])("by %i orders is told the same of", (by) => {
    fc.assert(
      fc.property(fc.constantFrom(PLAIN, RAGGED, ZONED), profiles, traces, (shape, profile, trace) => {
        expect(toldOf(shape, profile, trace, by)).toEqual(toldOf(shape, profile, trace, 0));
      }),
      { numRuns: 40 },
    );
  });
});
