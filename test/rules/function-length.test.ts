/*
 * No function is longer than 60 lines, whatever its kind. Exempt is only the body of a test's `describe`, which is a
 * list of tests rather than a piece of code.
 */
import { describe, expect, it } from "vitest";
import { child, complaint, lineAt, type Node, readTree, sources, type TreeFile, visits } from "./tree.ts";

const LINES_MAX = 60;

const FUNCTIONS = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);

/** Every function of more than 60 lines, from its first line to its last. */
function longFunctions(files: readonly TreeFile[]): readonly string[] {
  return sources(files).flatMap((file) =>
    visits(file).flatMap(({ node, parent }) => {
      if (!FUNCTIONS.has(node.type) || isDescribe(parent)) return [];
      const lines = lineAt(file.text, node.end) - lineAt(file.text, node.start) + 1;
      return lines <= LINES_MAX ? [] : [complaint(file, node.start, `a function of ${lines} lines`)];
    }),
  );
}

/** Whether a node is a call of `describe`, `describe.skip`, `describe.each(…)` and the like. */
function isDescribe(node: Node | null): boolean {
  if (node === null) return false;
  if (node.type === "Identifier") return node["name"] === "describe";
  return isDescribe(child(node, "callee") ?? child(node, "tag") ?? child(node, "object"));
}

describe("a function", () => {
  it("is at most 60 lines long", () => expect(longFunctions(readTree())).toEqual([]));

  it.each([
    ["function f() {", "}"],
    ["const f = () => {", "};"],
    ["class C { m() {", "} }"],
    ["it('is', () => {", "});"],
  ])("of 61 lines is found when it starts %s", (head, tail) => {
    const [fits, tooLong] = [58, 59].map((lines) => `${head}\n${"//\n".repeat(lines)}${tail}`) as [string, string];
    expect(longFunctions([{ path: "model/a.ts", text: fits }])).toEqual([]);
    expect(longFunctions([{ path: "model/a.ts", text: tooLong }])).toEqual(["model/a.ts:1: a function of 61 lines"]);
  });

  it("that only lists tests may be longer", () => {
    const text = `describe.each([])("zone", () => {${"\n".repeat(100)}});`;
    expect(longFunctions([{ path: "model/a.test.ts", text }])).toEqual([]);
  });
});
