// Searches are right where they agree with something simpler: here with playing every script of a length.

import { describe, expect, it } from "vitest";
import { MUTANTS } from "../../model/mutants.ts";
import { STRICT_PROFILE } from "../../model/profile.ts";
import { mutantTarget, REFERENCE } from "../targets/reference.ts";
import type { Move, Script } from "../targets/script.ts";
import { openingOf, smallPools } from "./pools.ts";
import { searchShortest, type Kinds } from "./shortest.ts";
import { Stage } from "./stage.ts";

const TINY = { maxOrder: 1, pages: 2, basePfn: 0, reserved: [], zones: [] };
const LENGTH_MAX = 4;
const PLAIN: Kinds = { counts: false, misuse: false, resizes: false };
const ALL: Kinds = { counts: true, misuse: true, resizes: true };

/** Every script of requests and honest frees of this length. */
function* everyScript(length: number, requests: number, free: readonly number[]): Generator<Script> {
  if (length === 0) {
    yield [];
    return;
  }
  for (const order of [0, 1]) {
    const move: Move = { kind: "request", id: requests, command: { kind: "alloc", order, zone: null } };
    for (const rest of everyScript(length - 1, requests + 1, [...free, requests])) yield [move, ...rest];
  }
  for (const id of free) {
    const move: Move = { kind: "give-back", id, naming: "order" };
    const left = free.filter((other) => other !== id);
    for (const rest of everyScript(length - 1, requests, left)) yield [move, ...rest];
  }
}

/** Length of the shortest script that breaks a law, or null for none up to `LENGTH_MAX`. */
function shortestByPlaying(stage: Stage): number | null {
  for (let length = 0; length <= LENGTH_MAX; length++) {
    for (const script of everyScript(length, 0, [])) if (stage.lawBroken(script) !== null) return length;
  }
  return null;
}

describe("a search for the shortest script", () => {
  it.each(MUTANTS)("agrees for $id with playing every plain script", (mutant) => {
    const stage = new Stage(mutantTarget(mutant), openingOf(TINY, mutant.profile), null);
    const { found } = searchShortest(stage, { kinds: PLAIN, below: LENGTH_MAX + 1, transitionsMax: 1e6 });
    expect(found.kind === "script" ? found.script.length : null).toEqual(shortestByPlaying(stage));
  });

  it("finds nothing in the reference allocator, in any small pool, of all kinds of moves", () => {
    for (const { shape } of smallPools(2, STRICT_PROFILE)) {
      const stage = new Stage(REFERENCE, openingOf(shape, STRICT_PROFILE), null);
      const { found } = searchShortest(stage, { kinds: ALL, below: 5, transitionsMax: 1e6 });
      expect(found).toEqual({ kind: "none", isAll: false });
    }
  });

  it("knows all states of a pool: 26 for four pages that forget their order", () => {
    const stage = new Stage(
      REFERENCE,
      openingOf({ ...TINY, maxOrder: 2, pages: 4 }, { ...STRICT_PROFILE, placement: "lowest" }),
      null,
    );
    const { found, states } = searchShortest(stage, {
      kinds: PLAIN,
      below: Infinity,
      transitionsMax: 1e6,
    });
    expect([found, states]).toEqual([{ kind: "none", isAll: true }, 26]);
  });

  it("claims nothing when its budget is gone", () => {
    const stage = new Stage(REFERENCE, openingOf({ ...TINY, maxOrder: 4, pages: 16 }, STRICT_PROFILE), null);
    const { found } = searchShortest(stage, { kinds: PLAIN, below: Infinity, transitionsMax: 2000 });
    expect(found).toEqual({ kind: "unknown", why: "budget" });
  });
});
