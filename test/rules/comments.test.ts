/*
 * Comments are sentences. Work put off names what it awaits and why, as in `TODO(zstd in Node 22): spares a dependency`;
 * code that is not wanted is deleted, since git remembers it.
 */
import { describe, expect, it } from "vitest";
import { comments, complaint, readTree, sources, type TreeFile } from "./tree.ts";

const MARKER = /\b(?:TODO|FIXME|XXX)\b/u;
const REASONED = /\bTODO\([^)]+\): \S/u;

// A line comment that opens with a keyword of the language and closes as code does. Prose ends neither way.
const CODE =
  /^\s*(?:import|export|const|let|return|if|for|while|switch|case|await|throw|function|expect|it|type)\b.*[;{}]$/u;

/** Every marker that says neither what it awaits nor why. */
function bareMarkers(files: readonly TreeFile[]): readonly string[] {
  return sources(files).flatMap((file) =>
    comments(file)
      .filter(({ value }) => MARKER.test(value.replace(REASONED, "")))
      .map(({ start }) => complaint(file, start, "a TODO(awaited thing): why, or none")),
  );
}

/** Every line comment that reads as code. */
function commentedOutCode(files: readonly TreeFile[]): readonly string[] {
  return sources(files).flatMap((file) =>
    comments(file)
      .filter(({ type, value }) => type === "Line" && CODE.test(value))
      .map(({ start }) => complaint(file, start, "commented-out code")),
  );
}

describe("a comment", () => {
  const tree = readTree();

  it("that defers something says what it awaits and why", () => expect(bareMarkers(tree)).toEqual([]));
  it("is no place to keep code", () => expect(commentedOutCode(tree)).toEqual([]));

  it.each(["// TODO: speed", "/* FIXME */", "// XXX", "// TODO(zstd):", "// TODO soon, TODO(zstd): spares one"])(
    "that says only %s is found",
    (text) => expect(bareMarkers([{ path: "model/a.ts", text }])).toHaveLength(1),
  );

  it.each(["// const a = 1;", "//  if (a) {", "// return a;", "// expect(a).toBe(b);"])(
    "that is really code, %s, is found",
    (text) => expect(commentedOutCode([{ path: "model/a.ts", text }])).toHaveLength(1),
  );

  it("may be a reasoned TODO, or prose that happens to begin with a keyword", () => {
    const text = "// TODO(zstd in Node 22): spares a dependency\n// for each order, one list.\n// if so, stop";
    expect([...bareMarkers([{ path: "a.ts", text }]), ...commentedOutCode([{ path: "a.ts", text }])]).toEqual([]);
  });
});
