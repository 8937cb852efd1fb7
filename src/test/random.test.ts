import { describe, expect, it } from "vitest";
import { createRandom } from "./random.ts";

/** The first numbers below 100 that a seed gives. */
function drawn(seed: number): string {
  const random = createRandom(seed);
  return Array.from({ length: 8 }, () => random.below(100)).join(" ");
}

describe("a seed", () => {
  it("gives the same numbers for ever", () => expect(drawn(1)).toBe("62 0 52 98 96 28 61 72"));
  it("is one run of its own", () => expect(drawn(2)).not.toBe(drawn(1)));

  it("draws every number about equally often", () => {
    const random = createRandom(7);
    const counts = [0, 0, 0, 0, 0, 0, 0, 0];
    for (let draw = 0; draw < 8000; draw++) (counts[random.below(8)] as number)++;
    expect(Math.min(...counts)).toBeGreaterThan(900);
  });
});
