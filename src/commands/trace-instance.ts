// A ring buffer of our own in tracefs: records the page allocator's events, and leaves nothing behind.
//
//  1. Everything happens under `instances/buddycheck-<pid>`. No file outside it is written, so whoever else
//     traces this kernel notices nothing.
//  2. Removing the instance turns its events off and frees its buffers, whatever state it is in.
//  3. A recorder that was killed could not clean up: instances of processes that are gone are removed when the
//     next one starts.
//  4. All of it is synchronous, so that it also works while the process ends.
//
// Source: Documentation/trace/ftrace.rst ("Instances"), kernel/trace/trace.c.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KIND_NAMES } from "../trace/linux-event.ts";
import { inputError } from "./input.ts";

/** Where tracefs is mounted on every kernel of the last ten years. */
export const TRACEFS = "/sys/kernel/tracing";

/** Names of our instances begin so; the recorder's process id follows. */
const PREFIX = "buddycheck-";

/** A recording in progress. */
export interface TraceInstance {
  readonly folder: string;
  /** Lets the events in, or keeps them out; the buffer stays as it is. */
  readonly switchOn: () => void;
  readonly switchOff: () => void;
}

/** Throws an InputError where this user cannot record on this kernel; all that is missing is named at once. */
export function demandTracing(tracefs: string, userId: number): void {
  if (userId !== 0) {
    throw inputError("RECORD_PERMISSION", tracefs, "root, who alone may trace a kernel", `user ${userId}`);
  }
  if (!existsSync(join(tracefs, "instances"))) {
    const expected = `tracefs with instances; \`mount -t tracefs nodev ${tracefs}\` mounts it`;
    throw inputError("RECORD_TRACEFS", tracefs, expected, "none");
  }
  const missing = KIND_NAMES.filter((name) => !existsSync(join(tracefs, "events", "kmem", name, "enable")));
  if (missing.length > 0) {
    throw inputError(
      "RECORD_EVENTS",
      join(tracefs, "events", "kmem"),
      KIND_NAMES.join(", "),
      `no ${missing.join(", ")}`,
    );
  }
}

/** Removes instances whose recorder is gone; answers their names. */
export function removeStale(tracefs: string, isAlive: (processId: number) => boolean): readonly string[] {
  const instances = join(tracefs, "instances");
  const stale = readdirSync(instances).filter((name) => {
    const processId = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length)) : Number.NaN;
    return Number.isInteger(processId) && !isAlive(processId);
  });
  for (const name of stale) rmdirSync(join(instances, name));
  return stale;
}

/**
 * Makes an instance that is ready and switched off. Throws an InputError where the kernel does not take it all; what
 * was made until then is left to `removeInstance`.
 */
export function createInstance(tracefs: string, processId: number, bufferKb: number): TraceInstance {
  const folder = instanceFolder(tracefs, processId);
  function set(file: string, value: string): void {
    writeFileSync(join(folder, file), value);
  }
  try {
    mkdirSync(folder);
    set("tracing_on", "0");
    set("trace_clock", "mono");
    set("buffer_size_kb", String(bufferKb));
    for (const name of KIND_NAMES) set(join("events", "kmem", name, "enable"), "1");
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw inputError("RECORD_TRACEFS", folder, `an instance with ${bufferKb} KiB for each CPU`, found);
  }
  return { folder, switchOn: () => set("tracing_on", "1"), switchOff: () => set("tracing_on", "0") };
}

/** Turns everything off and gives the buffers back, if there is anything. */
export function removeInstance(tracefs: string, processId: number): void {
  const folder = instanceFolder(tracefs, processId);
  if (existsSync(folder)) rmdirSync(folder);
}

function instanceFolder(tracefs: string, processId: number): string {
  return join(tracefs, "instances", `${PREFIX}${processId}`);
}

/** What the buffers of an instance hold and lost, one text for each CPU, in the order of their numbers. */
export function cpuStats(folder: string): readonly { readonly cpu: number; readonly text: string }[] {
  return readdirSync(join(folder, "per_cpu"))
    .map((name) => Number(name.replace(/^cpu/u, "")))
    .filter((cpu) => Number.isInteger(cpu))
    .sort((a, b) => a - b)
    .map((cpu) => ({ cpu, text: readFileSync(join(folder, "per_cpu", `cpu${cpu}`, "stats"), "utf8") }));
}

/** The number that a line of a CPU's stats gives, as `entries` or `overrun`; 0 where there is no such line. */
export function statOf(text: string, name: string): number {
  return Number(new RegExp(`^${name}: (\\d+)$`, "mu").exec(text)?.[1] ?? 0);
}
