/*
 * `buddycheck explore bootmem` as a user runs it: verdicts, exit codes, the report for machines, and saved cases.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readSchema, strictly } from "./schema.ts";

const CLI = path.resolve("dist/src/cli.js");
const folder = mkdtempSync(path.join(tmpdir(), "buddycheck-"));
afterAll(() => rmSync(folder, { recursive: true }));

const complaintsOf = strictly(readSchema("explore-bootmem-report"));

function buddycheck(words: string): { readonly code: number | null; readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync("node", [CLI, ...words.split(" ")], { cwd: folder, encoding: "utf8" });
  return { code: status, out: stdout, err: stderr };
}

describe("buddycheck explore bootmem", () => {
  it.each([
    ["bootmem --pages 3", 0, "bootmem: holds in all 28 states"],
    ["bootmem --pages 3 --states-max 3", 3, "bootmem: undecided: stopped at 3 states; "],
    ["mutant:rounds-the-map-up --pages 3", 1, "mutant:rounds-the-map-up: violated: handover, "],
  ])("%s exits with %i and says so", (words, exit, said) => {
    const { code, out } = buddycheck(`explore ${words}`);
    expect([code, out.slice(0, said.length)]).toEqual([exit, said]);
  });
  it.each([
    ["bootmem --pages 13", "a whole number from 1 to 12"],
    ["bootmem --zone a=0-1", "every memory map is tried"],
  ])("%s is wrong input", (words, said) => {
    const { code, err } = buddycheck(`explore ${words}`);
    expect([code, err]).toEqual([2, expect.stringContaining(said)]);
  });
  it.each(["bootmem --pages 2", "mutant:keeps-nothing-back --pages 2"])("reports %s as its schema says", (words) =>
    expect(complaintsOf(buddycheck(`explore ${words} --json`).out)).toBe(""),
  );
  it("saves what is held and what is free as a case that verify agrees with", () => {
    const { code, err } = buddycheck("explore mutant:keeps-nothing-back --pages 2 --save cases");
    expect([code, err]).toEqual([1, expect.stringContaining("saved cases")]);
    const name = "mutant-keeps-nothing-back-handover";
    expect(readdirSync(path.join(folder, "cases", "rejected"))).toEqual([`${name}.case.yaml`, `${name}.jsonl`]);
    expect(readdirSync(path.join(folder, "cases", "accepted"))).toEqual([`${name}.case.yaml`]);
    expect(buddycheck("corpus run cases").code).toBe(0);
  });
});
