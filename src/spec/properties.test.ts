import { describe, expect, it } from "vitest";
import { readProperties } from "./properties.ts";

function complaints(text: string): readonly string[] {
  const read = readProperties(text, "p.yaml");
  return read.kind === "properties"
    ? []
    : read.problems.map(({ place, code, expected, found }) => `${place.line} ${code} ${expected}: ${found}`);
}

describe("a file of properties", () => {
  it("is read as comparisons", () => {
    const read = readProperties(
      "properties: 1\nalways: [live_pages<=6 and pages == 8]\nreachable: [free_blocks > live_blocks]\n",
      "p.yaml",
    );
    expect(read).toEqual({
      kind: "properties",
      properties: [
        {
          kind: "always",
          name: "live_pages<=6 and pages == 8",
          comparisons: [
            { left: "live_pages", sign: "<=", right: 6 },
            { left: "pages", sign: "==", right: 8 },
          ],
        },
        {
          kind: "reachable",
          name: "free_blocks > live_blocks",
          comparisons: [{ left: "free_blocks", sign: ">", right: "live_blocks" }],
        },
      ],
    });
  });
  it.each([
    ["properties: 1\nalways: [live_page <= 6]\n", '2 PROPERTY_FIELD perhaps `live_pages`: "live_page <= 6"'],
    ["properties: 1\nalways: [live_pages]\n", '2 PROPERTY_FIELD a comparison such as live_pages <= 6: "live_pages"'],
    ["properties: 1\nalway: []\n", "2 PROPERTY_FIELD perhaps `always`: `alway`"],
    ["properties: 2\n", "1 PROPERTY_FIELD 1, the version of the form: 2"],
    ["properties: 1\nreachable: 3\n", "2 PROPERTY_FIELD a list of comparisons: 3"],
  ])("says where %j is wrong", (text, complaint) => {
    expect(complaints(text)).toEqual([complaint]);
  });
});
