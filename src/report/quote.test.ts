import picocolors from "picocolors";
import { describe, expect, it } from "vitest";
import { gutterFor, quoted } from "./quote.ts";
import { visible } from "./visible.ts";

const PLAIN = picocolors.createColors(false);

/** The value between the two bars is the one at issue: `a |bc| d`. */
function quote(marked: string, columns = 60, label = "wrong"): string {
  const column = marked.indexOf("|") + 1;
  const length = marked.indexOf("|", column) - column;
  const text = marked.replaceAll("|", "");
  const look = { colours: PLAIN, columns };
  return quoted({ line: 57, text, column, columns: length, label }, [], 2, String, look).join("\n");
}

describe("a quoted line", () => {
  it("has carets under the value at issue and the label behind them", () =>
    expect(quote('{"op":"alloc","pfn":|389|}')).toBe(
      ["   |", '57 | {"op":"alloc","pfn":389}', "   |                     ^^^ wrong"].join("\n"),
    ));

  it("follows earlier lines about the same pages", () => {
    const earlier = [{ line: 3, text: '{"op":"alloc"}' }];
    const look = { colours: PLAIN, columns: 60 };
    const at = { line: 57, text: "{}", column: 1, columns: 2, label: "" };
    expect(quoted(at, earlier, gutterFor([3, 57]), String, look)).toEqual([
      "   |",
      ' 3 | {"op":"alloc"}',
      "57 | {}",
      "   | ^^",
    ]);
  });

  it.each([
    ["at its end", `|5|${" 6".repeat(50)}`, "5 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6…", "^ wrong"],
    [
      "at its start",
      `${"6 ".repeat(50)}|5| 8 9 8 9`,
      "…6 6 6 6 6 6 6 6 6 6 6 6 5 8 9 8 9",
      "                         ^ wrong",
    ],
    [
      "at both",
      `${"6 ".repeat(50)}|5|${" 6".repeat(50)}`,
      "… 6 6 6 6 6 5 6 6 6 6 6 6 6 6 6 6 …",
      "            ^ wrong",
    ],
  ])("that is too long is cut %s", (_, marked, text, carets) =>
    expect(quote(marked, 40).split("\n").slice(1)).toEqual([`57 | ${text}`, `   | ${carets}`]),
  );

  it("moves the label below where there is no room for it", () =>
    expect(
      quote(`${"x".repeat(30)}|5|`, 40, "a label of some length")
        .split("\n")
        .slice(2),
    ).toEqual(["   |                               ^", "   |              a label of some length"]));

  it("has a caret even where the value is cut off or empty", () =>
    expect(quote(`x||${"y".repeat(9)}`).split("\n")[2]).toBe("   |  ^ wrong"));

  it("shows control characters as escapes and keeps the carets in place", () =>
    expect(quote("\u001B[31m\t\u202E|5|").split("\n").slice(1)).toEqual([
      String.raw`57 | \x1b[31m\t\u{202e}5`,
      "   |                   ^ wrong",
    ]));

  it("counts wide characters as two columns and combining ones as none", () =>
    expect(quote("页e\u0301|5|").split("\n").slice(1)).toEqual(["57 | 页e\u03015", "   |    ^ wrong"]));
});

describe("visible text", () => {
  it.each([
    ["plain text, ö and 页", "plain text, ö and 页"],
    ["\u0000\u007F\u009B", String.raw`\x00\x7f\x9b`],
    ["\u2066\uFEFF\u2028", String.raw`\u{2066}\u{feff}\u{2028}`],
    ["\uD800", String.raw`\u{d800}`],
  ])("%j", (text, shown) => expect(visible(text)).toBe(shown));
});
