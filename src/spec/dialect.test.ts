import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { problemLine } from "../problem.ts";
import { publishDialectSchema, readDialect, type DialectRead } from "./dialect.ts";

const SPECS = new URL("../../specs/", import.meta.url);
const HEAD = "dialect: 1\nname: d\nsummary: A log.\nheader: { max_order: 3, pages: 8 }\n";
const RULE = "{ name: a, op: alloc, prefix: alloc, fields: { order: o, pfn: p } }";

function problemsIn(read: DialectRead): readonly string[] {
  return read.kind === "wrong" ? read.problems.map(problemLine) : [];
}

/** What is wrong with a dialect of this rule. */
function ruleProblems(rule: string): readonly string[] {
  return problemsIn(readDialect(`${HEAD}rules:\n  - ${rule}\n`, "d.yaml"));
}

describe("a dialect file", () => {
  it.each(readdirSync(new URL("dialects/", SPECS)))("that comes along, %s, has its own name and no mistake", (file) => {
    const read = readDialect(readFileSync(new URL(`dialects/${file}`, SPECS), "utf8"), file);
    expect(problemsIn(read)).toEqual([]);
    expect(read.kind === "dialect" && `${read.dialect.name}.yaml`).toBe(file);
  });

  it("may search by keys, or by a pattern whose groups are the fields", () => {
    const text = `${HEAD}rules:\n  - ${RULE}\n  - { name: b, op: free, pattern: 'f (?<pfn>\\w+)', numbers: { pfn: hex } }\n`;
    const read = readDialect(text, "d.yaml");
    expect(read.kind === "dialect" && read.dialect.rules.map(({ search }) => search.keys)).toEqual([
      [
        { field: "order", key: "o", base: "auto" },
        { field: "pfn", key: "p", base: "auto" },
      ],
      [{ field: "pfn", key: "pfn", base: "hex" }],
    ]);
  });

  it.each([
    ["{ name: a, op: aloc, prefix: a }", "d.yaml:6:20: DIALECT_FIELD: expected alloc or free", "perhaps alloc"],
    ["{ name: a, op: lost, prefx: a }", "d.yaml:6:26", "perhaps `prefix`"],
    ["{ name: a, op: free, prefix: f, fields: { pnf: p } }", "d.yaml:6:47", "perhaps `pfn`"],
    ["{ name: a, op: lost }", "d.yaml:6:5", "a `prefix` or a `pattern`, found neither"],
    ["{ name: a, op: lost, pattern: '(' }", "d.yaml:6:35", "a regular expression, found "],
    ["{ name: a, op: free, pattern: '(?<pfm>.)' }", "d.yaml:6:35", "perhaps `pfn`"],
    ["{ name: a, op: alloc, prefix: a, fields: { pfn: p } }", "d.yaml:6:5", "`order` or `pages`, which alloc needs"],
    ["{ name: a, op: free, prefix: a, fields: { pfn: p, addr: q } }", "d.yaml:6:5", "found both"],
    ["{ name: a, op: free, prefix: a, fields: { pfn: p, ok: r } }", "d.yaml:6:5", "`refused`"],
    ["{ name: a, op: free, prefix: a, set: { pfn: null } }", "d.yaml:6:49", "a place, which free needs"],
    ["{ name: a, op: free, prefix: a, fields: { pfn: p }, set: { pfn: 1 } }", "d.yaml:6:69", "since the line tells it"],
    ["{ name: a, op: died, prefix: a, fields: { how: h, order: o } }", "d.yaml:6:5", "fields of died: how"],
    ["{ name: a, op: free, prefix: a, fields: { pfn: p }, numbers: { order: hex } }", "d.yaml:6:75", "is a number"],
  ])("with the mistake %s is told where, and what was meant", (rule, place, words) => {
    const problems = ruleProblems(rule).join("\n");
    expect(problems).toContain(place);
    expect(problems).toContain(words);
  });

  it("owes the pool's size, once, and names its rules apart", () => {
    const said = problemsIn(readDialect(`${HEAD.replace("pages: 8", "start: empty")}rules: [${RULE}, ${RULE}]\n`, "d"));
    expect(said.join("\n")).toContain("expected `pages`, found a header without it");
    expect(said.join("\n")).toContain('expected a name that no other rule has, found "a"');
  });

  it("has a published schema", () => {
    const schema = JSON.parse(readFileSync(new URL("schemas/dialect.schema.json", SPECS), "utf8")) as unknown;
    expect(schema, "run `npm run docs:generate`").toEqual(JSON.parse(JSON.stringify(publishDialectSchema())));
  });
});
