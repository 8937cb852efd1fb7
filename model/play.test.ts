import { describe, expect, it } from "vitest";
import { LAW_IDS } from "./invariants.ts";
import { play } from "./play.ts";

describe("a written trace", () => {
  it("is judged by every law, or by those that are named", () => {
    const laws = new Set(LAW_IDS.filter((law) => law !== "zeroed"));
    const broken = [{}, { laws }].map((stage) =>
      play("a0=0~ f0 f0", stage).played.map(({ event, violation }) => `${event} ${violation.law}`),
    );
    expect(broken).toEqual([["1 zeroed", "3 free-live-only"], ["3 free-live-only"]]);
  });

  it("that is none is the caller's bug", () =>
    expect(() => play("f0 a0")).toThrow('"f0 a0" is no trace: expected an answer to a0'));
});
