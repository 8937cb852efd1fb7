/*
 * Shares of a run, put together again: what they say is what one run of everything says, and nothing less.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { shardOf } from "../src/share.ts";

const CLI = path.resolve("dist/src/cli.js");
const folder = mkdtempSync(path.join(tmpdir(), "buddycheck-merge-"));
afterAll(() => rmSync(folder, { recursive: true }));

const SUITE = `suite: 1
name: small
summary: a part of each kind
parts:
  - { kind: corpus, folder: ${JSON.stringify(path.resolve("traces/by-hand"))} }
  - kind: reference
    pools: [{ name: p, maxOrder: 3, pages: 8 }, { name: q, maxOrder: 2, pages: 12 }]
    profiles: [strict, helios]
    seeds: 1
    commands: 100
    lookEvery: 5
  - { kind: handover, seeds: 10, commands: 10, maxOrder: 4 }
  - { kind: mutants, seeds: 1, commands: 50 }
`;
const suite = path.join(folder, "suite.yaml");
writeFileSync(suite, SUITE);

function run(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): { readonly code: number | null; readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync("node", [CLI, ...words], {
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  return { code: status, out: stdout, err: stderr };
}

function share(index: number, of: number): string {
  const file = path.join(folder, `${index}-of-${of}.json`);
  expect(run(["run", suite, "--shard", `${index}/${of}`, "--reporter", `json=${file}`]).code).toBe(0);
  return file;
}

describe("three shares of a run", () => {
  const files = [1, 2, 3].map((index) => share(index, 3));

  it("say together what one run says", () => {
    const merged = run(["merge", ...files, "--json"]);
    expect([merged.code, JSON.parse(merged.out)]).toEqual([0, JSON.parse(run(["run", suite, "--json"]).out)]);
  });

  it("are put together in any order", () => {
    const [a, b, c] = files as [string, string, string];
    expect(run(["merge", c, a, b]).out).toBe(run(["merge", a, b, c]).out);
  });

  it.each([
    ["one is missing", files.slice(1), "each of the 3 shares of the suite small once, found 2/3, 3/3"],
    ["one is there twice", [...files, files[0] as string], "found 1/3, 2/3, 3/3, 1/3"],
    ["one is of another dealing", [files[0] as string, share(2, 2)], "found 1/3, 2/2"],
    ["a file is no report", [suite], "the JSON report of `buddycheck run`, version 1, found something else"],
  ])("are refused where %s", (_, some, problem) => {
    const { code, err } = run(["merge", ...some]);
    expect(code).toBe(2);
    expect(err.replaceAll(/\s+/gu, " ")).toContain(problem);
  });

  it("tell a failure of one as the failure of all", () => {
    const [first, ...others] = files as [string, ...string[]];
    const report = readFileSync(first, "utf8");
    const failure = { expected: "a", found: "b", trace: "", law: null, place: null, weight: { kind: "error" } };
    const broken = path.join(folder, "broken.json");
    writeFileSync(broken, report.replace('"failures": []', `"failures": [${JSON.stringify(failure)}]`));
    expect(run(["merge", broken, ...others]).code).toBe(1);
  });
});

describe("--shard auto", () => {
  it.each<[string, Readonly<Record<string, string>>, string]>([
    ["GitLab", { CI_NODE_INDEX: "2", CI_NODE_TOTAL: "3" }, "share 2 of 3"],
    ["CircleCI", { CIRCLE_NODE_INDEX: "0", CIRCLE_NODE_TOTAL: "3" }, "share 1 of 3"],
    ["Semaphore", { SEMAPHORE_JOB_INDEX: "3", SEMAPHORE_JOB_COUNT: "3" }, "share 3 of 3"],
    ["Bitbucket", { BITBUCKET_PARALLEL_STEP: "2", BITBUCKET_PARALLEL_STEP_COUNT: "3" }, "share 3 of 3"],
    ["Azure Pipelines", { SYSTEM_JOBPOSITIONINPHASE: "3", SYSTEM_TOTALJOBSINPHASE: "3" }, "share 3 of 3"],
    ["Buildkite", { BUILDKITE_PARALLEL_JOB: "2", BUILDKITE_PARALLEL_JOB_COUNT: "3" }, "share 3 of 3"],
    ["Kubernetes", { JOB_COMPLETION_INDEX: "1", JOB_COMPLETIONS: "3" }, "share 2 of 3"],
    ["Slurm", { SLURM_ARRAY_TASK_ID: "7", SLURM_ARRAY_TASK_MIN: "5", SLURM_ARRAY_TASK_COUNT: "3" }, "share 3 of 3"],
    ["nobody", {}, "small: a part of each kind\n"],
  ])("asks %s", (_, env, said) => expect(run(["run", suite, "--shard", "auto"], env).out).toContain(said));

  it("is not meant without being asked for", () =>
    expect(run(["run", suite], { CI_NODE_INDEX: "2", CI_NODE_TOTAL: "3" }).out).not.toContain("share"));
});

describe("the dealing of shares", () => {
  it("gives every check to one of them, and to each as many", () => {
    for (const of of [1, 2, 3, 5, 8]) {
      const dealt = Array.from({ length: of * of }, (_, number) => shardOf(number, of));
      for (let index = 1; index <= of; index++) expect(dealt.filter((each) => each === index)).toHaveLength(of);
    }
  });
});

describe("limits", () => {
  it("leave undecided what a budget did not reach, and say so with exit code 3", () => {
    const { code, out } = run(["run", suite, "--budget", "1ms"]);
    expect(code).toBe(3);
    expect(out).toMatch(/^undecided: \d+ of \d+ checks in 4 parts$/mu);
    expect(out).toContain("the budget ran out before it was tried");
  });

  it.each([
    ["--shard", "0/3"],
    ["--shard", "4/3"],
    ["--shard", "half"],
    ["--budget", "soon"],
  ])("written as %s %s are wrong usage", (option, value) => {
    expect(run(["run", suite, option, value]).code).toBe(2);
  });
});
