import { expect, it } from "vitest";
import { LAW_IDS } from "../../model/invariants.ts";
import { nearest } from "./nearest.ts";

it.each([
  ["rounding", "rounding"],
  ["alligned", "aligned"],
  ["no-overlaps", "no-overlap"],
  ["Best-Fit", "best-fit"],
  ["roudning", "rounding"],
  ["in-bound", "in-bounds"],
  ["free-list", "free-lists"],
])("%s is understood as %s", (word, meant) => expect(nearest(word, LAW_IDS)).toBe(meant));

it.each(["", "x", "speed", "overlap-free-zone", "no"])("%j resembles no law", (word) => {
  expect(nearest(word, LAW_IDS)).toBeNull();
});
