/*
 * The unit test in C that `buddycheck test --unit-test c` prints is compiled as it says, behind the target of the C example:
 * it fails with the mutant that it was found in, and passes with the allocator that is right.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const EXAMPLE = path.resolve("examples/c-wasm");
const FLAGS = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I", path.resolve("include"), "-I", EXAMPLE];

const folder = mkdtempSync(path.join(tmpdir(), "buddycheck-unit-"));
afterAll(() => rmSync(folder, { recursive: true }));

const hasCompiler = spawnSync("cc", ["--version"]).status === 0;

/** Compiles these sources with the example's allocator; answers the program. */
function compile(name: string, mutant: number, source: string): string {
  const program = path.join(folder, `${name}-${mutant}`);
  const words = [...FLAGS, `-DMUTANT=${mutant}`, "-o", program, source, path.join(EXAMPLE, "page_alloc.c")];
  const { stderr } = spawnSync("cc", words, { encoding: "utf8" });
  expect(stderr).toBe("");
  return program;
}

/** The unit test that is printed for a mutant, from its comment to its end; of these steps, if there are any. */
function unitTestOf(mutant: number, replay: string): string {
  const program = compile("target", mutant, path.join(EXAMPLE, "target.c"));
  const steps = replay === "" ? [] : ["--max-order", "2", "--pages", "4", "--replay", replay];
  const words = ["dist/src/cli.js", "test", "--unit-test", "c", "--commands", "2000", ...steps, "--", program];
  const { status, stdout } = spawnSync(process.execPath, words, { encoding: "utf8" });
  expect(status).toBe(1);
  return /^\/\* [^]*?^\}$/mu.exec(stdout)?.[0] ?? stdout;
}

/** What a program that has nothing but this test ends with. */
function runs(test: string, mutant: number): { readonly ends: string; readonly said: string } {
  const [, name = ""] = /^static void (\w+)\(void\)$/mu.exec(test) ?? [];
  const source = path.join(folder, `${name}-${mutant}.c`);
  const includes = ["#define BUDDYCHECK_TEST", '#include "target.c"', "#include <assert.h>"];
  writeFileSync(source, [...includes, test, `int main(void) { ${name}(); return 0; }`, ""].join("\n"));
  const { status, signal, stderr } = spawnSync(compile(name, mutant, source), { encoding: "utf8" });
  return { ends: signal ?? String(status), said: stderr };
}

describe.skipIf(!hasCompiler)("a unit test in C (skipped without cc)", () => {
  it.each([
    [1, "never coalesces", "a0=0 f0:0+", 'assert(buddycheck_lists_are("0:1"));', "1:0 should not be there"],
    [5, "loses half a block", "a0=0", 'assert(buddycheck_lists_are("1:0"));', "missing 1:0"],
    [7, "lists a block twice", "a1=0 f0:1+", 'assert(buddycheck_lists_are("0:1"));', "should not be there"],
    [11, "coalesces once only", "a0=0 f0:0+", 'assert(buddycheck_lists_are("0:2"));', "should not be there"],
    [15, "refuses the largest order", "", "!= BUDDYCHECK_REFUSED);", ""],
    [21, "accepts a second free", "", "!= BUDDYCHECK_ACCEPTED);", ""],
  ])("fails with mutant %i, which %s, and passes with the right allocator", (mutant, _, replay, asserts, says) => {
    const test = unitTestOf(mutant, replay);
    expect(test).toContain(asserts);
    const wrong = runs(test, mutant);
    expect(wrong.ends).toBe("SIGABRT");
    expect(wrong.said).toContain(says);
    expect(runs(test, 0)).toMatchObject({ ends: "0" });
  });

  it("can ask for counts, and for lists that are empty", () => {
    const test = [
      "static void test_counts(void)",
      "{",
      "\tstruct buddycheck_pool pool = { .pages = 6, .max_order = 2 };",
      "",
      "\tassert(buddycheck_open(&pool) == 0);",
      '\tassert(buddycheck_counts_are("1x1 1x2") && buddycheck_lists_are("4:1 0:2"));',
      '\tassert(!buddycheck_counts_are("1x1") && !buddycheck_counts_are("2x1 1x2") && !buddycheck_counts_are("1x0 1x1 1x2"));',
      '\tassert(!buddycheck_lists_are("0:2") && !buddycheck_lists_are("") && !buddycheck_lists_are("0:2 4:1 4:1"));',
      "\tassert(buddycheck_alloc(1) != BUDDYCHECK_REFUSED && buddycheck_alloc(2) != BUDDYCHECK_REFUSED);",
      '\tassert(buddycheck_counts_are("") && buddycheck_lists_are(""));',
      "}",
    ].join("\n");
    expect(runs(test, 0)).toMatchObject({ ends: "0" });
  });
});
