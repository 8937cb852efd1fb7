/*
 * What stands around the commands: doctor, completion, and help that ends with examples.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const CLI = path.resolve("dist/src/cli.js");
const folder = mkdtempSync(path.join(tmpdir(), "buddycheck-shell-"));
afterAll(() => rmSync(folder, { recursive: true }));

function buddycheck(...words: string[]): { readonly code: number | null; readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync("node", [CLI, ...words], { encoding: "utf8" });
  return { code: status, out: stdout, err: stderr };
}

const commands = [...buddycheck("--help").out.matchAll(/^ {2}([a-z]+)\b.*$/gmu)]
  .map(([, name]) => name as string)
  .filter((name) => name !== "help" && name !== "buddycheck");

function has(program: string): boolean {
  return spawnSync(program, ["--version"]).error === undefined;
}

describe("help", () => {
  it.each(commands)("of %s has examples that begin with it, and the exit codes", (name) => {
    const { code, out } = buddycheck(name, "--help");
    expect(code).toBe(0);
    expect(out).toMatch(/^Examples:$/mu);
    expect(out).toMatch(/^Exit codes: /mu);
    expect(out).toContain(`buddycheck ${name}`);
  });

  it("tells of a misspelt command, option or value what was meant", () => {
    expect(buddycheck("verfy").err).toContain("verify");
    expect(buddycheck("run", "--repotrer", "tap").err).toContain("--reporter");
    expect(buddycheck("run", "--reporter", "junti=a").err).toContain("junit");
    expect(buddycheck("run", "defautl").err).toContain("default");
  });
});

describe("doctor", () => {
  it("finds the Node that it runs on, and needs nothing else", () => {
    const { code, out } = buddycheck("doctor", "--json");
    const { findings } = JSON.parse(out) as { findings: { name: string; state: string; told: string }[] };
    expect(code).toBe(0);
    expect(findings.find(({ name }) => name === "node")).toMatchObject({ state: "found", told: process.version });
  });
  it("tells what is missing on a machine with nothing else", () => {
    const { stdout, status } = spawnSync(process.execPath, [CLI, "doctor"], {
      encoding: "utf8",
      env: { PATH: folder },
    });
    expect(status).toBe(0);
    expect(stdout).toMatch(/- zstd +not found/u);
  });
});

/** What bash offers for a line whose last word is incomplete. */
function offered(...line: string[]): readonly string[] {
  const script = path.join(folder, "completion.bash");
  writeFileSync(script, buddycheck("completion", "bash").out);
  const ask = `source ${script}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _buddycheck; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = spawnSync("bash", ["-c", ask, "-", "buddycheck", ...line], { encoding: "utf8", cwd: folder });
  return stdout.split("\n").filter((word) => word !== "");
}

describe("completion", () => {
  it.skipIf(!has("bash"))("knows commands, options, values, and the words inside a command", () => {
    expect(offered("ver")).toEqual(["verify"]);
    expect(offered("verify", "--rep")).toEqual(["--reporter"]);
    expect(offered("verify", "--profile", "hel").toSorted()).toEqual(["helios", "helios-order9"]);
    expect(offered("run", "--reporter", "s")).toEqual(["sarif"]);
    expect(offered("explain", "no-o")).toEqual(["no-overlap"]);
    expect(offered("corpus", "up")).toEqual(["update"]);
    expect(offered("verify", "comp")).toEqual(["completion.bash"]);
  });

  it("is for no shell that it does not know", () => expect(buddycheck("completion", "cmd").code).toBe(2));

  it.each(["zsh", "fish"])("is there for %s", (shell) => {
    const { code, out } = buddycheck("completion", shell);
    expect([code, out.includes("verify")]).toEqual([0, true]);
    const file = path.join(folder, `completion.${shell}`);
    writeFileSync(file, out);
    if (has(shell)) expect(spawnSync(shell, ["-n", file]).status).toBe(0);
  });
});
