import { describe, expect, it } from "vitest";
import { hanging, wrapped, wrappedList } from "./wrap.ts";

describe("breaking a text into lines", () => {
  it("happens at spaces, and splits no word", () =>
    expect(wrapped("pages that are served twice", 10)).toEqual(["pages that", "are served", "twice"]));

  it("leaves a number with what it numbers", () =>
    expect(wrapped("was served at line 300 and again", 16)).toEqual(["was served at", "line 300 and", "again"]));

  it("leaves a size in its parentheses whole", () =>
    expect(wrapped("order 0 (1 page) is free", 12)).toEqual(["order 0", "(1 page) is", "free"]));

  it("puts a word that is too long on a line of its own", () =>
    expect(wrapped("at coalescing ends", 6)).toEqual(["at", "coalescing", "ends"]));

  it("keeps the entries of a list whole", () =>
    expect(wrappedList(["A = 0..3", "B = 4", ". = free"], 16)).toEqual(["A = 0..3, B = 4,", ". = free"]));

  it("indents what follows the first line", () => {
    const lines = ["seen: served page 389, but the block", "      384..391 is still live"];
    expect(hanging("seen: ", "served page 389, but the block 384..391 is still live", 36)).toEqual(lines);
  });
});
