import { describe, expect, it } from "vitest";
import { LAW_IDS, LAWS, lawOf, type LawId } from "./invariants.ts";

describe("a law", () => {
  it("is found by its id", () => expect(LAW_IDS.map((id) => lawOf(id))).toEqual(LAWS));

  it("that there is not is a caller's bug", () =>
    expect(() => lawOf("no-such-law" as LawId)).toThrow("buddycheck bug: no law no-such-law"));
});
