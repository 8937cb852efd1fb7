// What to do about each mistake in the input: one sentence per code, for `buddycheck explain`.
//
//  1. What a code means stands in src/problem.ts; a new code does not compile here until it has its sentence.
//  2. The sentence names something to do or to look at, and the page that says more.

import type { ProblemCode } from "../problem.ts";

export const PROBLEM_HELP: Readonly<Record<ProblemCode, string>> = {
  INPUT_NOT_FOUND: "Check the spelling and the folder the command runs in; `-` stands for standard input.",
  INPUT_EMPTY:
    "Check that the recorder wrote anything; of a folder, files ending in .jsonl, .yaml, .gz and .zst are read.",
  INPUT_FORMAT:
    "Record in the native format (docs/trace-format.md), or turn what you have into it with `buddycheck convert`.",
  INPUT_GZIP:
    "Compress it again from the original; a recording cut off by a crash can be read up to the damage with `gzip -dc`.",
  INPUT_ZSTD:
    "Compress it again from the original; a recording cut off by a crash can be read up to the damage with `zstd -dc`.",
  INPUT_TRACE_DAT: "Look whether `trace-cmd report` reads the file; its text is read here too.",
  INPUT_ENCODING: "Write the trace as UTF-8; other encodings are not guessed.",
  TRACE_SYNTAX: "Write one JSON object per line; a last line cut off by a crash can be deleted.",
  TRACE_LINE_LENGTH: "Look for a missing line end; a free list that has become a ring makes an emitter write for ever.",
  TRACE_HEADER_MISSING: 'Begin the file with a header such as {"buddytrace":1,"max_order":10,"pages":4096}.',
  TRACE_HEADER_TWICE: "Split the file: a trace tells of one pool, from one header to its end.",
  TRACE_VERSION: "Use a newer buddycheck, or record version 1.",
  TRACE_FIELD_MISSING: "Give the field; docs/trace-format.md lists those that every event needs.",
  TRACE_FIELD_TYPE: 'Write numbers without quotes; a pfn may also be a string such as "0x80".',
  TRACE_FIELD_RANGE:
    "Give a whole number that is not negative; pfns count from the start of the pool, not from `base_pfn`.",
  TRACE_FIELD_CONFLICT: "Keep one of the two fields.",
  TRACE_KEY_TWICE: "Keep one of the two: which of them a reader takes is not defined.",
  TRACE_OP_UNKNOWN: 'Use one of the operations of docs/trace-format.md; free text goes into {"op":"note","text":"…"}.',
  TRACE_ZONES: "Give each zone a range of its own inside the pool, as [start, end) with the end excluded.",
  NOTATION_SYNTAX: "Write calls as a2=4, a2!, p3=4, f4, f4:2 or f4!, and free lists as `free 0:2 8:3`.",
  YAML_SYNTAX: "Mind the indentation, and quote what begins with one of { [ ! & * # ? | > @ `.",
  YAML_SHAPE: "Compare with the published schema of the document; editors do so with a `$schema` comment.",
  PROFILE_UNKNOWN: "Name one of those in specs/profiles, or the path of a file.",
  PROFILE_FIELD: "docs/profiles.md lists every field with its values; all of them may be left out.",
  SUITE_FIELD: "Compare with the suites in specs/suites.",
  LAW_UNKNOWN: "`buddycheck explain` without a name lists all laws.",
  DIALECT_UNKNOWN: "Name one of those in specs/dialects, or the path of a file.",
  DIALECT_FIELD: "docs/dialects.md tells every field, with a worked example.",
  DIALECT_MATCH:
    "Compare a line of the log with the rules of the dialect, byte by byte; `prefix` is taken as it stands.",
  RECORD_PERMISSION: "Run the command as root, or record with `trace-cmd` and verify its report.",
  RECORD_TRACEFS:
    "Mount tracefs, ask for a smaller `--buffer-kb`, or leave the container: tracing belongs to the host.",
  RECORD_EVENTS: "Use a kernel with CONFIG_EVENT_TRACING, which every distribution's has.",
  TARGET_UNKNOWN: "Name `reference`, `mutant:ID`, a file ending in .js, .mjs, .ts or .wasm, or a program behind `--`.",
  TARGET_MODULE: "docs/targets.md has a module to start from; `buddycheck init --as module` writes it.",
  TARGET_TYPESCRIPT: "Use Node 22.18 or newer, or compile the module to JavaScript first.",
  TARGET_WASM:
    "docs/targets.md lists the functions to export; `buddycheck init --as wasm` writes a skeleton that does.",
  TARGET_NONDETERMINISTIC:
    "Keep clocks, random numbers and what other threads do out of the allocator while it is explored.",
  TARGET_NOT_RESTORED: "Save all that a call reads, and make `restore` set all of it; nothing else belongs in a state.",
  TARGET_GROWS: "Look for what is kept with every call, such as a log or a counter, and leave it out of the state.",
  TARGET_HIDES_STATE: "Save everything that a call reads; a variable outside the saved bytes decides what calls do.",
  EXPLORE_NO_STATES: "Give a module `save` and `restore`, or explore it as WebAssembly (docs/explore.md).",
  EXPLORE_NO_STEPS: "Write the module's calls as generators that `yield` between their atomic steps (docs/explore.md).",
  TARGET_ENDLESS_STEPS: "Wait with `yield { step, when }`, not in a loop; a call may take 256 steps.",
  EXPLORE_TOO_LARGE:
    "Explore a smaller pool, where a buddy allocator shows what it does wrong, or give a limit (docs/explore.md).",
  PROPERTY_FIELD: "docs/explore.md lists the quantities, and shows what a module of properties exports.",
  POOL_OPTION: "Ranges are START-END with the end left out, and lie within the pages from 0 to --pages.",
  OUTPUT_FAILED: "Look at the folder's permissions and the room on the disk; nothing was judged twice.",
  REPORT_READ:
    "Give `buddycheck merge` the files that `buddycheck run --shard i/n --reporter json=FILE` wrote, all of them.",
  INIT_EXISTS: "Name another folder, or overwrite with `--force`.",
  OPTION_VALUE: "The command's `--help` names the values.",
  EXPORT_TOO_LARGE: "Take a smaller pool, such as `--max-order 2`, or shorten the trace with `buddycheck minimize`.",
  EXPORT_CLEAN: "Look at `buddycheck explore` first: it says whether the allocator holds, or how far it was searched.",
  CONVERT_LOSSY: "Choose a target format that can say it, or remove the events named.",
  MINIMIZE_CLEAN: "Look at `buddycheck verify` first: the profile may allow what you took for a violation.",
  CASE_EXPECTATION: "State the verdict that is expected and, of a rejected case, the law and line.",
};
