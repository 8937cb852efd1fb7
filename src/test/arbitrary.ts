// Pools and scripts as fast-check arbitraries: the campaign draws its pools here, and a user's own suite both.
//
//  1. `poolShapes` draws pools of every shape: not a power of two long, with holes, unaligned, of several zones.
//  2. `scripts` draws what a client with habits would do (client.ts) against an allocator that breaks no law. Handles
//     name requests, so a script means the same against an allocator that serves other pages.
//  3. Scripts shrink by leaving moves out, in parts, one by one and in pairs, and by making them plainer (shrink.ts).
//     Every step makes a script shorter or lighter, so shrinking ends.
//  4. Equal seeds draw equal values: fast-check's own generator feeds everything here.

import * as fc from "fast-check";
import type { PoolShape } from "../../model/geometry.ts";
import { STRICT_PROFILE, type Profile } from "../../model/profile.ts";
import type { Script } from "../targets/script.ts";
import type { Opening } from "../targets/target.ts";
import { REFERENCE } from "../targets/reference.ts";
import type { Speech } from "./client.ts";
import { drawScript } from "./drive.ts";
import { openingOf, type Pool } from "./pools.ts";
import { partsLeftOut, smallerThan } from "./shrink.ts";
import { Stage } from "./stage.ts";

export interface PoolLimits {
  readonly maxOrder: number;
  readonly pages: number;
  /** May a pool start anywhere? Not where alignment is counted from its own start. */
  readonly anyBase: boolean;
}

/** Pools of every shape within these limits. */
export function poolShapes({ maxOrder, pages, anyBase }: PoolLimits): fc.Arbitrary<PoolShape> {
  return fc.nat({ max: maxOrder }).chain((order) => {
    const block = 2 ** order;
    const blocksMax = Math.max(Math.min(6, Math.floor(pages / block)), 1);
    const length = fc.tuple(
      fc.integer({ min: 1, max: blocksMax }),
      fc.oneof(fc.constant(0), fc.nat({ max: block - 1 })),
    );
    return length.chain(([blocks, tail]) => shapesOf(order, block * blocks + tail, anyBase));
  });
}

function shapesOf(maxOrder: number, pages: number, anyBase: boolean): fc.Arbitrary<PoolShape> {
  const base = anyBase ? fc.oneof(fc.constant(0), fc.nat({ max: 2 ** (maxOrder + 1) + 1 })) : fc.constant(0);
  return fc.record({
    maxOrder: fc.constant(maxOrder),
    pages: fc.constant(pages),
    basePfn: base,
    reserved: fc.oneof(fc.constant([]), fc.array(holes(pages), { minLength: 1, maxLength: 3 })),
    zones: pages < 4 ? fc.constant([]) : fc.oneof(fc.constant([]), zonesOf(pages)),
  });
}

/** A range of at most an eighth of the pool, or one page. */
function holes(pages: number): fc.Arbitrary<PoolShape["reserved"][number]> {
  return fc
    .tuple(fc.nat({ max: pages - 1 }), fc.integer({ min: 1, max: Math.max(pages >> 3, 1) }))
    .map(([start, length]) => ({ start, end: Math.min(start + length, pages) }));
}

/** Two zones that touch, and a third up to the end or frames outside every zone. */
function zonesOf(pages: number): fc.Arbitrary<PoolShape["zones"]> {
  return fc
    .tuple(fc.integer({ min: 1, max: pages - 2 }), fc.integer({ min: 1, max: pages - 1 }), fc.boolean())
    .map(([first, more, isWhole]) => {
      const second = Math.min(first + more, pages);
      const zones = [
        { name: "dma", start: 0, end: first },
        { name: "low", start: first, end: second },
      ];
      return isWhole && second < pages ? [...zones, { name: "high", start: second, end: pages }] : zones;
    });
}

const PAGES_MAX = 4096;

/** The pool that this seed draws, without zones where the target knows none. */
export function drawnPool(
  seed: number,
  maxOrder: number,
  profile: Profile,
  { takesZones }: Pick<Speech, "takesZones">,
): Pool {
  const limits = { maxOrder, pages: PAGES_MAX, anyBase: profile.alignment === "absolute" };
  const [shape] = fc.sample(poolShapes(limits), { numRuns: 1, seed: seed | 0 });
  return { name: "drawn", shape: takesZones ? (shape as PoolShape) : { ...(shape as PoolShape), zones: [] } };
}

export interface ScriptOptions {
  readonly profile?: Profile;
  /** Moves at most; 100 by default. */
  readonly maxLength?: number;
  /** What the allocator can be asked; everything but addresses inside a page by default. */
  readonly speech?: Speech;
}

/** Scripts for this pool. */
export function scripts(shape: PoolShape, options: ScriptOptions = {}): fc.Arbitrary<Script> {
  const opening = openingOf(shape, options.profile ?? STRICT_PROFILE);
  return new ScriptArbitrary(opening, options.maxLength ?? 100, options.speech ?? null);
}

class ScriptArbitrary extends fc.Arbitrary<Script> {
  readonly #stage: Stage;
  readonly #maxLength: number;
  readonly #speech: Speech;

  constructor(opening: Opening, maxLength: number, speech: Speech | null) {
    super();
    this.#stage = new Stage(REFERENCE, opening, "answers");
    this.#maxLength = maxLength;
    const { calls, takesZones } = this.#stage.session;
    this.#speech = speech ?? { calls, takesZones, takesFractions: false };
  }

  generate(random: fc.Random, biasFactor: number | undefined): fc.Value<Script> {
    const isShort = biasFactor !== undefined && random.nextInt(1, biasFactor) === 1;
    const length = random.nextInt(0, isShort ? Math.min(10, this.#maxLength) : this.#maxLength);
    const script = drawScript(this.#stage, random.nextInt(-(2 ** 31), 2 ** 31 - 1), this.#speech, length);
    return new fc.Value(script, undefined);
  }

  canShrinkWithoutContext(value: unknown): value is Script {
    return Array.isArray(value);
  }

  shrink(script: Script): fc.Stream<fc.Value<Script>> {
    return fc.stream(smaller(script, this.#speech)).map((candidate) => new fc.Value(candidate, undefined));
  }
}

function* smaller(script: Script, { calls }: Speech): Generator<Script> {
  yield* partsLeftOut(script);
  yield* smallerThan(script, calls);
}
