// `buddycheck doctor`: what of this machine buddycheck can use, and what for.
//
//  1. Only Node is needed; everything else is optional, and its absence is no failure.
//  2. A program is asked for its version with a limit of time; one that does not answer is there, without a version.

import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import type { Command } from "commander";
import { EXIT } from "../verdict.ts";
import { outputLook, print } from "./output.ts";
import { packageVersion } from "./package-files.ts";

const NODE_FLOOR = [20, 19] as const;
const PATIENCE_MS = 5000;
const TRACEFS = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"] as const;

/** A program that something here makes use of. */
const PROGRAMS = [
  { name: "zstd", ask: ["--version"], use: "compressing recordings (zstd files are read without it)" },
  { name: "trace-cmd", ask: ["--version"], use: "recording a kernel, beside `buddycheck record linux`" },
  { name: "perf", ask: ["--version"], use: "recording a kernel, for `perf script`" },
  { name: "clang", ask: ["--version"], use: "building a C allocator as WebAssembly" },
  { name: "wasm-ld", ask: ["--version"], use: "linking a C allocator as WebAssembly" },
  { name: "cc", ask: ["--version"], use: "building a C allocator as a process" },
  { name: "cargo", ask: ["--version"], use: "building a Rust allocator as a process" },
  { name: "spin", ask: ["-V"], use: "checking the exported Promela model" },
  { name: "java", ask: ["-version"], use: "checking the exported TLA+ model with TLC" },
  { name: "dot", ask: ["-V"], use: "drawing exported state graphs" },
] as const;

interface Finding {
  readonly name: string;
  readonly state: "found" | "missing" | "wrong";
  /** A version, or why it cannot be used. */
  readonly told: string;
  readonly use: string;
}

function examine(): readonly Finding[] {
  return [node(), ...PROGRAMS.map(program), tracefs()];
}

function node(): Finding {
  const { version } = process;
  const [major = 0, minor = 0] = version.slice(1).split(".").map(Number);
  const isEnough = major > NODE_FLOOR[0] || (major === NODE_FLOOR[0] && minor >= NODE_FLOOR[1]);
  const told = isEnough ? version : `${version}, and ${NODE_FLOOR.join(".")} is needed`;
  return { name: "node", state: isEnough ? "found" : "wrong", told, use: "everything" };
}

function program({ name, ask, use }: (typeof PROGRAMS)[number]): Finding {
  const { error, stdout, stderr } = spawnSync(name, ask, { encoding: "utf8", timeout: PATIENCE_MS });
  if (error !== undefined && (error as NodeJS.ErrnoException).code === "ENOENT")
    return { name, state: "missing", told: "not found", use };
  const version = /\d+(?:\.\d+)+[\w.+~-]*/u.exec(`${stdout ?? ""}${stderr ?? ""}`)?.[0];
  return { name, state: "found", told: version ?? "found", use };
}

function tracefs(): Finding {
  const use = "`buddycheck record linux`";
  const mounted = TRACEFS.find((path) => existsSync(`${path}/events/kmem`));
  if (mounted === undefined)
    return { name: "tracefs", state: "missing", told: "not mounted, or not for this user", use };
  try {
    accessSync(`${mounted}/instances`, constants.W_OK);
    return { name: "tracefs", state: "found", told: mounted, use };
  } catch {
    return { name: "tracefs", state: "missing", told: `${mounted} may not be written by this user`, use };
  }
}

function doctor({ json }: { readonly json: boolean }): void {
  const findings = examine();
  process.exitCode = findings.some(({ state }) => state === "wrong") ? EXIT.input : EXIT.holds;
  if (json) {
    print(
      JSON.stringify({ schemaVersion: 1, kind: "buddycheck-doctor", version: packageVersion(), findings }, null, 2),
    );
    return;
  }
  const { green, red, dim, bold } = outputLook().colours;
  const marks = { found: green("\u2713"), missing: dim("-"), wrong: red("\u2717") };
  const wide = Math.max(...findings.map(({ told }) => told.length));
  const lines = findings.map(
    ({ name, state, told, use }) => `  ${marks[state]} ${name.padEnd(10)}  ${told.padEnd(wide)}  ${dim(use)}`,
  );
  print(
    [
      bold(`buddycheck ${packageVersion()}`),
      ...lines,
      "",
      "Only node is needed; all else is for what is said beside it.",
    ].join("\n"),
  );
}

/** Adds `doctor` to the command line. */
export function registerDoctor(command: Command): void {
  command
    .command("doctor")
    .summary("tell what of this machine buddycheck can use")
    .description("Looks for the optional programs and kernel facilities that some commands make use of.")
    .option("--json", "print the findings as JSON", false)
    .addHelpText(
      "after",
      `
Examples:
  buddycheck doctor           what is there, and what for
  buddycheck doctor --json    the same for a bug report
Exit codes: 0 usable, 2 Node is too old.`,
    )
    .action(doctor);
}
