import { expect, it } from "vitest";
import { assert, unreachable } from "./assert.ts";

it("our own bugs are loud, and say what was found", () => {
  expect(() => assert(true, "fine")).not.toThrow();
  expect(() => assert(false, "order 31")).toThrow(/^buddycheck bug: order 31$/u);
  expect(() => unreachable({ kind: "odd" } as never)).toThrow(/^buddycheck bug: unreachable case \{"kind":"odd"\}$/u);
});
