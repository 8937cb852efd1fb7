#!/usr/bin/env node
// The command line: finds the command, loads only what it needs, and turns every ending into an exit code.
//
//  1. A command's module is imported when that command is named; help and completion, which tell of all, import all.
//  2. Wrong usage and wrong input exit with 2, our own bug with 70 (docs/exit-codes.md).

import { Command, CommanderError } from "commander";
import { InputError, inputError } from "./commands/input.ts";
import { fail, warn } from "./commands/output.ts";
import { packageVersion } from "./commands/package-files.ts";
import { nearest } from "./spec/nearest.ts";
import { EXIT } from "./verdict.ts";

type Register = (program: Command) => void;

const COMMANDS: Record<string, () => Promise<Register>> = {
  run: async () => (await import("./commands/run.ts")).registerRun,
  verify: async () => (await import("./commands/verify.ts")).registerVerify,
  explore: async () => (await import("./commands/explore.ts")).registerExplore,
  test: async () => (await import("./commands/test.ts")).registerTest,
  minimize: async () => (await import("./commands/minimize.ts")).registerMinimize,
  convert: async () => (await import("./commands/convert.ts")).registerConvert,
  export: async () => (await import("./commands/export.ts")).registerExport,
  view: async () => (await import("./commands/view.ts")).registerView,
  record: async () => (await import("./commands/record.ts")).registerRecord,
  corpus: async () => (await import("./commands/corpus.ts")).registerCorpus,
  merge: async () => (await import("./commands/merge.ts")).registerMerge,
  doctor: async () => (await import("./commands/doctor.ts")).registerDoctor,
  completion: async () => (await import("./commands/completion.ts")).registerCompletion,
  init: async () => (await import("./commands/init.ts")).registerInit,
  explain: async () => (await import("./commands/explain.ts")).registerExplain,
};

function createProgram(): Command {
  return new Command("buddycheck")
    .description("Checks buddy allocators: the laws, a reference allocator, and the traces of yours.")
    .version(packageVersion())
    .showSuggestionAfterError(true)
    .exitOverride()
    .addHelpText(
      "after",
      `
Examples:
  buddycheck run                        the default suite: reference allocator and bundled corpus
  buddycheck verify trace.jsonl         is this recording possible for a correct allocator?
  buddycheck explore reference          every state of a small pool, each judged
  buddycheck explain no-overlap         what a law says, why, and a trace that breaks it`,
    );
}

async function main(argv: readonly string[]): Promise<void> {
  const program = createProgram();
  const named = argv.find((word) => !word.startsWith("-")) ?? "";
  const tellsOfAll = !(named in COMMANDS) || named === "completion";
  const wanted = tellsOfAll ? Object.keys(COMMANDS) : [named];
  for (const name of wanted) {
    const register = await (COMMANDS[name] as () => Promise<Register>)();
    register(program);
  }
  if (named !== "" && named !== "help" && !(named in COMMANDS)) {
    const meant = nearest(named, Object.keys(COMMANDS));
    const expected = meant === null ? `one of ${Object.keys(COMMANDS).join(", ")}` : `a command such as ${meant}`;
    throw inputError("OPTION_VALUE", "buddycheck", expected, named);
  }
  for (const command of program.commands) command.exitOverride();
  await program.parseAsync(argv, { from: "user" });
}

/** The exit code of an error; only here is our own bug caught, to ask for a report. */
function endWith(error: unknown): void {
  if (error instanceof CommanderError) {
    // Commander has already said what is wrong; help and version end with 0.
    process.exitCode = error.exitCode === 0 ? EXIT.holds : EXIT.input;
  } else if (error instanceof InputError) {
    fail(error.problems);
  } else {
    warn(error instanceof Error ? (error.stack ?? error.message) : String(error));
    warn("\nThis is a bug in buddycheck. Please report it with the command and, if you can, the input.");
    process.exitCode = EXIT.bug;
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  endWith(error);
}
