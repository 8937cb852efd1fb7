import { describe, expect, it } from "vitest";
import { XxHash64 } from "./xxhash.ts";

/** The hash of these bytes, which come in parts of this length. */
function hash(bytes: Uint8Array, partBytes: number): string {
  const hasher = new XxHash64();
  for (let at = 0; at < bytes.length; at += partBytes) hasher.update(bytes.subarray(at, at + partBytes));
  return hasher.digest().toString(16).padStart(16, "0");
}

describe("XXH64", () => {
  it.each([
    ["", "ef46db3751d8e999"],
    ["a", "d24ec4f1a98c6e5b"],
    ["abc", "44bc2cf5ad770999"],
    ["Nobody inspects the spammish repetition", "fbcea83c8a378bf1"],
  ])("of %j is as published", (text, meant) => expect(hash(Buffer.from(text), 1000)).toBe(meant));

  it("does not depend on the parts in which bytes come", () => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, index) => (index * 7919) >> 3);
    for (let length = 0; length < 200; length++) {
      const whole = hash(bytes.subarray(0, length), 1000);
      for (const partBytes of [1, 7, 31, 32, 33, 64, 100])
        expect(hash(bytes.subarray(0, length), partBytes)).toBe(whole);
    }
  });
});
