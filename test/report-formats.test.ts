/*
 * The reports that other programs read, written by the command line as users run it, and judged by what others made:
 * OASIS' schema of SARIF, the reference implementation of CTRF, a parser of TAP 14, and a strict parser of XML.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import AjvDraft04 from "ajv-draft-04";
import { validate } from "ctrf";
import { SaxesParser } from "saxes";
import { Parser } from "tap-parser";
import { afterAll, describe, expect, it } from "vitest";

const CLI = path.resolve("dist/src/cli.js");
const folder = mkdtempSync(path.join(tmpdir(), "buddycheck-reports-"));
afterAll(() => rmSync(folder, { recursive: true }));

// The schema as Microsoft's matchers for Jest carry it: the draft-04 text of SARIF 2.1.0, release candidate 5.
const SARIF_SCHEMA = createRequire(import.meta.url).resolve("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json");

/** Traces of every verdict: violated by either side, held, undecided, vacuous, and wrong. */
const TRACES = [
  "traces/helios/rejected/defect-order10.jsonl",
  "traces/xv6/rejected/misuse-double-free-merged.jsonl",
  "traces/xv6/accepted/short.jsonl",
  "traces/by-hand/accepted/lost-events.case.yaml",
  "traces/by-hand/accepted/no-events.case.yaml",
  "traces/linux/small-1-idle.trace.txt",
  "package.json",
];

/** Text in which nearly every format has something to trip over, as the name of a case. */
const HOSTILE = "a]]> & <b> # %0A '\" é \u202E";

const CASE = "buddytrace: 1\nmax_order: 3\npages: 8\nprovenance: here\n";
const FAILING = `${CASE}shows: ${JSON.stringify(HOSTILE)}\nevents: [a0=0 a0=0]\nexpect: [{ verdict: holds }]\n`;
const KNOWN = FAILING.replace("shows:", "known: { reason: being mended, until: 9999-12-31 }\nshows:");
const SUITE = `suite: 1
name: ${JSON.stringify(HOSTILE)}
summary: every way to fail
known: [{ law: placement, reason: never seen, until: 9999-12-31 }]
parts:
  - { kind: corpus, folder: . }
  - { kind: verify, traces: [${TRACES.slice(0, 5)
    .map((name) => JSON.stringify(path.resolve(name)))
    .join(", ")}] }
  - { kind: mutants, seeds: 1, commands: 1 }
  - { kind: explore, targets: { mutant:never-coalesces: holds, spec: holds } }
  - { kind: explore, name: cut, targets: { reference: holds }, states: 1 }
  - { kind: test, targets: { mutant:never-coalesces: holds }, commands: 10, scope: 2 }
`;

function written(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** What the parser of TAP says at the end. */
interface Complete {
  readonly count: number;
  readonly plan: { readonly end: number };
  readonly failures: readonly { readonly tapError: unknown }[];
}

/** All reports of a command, by format. */
function reportsOf(...command: string[]): Readonly<Record<string, string>> {
  const formats = ["junit", "tap", "sarif", "ctrf", "github", "markdown", "text", "json"];
  const files = formats.map((format) => [format, path.join(folder, `${command[0]}.${format}`)] as const);
  const reporters = files.flatMap(([format, file]) => ["--reporter", `${format}=${file}`]);
  const { stdout, stderr } = spawnSync("node", [CLI, ...command, ...reporters], { encoding: "utf8" });
  expect([stdout, stderr]).toEqual(["", ""]);
  return Object.fromEntries(files.map(([format, file]) => [format, readFileSync(file, "utf8")]));
}

written("failing.case.yaml", FAILING);
written("known.case.yaml", KNOWN);
const never = written("never.mjs", `export const always = { ${JSON.stringify(HOSTILE)}: () => true };\n`);
const suite = written("suite.yaml", SUITE);
written("wrong.jsonl", '{"buddytrace":1}\n');

describe.each([
  ["verify", reportsOf("verify", ...TRACES)],
  ["run", reportsOf("run", suite)],
  ["explore", reportsOf("explore", "mutant:never-coalesces", "--property", never)],
  ["test", reportsOf("test", "mutant:never-coalesces", "--commands", "100", "--scope", "2")],
])("the reports of %s", (_, reports) => {
  it("are SARIF 2.1.0 as OASIS' schema has it", () => {
    const ajv = new AjvDraft04.default({
      strict: false,
      unicodeRegExp: false,
      validateFormats: false,
      allErrors: true,
    });
    const isSarif = ajv.compile(JSON.parse(readFileSync(SARIF_SCHEMA, "utf8")) as object);
    isSarif(JSON.parse(reports["sarif"] ?? ""));
    expect(isSarif.errors).toBeNull();
  });

  it("are CTRF as its reference implementation has it", () => {
    const { errors } = validate(JSON.parse(reports["ctrf"] ?? ""));
    expect(errors ?? []).toEqual([]);
  });

  it("are TAP 14, of which every line is understood", () => {
    const results = Parser.parse(reports["tap"] ?? "", { strict: true });
    expect(results.filter(([kind]) => kind === "extra")).toEqual([]);
    const complete = results.find(([kind]) => kind === "complete")?.[1] as unknown as Complete;
    expect(complete.failures.filter(({ tapError }) => tapError !== null)).toEqual([]);
    expect(complete.plan.end).toBe(complete.count);
  });

  it("are well-formed XML", () => {
    const parser = new SaxesParser();
    parser.on("error", (error) => {
      throw error;
    });
    expect(() => parser.write(reports["junit"] ?? "").close()).not.toThrow();
  });

  it("agree on how much failed", () => {
    const { results } = JSON.parse(reports["ctrf"] ?? "") as { results: { tests: { rawStatus: string }[] } };
    const failed = results.tests.filter(({ rawStatus }) => rawStatus === "failed").length;
    const junit = [...(reports["junit"] ?? "").matchAll(/<testcase[^>]*>\n\s*<failure/gu)].length;
    const items = [...(reports["markdown"] ?? "").matchAll(/^### .*: failed$/gmu)].length;
    expect([junit, items]).toEqual([failed, failed]);
    expect(failed).toBeGreaterThan(0);
  });
});

describe("the code flow of a counterexample", () => {
  it("has a step for each command, in their order", () => {
    const { sarif = "" } = reportsOf(
      "run",
      written("one.yaml", `suite: 1\nname: a\nsummary: b\nparts:\n  - { kind: corpus, folder: . }\n`),
    );
    expect(sarif).toContain('"ruleId": "no-overlap"');
    const { sarif: traces = "" } = reportsOf("verify", TRACES[1] ?? "");
    const { runs } = JSON.parse(traces) as {
      runs: { results: { codeFlows: { threadFlows: { locations: { executionOrder: number }[] }[] }[] }[] }[];
    };
    const [flow] = runs[0]?.results[0]?.codeFlows ?? [];
    expect(flow?.threadFlows[0]?.locations.map(({ executionOrder }) => executionOrder)).toEqual([1, 2, 3]);
  });
});

describe("the code flow of an engine's counterexample", () => {
  it.each([
    ["explore", "mutant:never-coalesces", "--pages", "2", "--base-pfn", "6"],
    ["test", "mutant:never-coalesces", "--pages", "2", "--base-pfn", "6", "--commands", "100"],
  ])("of %s has its steps, counted from the pool's first page", (...command) => {
    expect(flowsIn(reportsOf(...command)["sarif"] ?? "")).toEqual([
      [
        expect.stringMatching(/^a0=0z: a request of order 0 \(1 page\) is served page 0, found all zero/u),
        expect.stringMatching(/^f0(?::0)?\+: a free of page 0/u),
        expect.stringMatching(/^free 1:0 0:0: the free lists hold 0 \(order 0\), 1 \(order 0\)/u),
      ],
    ]);
  });
});

/** The texts of the steps of each code flow. */
function flowsIn(sarif: string): readonly (readonly string[])[] {
  const { runs } = JSON.parse(sarif) as {
    runs: {
      results: { codeFlows?: { threadFlows: { locations: { location: { message: { text: string } } }[] }[] }[] }[];
    }[];
  };
  return runs
    .flatMap(({ results }) => results)
    .flatMap(({ codeFlows = [] }) =>
      codeFlows.flatMap(({ threadFlows }) =>
        threadFlows.map(({ locations }) => locations.map(({ location }) => location.message.text)),
      ),
    );
}

describe("the code flow of a recording", () => {
  const chain = "events:\n  - a0=0\n  - a0=1\n  - a1=2\n  - a2=4\n  - f0\n  - f1\n  - a1=0\n  - a0=7\n";
  const file = written("chain.yaml", `buddytrace: 1\nmax_order: 3\npages: 8\n${chain}  - f7\n  - free 7:0\n`);

  it("holds all lines that `minimize` keeps, also where they are about other pages", () => {
    const { stdout } = spawnSync("node", [CLI, "minimize", file], { encoding: "utf8" });
    const { sarif = "" } = reportsOf("verify", file);
    const [flow = []] = flowsIn(sarif);
    expect(flow.length).toBe(stdout.trim().split("\n").length - 1);
    expect(flow[0]).toContain("a2=4");
  });

  it("is the same in a suite, in notation", () => {
    const parts = `  - { kind: verify, traces: [${JSON.stringify(file)}] }`;
    const { sarif = "" } = reportsOf(
      "run",
      written("chain-suite.yaml", `suite: 1\nname: a\nsummary: b\nparts:\n${parts}\n`),
    );
    expect(flowsIn(sarif)[0]?.[0]).toContain("a2=4: a request of order 2");
  });
});

describe("--reporter", () => {
  it.each([
    [["--reporter", "sarfi"], "a reporter such as sarif"],
    [["--reporter", "tap", "--json"], "a path for json, as in json=report"],
    [["--reporter", "tap="], "a path behind tap="],
  ])("%j is wrong usage", (flags, expected) => {
    const { status, stderr } = spawnSync("node", [CLI, "verify", TRACES[2] ?? "", ...flags], { encoding: "utf8" });
    expect(status).toBe(2);
    expect(stderr).toContain(expected);
  });

  it("github appends a summary to the job's own", () => {
    const summary = written("summary.md", "before\n");
    const { status, stdout } = spawnSync("node", [CLI, "verify", TRACES[0] ?? "", "--reporter", "github"], {
      encoding: "utf8",
      env: { ...process.env, GITHUB_STEP_SUMMARY: summary },
    });
    expect([status, stdout.startsWith("::error file=traces/helios")]).toEqual([1, true]);
    expect(readFileSync(summary, "utf8")).toMatch(/^before\n## `verify`: 1 failed\n/u);
  });

  it("says when a report cannot be written", () => {
    const { status, stderr } = spawnSync("node", [CLI, "verify", TRACES[2] ?? "", "--reporter", "tap=/dev/null/a"], {
      encoding: "utf8",
    });
    expect([status, stderr.includes("OUTPUT_FAILED")]).toEqual([2, true]);
  });
});
