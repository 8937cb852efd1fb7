import { describe, expect, it } from "vitest";
import { detectFormat, looksLikeTrace } from "./detect.ts";

const HEADER = '{"buddytrace":1,"max_order":3,"pages":8}\n';

describe("the format", () => {
  it.each([
    ["jsonl", HEADER],
    ["jsonl", `\n \t\n${HEADER}`],
    ["jsonl", `\uFEFF${HEADER}`],
    ["jsonl", '{"not":"a trace"}'],
    ["jsonl", '{"op":"note","text":"a\0b"}'],
    ["jsonl", ""],
    ["jsonl", "\n\n"],
    ["yaml", "buddytrace: 1\n"],
    ["yaml", "# a comment\n\n  # another\nbuddytrace: 1\n"],
    ["yaml", "%YAML 1.2\n---\nbuddytrace: 1\n"],
    ["yaml", '"buddytrace": 1\n'],
    ["yaml", "--- {buddytrace: 1}\n"],
    ["yaml", "- a0=0\n"],
    ["yaml", "# nothing but comments"],
    [null, "hello world\n"],
    [null, "hello world\n\nkey: value\n"],
    [null, "\0\0\0\0"],
    [null, "\u007FELF\0"],
  ])("is %s of %j", (format, text) => expect(detectFormat(Buffer.from(text))).toBe(format));

  it.each(["utf16le", "latin1"] as const)("of a header in %s is told or refused by its first bytes", (encoding) => {
    expect(detectFormat(Buffer.from(HEADER, encoding))).toBe(encoding === "latin1" ? "jsonl" : null);
  });

  it("is told of any text in linear time", () => {
    for (const filler of ["\n", " \n", "#\n", "---\n", "a", " ", "- "]) {
      expect(["yaml", null]).toContain(detectFormat(Buffer.from(`x!${filler.repeat(4000)}!`)));
    }
  });
});

describe("a file in a folder", () => {
  it.each([
    [true, HEADER],
    [true, "# by hand\nbuddytrace: 1\nmax_order: 3\n"],
    [true, "events: []\nbuddytrace: 1\n"],
    [false, '{"name":"buddycheck"}\n'],
    [false, "name: a profile\n"],
    [false, ""],
    [false, "text about buddytrace\n"],
  ])("is a trace: %s, when it is %j", (is, text) => expect(looksLikeTrace(Buffer.from(text))).toBe(is));
});
