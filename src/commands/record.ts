// `buddycheck record linux`: records what this kernel's page allocator does, with all that verifying it needs.
//
//  1. The folder holds `trace.txt`, the snapshots `zoneinfo`, `buddyinfo`, `pagetypeinfo`, `vmstat` and `kpf` with
//     `.before` and `.after` (kernel-snapshot.ts), and `stats.cpuN`: the names that src/trace/linux-environment.ts knows.
//  2. Events are let in before the first snapshot and kept out after the second, so that none falls between a
//     snapshot and the trace. Before each snapshot the machine has a quiet moment.
//  3. A command is recorded until it ends, at most for `--seconds`; without one all of `--seconds` is.
//  4. However the recording ends, by an error, an interrupt or the end of this process, the instance is removed
//     (trace-instance.ts). An interrupted recording is not written.

import { spawn, type ChildProcess } from "node:child_process";
import { createReadStream, createWriteStream, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { inputError } from "./input.ts";
import { createFrameRoom, snapshotFiles, takeCounters, takeSnapshot, type SnapshotFile } from "./kernel-snapshot.ts";
import { wholeNumber } from "./options.ts";
import { print, warn } from "./output.ts";
import {
  cpuStats,
  createInstance,
  demandTracing,
  removeInstance,
  removeStale,
  statOf,
  TRACEFS,
  type TraceInstance,
} from "./trace-instance.ts";

interface RecordFlags {
  readonly seconds: number;
  readonly output: string;
  readonly bufferKb: number;
  readonly tracefs: string;
}

const PROC = "/proc";

/** Long enough for writes in flight and for the last exits; the lists of free blocks then stand still. */
const QUIET_MS = 1000;

/** A command that was told to end has this long before it is killed. */
const GRACE_MS = 2000;

const SIGNALS = ["SIGHUP", "SIGINT", "SIGTERM"] as const;

async function runRecord(system: string, words: readonly string[], flags: RecordFlags): Promise<void> {
  if (system !== "linux") throw inputError("OPTION_VALUE", "record", "linux", system);
  demandTracing(flags.tracefs, process.getuid?.() ?? -1);
  createFolder(flags.output);
  for (const name of removeStale(flags.tracefs, isAlive)) warn(`removed ${name}, which a recorder had left behind`);
  const endings = new AbortController();
  const stopMinding = onEnding(() => removeInstance(flags.tracefs, process.pid), endings);
  try {
    await record(createInstance(flags.tracefs, process.pid, flags.bufferKb), words, flags, endings.signal);
  } catch (error) {
    if (!endings.signal.aborted) throw error;
    warn("interrupted: nothing is recorded, and nothing is left switched on");
  } finally {
    stopMinding();
  }
}

/** Removes the instance whatever ends this process. Answers how to remove it now, and stop minding. */
function onEnding(remove: () => void, endings: AbortController): () => void {
  function interrupt(_name: NodeJS.Signals, number: number): void {
    process.exitCode = 128 + number;
    endings.abort();
  }
  for (const name of SIGNALS) process.on(name, interrupt);
  process.on("exit", remove);
  return () => {
    remove();
    for (const name of SIGNALS) process.off(name, interrupt);
    process.off("exit", remove);
  };
}

/** Records and writes it all down. */
async function record(
  instance: TraceInstance,
  words: readonly string[],
  flags: RecordFlags,
  signal: AbortSignal,
): Promise<void> {
  const seen = await recordBetween(instance, words, flags, signal);
  const stats = cpuStats(instance.folder);
  const trace = createReadStream(join(instance.folder, "trace"));
  await pipeline(trace, createWriteStream(join(flags.output, "trace.txt")), { signal });
  const files = [...seen, ...stats.map(({ cpu, text }) => ({ name: `stats.cpu${cpu}`, text }))];
  for (const { name, text } of files) writeFileSync(join(flags.output, name), text);
  print(summary(flags, stats, files.length + 1));
}

/** Records the command, or the time, between two snapshots; answers these as files. */
async function recordBetween(
  instance: TraceInstance,
  words: readonly string[],
  { seconds }: RecordFlags,
  signal: AbortSignal,
): Promise<readonly SnapshotFile[]> {
  const [before, after] = [createFrameRoom(PROC), createFrameRoom(PROC)];
  const counters = [takeCounters(PROC, "before")];
  instance.switchOn();
  await sleep(QUIET_MS, undefined, { signal });
  const first = takeSnapshot(PROC, before, monotonicSeconds);
  if (words.length === 0) await sleep(seconds * 1000, undefined, { signal });
  else await runCommand(words, seconds, signal);
  await sleep(QUIET_MS, undefined, { signal });
  const last = takeSnapshot(PROC, after, monotonicSeconds);
  instance.switchOff();
  counters.push(takeCounters(PROC, "after"));
  if (last.frames === null) warn(`no ${join(PROC, "kpageflags")} here: the free lists cannot be replayed exactly`);
  return [...snapshotFiles(first, "before"), ...snapshotFiles(last, "after"), ...counters];
}

/** Node's own clock is CLOCK_MONOTONIC on Linux, which is the trace's too. */
function monotonicSeconds(): number {
  return Number(process.hrtime.bigint()) / 1e9;
}

/** Runs the command until it ends, or for so long, or until this recording is interrupted. */
async function runCommand(words: readonly string[], seconds: number, signal: AbortSignal): Promise<void> {
  const [program = "", ...args] = words;
  const child = spawn(program, args, { stdio: ["ignore", 2, 2], detached: true });
  const ended = new Promise<string | null>((resolve, reject) => {
    child.once("error", (error) => reject(inputError("OPTION_VALUE", "record", "a command to run", error.message)));
    child.once("exit", (code, killed) => resolve(code === 0 ? null : (killed ?? `exit code ${code}`)));
  });
  const over = new AbortController();
  const limit = sleep(seconds * 1000, "late" as const, { signal: AbortSignal.any([signal, over.signal]) });
  try {
    const how = await Promise.race([ended, limit]);
    if (how === "late") warn(`${program} was stopped after ${seconds} s (--seconds)`);
    else if (how !== null) warn(`${program} ended with ${how}`);
    over.abort();
  } finally {
    await limit.catch(() => undefined);
    if (child.pid !== undefined) await stop(child, ended);
  }
}

/** Ends the command with all that it started. */
async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    try {
      process.kill(-(child.pid as number), signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ESRCH") return;
      throw error;
    }
    await Promise.race([ended, sleep(GRACE_MS)]);
  }
}

function isAlive(processId: number): boolean {
  return existsSync(join(PROC, String(processId)));
}

/** An empty folder to write to, before anything is recorded in vain. */
function createFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
    if (readdirSync(path).length === 0) return;
  } catch (error) {
    throw inputError("OPTION_VALUE", "--output", "a folder to write to", error instanceof Error ? error.message : path);
  }
  throw inputError("OPTION_VALUE", "--output", "an empty folder, or a new one", `${path}, which is not empty`);
}

function summary(flags: RecordFlags, stats: ReturnType<typeof cpuStats>, fileCount: number): string {
  function total(name: string): number {
    return stats.reduce((sum, { text }) => sum + statOf(text, name), 0);
  }
  const lost = total("overrun") + total("dropped events");
  const advice = lost === 0 ? "" : `; a larger --buffer-kb than ${flags.bufferKb} keeps more`;
  return [
    `recorded ${total("entries")} events of ${stats.length} CPUs in ${flags.output}/trace.txt, ${fileCount} files in all`,
    `lost ${lost} events${advice}`,
    `verify with: buddycheck verify ${flags.output}`,
  ].join("\n");
}

/** Adds `record` to the command line. */
export function registerRecord(program: Command): void {
  program
    .command("record")
    .summary("record a kernel's page allocator, to be verified")
    .description("Records the page allocator of the Linux kernel that runs here, through tracefs, as root.")
    .argument("<system>", "what to record: linux")
    .argument("[command...]", "a command to run meanwhile, behind --")
    .option(
      "--seconds <n>",
      "how long; with a command, for how long at most",
      wholeNumber("--seconds", 1, 999_999_999),
      10,
    )
    .option("-o, --output <folder>", "an empty or a new folder", "recording")
    .option(
      "--buffer-kb <n>",
      "room for events, in KiB for each CPU",
      wholeNumber("--buffer-kb", 1, 999_999_999),
      65_536,
    )
    .option("--tracefs <folder>", "where tracefs is mounted", TRACEFS)
    .addHelpText("after", EXAMPLES)
    .action(runRecord);
}

const EXAMPLES = `
Examples:
  buddycheck record linux --seconds 5                        whatever happens in 5 seconds
  buddycheck record linux -o build -- make -j4               a build, until it ends or for 10 seconds
Exit codes: 0 recorded, 2 not possible here or a wrong option, 128 + n interrupted by signal n.`;
