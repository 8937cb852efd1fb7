/*
 * What a call costs in each kind of target, what saving and restoring a state costs, and how many moves a process
 * answers: `npm run build && node bench/targets.mjs`. Figures of one run are CPU seconds of this process, of a pool of
 * 16 pages; the client draws with a fixed seed, keeps what it was served in an array, and frees from its middle.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createGeometry } from "../dist/model/geometry.js";
import { STRICT_PROFILE } from "../dist/model/profile.js";
import { moduleTarget } from "../dist/src/targets/module.js";
import { processTarget } from "../dist/src/targets/process.js";
import { REFERENCE } from "../dist/src/targets/reference.js";
import { loadWasm } from "../dist/src/targets/wasm.js";

const CALLS = 3_000_000;
const STATES = 1_000_000;
const MOVES = 1_000_000;
const geometry = createGeometry({ maxOrder: 4, pages: 16, basePfn: 0, reserved: [], zones: [] });
const opening = { geometry, profile: STRICT_PROFILE };

/** CPU seconds of this process that an action takes. @param {() => void} action */
function seconds(action) {
  const before = process.cpuUsage();
  action();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** @param {import("../dist/src/targets/target.js").Session} session @param {number} calls */
function drive(session, calls) {
  /** @type {{ pfn: number, order: number }[]} */
  const live = [];
  let seed = 1;
  for (let n = 0; n < calls; n++) {
    seed = (Math.imul(seed, 0x41c64e6d) + 12_345) >>> 0;
    const order = (seed >>> 20) % 3;
    const last = live.at(-1);
    if ((seed >>> 16) % 2 === 0 && last !== undefined) {
      const at = (seed >>> 8) % live.length;
      const block = live[at] ?? last;
      live[at] = last;
      live.pop();
      session.answer({ kind: "free-order", ...block });
    } else {
      const outcome = session.answer({ kind: "alloc", order, zone: null });
      if (outcome.kind === "block") live.push({ pfn: outcome.pfn, order });
    }
  }
}

/** @param {string} name @param {import("../dist/src/targets/target.js").SessionTarget} target */
function measure(name, target) {
  const session = target.open(opening);
  drive(session, CALLS / 10);
  const call = seconds(() => drive(session, CALLS));
  const words = [`${name}: ${(CALLS / call / 1e6).toFixed(1)} M calls/s`];
  const { memory } = session;
  if (memory !== null) {
    const row = new Uint8Array(memory.byteLength);
    const save = seconds(() => repeat(STATES, () => memory.save(row, 0)));
    const restore = seconds(() => repeat(STATES, () => memory.restore(row, 0)));
    const reset = seconds(() => repeat(STATES, () => session.reset()));
    const each = [save, restore, reset].map((time) => `${((time / STATES) * 1e9).toFixed(0)} ns`);
    words.push(`${row.length} bytes of state, saved in ${each[0]}, restored in ${each[1]}, reset in ${each[2]}`);
  }
  console.log(words.join("; "));
}

/** @param {number} count @param {() => void} action */
function repeat(count, action) {
  for (let n = 0; n < count; n++) action();
}

/** A module that does next to nothing: what the adapter costs. */
const trivial = moduleTarget("module", () => ({ alloc: () => 0, free: () => true }));

/** @param {string} file @param {number} length */
async function measureProcess(file, length) {
  const target = processTarget([file]);
  const script = Array.from({ length }, (_, n) => {
    const id = n >> 1;
    return n % 2 === 0
      ? { kind: "request", id, command: { kind: "alloc", order: id % 3, zone: null } }
      : { kind: "give-back", id, naming: "order" };
  });
  const scripts = /** @type {import("../dist/src/targets/script.js").Script[]} */ (
    Array.from({ length: 500 }, () => script)
  );
  await target.run(opening, scripts);
  const before = process.cpuUsage();
  const started = performance.now();
  let moves = 0;
  while (moves < MOVES) {
    for (const { outcomes } of await target.run(opening, scripts)) moves += outcomes.length;
  }
  const { user, system } = process.cpuUsage(before);
  const wall = (moves / (performance.now() - started) / 1e3).toFixed(1);
  const cpu = (moves / (user + system)).toFixed(1);
  console.log(`process, ${length} moves a script: ${cpu} M moves per CPU second of ours, ${wall} M/s by the clock`);
  await target.close();
}

const loaded = loadWasm("examples/c-wasm/page_alloc.wasm");
if (loaded.kind === "wrong") throw new Error(JSON.stringify(loaded.problems));
measure("reference", REFERENCE);
measure("wasm, the C example", loaded.target);
measure("module that does nothing", trivial);

const folder = mkdtempSync(path.join(tmpdir(), "buddycheck-bench-"));
const program = path.join(folder, "page_alloc");
const built = spawnSync("sh", ["examples/c-wasm/build.sh", "process"], { env: { ...process.env, OUT: program } });
if (built.status === 0) {
  await measureProcess(program, 40);
  await measureProcess(program, 1000);
} else console.log("process: not measured, for there is no C compiler here");
rmSync(folder, { recursive: true });
