/*
 * Exploring specifications, the reference allocator, real C, a user's module and all mutants, each beside what it is
 * measured against: `npm run build && node bench/explore.mjs [--whole] [--large]`.
 *
 * 1. A row that runs the command is a process of its own, measured from its start by /usr/bin/time: processor seconds
 *    and peak memory. The others run in this process, and tell its processor seconds.
 * 2. Every count that is known is compared; a wrong one ends the run.
 * 3. Spin runs on the Promela that `buddycheck export` writes for the same pool, and is left out where it is not
 *    installed. `--whole` explores all states of the reference in 16 pages, `--large` the specification of 48; both
 *    take minutes.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createGeometry } from "../dist/model/geometry.js";
import { MUTANTS } from "../dist/model/mutants.js";
import { STRICT_PROFILE } from "../dist/model/profile.js";
import { exploreSubject } from "../dist/src/explore/explore-subject.js";
import { resizesOf } from "../dist/src/explore/mutant-resizes.js";
import { UNLIMITED } from "../dist/src/search/breadth-first.js";
import { loadModule } from "../dist/src/targets/module.js";
import { mutantTarget, REFERENCE } from "../dist/src/targets/reference.js";
import { loadWasm } from "../dist/src/targets/wasm.js";

const CLI = path.resolve("dist/src/cli.js");
const WASM = path.resolve("examples/c-wasm/page_alloc.wasm");
const MODULE = path.resolve("bench/allocator-module.mjs");
const HAS_SPIN = spawnSync("spin", ["-V"]).status === 0 && spawnSync("cc", ["--version"]).status === 0;
const folder = mkdtempSync(path.join(tmpdir(), "buddycheck-bench-"));

/** @param {string} option */
function has(option) {
  return process.argv.includes(option);
}

// ---------------------------------------------------------------- rows of the command

/**
 * Runs a program under /usr/bin/time and prints its row.
 *
 * @param {string} name
 * @param {string[]} command
 * @param {number} [exit] the exit code that it is to end with
 * @returns {{ output: string, seconds: number }} processor seconds
 */
function measure(name, command, exit = 0) {
  const figures = path.join(folder, "figures");
  const run = spawnSync("/usr/bin/time", ["-q", "-o", figures, "-f", "%U %S %e %M", ...command], {
    cwd: folder,
    encoding: "utf8",
  });
  if (run.status !== exit) throw new Error(`${name}: ${run.stdout}${run.stderr}`);
  const [user, system, clock, peak] = readFileSync(figures, "utf8").trim().split(" ").map(Number);
  const seconds = Number(user) + Number(system);
  tell(name, seconds, `${Number(clock).toFixed(1)} s by the clock, ${Math.round(Number(peak) / 1024)} MiB at most`);
  return { output: run.stdout, seconds };
}

/** @param {string} name @param {number} seconds @param {string} rest */
function tell(name, seconds, rest) {
  console.log(`${name.padEnd(52)} ${seconds.toFixed(2).padStart(7)} CPU s; ${rest}`);
}

/** @param {string} program @param {string[]} words */
function prepare(program, words) {
  const run = spawnSync(program, words, { cwd: folder, encoding: "utf8" });
  if (run.status !== 0) throw new Error(`${program}: ${run.stderr}`);
}

/** @param {string} output @param {RegExp} figure @param {number} expected */
function expectCount(output, figure, expected) {
  expectSame(Number(figure.exec(output)?.[1]), expected);
}

/** @param {number} found @param {number} expected */
function expectSame(found, expected) {
  if (found !== expected) throw new Error(`${found}, not ${expected}`);
}

/** @param {string[]} words */
function explore(...words) {
  return [process.execPath, CLI, "explore", ...words];
}

/** @type {{ name: string, pool: string[], jobs: number, states: number, spin: boolean }[]} */
const SPECIFICATIONS = [
  { name: "32 pages, reduced", pool: ["--max-order", "5"], jobs: 1, states: 2_598_061, spin: true },
  { name: "36 pages, reduced", pool: ["--max-order", "4", "--pages", "36"], jobs: 1, states: 28_578_660, spin: false },
];
if (has("--large")) {
  const pool = ["--max-order", "4", "--pages", "48"];
  SPECIFICATIONS.push({ name: "48 pages, reduced, 2 threads", pool, jobs: 2, states: 1_975_391_620, spin: false });
}

for (const { name, pool, jobs, states, spin } of SPECIFICATIONS) {
  const options = ["--profile", "best-fit", ...pool];
  const ours = measure(`specification, ${name}`, explore("spec", ...options, "--jobs", String(jobs)));
  expectCount(ours.output, /states\s+(\d+),/u, states);
  if (!spin || !HAS_SPIN) continue;
  prepare(process.execPath, [CLI, "export", "promela", ...options, "-o", "buddy.pml"]);
  prepare("spin", ["-a", "buddy.pml"]);
  prepare("cc", ["-O2", "-DSAFETY", "-DNOREDUCE", "-DMEMLIM=4000", "-w", "-o", "pan", "pan.c"]);
  const theirs = measure(`the same in Spin, compiled`, ["./pan", "-m3000000", "-w23", "-n"]);
  expectCount(theirs.output, /(\d+) states, stored/u, states + 1);
  console.log(`  Spin takes ${(theirs.seconds / ours.seconds).toFixed(1)} times as long`);
}

if (has("--whole")) {
  const { output, seconds } = measure("reference, 16 pages, all states", explore("reference", "--max-order", "4"));
  expectCount(output, /states\s+(\d+),/u, 52_305_150);
  expectCount(output, /to depth (\d+)/u, 24);
  // Valid commands: each order that was served, and each live block's free, by one of its two names.
  const valid = [...output.matchAll(/^ {4}(?:serve order \d+|free) +\d+ +(\d+)$/gmu)].map(([, moved]) => Number(moved));
  expectSame(
    valid.reduce((sum, moved) => sum + moved, 0),
    484_014_112,
  );
  console.log(`  ${(52_305_150 / seconds / 1e6).toFixed(2)} M states per CPU s; ${/memory.*/u.exec(output)?.[0]}`);
}
expectCount(
  measure("C example as wasm, 8 pages, all states", explore(WASM, "--max-order", "3")).output,
  /states\s+(\d+),/u,
  1829,
);

// ---------------------------------------------------------------- rows of this process

const geometry = createGeometry({ maxOrder: 4, pages: 16, basePfn: 0, reserved: [], zones: [] });
const profile = STRICT_PROFILE;
const breadth = /** @type {const} */ ({ kind: "breadth" });
const STATES = 300_000;

/**
 * Processor seconds of an action, and what it answers.
 *
 * @template T
 * @param {() => T} action
 * @returns {{ seconds: number, found: T }}
 */
function timed(action) {
  const before = process.cpuUsage();
  const found = action();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (user + system) / 1e6, found };
}

/**
 * Explores the first states of a target's pool of 16 pages, by the search that every target has.
 *
 * @param {string} name
 * @param {import("../dist/src/targets/target.js").Session} session
 */
function exploreFirst(name, session) {
  const options = { geometry, profile, session, oracle: /** @type {const} */ ("lists"), properties: [], resizes: [] };
  const limits = { ...UNLIMITED, statesMax: STATES };
  const { seconds, found } = timed(() => exploreSubject({ ...options, takesFractions: false, limits, mode: breadth }));
  if (found.trouble !== null || found.counterexample !== null) throw new Error(`${name}: ${found.verdict}`);
  const { states, transitions, bytes } = found.figures;
  const rate = `${Math.round(states / seconds / 1000)} k states and ${(transitions / seconds / 1e6).toFixed(1)} M commands a CPU s`;
  tell(name, seconds, `${rate}, ${(bytes / states).toFixed(1)} bytes a state`);
  return states / seconds;
}

/** @param {import("../dist/src/targets/target-problem.js").TargetRead} read */
function targetOf(read) {
  if (read.kind === "wrong" || read.target.kind !== "session") throw new Error(JSON.stringify(read));
  return read.target;
}

const wasm = targetOf(loadWasm(WASM));
const module = targetOf(await loadModule(MODULE));
exploreFirst(`C example as wasm, 16 pages, ${STATES} states`, wasm.open({ geometry, profile }));
const builtIn = exploreFirst(
  `reference by the general search, ${STATES} states`,
  REFERENCE.open({ geometry, profile }),
);
const own = exploreFirst(`the same as a user's module, ${STATES} states`, module.open({ geometry, profile }));
console.log(`  a module takes ${(builtIn / own).toFixed(1)} times as long`);

const { seconds, found } = timed(() => {
  let count = 0;
  for (const mutant of MUTANTS) {
    /** @type {("lists" | "api")[]} */
    const oracles = mutant.observe === "api" ? ["lists", "api"] : ["lists"];
    for (const oracle of oracles) {
      const shape = { geometry: createGeometry(mutant.shape), profile: mutant.profile };
      const session = mutantTarget(mutant).open(shape);
      const options = { ...shape, session, oracle, resizes: resizesOf(mutant), properties: [] };
      const { counterexample } = exploreSubject({ ...options, takesFractions: true, limits: UNLIMITED, mode: breadth });
      if (counterexample === null) throw new Error(`${mutant.id} was not found by its ${oracle}`);
      count++;
    }
  }
  return count;
});
tell(`all ${MUTANTS.length} mutants, by lists and, where they show it, answers`, seconds, `${found} counterexamples`);
rmSync(folder, { recursive: true });
