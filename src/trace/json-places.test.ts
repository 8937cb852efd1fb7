import * as fc from "fast-check";
import { findNodeAtLocation, parseTree, type Node } from "jsonc-parser";
import { describe, expect, it } from "vitest";
import { offsetOf, secondKeyIn } from "./json-places.ts";

/** JSON texts with white space anywhere it may stand. */
const texts = fc
  .tuple(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom("", " ", "\t", "\r\n  "))
  .map(([value, indent]) => `${indent}${JSON.stringify(value, null, indent)}${indent}`);

/** Every value of a text with the path that leads to it. */
function* nodesIn(root: Node, path: (string | number)[] = []): Generator<[(string | number)[], Node]> {
  yield [path, root];
  for (const [index, child] of (root.children ?? []).entries()) {
    if (root.type === "array") yield* nodesIn(child, [...path, index]);
    else yield* nodesIn(child.children?.[1] as Node, [...path, child.children?.[0]?.value as string]);
  }
}

describe("a value", () => {
  it("is found where a parser with a tree finds it", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const root = parseTree(text) as Node;
        for (const [path] of nodesIn(root)) expect(offsetOf(text, path)).toBe(findNodeAtLocation(root, path)?.offset);
      }),
      { numRuns: 2000 },
    );
  });

  it("that is missing is looked for in what would hold it", () => {
    fc.assert(
      fc.property(texts, (text) => {
        for (const [path, node] of nodesIn(parseTree(text) as Node)) {
          expect(offsetOf(text, [...path, "no such key"])).toBe(node.offset);
          expect(offsetOf(text, [...path, 9999])).toBe(node.offset);
        }
      }),
    );
  });

  it.each([
    ['{"a":1}', ["a"], 5],
    ['{ "a" : 1 }', ["a"], 8],
    ['{"a":"]}","b":[1,[2],{"c":3}]}', ["b", 2, "c"], 26],
    ['{"\\u0061":1,"b":2}', ["a"], 10],
    ['{"a\\"b":1,"c":2}', ["c"], 14],
    ['{"__proto__":{"x":1}}', ["__proto__", "x"], 18],
    ["[10,20]", [2], 0],
    ["[]", [0], 0],
    ["17", ["a"], 0],
  ] as const)("of %s at %j stands at %d", (text, path, offset) => expect(offsetOf(text, path)).toBe(offset));
});

describe("a second key", () => {
  it("is none where every key stands once", () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(secondKeyIn(text)).toBeNull();
      }),
    );
  });

  it.each([
    ['{"a":1,"a":2}', { key: "a", offset: 7 }],
    ['{"x":[{"a":1,"b":2,"a":3}],"x":1}', { key: "a", offset: 19 }],
    ['{"a":1,"\\u0061":2}', { key: "a", offset: 7 }],
    ['{"a" :1, "a"\t:2}', { key: "a", offset: 9 }],
    ['{"a":{"a":{"a":1}}}', null],
    ['{"a":["a","a"],"b":"a"}', null],
    ['[{"a":1},{"a":1}]', null],
    ['{"__proto__":1,"toString":2}', null],
  ])("in %s is %j", (text, second) => expect(secondKeyIn(text)).toEqual(second));
});
