/*
 * The shape every source file shares:
 *
 * 1. Names are lower-kebab, and say what is inside: no utils, helpers or common.
 * 2. A file has at most 500 lines.
 * 3. No enum, no decorator, no default export in the product.
 */
import path from "node:path";
import { describe, expect, it } from "vitest";
import { complaint, productSources, readTree, sources, type TreeFile, visits } from "./tree.ts";

const LINES_MAX = 500;

// "free-list.test.ts": words of lower-case letters and digits, then suffixes.
const LOWER_KEBAB = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*(?:\.[a-z0-9]+)+$/u;
const VAGUE = /^(?:utils?|helpers?|common)\b/u;

const BANNED = new Map([
  ["TSEnumDeclaration", "an enum; write a union of literals"],
  ["Decorator", "a decorator"],
  ["ExportDefaultDeclaration", "a default export"],
]);

/** Every file whose name does not say what is inside, in lower-kebab. */
function badNames(files: readonly TreeFile[]): readonly string[] {
  return sources(files)
    .filter(({ path: name }) => !LOWER_KEBAB.test(path.basename(name)) || VAGUE.test(path.basename(name)))
    .map(({ path: name }) => `${name}:1: is not named in lower-kebab after what is inside`);
}

/** Every file of more than 500 lines. */
function longFiles(files: readonly TreeFile[]): readonly string[] {
  return sources(files).flatMap((file) => {
    const lines = file.text.replace(/\n$/u, "").split("\n").length;
    return lines <= LINES_MAX ? [] : [`${file.path}:${lines}: a file of ${lines} lines`];
  });
}

/** Every construct the product does without. */
function bannedSyntax(files: readonly TreeFile[]): readonly string[] {
  return productSources(files).flatMap((file) =>
    visits(file).flatMap(({ node }) => {
      const banned = BANNED.get(node.type);
      return banned === undefined ? [] : [complaint(file, node.start, banned)];
    }),
  );
}

describe("a source file", () => {
  const tree = readTree();

  it("is named in lower-kebab after what is inside", () => expect(badNames(tree)).toEqual([]));
  it("has at most 500 lines", () => expect(longFiles(tree)).toEqual([]));
  it("does without enums, decorators and default exports", () => expect(bannedSyntax(tree)).toEqual([]));

  it.each(["model/freeList.ts", "model/free_list.ts", "src/Zone.ts", "src/utils.ts", "test/helpers.test.ts"])(
    "named %s is found",
    (name) => expect(badNames([{ path: name, text: "" }])).toHaveLength(1),
  );

  it("of 501 lines is found", () => {
    expect(longFiles([{ path: "model/a.ts", text: "//\n".repeat(500) }])).toEqual([]);
    expect(longFiles([{ path: "model/a.ts", text: "//\n".repeat(501) }])).toHaveLength(1);
  });

  it.each(["enum A { B }", "export default 1;", "@sealed class C {}"])("with %s is found", (text) => {
    expect(bannedSyntax([{ path: "src/report/a.ts", text }])).toHaveLength(1);
  });
});
