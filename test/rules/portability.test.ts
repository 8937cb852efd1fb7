/*
 * Nothing in the repository depends on, or tells of, the machine it was written on: no absolute path into a workplace
 * or the home of root, and no download address in the lock file but the public registry's.
 */
import { describe, expect, it } from "vitest";
import { complaint, readTree, type TreeFile } from "./tree.ts";

// A path is absolute where nothing that could be its beginning stands before its first slash.
const PRIVATE_PATH = /(?<![\w.~$}/-])\/(?:work|root)\/[\w.-]+|[.]librar[y]\b/gu;
const RESOLVED = /"resolved": "(?!https:\/\/registry\.npmjs\.org\/)/gu;

/** Every mention of a place that exists on one machine only. */
function privatePlaces(files: readonly TreeFile[]): readonly string[] {
  return files.flatMap((file) => {
    const pattern = file.path === "package-lock.json" ? RESOLVED : PRIVATE_PATH;
    return [...file.text.matchAll(pattern)].map((hit) => complaint(file, hit.index, `names ${hit[0]}`));
  });
}

describe("the repository", () => {
  it("names no place that exists on one machine only", () => expect(privatePlaces(readTree())).toEqual([]));

  // Written with # for / and _ for a dot, so that this file passes its own rule.
  it.each(["#work#a", "see #root#x", "~#_library"])("that mentions %s is found out", (coded) => {
    const text = coded.replaceAll("#", "/").replace("_", ".");
    expect(privatePlaces([{ path: "README.md", text }])).toHaveLength(1);
  });

  it("that locks a package to another registry is found out", () => {
    const text = `{ "resolved": "http://localhost:4873/yaml.tgz" }`;
    expect(privatePlaces([{ path: "package-lock.json", text }])).toHaveLength(1);
  });

  it("may speak of work, of roots, and of relative paths", () => {
    const text = "spec/work/a.ts ./root/b https://example.org/work/c";
    expect(privatePlaces([{ path: "README.md", text }])).toEqual([]);
  });
});
