// `buddycheck init`: writes what a target or a recorder starts from into a folder.
//
//  1. The files are those of `examples/init/` in the package, and for C the header beside them.
//  2. Nothing is overwritten without `--force`; what is in the way is named, and then nothing is written at all.
//  3. What is written builds and runs as it is, around a placeholder that breaks the laws: the first counterexample
//     comes before the first line of one's own.

import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { Option, type Command } from "commander";
import { InputError } from "./input.ts";
import { print } from "./output.ts";
import { packageRoot } from "./package-files.ts";

const KINDS = ["wasm", "process", "module", "recorder"] as const;

type Kind = (typeof KINDS)[number];

interface InitFlags {
  readonly as: Kind;
  readonly force: boolean;
}

/** What is copied, from the package's root, and what to run then, in the folder. */
const SKELETONS: Readonly<Record<Kind, { readonly files: readonly string[]; readonly next: readonly string[] }>> = {
  wasm: {
    files: ["include/buddycheck.h", "examples/init/target.c", "examples/init/wasm/build.sh"],
    next: ["sh build.sh", "buddycheck explore target.wasm --max-order 3"],
  },
  process: {
    files: ["include/buddycheck.h", "examples/init/target.c", "examples/init/process/build.sh"],
    next: ["sh build.sh", "buddycheck test --max-order 3 -- ./target"],
  },
  module: {
    files: ["examples/init/module/allocator.mjs"],
    next: ["buddycheck explore allocator.mjs --max-order 3", "buddycheck test allocator.mjs"],
  },
  recorder: {
    files: ["include/buddycheck.h", "examples/init/recorder/recorded.c", "examples/init/recorder/build.sh"],
    next: ["sh build.sh", "buddycheck verify trace.jsonl"],
  },
};

function runInit(folder: string, flags: InitFlags): void {
  const { files: sources, next } = SKELETONS[flags.as];
  const files = sources.map((from) => ({ from: join(packageRoot(), from), to: join(folder, basename(from)) }));
  const inTheWay = files.filter(({ to }) => existsSync(to));
  if (inTheWay.length > 0 && !flags.force) {
    throw new InputError(
      inTheWay.map(({ to }) => ({
        code: "INIT_EXISTS",
        place: { file: to, line: 0, column: 0 },
        expected: "no file of this name",
        found: "one",
        source: "",
      })),
    );
  }
  mkdirSync(folder, { recursive: true });
  for (const { from, to } of files) copyFileSync(from, to);
  const enter = folder === "." ? [] : [`  cd ${folder}`];
  const written = files.map(({ to }) => `wrote ${to}`);
  print([...written, "", "Run next:", ...enter, ...next.map((command) => `  ${command}`)].join("\n"));
}

/** Adds `init` to the command line. */
export function registerInit(program: Command): void {
  program
    .command("init")
    .summary("write what a target of your own starts from")
    .description("Writes the skeleton of a target, or of a recorder, around which your allocator goes.")
    .argument("[folder]", "where to", ".")
    .addOption(
      new Option("--as <kind>", "what it becomes: C for wasm, C as a process, JavaScript, a recorder in C")
        .choices(KINDS)
        .default("wasm"),
    )
    .option("--force", "overwrite files that are there", false)
    .addHelpText("after", EXAMPLES)
    .action(runInit);
}

const EXAMPLES = `
Examples:
  buddycheck init check --as wasm        your C, explored state by state (needs clang and lld)
  buddycheck init check --as process     your C, or anything that speaks lines, tested at random
  buddycheck init check --as module      a module in JavaScript or TypeScript
  buddycheck init check --as recorder    your allocator as it runs, to be verified
Exit codes: 0 written, 2 a file is in the way or a wrong option.`;
