// The reference against the relation: whatever the profile and the commands, `step` finds nothing wrong.
// Allocator and ledger share no code but geometry, so each is a test of the other.

import * as fc from "fast-check";
import { expect, it } from "vitest";
import { Allocator } from "./allocator.ts";
import { OK, type Command } from "./command.ts";
import { createGeometry, orderFor, type PoolShape } from "./geometry.ts";
import { createLedger } from "./ledger.ts";
import { formatStep } from "./notation.ts";
import { STRICT_PROFILE, type Profile } from "./profile.ts";
import { step } from "./step.ts";

const PLAIN: PoolShape = { maxOrder: 3, pages: 24, basePfn: 0, reserved: [], zones: [] };
const RAGGED: PoolShape = { ...PLAIN, maxOrder: 4, pages: 45, basePfn: 3, reserved: [{ start: 11, end: 14 }] };
const ZONED: PoolShape = {
  ...PLAIN,
  reserved: [{ start: 9, end: 10 }],
  zones: [
    { name: "low", start: 0, end: 6 },
    { name: "high", start: 6, end: 20 },
  ],
};

/** Profiles of allocators that can be told right from wrong; misuse is refused. */
const profiles: fc.Arbitrary<Profile> = fc
  .record({
    rounding: fc.constantFrom("power-of-two", "exact"),
    aboveMax: fc.constantFrom("refused", "adjacent"),
    usableMaxOrder: fc.constantFrom(null, 2),
    zeroRequest: fc.constantFrom("refused", "one-page"),
    coalescing: fc.constantFrom("eager", "lazy"),
    fit: fc.constantFrom("best", "any"),
    placement: fc.constantFrom("any", "lowest", "highest", "fifo", "lifo"),
    servedHalf: fc.constantFrom("low", "high", "any"),
    freeing: fc.constantFrom(["remembered", "refused"], ["named", "refused"], ["either", "allowed"]),
    fallback: fc.constantFrom("lower", "maybe-lower", "none", "any"),
    zeroed: fc.constantFrom("promised", "no"),
  } as const)
  .map(({ freeing: [sizeAtFree, partialFree], ...rest }) => ({ ...STRICT_PROFILE, ...rest, sizeAtFree, partialFree }));

/** A command, or the free of the live block that `which` picks, naming its size as `how` says. */
type Draw =
  Command | { readonly kind: "give-back"; readonly which: number; readonly how: "free" | "free-order" | "free-pages" };

const pfn = fc.nat({ max: 50 });
const zone = fc.constantFrom(null, "low", "high");
const range = { pfn, pages: fc.integer({ min: 1, max: 4 }) };
const draws: fc.Arbitrary<Draw> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("alloc"), order: fc.nat({ max: 5 }), zone } as const) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("alloc-pages"), pages: fc.nat({ max: 20 }), zone } as const) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("give-back"),
      which: fc.nat({ max: 99 }),
      how: fc.constantFrom("free", "free-order", "free-pages"),
    } as const),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("free"), pfn } as const) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("free-order"), pfn, order: fc.nat({ max: 4 }) } as const) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("free-pages"), pfn, pages: fc.nat({ max: 5 }) } as const) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("add", "remove"), ...range } as const) },
);

/** What a client holds: heads and the pages asked for. */
type Held = [pfn: number, pages: number][];

function commandOf(draw: Draw, held: Held): Command | null {
  if (draw.kind !== "give-back") return draw;
  const [block] = held.splice(draw.which % Math.max(held.length, 1), 1);
  if (block === undefined) return null;
  const [head, pages] = block;
  const isBlock = 2 ** orderFor(pages) === pages;
  if (draw.how === "free-pages") return { kind: "free-pages", pfn: head, pages };
  return draw.how === "free-order" && isBlock
    ? { kind: "free-order", pfn: head, order: orderFor(pages) }
    : { kind: "free", pfn: head };
}

/** The trace up to the first broken law, or "" where none is broken. */
function complaint(profile: Profile, shape: PoolShape, script: readonly Draw[]): string {
  const geometry = createGeometry(shape);
  const allocator = new Allocator(geometry, profile);
  const ledger = createLedger({ geometry, profile, start: "empty" });
  const held: Held = [];
  const trace: string[] = [];
  for (const draw of script) {
    const command = commandOf(draw, held);
    if (command === null) continue;
    const outcome = allocator.answer(command);
    trace.push(formatStep(command, outcome) ?? "");
    if (outcome.kind === "block" && command.kind === "alloc") held.push([outcome.pfn, 2 ** command.order]);
    if (outcome.kind === "block" && command.kind === "alloc-pages")
      held.push([outcome.pfn, Math.max(command.pages, 1)]);
    const seen = [
      allocator.snapshot(),
      allocator.counts(),
      ...geometry.zones.map(({ name }) => allocator.counts(name)),
    ];
    const violations = [
      ...step(ledger, command, outcome),
      ...seen.flatMap((observation) => step(ledger, observation, OK)),
    ];
    if (violations.length > 0) return [...trace, ...violations.map(({ law }) => law)].join(" ");
  }
  return "";
}

it("the reference breaks no law, whatever its profile, its pool and its client", () => {
  fc.assert(
    fc.property(
      profiles,
      fc.constantFrom(PLAIN, RAGGED, ZONED),
      fc.array(draws, { maxLength: 120, size: "max" }),
      (profile, shape, script) => {
        expect(complaint(profile, shape, script)).toBe("");
      },
    ),
    { numRuns: 400 },
  );
});
