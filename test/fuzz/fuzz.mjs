/*
 * The fuzzer: `npm run fuzz -- --runs 100000 --seed 7`, or one case again with `--part sequences --path 12:3:0`.
 *
 * 1. Equal seeds draw equal cases. A failure prints the command that shows it again, shrunk, and keeps its input in a
 *    file.
 * 2. The parts (parts.mjs) run one after the other in a worker. If it makes no progress, the case it is at hangs, which
 *    is a failure too: nothing else can look into an endless loop.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import * as fc from "fast-check";
import { PARTS } from "./parts.mjs";

/** As in test/seed.ts: a red run is about the change that made it red. `--seed` draws others. */
const SEED = 20_261_122;
/** Most cases take a millisecond. */
const STALL_MS = 30_000;

const { values: flags } = parseArgs({
  options: {
    runs: { type: "string", default: "100000" },
    seed: { type: "string", default: String(SEED) },
    part: { type: "string" },
    path: { type: "string" },
  },
});
const seed = Number(flags.seed);
const runs = Number(flags.runs);

/** @typedef {import("./worker.mjs").Told} Told */
/** @typedef {import("./parts.mjs").Part<any>} Part */

/** How many cases of this part there are. @param {Part} part */
function runsOf(part) {
  return flags.path === undefined ? Math.ceil((runs * part.share) / 100) : 1;
}

/**
 * Runs a part in a worker; answers how it ended, or the index of the case that made no progress.
 *
 * @param {Part} part
 * @returns {Promise<Told | { readonly kind: "stalled", readonly index: number }>}
 */
function runPart(part) {
  const index = new Int32Array(new SharedArrayBuffer(4));
  const workerData = { name: part.name, seed, runs: runsOf(part), path: flags.path, index };
  const worker = new Worker(new URL("worker.mjs", import.meta.url), { workerData });
  return new Promise((resolve, reject) => {
    let last = -1;
    const watch = setInterval(() => {
      if (index[0] === last) resolve({ kind: "stalled", index: last });
      last = index[0] ?? 0;
    }, STALL_MS);
    worker.once("message", resolve).once("error", reject);
    worker.once("exit", () => clearInterval(watch));
  });
}

/** Keeps the input of a failed case, and tells how to see it again. @param {Part} part @param {string} where @param {unknown} value */
function keep(part, where, value) {
  const folder = path.join(tmpdir(), "buddycheck-fuzz");
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${part.name}-${seed}-${where.split(":", 1)[0] ?? ""}.trace`);
  writeFileSync(file, part.bytesOf(value));
  console.error(`input:  ${file}`);
  console.error(`again:  npm run fuzz -- --seed ${seed} --part ${part.name} --path ${where}`);
}

/** Fails the run for this outcome of a part. @param {Part} part @param {Exclude<Awaited<ReturnType<typeof runPart>>, { kind: "passed" }>} told */
function fail(part, told) {
  const where = told.kind === "stalled" ? String(told.index) : told.path;
  const parameters = { seed, path: where, numRuns: 1 };
  console.error(told.kind === "stalled" ? `${part.name}: case ${where} does not end` : `${part.name}: ${told.error}`);
  keep(part, where, fc.sample(part.values, parameters)[0]);
  process.exit(1);
}

console.log(`fuzz: ${runs} cases, seed ${seed}`);
for (const part of PARTS.filter(({ name }) => flags.part === undefined || name === flags.part)) {
  const started = performance.now();
  const told = await runPart(part);
  if (told.kind !== "passed") fail(part, told);
  else {
    const seconds = Math.round((performance.now() - started) / 1000);
    console.log(`${part.name.padEnd(11)} ${String(told.cases).padStart(7)} cases passed in ${seconds} s`);
    for (const [what, count] of Object.entries(told.known)) console.log(`  known, ${count} times: ${what}`);
  }
}
