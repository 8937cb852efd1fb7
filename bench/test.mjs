// How many commands does it take to find a wrong allocator, how short is what is handed back, and how fast is all that?
//
//   node bench/test.mjs [--seeds N] [--part found|c|order4|shrunk|speed|sound] [--commands N] [--target reference|wasm]
//
// Every figure follows from the seeds, but for times. fast-check runs in the same process, on the same pools, with the
// same judge: its documented model-based commands with their defaults (100 runs), and with sizes "medium". The part
// "c" builds the mutants of examples/c-wasm, for which it needs clang and wasm-ld.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as fc from "fast-check";
import { MUTANTS, STRICT_PROFILE } from "../dist/src/index.js";
import { mutantTarget, REFERENCE } from "../dist/src/targets/reference.js";
import { moduleTarget } from "../dist/src/targets/module.js";
import { loadWasm } from "../dist/src/targets/wasm.js";
import { scripts } from "../dist/src/test/arbitrary.js";
import { Campaign } from "../dist/src/test/campaign.js";
import { reduce } from "../dist/src/test/counterexample.js";
import { drive, driveByRelation } from "../dist/src/test/drive.js";
import { openingOf } from "../dist/src/test/pools.js";
import { mixed } from "../dist/src/test/random.js";
import { liftShape } from "../dist/src/test/scale.js";
import { kindsIn, searchShortest } from "../dist/src/test/shortest.js";
import { Stage } from "../dist/src/test/stage.js";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "20" },
    part: { type: "string", default: "" },
    commands: { type: "string", default: "10000000" },
    target: { type: "string", default: "both" },
  },
});
const seeds = Number(values.seeds);
const DEFAULTS = { eyes: null, full: null, scope: 4, commands: 100_000, from: 0, takesFractions: true };
/** Commands after which a mutant counts as missed. */
const GIVEN_UP = 100_000;
/** Commands of each row of the speeds. */
const COMMANDS_TIMED = 2_000_000;
const WASM = "examples/c-wasm/page_alloc.wasm";

/** @param {readonly number[]} numbers */
function geometricMean(numbers) {
  return Math.exp(numbers.reduce((sum, number) => sum + Math.log(Math.max(number, 1)), 0) / numbers.length);
}

/** @param {readonly number[]} numbers */
function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}

/**
 * Processor seconds that some work takes.
 *
 * @param {() => void} work
 */
function seconds(work) {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** @typedef {Pick<import("../dist/src/test/campaign.js").CampaignOptions, "target" | "profile" | "takesFractions">} Wrong */

/** Default settings against every mutant. */
function foundByDefault() {
  found(MUTANTS.map((mutant) => ({ target: mutantTarget(mutant), profile: mutant.profile, takesFractions: true })));
}

/** Default settings against every mutant of the C example, as WebAssembly. */
function foundInC() {
  if (spawnSync("sh", ["-c", "command -v clang && command -v wasm-ld"]).status !== 0) {
    console.log("  not measured: no clang, or no wasm-ld");
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "buddycheck-bench-"));
  const numbers = readFileSync("examples/c-wasm/mutants.txt", "utf8").match(/^\d+/gmu) ?? [];
  found(
    numbers.map((number) => {
      const OUT = join(folder, `${number}.wasm`);
      const built = spawnSync("sh", ["examples/c-wasm/build.sh", "wasm", number], { env: { ...process.env, OUT } });
      if (built.status !== 0) throw new Error(`mutant ${number}: ${String(built.stderr)}`);
      return { target: wasmTarget(OUT), profile: STRICT_PROFILE, takesFractions: false };
    }),
  );
  rmSync(folder, { recursive: true });
}

/** @param {string} path */
function wasmTarget(path) {
  const read = loadWasm(path);
  if (read.kind !== "target" || read.target.kind !== "session") throw new Error(`${path} cannot be loaded`);
  return read.target;
}

/** @param {readonly Wrong[]} all */
function found(all) {
  const commands = /** @type {number[]} */ ([]);
  const missed = new Map();
  const took = seconds(() => {
    for (const wrong of all) {
      for (let seed = 1; seed <= seeds; seed++) {
        const campaign = new Campaign({ ...DEFAULTS, ...wrong, seed });
        while (!campaign.isDone) campaign.advance();
        const { name } = wrong.target;
        if (campaign.finding === null) missed.set(name, (missed.get(name) ?? 0) + 1);
        else commands.push(campaign.finding.commands);
      }
    }
  });
  console.log(`  mutants found        ${commands.length} of ${all.length * seeds}, ${took.toFixed(0)} s`);
  console.log(`  commands to find     ${geometricMean(commands).toFixed(1)} in the geometric mean`);
  for (const [name, times] of missed) console.log(`  missed               ${name}: ${times} of ${seeds}`);
}

/** The mutants' own pools with largest order 4: this client beside fast-check's commands. */
function order4() {
  for (const eyes of /** @type {const} */ (["lists", "answers"])) {
    const ours = /** @type {number[]} */ ([]);
    const theirs = {
      default: /** @type {Tried[]} */ ([]),
      medium: /** @type {Tried[]} */ ([]),
    };
    for (const mutant of MUTANTS) {
      const opening = openingOf(liftShape(mutant.shape, 4 - mutant.shape.maxOrder), mutant.profile);
      const stage = new Stage(mutantTarget(mutant), opening, eyes);
      for (let seed = 1; seed <= seeds; seed++) {
        ours.push(byClient(stage, seed));
        theirs.default.push(byFastCheck(stage, seed, "default"));
        theirs.medium.push(byFastCheck(stage, seed, "medium"));
      }
    }
    const hits = ours.filter((commands) => commands < GIVEN_UP);
    console.log(
      `  ${eyes}: this client    ${hits.length} of ${ours.length} found, ${geometricMean(ours).toFixed(1)} commands`,
    );
    for (const [size, tried] of Object.entries(theirs)) {
      const times = tried.filter(({ isFound }) => isFound).length;
      const mean = geometricMean(tried.map(({ commands }) => commands)).toFixed(1);
      console.log(
        `  ${eyes}: fast-check, ${size}  ${times} of ${tried.length} found, ${mean} commands until then or until it stops`,
      );
    }
  }
}

/** @typedef {{ readonly isFound: boolean, readonly commands: number }} Tried */

/**
 * @param {Stage} stage
 * @param {number} seed
 */
function byClient(stage, seed) {
  let given = 0;
  for (let run = 0; given < GIVEN_UP; run++) {
    const driven = drive({ stage, seed: mixed(seed, run), commands: 60, lookEvery: 1, takesFractions: true });
    given += driven.commands;
    if (driven.failure !== null) return given;
  }
  return given;
}

/** @typedef {{ next: number, readonly live: number[] }} Model */
/** @typedef {{ readonly playing: import("../dist/src/test/stage.js").Playing, readonly count: { commands: number } }} Real */
/** @typedef {import("../dist/src/targets/script.js").Move} Move */

/** A request of an order, or the free of a block that is live. */
class Step {
  /** @param {(model: Model) => Move | null} move */
  constructor(move) {
    this.move = move;
  }
  check() {
    return true;
  }
  /**
   * @param {Model} model
   * @param {Real} real
   */
  run(model, real) {
    const move = this.move(model);
    if (move === null) return;
    const outcome = real.playing.give(move);
    real.count.commands++;
    if (move.kind === "request" && outcome?.kind === "block") model.live.push(move.id);
    real.playing.look();
    if (real.playing.failure !== null) throw new Error("a law is broken");
  }
}

/**
 * @param {Stage} stage
 * @param {number} seed
 * @param {"default" | "medium"} size
 */
function byFastCheck(stage, seed, size) {
  const count = { commands: 0 };
  const { maxOrder } = stage.opening.geometry;
  const { sizeAtFree } = stage.opening.profile;
  const naming = sizeAtFree === "remembered" ? "none" : "order";
  const request = fc.nat({ max: maxOrder }).map(
    (order) =>
      new Step((/** @type {Model} */ model) => ({
        kind: "request",
        id: model.next++,
        command: { kind: "alloc", order, zone: null },
      })),
  );
  const free = fc.nat().map(
    (at) =>
      new Step((/** @type {Model} */ model) => {
        if (model.live.length === 0) return null;
        const [id] = model.live.splice(at % model.live.length, 1);
        return id === undefined ? null : { kind: "give-back", id, naming };
      }),
  );
  const commands = fc.commands([request, free], size === "medium" ? { size: "medium", maxCommands: 200 } : {});
  const checked = fc.check(
    fc.property(commands, (all) => {
      fc.modelRun(() => {
        const playing = stage.begin();
        playing.keepsSteps = false;
        playing.ledger.gathersEvidence = false;
        return { model: { live: [], next: 0 }, real: { playing, count } };
      }, all);
    }),
    { seed, endOnFailure: true, numRuns: size === "medium" ? 200 : 100 },
  );
  return { isFound: checked.failed, commands: count.commands };
}

/** What is handed back, beside what an exhaustive search says is the shortest. */
function shrunk() {
  const ratios = [];
  const times = [];
  const certificates = new Map();
  for (const mutant of MUTANTS) {
    const shape = liftShape(mutant.shape, 4 - mutant.shape.maxOrder);
    const stage = new Stage(mutantTarget(mutant), openingOf(shape, mutant.profile), null);
    for (let seed = 1; seed <= seeds; seed++) {
      const failing = failingScript(stage, seed);
      if (failing === null) continue;
      const law = stage.lawBroken(failing);
      if (law === null) continue;
      const reduction = { target: mutantTarget(mutant), profile: mutant.profile, eyes: null, full: null };
      const started = performance.now();
      const counterexample = reduce({ pool: { name: "bench", shape }, script: failing }, law, {
        ...reduction,
        transitionsMax: 100_000,
      });
      times.push(performance.now() - started);
      const { kind } = counterexample.certificate;
      certificates.set(kind, (certificates.get(kind) ?? 0) + 1);
      const shortest = shortestLength(counterexample, mutant);
      if (shortest !== null) ratios.push(Math.max(counterexample.script.length, 1) / Math.max(shortest, 1));
    }
  }
  const optimal = ratios.filter((ratio) => ratio === 1).length;
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
  console.log(`  shortest known       ${ratios.length} of ${times.length}`);
  console.log(
    `  length / shortest    ${mean.toFixed(4)} in the mean, ${((100 * optimal) / ratios.length).toFixed(1)} % shortest`,
  );
  console.log(
    `  to shrink            ${median(times).toFixed(1)} ms in the median, ${Math.max(...times).toFixed(0)} ms at most`,
  );
  console.log(`  certificates         ${[...certificates].map(([kind, times_]) => `${times_} ${kind}`).join(", ")}`);
}

/**
 * @param {Stage} stage
 * @param {number} seed
 */
function failingScript(stage, seed) {
  for (let run = 0; run < 2000; run++) {
    const options = { stage, seed: mixed(seed, run), commands: 60, lookEvery: 1, takesFractions: true };
    const { failure } = drive(options);
    if (failure !== null) return failure.script;
  }
  return null;
}

/**
 * @param {import("../dist/src/test/counterexample.js").Counterexample} counterexample
 * @param {import("../dist/src/index.js").Mutant} mutant
 */
function shortestLength({ pool, script }, mutant) {
  const stage = new Stage(mutantTarget(mutant), openingOf(pool.shape, mutant.profile), null);
  const quest = { kinds: kindsIn(script), below: script.length, transitionsMax: 2_000_000 };
  const { found: best } = searchShortest(stage, quest);
  if (best.kind === "script") return best.script.length;
  return best.kind === "none" ? script.length : null;
}

/** Commands a second, each answer judged: all of them in a pool of 16 pages, after a quarter more to warm up. */
function speed() {
  const shape = { maxOrder: 4, pages: 16, basePfn: 0, reserved: [], zones: [] };
  const opening = openingOf(shape, STRICT_PROFILE);
  const targets = [
    { name: "a module of 20 lines", target: moduleTarget("bitmap", openBitmap) },
    { name: "reference", target: REFERENCE },
    ...(existsSync(WASM) ? [{ name: "C as wasm", target: wasmTarget(WASM) }] : []),
  ];
  for (const { name, target } of targets) {
    for (const eyes of /** @type {const} */ (["answers", "lists"])) {
      const stage = new Stage(target, opening, eyes);
      if (eyes === "lists" && stage.session.snapshot() === null) continue;
      console.log(`  ${`${name}, ${eyes}`.padEnd(30)} ${rate(commandsOf(stage, drive))}`);
    }
  }
  if (!existsSync(WASM)) console.log(`  C as wasm            not measured: ${WASM} is not built`);
  const stage = new Stage(REFERENCE, opening, "answers");
  console.log(`  ${"reference, by the relation".padEnd(30)} ${rate(commandsOf(stage, driveByRelation))}`);
  console.log(`  ${"reference, through fast-check".padEnd(30)} ${rate(() => movesOfScripts(shape, stage))}`);
  console.log(
    `  ${"reference, fc.commands".padEnd(30)} ${rate(() => byFastCheck(stage, nextSeed(), "medium").commands)}`,
  );
}

/**
 * Commands a second, in processor time.
 *
 * @param {() => number} work Does something, and answers how many commands that were.
 */
function rate(work) {
  let given = 0;
  seconds(() => {
    while (given < COMMANDS_TIMED / 4) given += work();
  });
  given = 0;
  const took = seconds(() => {
    while (given < COMMANDS_TIMED) given += work();
  });
  return `${(given / took / 1e6).toFixed(2).padStart(6)} M commands/s`;
}

let seed = 0;
function nextSeed() {
  return ++seed;
}

/**
 * @param {Stage} stage
 * @param {typeof drive} play
 */
function commandsOf(stage, play) {
  return () => play({ stage, seed: nextSeed(), commands: 1000, lookEvery: 1, takesFractions: false }).commands;
}

/**
 * Scripts drawn by fast-check and played as a property of a user's own would.
 *
 * @param {import("../dist/src/index.js").PoolShape} shape
 * @param {Stage} stage
 */
function movesOfScripts(shape, stage) {
  let moves = 0;
  fc.assert(
    fc.property(scripts(shape), (script) => {
      moves += script.length;
      return stage.lawBroken(script) === null;
    }),
    { numRuns: 2000, seed: nextSeed() },
  );
  return moves;
}

/**
 * A right allocator that is as quick as they come: free pages are bits of a word.
 *
 * @param {import("../dist/src/index.js").ModulePool} pool
 */
function openBitmap({ pages, maxOrder }) {
  const orders = new Int8Array(pages).fill(-1);
  let free = 2 ** pages - 1;
  return {
    /** @param {number} order */
    alloc(order) {
      if (order > maxOrder) return null;
      const block = 2 ** (1 << order) - 1;
      for (let page = 0; page < pages; page += 1 << order) {
        if (((free >>> page) & block) !== block) continue;
        free &= ~(block << page);
        orders[page] = order;
        return page;
      }
      return null;
    },
    /**
     * @param {number} pfn
     * @param {number} [order]
     */
    free(pfn, order) {
      const own = orders[pfn] ?? -1;
      if (own < 0 || (order !== undefined && order !== own)) return false;
      orders[pfn] = -1;
      free |= (2 ** (1 << own) - 1) << pfn;
      return true;
    },
  };
}

/** The correct allocators, for as many commands as `--commands` says. */
function sound() {
  const targets = values.target === "wasm" ? [] : [REFERENCE];
  if (existsSync(WASM) && values.target !== "reference") targets.push(wasmTarget(WASM));
  for (const target of targets) {
    const isOurs = target === REFERENCE;
    const options = { ...DEFAULTS, commands: Number(values.commands), takesFractions: isOurs };
    const campaign = new Campaign({ ...options, target, profile: STRICT_PROFILE, seed: 1 });
    const took = seconds(() => {
      while (!campaign.isDone) campaign.advance();
    });
    const outcome = campaign.finding === null ? "no finding" : `FOUND ${campaign.finding.counterexample.law}`;
    const { commands, transitions } = campaign.covered;
    console.log(`  ${target.name}  ${outcome} in ${commands + transitions} commands, ${took.toFixed(0)} s`);
  }
}

/** @type {Record<string, () => void>} */
const PARTS = { found: foundByDefault, c: foundInC, order4, shrunk, speed, sound };
for (const [name, part] of Object.entries(PARTS)) {
  if (values.part === "" ? name === "sound" : values.part !== name) continue;
  console.log(`\n${name}`);
  part();
}
