/*
 * `buddycheck minimize` as a user runs it, on traces that people write: several events stand in one line.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const CLI = path.resolve("dist/src/cli.js");
const scratch = mkdtempSync(path.join(tmpdir(), "buddycheck-minimize-"));
afterAll(() => rmSync(scratch, { recursive: true }));

function buddycheck(...words: readonly string[]): string {
  return spawnSync("node", [CLI, ...words], { encoding: "utf8", cwd: scratch }).stdout;
}

/** The events that stay of a trace of 8 pages, in notation, and the law that they break. */
function minimized(events: string): readonly [notation: string, law: string | undefined] {
  writeFileSync(path.join(scratch, "written.yaml"), `buddytrace: 1\nmax_order: 3\npages: 8\n---\n${events}\n`);
  const text = buddycheck("minimize", "written.yaml");
  writeFileSync(path.join(scratch, "minimal.jsonl"), text);
  const { traces } = JSON.parse(buddycheck("verify", "--json", "minimal.jsonl")) as {
    traces: readonly { findings: readonly { law: string; line: number }[] }[];
  };
  const [, ...kept] = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { op: string; order?: number; pfn: number });
  const words = kept.map(({ op, order, pfn }) => (op === "alloc" ? `a${order}=${pfn}` : `f${pfn}`));
  return [words.join(" "), traces[0]?.findings[0]?.law];
}

describe("of several events in one line", () => {
  it.each([
    ["those stay that matter, where it is the only line", "- a0=0 a0=1 a0=2 f2 a1=4 a0=1", "a0=1 a0=1", "no-overlap"],
    ["none stays that follows the violation", "a0=0 a0=1\na0=2 f2\na0=1 a0=2", "a0=1 a0=1", "no-overlap"],
    ["none is taken for the other", "a1=0 a0=2 f2\nf2 f0", "a0=2 f2 f2", "free-live-only"],
    ["those of a list in JSON are told apart", '["a0=0 a0=1", "a1=0 a0=1"]', "a0=0 a1=0", "no-overlap"],
  ])("%s", (_promise, events, kept, law) => expect(minimized(events)).toEqual([kept, law]));
});
