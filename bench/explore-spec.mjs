/*
 * Exploring specifications, beside Spin on the Promela that `buddycheck export` writes for the same pools.
 *
 * 1. Every row is a process of its own, measured from its start by /usr/bin/time: processor seconds, peak memory.
 * 2. Every count is compared with the known one; a wrong one ends the run.
 * 3. `--large` adds the pool of 48 frames, which takes minutes. Spin is left out where it is not installed.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const CLI = path.resolve("dist/src/cli.js");
const HAS_SPIN = spawnSync("spin", ["-V"]).status === 0 && spawnSync("cc", ["--version"]).status === 0;
const folder = mkdtempSync(path.join(tmpdir(), "buddycheck-bench-"));

/** @type {{ name: string, pool: string[], jobs: number, states: number, spin: boolean }[]} */
const POOLS = [
  { name: "32 frames, reduced", pool: ["--max-order", "5"], jobs: 1, states: 2_598_061, spin: true },
  { name: "36 frames, reduced", pool: ["--max-order", "4", "--pages", "36"], jobs: 1, states: 28_578_660, spin: false },
];
if (process.argv.includes("--large")) {
  const pool = ["--max-order", "4", "--pages", "48"];
  POOLS.push({ name: "48 frames, reduced, 2 threads", pool, jobs: 2, states: 1_975_391_620, spin: false });
}

/**
 * Runs a program under /usr/bin/time and prints its row.
 *
 * @param {string} name
 * @param {string[]} command
 * @returns {{ output: string, seconds: number }} processor seconds
 */
function measure(name, command) {
  const figures = path.join(folder, "figures");
  const run = spawnSync("/usr/bin/time", ["-o", figures, "-f", "%U %S %e %M", ...command], {
    cwd: folder,
    encoding: "utf8",
  });
  if (run.status !== 0) throw new Error(`${name}: ${run.stdout}${run.stderr}`);
  const [user, system, clock, peak] = readFileSync(figures, "utf8").trim().split(" ").map(Number);
  const seconds = Number(user) + Number(system);
  console.log(
    `| ${name.padEnd(44)} | ${seconds.toFixed(2).padStart(7)} | ${Number(clock).toFixed(1).padStart(6)} | ${String(Math.round(Number(peak) / 1024)).padStart(5)} |`,
  );
  return { output: run.stdout, seconds };
}

/**
 * @param {string} program
 * @param {string[]} words
 */
function prepare(program, words) {
  const run = spawnSync(program, words, { cwd: folder, encoding: "utf8" });
  if (run.status !== 0) throw new Error(`${program}: ${run.stderr}`);
}

/**
 * @param {string} output
 * @param {RegExp} figure
 * @param {number} expected
 */
function expectCount(output, figure, expected) {
  const found = Number(figure.exec(output)?.[1]);
  if (found !== expected) throw new Error(`${found} states, not ${expected}`);
}

console.log(`| what                                         |   CPU s | clock s |   MiB |`);
for (const { name, pool, jobs, states, spin } of POOLS) {
  const options = ["--profile", "best-fit", ...pool];
  const ours = measure(name, [process.execPath, CLI, "explore", "spec", ...options, "--jobs", String(jobs)]);
  expectCount(ours.output, /states\s+(\d+),/u, states);
  if (!spin || !HAS_SPIN) continue;
  prepare(process.execPath, [CLI, "export", "promela", ...options, "-o", "buddy.pml"]);
  prepare("spin", ["-a", "buddy.pml"]);
  prepare("cc", ["-O2", "-DSAFETY", "-DNOREDUCE", "-DMEMLIM=4000", "-w", "-o", "pan", "pan.c"]);
  const theirs = measure(`${name}: Spin, compiled`, ["./pan", "-m3000000", "-w23", "-n"]);
  expectCount(theirs.output, /(\d+) states, stored/u, states + 1);
  console.log(`Spin takes ${(theirs.seconds / ours.seconds).toFixed(1)} times as long.`);
}
rmSync(folder, { recursive: true });
