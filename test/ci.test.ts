/*
 * buddycheck in continuous integration: action.yml and the recipes of docs/ci.md, each executed as it is written.
 *
 * 1. A project has a suite of its own, a recording, and the built command line as if it were installed there.
 * 2. The shell steps of the action run as GitHub's runner starts them: bash -eo pipefail, inputs in place of their
 *    expressions, and files for what a step hands on. The steps that use other actions are looked at, not run.
 * 3. Of GitLab the lines of each `script` are run, of Jenkins every `sh`, and make runs its Makefile.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";

const scratch = mkdtempSync(path.join(tmpdir(), "buddycheck-ci-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const PASSING = `suite: 1
name: ours
summary: what every change has to pass
parts:
  - { kind: explore, targets: { mutant:never-coalesces: drained, mutant:forgets-to-unlink: partition } }
  - { kind: handover, seeds: 4, commands: 10, maxOrder: 10 }
`;
const FAILING = PASSING.replace("drained", "holds");

/** A project with a suite. */
function createProject(suite: string): string {
  const home = mkdtempSync(path.join(scratch, "project-"));
  for (const folder of ["suites", "recordings", "build", "temp", path.join("node_modules", ".bin")])
    mkdirSync(path.join(home, folder), { recursive: true });
  writeFileSync(path.join(home, "suites", "ours.yaml"), suite);
  cpSync("traces/xv6/accepted/short.jsonl", path.join(home, "recordings", "short.jsonl"));
  symlinkSync(path.resolve("dist/src/cli.js"), path.join(home, "node_modules", ".bin", "buddycheck"));
  return home;
}

interface Run {
  readonly code: number | null;
  readonly out: string;
}

/** Runs a script as a job runner does. */
function bash(script: string, cwd: string, env: Readonly<Record<string, string>> = {}): Run {
  const { status, stdout, stderr } = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, npm_config_update_notifier: "false", ...env },
  });
  return { code: status, out: `${stdout}${stderr}` };
}

/** The text of the first block of this language below a heading of the page. */
function recipe(heading: string, language: string): string {
  const page = readFileSync("docs/ci.md", "utf8");
  const section = page.slice(page.indexOf(`## ${heading}\n`));
  return new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, "mu").exec(section)?.[1] ?? "";
}

// ---------------------------------------------------------------- the action

interface ActionStep {
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, string>>;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly ActionStep[] };
}

const text = readFileSync("action.yml", "utf8");
const action = parse(text) as Action;

/** Runs the shell steps one after the other, up to one that fails; its code, and what they handed on. */
function runAction(home: string, given: Readonly<Record<string, string>>): Run & { readonly outputs: string } {
  const files = Object.fromEntries(
    ["GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"].map((name) => [name, path.join(home, "temp", name)]),
  );
  for (const file of Object.values(files)) writeFileSync(file, "");
  const inputs = new Map(Object.entries(action.inputs).map(([name, input]) => [name, given[name] ?? input.default]));
  let [code, out]: [number | null, string] = [0, ""];
  for (const step of action.runs.steps) {
    if (step.run === undefined || code !== 0) continue;
    const handed = readFileSync(files["GITHUB_ENV"] ?? "", "utf8").matchAll(/^(\w+)=(.*)$/gmu);
    const env = Object.fromEntries([...handed].map(([, name = "", value = ""]) => [name, value]));
    const own = Object.fromEntries(
      Object.entries(step.env ?? {}).map(([name, value]) => [name, withInputs(value, inputs)] as const),
    );
    const run = bash(step.run, home, {
      ...files,
      RUNNER_TEMP: path.join(home, "temp"),
      ...env,
      ...own,
    });
    [code, out] = [run.code, out + run.out];
  }
  return { code, out, outputs: readFileSync(files["GITHUB_OUTPUT"] ?? "", "utf8") };
}

function withInputs(value: string, inputs: ReadonlyMap<string, string>): string {
  return value.replaceAll(/\$\{\{ inputs\.([\w-]+) \}\}/gu, (_, name: string) => inputs.get(name) ?? "");
}

describe("action.yml", () => {
  const { steps } = action.runs;

  it("is composite, and every shell step names its shell", () => {
    expect(action.runs.using).toBe("composite");
    expect(steps.map(({ run, shell, uses }) => (run === undefined ? typeof uses : shell))).toEqual(
      steps.map(({ run }) => (run === undefined ? "string" : "bash")),
    );
  });

  it("uses the inputs that it declares, and no others", () => {
    const used = new Set([...text.matchAll(/inputs\.([\w-]+)/gu)].map(([, name]) => name));
    expect(used).toEqual(new Set(Object.keys(action.inputs)));
  });

  it("puts no input into a script, where it could be read as code", () => {
    expect(steps.filter(({ run = "" }) => run.includes("${{"))).toEqual([]);
  });

  it("answers with outputs that one of its steps writes", () => {
    for (const { value } of Object.values(action.outputs)) {
      const [, id, name] = /^\$\{\{ steps\.(\w+)\.outputs\.([\w-]+) \}\}$/u.exec(value) ?? [];
      expect(steps.find((step) => step.id === id)?.run).toContain(`echo "${name}=`);
    }
  });

  it("runs what the recipe for GitHub gives it, and hands on where its reports are", () => {
    const workflow = parse(recipe("GitHub", "yaml")) as { jobs: { laws: { steps: ActionStep[] } } };
    const step = workflow.jobs.laws.steps.find(({ uses = "" }) => uses.includes("buddycheck"));
    expect(Object.keys(step?.with ?? {}).filter((name) => !(name in action.inputs))).toEqual([]);
    const home = createProject(PASSING);
    const { code, out, outputs } = runAction(home, { ...step?.with, version: "installed" });
    expect([code, out]).toEqual([0, expect.stringContaining("passed: 6 checks in 2 parts")]);
    const reports = path.join(home, "buddycheck-reports");
    expect(outputs).toBe(
      `exit-code=0\nsarif=${reports}/buddycheck.sarif\njunit=${reports}/junit.xml\nreports=${reports}\n`,
    );
    expect(readFileSync(path.join(reports, "junit.xml"), "utf8")).toContain('<testsuite name="ours explore" tests="2"');
    expect(readFileSync(path.join(home, "temp", "GITHUB_STEP_SUMMARY"), "utf8")).toContain("## `ours`: 6 passed");
  });

  it("fails where the suite does, with annotations and all reports written", () => {
    const home = createProject(FAILING);
    const { code, out, outputs } = runAction(home, {
      suites: "suites/ours.yaml",
      version: "installed",
      reports: "out",
    });
    expect([code, out]).toEqual([1, expect.stringMatching(/^::error file=suites\/ours.yaml,line=5/u)]);
    expect(outputs).toContain("exit-code=1\n");
    expect(readFileSync(path.join(home, "out", "buddycheck.sarif"), "utf8")).toContain('"threadFlows"');
  });

  it("passes on further options, and ends as the command does", () => {
    const given = { suites: "suites/ours.yaml", arguments: "--bugdet 1s", version: "installed" };
    const { code, out } = runAction(createProject(PASSING), given);
    expect([code, out]).toEqual([2, expect.stringContaining("Did you mean --budget?")]);
  });
});

// ---------------------------------------------------------------- the recipes

interface GitLabJob {
  readonly script: readonly string[];
  readonly parallel?: number;
  readonly artifacts: { readonly paths?: readonly string[]; readonly reports?: { readonly junit: string } };
}

describe("the recipe for GitLab", () => {
  it("runs all shares of its suite, and reports them as one", () => {
    const { laws, report } = parse(recipe("GitLab", "yaml")) as { laws: GitLabJob; report: GitLabJob };
    const home = createProject(PASSING);
    const total = laws.parallel ?? 1;
    const codes = Array.from({ length: total }, (_, at) => {
      const env = { CI_NODE_INDEX: `${at + 1}`, CI_NODE_TOTAL: `${total}` };
      return bash(laws.script.join("\n"), home, env).code;
    });
    expect([...codes, bash(report.script.join("\n"), home).code]).toEqual([0, 0, 0, 0, 0]);
    const junit = readFileSync(path.join(home, report.artifacts.reports?.junit ?? ""), "utf8");
    expect(junit).toMatch(/<testsuites name="buddycheck" tests="6"/u);
  });
});

describe("the recipe for Jenkins", () => {
  it("fails as its suite does, and leaves what it archives", () => {
    const pipeline = recipe("Jenkins", "groovy");
    const home = createProject(FAILING);
    const commands = [...pipeline.matchAll(/\bsh '([^']+)'/gu)].map(([, command = ""]) => command);
    expect(commands.map((command) => bash(command, home).code)).toEqual([1]);
    const kept = [...pipeline.matchAll(/\b(?:junit|archiveArtifacts) '([^']+)'/gu)].map(([, file = ""]) => file);
    expect(kept.map((file) => [file, existsSync(path.join(home, file))])).toEqual([
      ["report.xml", true],
      ["buddycheck.sarif", true],
    ]);
  });
});

describe.skipIf(bash("command -v make", ".").code !== 0)("the recipe for make (needs make)", () => {
  it("makes a check of recordings and of a suite, which fails as the suite does", () => {
    const home = createProject(FAILING);
    writeFileSync(path.join(home, "Makefile"), recipe("make", "make"));
    const { code, out } = bash("make check", home);
    expect([code, out]).toEqual([2, expect.stringContaining("recordings/short.jsonl: holds")]);
    expect(out).toContain("failed: 1 of 6 checks in 2 parts");
    expect(existsSync(path.join(home, "build", "buddycheck.xml"))).toBe(true);
  });
});
