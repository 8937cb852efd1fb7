import { describe, expect, it } from "vitest";
import { LAW_IDS } from "../../model/invariants.ts";
import { mutantTrials } from "./catch.ts";

describe("the mutants", () => {
  const results = mutantTrials({ seeds: 10, commands: 500 }).map(({ run }) => run());

  it("are all caught by their own law first", () => {
    expect(results.filter(({ law, caughtBy }) => law !== caughtBy)).toEqual([]);
  });
  it("leave no law without one", () => {
    expect(LAW_IDS.filter((law) => !results.some(({ caughtBy }) => caughtBy === law))).toEqual([]);
  });
  // Wrong clients and wrong bootmems are beyond a client of the allocator.
  it("of the allocator are all found by the random client too", () => {
    const missed = results.filter(({ foundAfter, law }) => foundAfter === null && law !== "handover");
    expect(missed.map(({ law }) => law)).toEqual([
      "free-live-only",
      "free-live-only",
      "free-live-only",
      "free-live-only",
    ]);
  });
});
