import { describe, expect, it } from "vitest";
import { freeSetIsCanonical, STRICT_PROFILE, type Profile } from "./profile.ts";

describe("which blocks are free", () => {
  it.each<[string, Partial<Profile>, boolean]>([
    ["follows from those that are live", {}, true],
    ["does not where buddies may stay apart", { coalescing: "lazy" }, false],
    ["does not where frames are held back", { cachedFrames: "order-0" }, false],
    ["does not where the lists may start as they like", { initialFreeSet: "any" }, false],
  ])("%s", (_, profile, expected) => expect(freeSetIsCanonical({ ...STRICT_PROFILE, ...profile })).toBe(expected));
});
