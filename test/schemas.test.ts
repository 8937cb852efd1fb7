/*
 * The schemas in specs/schemas/ that editors complete with are those that files are read by: they are generated
 * (`npm run docs:generate`), and what a reader takes or refuses, its schema takes or refuses.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { bundledProfiles } from "../src/commands/package-files.ts";
import { publishCaseSchema, readCase } from "../src/spec/case.ts";
import { publishProfileSchema } from "../src/spec/profile.ts";
import { publishSuiteSchema } from "../src/spec/suite-schema.ts";
import { readSuite } from "../src/spec/suite.ts";

const PUBLISHED = { profile: publishProfileSchema(), suite: publishSuiteSchema(), case: publishCaseSchema() };

const ajv = new Ajv({ strict: false });
const isSuite = ajv.compile(PUBLISHED.suite);
const isCase = ajv.compile(PUBLISHED.case);
const library = { profiles: bundledProfiles(), find: () => ({ file: "base.yaml", text: DEFAULT }) };
const DEFAULT = readFileSync("specs/suites/default.yaml", "utf8");

const DAY = "2027-03-01";
const HEAD = { suite: 1, name: "a", summary: "b" };
const MUTANTS = { kind: "mutants", seeds: 1, commands: 1 };
const POOL = { name: "p", maxOrder: 3, pages: 8 };
const REFERENCE = { kind: "reference", pools: [POOL], profiles: ["strict"], seeds: 1, commands: 1, lookEvery: 1 };

const CASE = { buddytrace: 1, max_order: 3, pages: 8, shows: "a", provenance: "b", events: "a0=0" };
const HOLDS = [{ verdict: "holds" }];

describe.each(Object.entries(PUBLISHED))("specs/schemas/%s.schema.json", (name, schema) => {
  it("is the one that files are read by", () => {
    const published = JSON.parse(readFileSync(`specs/schemas/${name}.schema.json`, "utf8")) as unknown;
    expect(published, "run `npm run docs:generate`").toEqual(JSON.parse(JSON.stringify(schema)));
  });
});

describe("a suite, to its schema and to its reader,", () => {
  it.each([
    { ...HEAD, parts: [MUTANTS] },
    { ...HEAD, parts: [REFERENCE] },
    { ...HEAD, extends: "base.yaml", laws: { aligned: "off" }, known: [{ law: "aligned", reason: "r", until: DAY }] },
    { ...HEAD, parts: [{ kind: "verify", traces: ["a"], profile: { fit: "best" } }] },
    { ...HEAD, parts: [{ kind: "explore", targets: { spec: "holds", "mutant:cuts-the-list": "frame" } }] },
    { ...HEAD, parts: [{ kind: "test", targets: { "./a.mjs": "holds" }, budget: "5m" }] },
    parse(DEFAULT) as object,
  ])("is one: %j", (suite) => {
    isSuite(suite);
    expect(isSuite.errors).toBeNull();
    expect(readSuite(JSON.stringify(suite), "a.yaml", library).kind).toBe("suite");
  });

  it.each([
    { ...HEAD, suite: 2, parts: [MUTANTS] },
    { ...HEAD, parts: [{ ...MUTANTS, sead: 1 }] },
    { ...HEAD, parts: [{ ...MUTANTS, seeds: 0 }] },
    { ...HEAD, parts: [{ ...MUTANTS, kind: "mutant" }] },
    { ...HEAD, parts: [{ ...REFERENCE, pools: [{ ...POOL, maxOrder: 31 }] }] },
    { ...HEAD, parts: [{ ...REFERENCE, pools: [] }] },
    { ...HEAD, parts: [{ kind: "explore", targets: {} }] },
    { ...HEAD, parts: [{ kind: "explore", targets: { reference: "frames" } }] },
    { ...HEAD, parts: [{ kind: "test", targets: { reference: "holds" } }] },
    { ...HEAD, parts: [{ ...MUTANTS, budget: "long" }] },
    { ...HEAD, parts: [MUTANTS], laws: { algned: "off" } },
    { ...HEAD, parts: [MUTANTS], laws: { aligned: "fatal" } },
    { ...HEAD, parts: [MUTANTS], known: [{ law: "aligned", until: DAY }] },
    { ...HEAD, parts: [MUTANTS], known: [{ law: "aligned", reason: "r", until: "soon" }] },
  ])("is none: %j", (suite) => {
    expect([isSuite(suite), readSuite(JSON.stringify(suite), "a.yaml", library).kind]).toEqual([false, "wrong"]);
  });
});

describe("a case, to its schema and to its reader,", () => {
  const files = readdirSync("traces", { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".case.yaml"),
  );

  it.each(files)("is one: %s", (name) => {
    isCase(parse(readFileSync(path.join("traces", name), "utf8")));
    expect(isCase.errors).toBeNull();
  });

  it.each([
    { ...CASE },
    { ...CASE, expect: [] },
    { ...CASE, expect: [{ verdict: "hold" }] },
    { ...CASE, expect: HOLDS, shows: "" },
    { ...CASE, expect: HOLDS, expcet: 1 },
    { ...CASE, expect: HOLDS, known: { reason: "r" } },
  ])("is none: %j", (written) => {
    expect([isCase(written), readCase(JSON.stringify(written), "a.case.yaml", bundledProfiles()).kind]).toEqual([
      false,
      "wrong",
    ]);
  });
});
