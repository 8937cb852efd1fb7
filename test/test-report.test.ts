/*
 * What `buddycheck test --json` prints is what specs/schemas/test-report.schema.json says, no more and no less; what
 * `--save` writes is a case of the corpus; and equal seeds give equal bytes.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { interrupted } from "./interrupted.ts";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const SCHEMA = JSON.parse(
  readFileSync(new URL("../specs/schemas/test-report.schema.json", import.meta.url), "utf8"),
) as Json;

/** The schema, made so strict that a field it does not name is an error. */
function closed(schema: Json): Json {
  if (typeof schema !== "object" || schema === null) return schema;
  if (Array.isArray(schema)) return (schema as readonly Json[]).map(closed);
  const fields = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return "properties" in fields ? { ...fields, additionalProperties: false } : fields;
}

const strict = z.fromJSONSchema(closed(SCHEMA) as Parameters<typeof z.fromJSONSchema>[0]);
const folder = mkdtempSync(path.join(tmpdir(), "buddycheck-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
}

function buddycheck(...args: readonly string[]): Ended {
  const { status, stdout } = spawnSync(process.execPath, ["dist/src/cli.js", ...args], { encoding: "utf8" });
  return { status, stdout };
}

/** What is wrong with a report, in the schema's eyes; "" if nothing is. */
function complaints(stdout: string): string {
  const checked = strict.safeParse(JSON.parse(stdout));
  return checked.success ? "" : z.prettifyError(checked.error);
}

describe("the JSON report", { timeout: 60_000 }, () => {
  it.each([
    ["a lifted counterexample", ["mutant:never-coalesces"], 1],
    ["one that is proved shortest", ["mutant:leaks-on-late-failure"], 1],
    [
      "one that is locally minimal, of wrong frees",
      ["mutant:overflows-page-counts", "--max-order", "10", "--scope", "0"],
      1,
    ],
    ["one in two zones", ["mutant:coalesces-foreign-zones"], 1],
    ["nothing found", ["reference", "--scope", "2", "--commands", "2000"], 0],
    ["nothing exercised", ["reference", "--scope", "0", "--commands", "0"], 4],
    ["a replay", ["mutant:never-coalesces", "--replay", "a0=0 f0+"], 1],
  ])("of %s is as its schema says", (_, args, exit) => {
    const { status, stdout } = buddycheck("test", ...args, "--json");
    expect([status, complaints(stdout)]).toEqual([exit, ""]);
  });
});

describe("a campaign on the command line", { timeout: 60_000 }, () => {
  it("prints the same bytes for the same seed", () => {
    const args = ["test", "mutant:cuts-the-list", "--seed", "7", "--unit-test", "c"] as const;
    expect(buddycheck(...args)).toEqual(buddycheck(...args));
  });

  it.each([
    "never-coalesces",
    "takes-page-0-for-none",
    "coalesces-foreign-zones",
    "frees-a-bystander",
    "ignores-addresses",
  ])("saves what it found in %s as a case that is violated, and a twin that holds", (id) => {
    const home = path.join(folder, id);
    expect(buddycheck("test", `mutant:${id}`, "--save", home).status).toBe(1);
    const { stdout } = buddycheck("verify", "--json", home);
    const { traces } = JSON.parse(stdout) as { traces: readonly { file: string; verdict: string }[] };
    expect(traces.map(({ verdict }) => verdict)).toEqual(["holds", "violated"]);
  });

  it("that Ctrl-C ends says how to go on, and goes on from there", async () => {
    const { code, out } = await interrupted("test", "reference", "--budget", "1h", "--json");
    expect(code).toBe(130);
    const { resume, verdict } = JSON.parse(out) as { resume: { from: number }; verdict: string };
    expect(verdict).toBe("interrupted");
    const rest = buddycheck("test", "reference", "--from", String(resume.from), "--commands", "1000", "--json");
    expect(rest.status).toBe(0);
  });
});
