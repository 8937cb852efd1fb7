// Answers and lists as numbers say what the outcomes and the snapshot say.

import { describe, expect, it } from "vitest";
import { Allocator } from "./allocator.ts";
import { OK, REFUSED, UNSAID, type Outcome } from "./command.ts";
import { createGeometry } from "./geometry.ts";
import {
  ANSWER_ODD,
  ANSWER_OK,
  ANSWER_REFUSED,
  ANSWER_UNSAID,
  answerOf,
  HIDDEN,
  Listing,
  outcomeOf,
  SHOWN,
  SHOWN_ODD,
  UNNAMED,
} from "./numbers.ts";
import { SMALL_POOL } from "./play.ts";
import { STRICT_PROFILE } from "./profile.ts";

describe("an answer", () => {
  it.each<[Outcome]>([
    [OK],
    [{ kind: "ok" }],
    [REFUSED],
    [UNSAID],
    [{ kind: "block", pfn: 6, zeroed: true }],
    [{ kind: "block", pfn: 0, zeroed: true }],
  ])("%j is the same after it was a number", (outcome) => expect(outcomeOf(answerOf(outcome), true)).toEqual(outcome));

  it.each<[Outcome]>([
    [{ kind: "crashed", how: "abort" }],
    [{ kind: "block", pfn: 6, zeroed: false }],
    [{ kind: "block", pfn: -1, zeroed: null }],
  ])("%j is odd", (outcome) => expect(answerOf(outcome)).toBe(ANSWER_ODD));
});

describe("a code", () => {
  it("that is no pfn and no zone is below zero, and each answer has its own", () => {
    const answers = [ANSWER_OK, ANSWER_REFUSED, ANSWER_UNSAID, ANSWER_ODD];
    expect([...answers, UNNAMED].filter((code) => code >= 0)).toEqual([]);
    expect(new Set(answers).size).toBe(answers.length);
    expect([OK, REFUSED, UNSAID].map(answerOf)).toEqual([ANSWER_OK, ANSWER_REFUSED, ANSWER_UNSAID]);
  });

  it("for what came of a look is another for each", () => expect(new Set([SHOWN, HIDDEN, SHOWN_ODD]).size).toBe(3));
});

describe("a listing", () => {
  it("shows the largest blocks too", () => {
    const listing = new Listing(1);
    new Allocator(createGeometry(SMALL_POOL), STRICT_PROFILE).listTo(listing);
    expect([listing.orders[0], listing.pfns[0], listing.count]).toEqual([3, 0, 1]);
  });

  it("shows the free lists as a snapshot does, and is full of more blocks than there can be", () => {
    const allocator = new Allocator(createGeometry(SMALL_POOL), STRICT_PROFILE);
    for (const order of [0, 0, 0]) allocator.allocate(order);
    allocator.free(0);
    for (const [blocksMax, isFull] of [
      [3, false],
      [2, true],
    ] as const) {
      const listing = new Listing(blocksMax);
      allocator.listTo(listing);
      const shown = [...listing.pfns].map((pfn, at) => `${pfn}:${listing.orders[at] ?? ""}`);
      const { lists } = allocator.snapshot();
      const listed = lists.flatMap((heads, order) => heads.map((pfn) => `${pfn}:${order}`));
      expect([shown, listing.count, listing.isFull]).toEqual([listed.slice(0, blocksMax), blocksMax, isFull]);
      listing.clear();
      expect([listing.count, listing.isFull]).toEqual([0, false]);
    }
  });
});
