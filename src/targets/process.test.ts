import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { Outcome } from "../../model/command.ts";
import { createGeometry, type PoolShape } from "../../model/geometry.ts";
import { SMALL_POOL } from "../../model/play.ts";
import { STRICT_PROFILE } from "../../model/profile.ts";
import { processTarget, type Patience } from "./process.ts";
import type { Move, Script } from "./script.ts";
import type { ScriptRun, ScriptTarget } from "./target.ts";

const folder = mkdtempSync(path.join(tmpdir(), "buddycheck-process-"));
afterAll(() => rmSync(folder, { recursive: true }));
const opened: ScriptTarget[] = [];
afterEach(async () => {
  for (const target of opened.splice(0)) await target.close();
});

/** Serves page after page, of whatever order, and takes everything back. `extra` is run on each line before it is. */
function bump(extra: string = "", hello: string = "buddycheck 1 alloc free-order alloc-pages lists"): string {
  return `
    let next = 0, base = 0, served = [], out = [], held = true, lines = 0;
    function die(how) { out.splice(0); process.kill(process.pid, how); for (;;); }
    function flush() { if (out.length) require("node:fs").writeSync(1, out.splice(0).join("\\n") + "\\n"); }
    function answer(line) {
      const [word, ...rest] = line.split(" ");
      const [a, b] = rest.map(Number);
      lines++;
      ${extra}
      if (word === "pool") { next = base = Number(rest[2]); served = []; return "ok"; }
      if (word === "a" || word === "p") { served.push(next); return String(next++); }
      if (word === "f" || word === "g" || word === "x") return served[a] === undefined ? "-" : "+";
      if (word === "l") return "free " + next + ":0 cached 7";
      return "?";
    }
    console.log(${JSON.stringify(hello)});
    require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
      if (line === "sync") held = false;
      else if (line !== "end") out.push(answer(line));
      if (line === "end" || !held) flush();
    });`;
}

let files = 0;
const PATIENT: Patience = { startMs: 10_000, answerMs: 10_000 };

function open(text: string, patience: Patience = PATIENT): ScriptTarget {
  const file = path.join(folder, `target-${files++}.cjs`);
  writeFileSync(file, text);
  const target = processTarget([process.execPath, file], patience);
  opened.push(target);
  return target;
}

const OPENING = { geometry: createGeometry({ ...SMALL_POOL, basePfn: 4 }), profile: STRICT_PROFILE };

/** A script in words: `a2` is the next request, `f0` gives request 0 back, `x0+1` frees one page behind its head. */
function script(words: string): Script {
  let id = 0;
  return words.split(" ").map((word): Move => {
    const [, call, number = "0", offset = "0"] = /^([a-z+-]+)(\d+)?(?:\+(\d+))?$/u.exec(word) ?? [];
    const n = Number(number);
    if (call === "a") return { kind: "request", id: id++, command: { kind: "alloc", order: n, zone: null } };
    if (call === "p") return { kind: "request", id: id++, command: { kind: "alloc-pages", pages: n, zone: null } };
    if (call === "f") return { kind: "give-back", id: n, naming: "order" };
    if (call === "n") return { kind: "give-back", id: n, naming: "none" };
    if (call === "g") return { kind: "give-back", id: n, naming: "pages" };
    if (call === "x") return { kind: "misuse", misuse: "interior", id: n, offset: Number(offset), order: 0 };
    return { kind: "literal", misuse: null, command: { kind: "free-order", pfn: n, order: 1 } };
  });
}

function shown({ outcomes, snapshot }: ScriptRun): string {
  const words = outcomes.map((outcome: Outcome | null) => {
    if (outcome === null) return "-";
    if (outcome.kind === "block") return String(outcome.pfn);
    return outcome.kind === "crashed" ? `#${outcome.how}` : outcome.kind;
  });
  const end = snapshot === null ? [] : [snapshot.kind === "crashed" ? `lists#${snapshot.how}` : "lists"];
  return [...words, ...end].join(" ");
}

async function runs(target: ScriptTarget, ...scripts: readonly string[]): Promise<readonly string[]> {
  return (await target.run(OPENING, scripts.map(script))).map(shown);
}

describe("a process", () => {
  it("answers whole scripts, each in a fresh pool", async () => {
    const target = open(bump());
    expect(await runs(target, "a2 p3 f0 g1 x0+1 lit5", "a0 a0", "f0 a0")).toEqual([
      "4 5 ok ok ok unsaid lists",
      "4 5 lists",
      "- 4 lists",
    ]);
    const [run] = await target.run(OPENING, [script("a0")]);
    expect(run?.snapshot).toEqual({ kind: "snapshot", lists: [[5], [], [], []], cached: [7] });
    expect([...(await target.calls())].sort()).toEqual(["alloc", "alloc-pages", "free-order"]);
  });

  it("is sent symbolic handles, sizes and pools in these lines", async () => {
    const log = path.join(folder, "log");
    const target = open(bump(`require("node:fs").appendFileSync(${JSON.stringify(log)}, line + ";");`));
    const zones = [
      { name: "a", start: 1, end: 4 },
      { name: "b", start: 4, end: 8 },
    ];
    const shape: PoolShape = { ...SMALL_POOL, basePfn: 4, reserved: [{ start: 5, end: 6 }], zones };
    const moves: Script = [
      ...script("a1 p3 f0 n1 g1 x1+2 lit9"),
      { kind: "request", id: 7, command: { kind: "alloc", order: 0, zone: "b" } },
      { kind: "misuse", misuse: "double", id: 7, offset: 0, order: null },
      { kind: "literal", misuse: null, command: { kind: "add", pfn: 9, pages: 1 } },
    ];
    const byPages = open(
      bump(
        `require("node:fs").appendFileSync(${JSON.stringify(log)}, line + ";");`,
        "buddycheck 1 alloc-pages free-pages",
      ),
    );
    await target.run({ ...OPENING, geometry: createGeometry(shape) }, [moves]);
    await byPages.run(OPENING, [script("p3 g0 x0+2")]);
    expect(readFileSync(log, "utf8")).toBe(
      "pool 3 8 4 reserved 4 5 reserved 9 10 zone 5 8 zone 8 12;a 1;p 3;f 0 1;f 1;g 1 3;x 1 2 0;F 9 1;a 0 1;x 2 0;A 9 1;l;pool 3 8 4;p 3;g 0 3;y 0 2 1;",
    );
  });
});

describe("a process that", () => {
  it.each([
    ["SIGSEGV", "#segv"],
    ["SIGABRT", "#abort"],
  ])("dies by %s has crashed in the very move, and the next scripts run on", async (signal, how) => {
    const target = open(bump(`if (line === "a 3") die("${signal}");`));
    expect(await runs(target, "a0 a1", "a0 a3 a0", "a0 f0")).toEqual(["4 5 lists", `4 ${how}`, "4 ok lists"]);
  });

  it("exits early has crashed with its code, and its last words are kept", async () => {
    const target = open(bump(`if (word === "f") { console.error("list is broken"); process.exit(3); }`));
    const [run] = await target.run(OPENING, [script("a0 f0 a0")]);
    expect([shown(run as ScriptRun), run?.lastWords]).toEqual(["4 #exit-3", "list is broken"]);
  });

  it("never answers has hung", async () => {
    const target = open(bump(`if (line === "a 3") for (;;);`), { startMs: 10_000, answerMs: 400 });
    expect(await runs(target, "a0 a3", "a1")).toEqual(["4 #hang", "4 lists"]);
  });

  it.each([
    ["a word", '"four"', "4 #garbage"],
    ["a number that is none", '"1e3"', "4 #garbage"],
    ["nothing", '""', "4 #garbage"],
    ["half a line", '"+"', "4 #garbage"],
  ])("answers %s to a request has answered garbage", async (_what, text, expected) => {
    const target = open(bump(`if (line === "a 3") return ${text};`));
    expect(await runs(target, "a0 a3 a1", "a1")).toEqual([expected, "4 lists"]);
  });

  it("shows lists that are none has crashed showing them", async () => {
    const target = open(bump(`if (word === "l") return "free x";`));
    expect(await runs(target, "a0")).toEqual(["4 lists#garbage"]);
  });

  it("dies only after much has gone before still dies, though not alone", async () => {
    const target = open(bump(`if (lines === 7) die("SIGSEGV");`));
    const [first, second, third] = await target.run(OPENING, [script("a0 a0"), script("a0 a0"), script("a0")]);
    expect([first, second, third].map((run) => shown(run as ScriptRun))).toEqual(["4 5 lists", "4 #segv", "4 lists"]);
    expect(second?.lastWords).toMatch(/^once, and not when it ran alone/u);
  });

  it("opens one pool only may say so, and is started anew for each", async () => {
    const once = bump(`if (word === "pool" && lines > 1) die("SIGABRT");`, "buddycheck 1 alloc free-order once");
    expect(await runs(open(once), "a0", "a1 a1")).toEqual(["4", "4 5"]);
  });

  it("ends after one pool without saying so is started anew, too", async () => {
    const target = open(bump(`if (word === "pool" && lines > 1) process.exit(0);`));
    expect(await runs(target, "a0", "a1 a1", "a0")).toEqual(["4 lists", "4 5 lists", "4 lists"]);
  });

  it("cannot open its pool has crashed before the first move", async () => {
    const target = open(bump(`if (word === "pool") return "!";`));
    expect(await runs(target, "a0 a0", "a0")).toEqual(["#init", "#init"]);
  });

  it("cannot open its pool for a script without a move has crashed in place of its lists", async () => {
    const target = open(bump(`if (word === "pool") return "!";`));
    const [empty] = await target.run(OPENING, [[]]);
    expect(empty).toEqual({
      outcomes: [],
      snapshot: { kind: "crashed", how: "init" },
      lastWords: "the pool could not be opened",
    });
  });

  it.each([
    ["is no program", ["./no-such-program"], "init: spawn ./no-such-program ENOENT"],
    ["ends at once", [process.execPath, "-e", "process.exit(4)"], "exit-4: "],
    [
      "says something else",
      [process.execPath, "-e", "console.log('hi')"],
      'garbage: its first line is "hi", not `buddycheck 1 …`',
    ],
  ])("%s crashes before the first move of every script", async (_what, words, lastWords) => {
    const target = processTarget(words);
    const [first, second] = await target.run(OPENING, [script("a0"), script("a0 a0")]);
    expect([shown(first as ScriptRun), first?.lastWords]).toEqual(["#init lists#init", lastWords]);
    expect(second).toEqual(first);
    expect(await target.calls()).toEqual(new Set());
  });
});

/** Is the process alive whose id stands in a file? */
function isAlive(file: string): boolean {
  try {
    process.kill(Number(readFileSync(file, "utf8")), 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits until it is alive, or gone: whoever inherits the dead may bury them later. */
async function becomes(file: string, state: "alive" | "gone"): Promise<boolean> {
  for (let tries = 0; tries < 100 && isAlive(file) !== (state === "alive"); tries++) await sleep(100);
  return isAlive(file) === (state === "alive");
}

describe("no process is left behind", () => {
  it("when a target is closed that hangs, with what it has started itself", async () => {
    const file = path.join(folder, "pid-grandchild");
    const text = `const c = require("node:child_process").spawn(process.execPath, ["-e", "for (;;);"]);
      require("node:fs").writeFileSync(${JSON.stringify(file)}, String(c.pid));`;
    const target = open(bump(`if (line === "a 3") { ${text} for (;;); }`), { startMs: 10_000, answerMs: 500 });
    expect(await runs(target, "a3")).toEqual(["#hang"]);
    await target.close();
    expect(await becomes(file, "gone")).toBe(true);
  });

  it.each(["SIGINT", "SIGTERM"] as const)("when we are ended by %s", async (signal) => {
    const file = path.join(folder, `pid-${signal}`);
    const target = path.join(folder, `hangs-${signal}.cjs`);
    writeFileSync(target, `require("node:fs").writeFileSync(${JSON.stringify(file)}, String(process.pid)); for (;;);`);
    const ours = path.resolve("dist/src/targets/process.js");
    const code = `import { processTarget } from ${JSON.stringify(ours)}; await processTarget([process.execPath, ${JSON.stringify(target)}]).calls();`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", code]);
    const ended = new Promise((resolve) => {
      child.once("exit", (_code, by) => resolve(by));
    });
    expect(await becomes(file, "alive")).toBe(true);
    child.kill(signal);
    expect(await ended).toBe(signal);
    expect(await becomes(file, "gone")).toBe(true);
  });
});
