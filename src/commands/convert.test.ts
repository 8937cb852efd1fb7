import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { registerConvert } from "./convert.ts";

const JSONL = '{"buddytrace":1,"max_order":3,"pages":8}\n{"op":"alloc","order":2,"pfn":4,"t":0.50}\n';
const YAML = 'buddytrace: 1\nmax_order: 3\npages: 8\n--- {"op":"alloc","order":2,"pfn":4,"t":0.50}\n';

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "buddycheck-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function inFolder(name: string): string {
  return path.join(folder, name);
}

async function convert(input: string, ...options: string[]): Promise<void> {
  const program = new Command();
  registerConvert(program);
  await program.parseAsync(["convert", inFolder(input), ...options], { from: "user" });
}

describe("buddycheck convert", () => {
  it("writes YAML and takes it back", async () => {
    writeFileSync(inFolder("a.jsonl"), JSONL);
    await convert("a.jsonl", "--to", "yaml", "-o", inFolder("a.yaml"));
    expect(readFileSync(inFolder("a.yaml"), "utf8")).toBe(YAML);
    await convert("a.yaml", "--to", "jsonl", "-o", inFolder("b.jsonl"));
    expect(readFileSync(inFolder("b.jsonl"), "utf8")).toBe(JSONL);
  });

  it("reads and writes gzip, the latter by the output's name", async () => {
    writeFileSync(inFolder("a"), gzipSync(JSONL));
    await convert("a", "--to", "yaml", "--output", inFolder("a.yaml.gz"));
    expect(gunzipSync(readFileSync(inFolder("a.yaml.gz"))).toString()).toBe(YAML);
  });

  it("turns YAML words into YAML words", async () => {
    writeFileSync(inFolder("a.yaml"), "buddytrace: 1\nmax_order: 3\npages: 8\nevents: [a2=4, {op: free, pfn: 4}]\n");
    await convert("a.yaml", "--to", "notation", "-o", inFolder("b.yaml"));
    expect(readFileSync(inFolder("b.yaml"), "utf8")).toContain("events: |\n  a2=4 f4\n");
  });

  it.each([
    [
      "a.jsonl",
      JSONL,
      "notation",
      "a.jsonl:2:33: CONVERT_LOSSY: expected events that the short notation can hold, found `t`",
    ],
    ["a.yaml", YAML, "notation", "a.yaml:4:1: CONVERT_LOSSY"],
    [
      "a.yaml",
      "buddytrace: 1\nmax_order: 3\npages: 8\n--- {op: note, t: .nan}\n",
      "jsonl",
      "a.yaml:4:1: CONVERT_LOSSY",
    ],
    ["a.yaml", "buddytrace: 1\nmax_order: 3\npages: -8\n", "jsonl", "a.yaml:3:8: TRACE_FIELD_RANGE"],
    ["a.jsonl", `${JSONL}{}\n`, "yaml", "a.jsonl:3:1: TRACE_FIELD_MISSING"],
    ["a.jsonl", "\u0000", "yaml", "INPUT_FORMAT"],
    ["a.jsonl", "", "yaml", "INPUT_EMPTY"],
  ])("leaves no file behind where %s cannot be converted", async (name, text, target, problem) => {
    writeFileSync(inFolder(name), text);
    await expect(convert(name, "--to", target, "-o", inFolder("out"))).rejects.toThrow(problem);
    expect(readdirSync(folder)).toEqual([name]);
  });

  it("says when it cannot write", async () => {
    writeFileSync(inFolder("a.jsonl"), JSONL);
    await expect(convert("a.jsonl", "--to", "yaml", "-o", inFolder("no/where"))).rejects.toThrow(
      "--output: OPTION_VALUE",
    );
  });
});
