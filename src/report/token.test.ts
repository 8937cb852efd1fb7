import { describe, expect, it } from "vitest";
import { tokenColumns } from "./token.ts";

/** What is underlined of the text behind `|`. */
function underlined(marked: string, code: "SUITE_FIELD" | "NOTATION_SYNTAX" = "SUITE_FIELD"): string {
  const column = marked.indexOf("|") + 1;
  const source = marked.replace("|", "");
  return source.slice(column - 1, column - 1 + tokenColumns({ code, place: { file: "", line: 1, column }, source }));
}

describe("of a problem is underlined", () => {
  it.each([
    ["a word in braces", "  - { kind: |corpse, folder: a }", "corpse"],
    ["the last word in braces", "{ kind: |corpse }", "corpse"],
    ["a key", "  - { kind: corpus, |flder: b }", "flder"],
    ["a key with a colon of its own", "targets: { |mutant:cuts-the-lists: frame }", "mutant:cuts-the-lists"],
    ["a value of several words, without the comment", "reason: |it is late # really", "it is late"],
    ["a key that ends its line", "|parts:", "parts"],
    ["a text in JSON", String.raw`{"op":|"al\"loc","pfn":3}`, String.raw`"al\"loc"`],
    ["a text in single quotes", "name: |'it''s'", "'it''s'"],
    ["a number in JSON", '{"op":"alloc","order":|31}', "31"],
    ["a list", 'pools: |[[1, 2], "]"], x', '[[1, 2], "]"]'],
    ["a mapping that goes on below", "- |{ kind: a,", "{ kind: a,"],
    ["a text without its end", 'name: |"abc', '"abc'],
  ])("%s", (_what, marked, token) => expect(underlined(marked)).toBe(token));

  it("one word of notation", () => expect(underlined("  - a0=0 |q7 f0", "NOTATION_SYNTAX")).toBe("q7"));
  it("one column where a line ends", () =>
    expect(tokenColumns({ code: "YAML_SYNTAX", place: { file: "", line: 1, column: 4 }, source: "abc" })).toBe(1));
});
