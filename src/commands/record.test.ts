import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseFreeRuns } from "../trace/linux-env.ts";
import { isEnvironmentName } from "../trace/linux-environment.ts";
import { KIND_NAMES } from "../trace/linux-event.ts";
import { InputError } from "./input.ts";
import { createFrameRoom, frameCountIn, snapshotFiles, takeSnapshot } from "./kernel-snapshot.ts";
import {
  cpuStats,
  createInstance,
  demandTracing,
  removeInstance,
  removeStale,
  statOf,
  TRACEFS,
} from "./trace-instance.ts";

const CLI = path.resolve("dist/src/cli.js");
const folder = mkdtempSync(path.join(tmpdir(), "buddycheck-record-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A folder with these files. */
function tree(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = mkdtempSync(path.join(folder, "tree-"));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), content);
  }
  return root;
}

function codesOf(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof InputError) return error.problems.map(({ code, found }) => `${code}: ${found}`);
    throw error;
  }
  return [];
}

const EVENTS = Object.fromEntries(KIND_NAMES.map((name) => [`events/kmem/${name}/enable`, "0\n"]));

describe("recording", () => {
  it("needs root, tracefs and all six events, and says which is missing", () => {
    const whole = tree({ ...EVENTS, "instances/.keep": "" });
    expect(codesOf(() => demandTracing(whole, 0))).toEqual([]);
    expect(codesOf(() => demandTracing(whole, 1000))).toEqual(["RECORD_PERMISSION: user 1000"]);
    expect(codesOf(() => demandTracing(tree({}), 0))).toEqual(["RECORD_TRACEFS: none"]);
    rmSync(path.join(whole, "events/kmem/mm_page_free"), { recursive: true });
    expect(codesOf(() => demandTracing(whole, 0))).toEqual(["RECORD_EVENTS: no mm_page_free"]);
  });

  it("removes what dead recorders left behind, and nothing else", () => {
    const root = tree({});
    for (const name of ["buddycheck-10", "buddycheck-11", "buddycheck-x", "other"])
      mkdirSync(path.join(root, "instances", name), { recursive: true });
    expect(removeStale(root, (processId) => processId === 11)).toEqual(["buddycheck-10"]);
    expect(readdirSync(path.join(root, "instances")).sort()).toEqual(["buddycheck-11", "buddycheck-x", "other"]);
  });

  it("says what the kernel did not take, and can be undone", () => {
    // The folder of an instance that the kernel did not fill has no `events/`.
    const root = tree({ "instances/.keep": "" });
    expect(codesOf(() => createInstance(root, 7, 64)).join("")).toMatch(/^RECORD_TRACEFS: ENOENT.*enable/u);
    rmSync(path.join(root, "instances/buddycheck-7"), { recursive: true });
    expect(codesOf(() => removeInstance(root, 7))).toEqual([]);
  });

  it("reads the buffers' figures by CPU", () => {
    const stats = { "per_cpu/cpu10/stats": "entries: 5\n", "per_cpu/cpu2/stats": "entries: 7\ndropped events: 3\n" };
    const texts = cpuStats(tree(stats));
    expect(texts.map(({ cpu, text }) => [cpu, statOf(text, "entries"), statOf(text, "dropped events")])).toEqual([
      [2, 7, 3],
      [10, 5, 0],
    ]);
  });
});

const ZONEINFO = `Node 0, zone      DMA
        spanned  16
  start_pfn:           0
Node 0, zone   Normal
        spanned  64
  start_pfn:           32
Node 0, zone  Movable
        spanned  0
`;

/** Flags of 96 frames, of which those in the ranges are free. */
function kpageflags(...ranges: readonly (readonly [number, number])[]): Uint8Array {
  const flags = new BigUint64Array(96).fill(1n << 20n);
  for (const [start, end] of ranges) flags.fill(1n << 10n, start, end);
  return new Uint8Array(flags.buffer);
}

describe("a snapshot", () => {
  const others = { zoneinfo: ZONEINFO, buddyinfo: "b\n", pagetypeinfo: "p\n" };

  it("ends with the last zone", () => expect(frameCountIn(ZONEINFO)).toBe(96));

  it("tells the free frames as runs, in the form that verifying reads", () => {
    const proc = tree({ ...others, kpageflags: kpageflags([1, 2], [8, 16], [90, 96]) });
    let now = 1;
    const files = snapshotFiles(
      takeSnapshot(proc, createFrameRoom(proc), () => now++),
      "before",
    );
    const kpf = files.find(({ name }) => name === "kpf.before");
    expect(kpf?.text).toBe("# kpageflags BUDDY runs, read CLOCK_MONOTONIC 1.000000 .. 2.000000\n1 1\n8 8\n5a 6\n");
    const read = parseFreeRuns({ file: "kpf.before", text: kpf?.text ?? "" });
    expect(read.kind === "read" && read.value).toMatchObject({ from: 1, to: 2, runs: { length: 3 } });
  });

  it("goes without them where the kernel does not tell", () => {
    const proc = tree(others);
    const files = snapshotFiles(
      takeSnapshot(proc, createFrameRoom(proc), () => 0),
      "after",
    );
    expect(files.map(({ name }) => name)).toEqual(["zoneinfo.after", "buddyinfo.after", "pagetypeinfo.after"]);
  });
});

describe("buddycheck record", () => {
  it("exits with 2 where it cannot record", () => {
    const { status, stderr } = spawnSync("node", [CLI, "record", "linux", "--tracefs", folder], { encoding: "utf8" });
    expect([status, /error\[RECORD_\w+\]/u.test(stderr)]).toEqual([2, true]);
    expect(spawnSync("node", [CLI, "record", "plan9"]).status).toBe(2);
  });
});

const isPossible = codesOf(() => demandTracing(TRACEFS, process.getuid?.() ?? -1)).length === 0;
if (!isPossible) process.stderr.write("NOT TESTED: recording this kernel, which needs root and tracefs\n");

/** Our instances of tracefs, by name. */
function instances(): readonly string[] {
  return readdirSync(path.join(TRACEFS, "instances")).filter((name) => name.startsWith("buddycheck-"));
}

describe.skipIf(!isPossible)("recording this kernel", () => {
  it("writes a trace with all that belongs beside it, and leaves nothing switched on", { timeout: 60_000 }, () => {
    const out = path.join(folder, "real");
    const args = [CLI, "record", "linux", "--seconds", "5", "-o", out, "--", "ls", "/"];
    const { status, stdout } = spawnSync("node", args, { encoding: "utf8" });
    expect([status, /^recorded \d+ events/u.test(stdout)]).toEqual([0, true]);
    const names = readdirSync(out).filter((name) => name !== "trace.txt" && !name.startsWith("pagetypeinfo"));
    expect(names.filter((name) => !isEnvironmentName(name))).toEqual([]);
    expect(readFileSync(path.join(out, "trace.txt"), "utf8")).toMatch(/mm_page_alloc: page=/u);
    expect(instances()).toEqual([]);
  });

  it("leaves nothing switched on when it is interrupted", { timeout: 60_000 }, async () => {
    const out = path.join(folder, "interrupted");
    const child = spawn("node", [CLI, "record", "linux", "--seconds", "60", "-o", out]);
    const name = `buddycheck-${child.pid}`;
    await expect.poll(instances, { timeout: 20_000 }).toContain(name);
    const ended = new Promise((resolve) => {
      child.once("exit", resolve);
    });
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    expect(instances()).not.toContain(name);
    expect(existsSync(path.join(out, "trace.txt"))).toBe(false);
  });
});
