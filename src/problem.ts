// Everything a user's input can be wrong about: one code per kind of mistake, with its sentence.
//
//  1. A code is stable and is declared here only; docs/problems.md is generated from this table.
//  2. A problem says where (file, line, column), what was expected and what was found.
//  3. Problems are collected and answered with exit code 2. They are never findings about an allocator.

export const PROBLEMS = {
  INPUT_NOT_FOUND: "A file or folder that was named does not exist or cannot be read.",
  INPUT_EMPTY: "A file is empty, or a folder holds no trace.",
  INPUT_FORMAT: "The content is none of the formats that buddycheck reads.",
  INPUT_GZIP: "Compressed data (gzip) is damaged or ends too early.",
  INPUT_ZSTD: "Compressed data (zstd) is damaged or ends too early.",
  INPUT_TRACE_DAT: "A binary recording (trace.dat) is damaged or ends too early.",
  INPUT_ENCODING: "The text is not valid UTF-8.",
  TRACE_SYNTAX: "A line is not one complete JSON object.",
  TRACE_LINE_LENGTH: "A line is longer than the reader accepts.",
  TRACE_HEADER_MISSING: "The first line is not a header with `buddytrace`.",
  TRACE_HEADER_TWICE: "A second header stands in the same trace.",
  TRACE_VERSION: "The header names a version of the format that this buddycheck does not know.",
  TRACE_FIELD_MISSING: "A field that the event or header needs is missing.",
  TRACE_FIELD_TYPE: "A field holds a value of the wrong type.",
  TRACE_FIELD_RANGE: "A number is out of its range: negative, above 2^52, or not a whole number.",
  TRACE_FIELD_CONFLICT: "Two fields of one event contradict each other.",
  TRACE_KEY_TWICE: "A key stands twice in one object.",
  TRACE_OP_UNKNOWN: "An event has an `op` that the format does not have.",
  TRACE_ZONES: "Zones of the header overlap, or reach beyond the pool.",
  NOTATION_SYNTAX: "A word is not a command of the short notation.",
  YAML_SYNTAX: "The text is not valid YAML.",
  YAML_SHAPE: "A YAML document does not have the shape that its kind demands.",
  PROFILE_UNKNOWN: "No profile has this name.",
  PROFILE_FIELD: "A field of a profile is unknown, or has a value that it cannot have.",
  SUITE_FIELD: "A field of a suite is unknown, or has a value that it cannot have.",
  LAW_UNKNOWN: "No law has this id.",
  DIALECT_UNKNOWN: "No dialect has this name.",
  DIALECT_FIELD: "A field of a dialect is unknown, or has a value that it cannot have.",
  DIALECT_MATCH: "A log lacks the lines that its dialect reads.",
  RECORD_PERMISSION: "Recording a kernel needs root.",
  RECORD_TRACEFS: "The kernel's tracing, tracefs, is not mounted, or did not take what recording needs.",
  RECORD_EVENTS: "The kernel does not trace its page allocator.",
  TARGET_UNKNOWN: "No target has this name: none that comes along, no file and no program.",
  TARGET_MODULE: "A module cannot be loaded, or does not export what a target must.",
  TARGET_TYPESCRIPT: "This Node does not run modules in TypeScript.",
  TARGET_WASM: "A WebAssembly file cannot be loaded, or does not export what a target must.",
  TARGET_NONDETERMINISTIC: "A target does two different things with one command in one state.",
  TARGET_NOT_RESTORED: "A state of a target that was saved and restored is another state.",
  TARGET_GROWS: "The state of a target grows and grows.",
  TARGET_HIDES_STATE: "A target keeps something out of the states that it saves.",
  EXPLORE_NO_STATES: "A target that cannot save its state cannot be explored.",
  EXPLORE_NO_STEPS: "A target whose calls never pause has nothing to interleave.",
  TARGET_ENDLESS_STEPS: "A call of a target takes steps without an end.",
  EXPLORE_TOO_LARGE: "A pool has too many states to explore all of them.",
  PROPERTY_FIELD: "A file of properties has something that no property can be made of.",
  POOL_OPTION: "The options describe no pool that a target can be opened with.",
  OUTPUT_FAILED: "A report or a file cannot be written.",
  REPORT_READ: "A file is no report of `buddycheck run`, or belongs to another run.",
  INIT_EXISTS: "A file that would be written is there already.",
  OPTION_VALUE: "An option has a value that it cannot have.",
  EXPORT_TOO_LARGE: "A state graph or a trace is too large to be written out state by state.",
  EXPORT_CLEAN: "There is no counterexample to export: the target was seen to break no law.",
  CONVERT_LOSSY: "The target format cannot hold what the source says.",
  MINIMIZE_CLEAN: "There is nothing to minimize: the trace violates no law.",
  CASE_EXPECTATION: "A corpus case lacks its expected verdict, or contradicts itself.",
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

/** Where in the input: `line` and `column` count from 1, `column` in characters; 0 where there is none. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One mistake in the input. `source` is the text of the line, shortened, "" where there is none. */
export interface Problem {
  readonly code: ProblemCode;
  readonly place: Place;
  readonly expected: string;
  readonly found: string;
  readonly source: string;
}

/** One line for logs: `file:3:14: TRACE_FIELD_TYPE: expected …, found …`. */
export function problemLine(problem: Problem): string {
  const { file, line, column } = problem.place;
  const at = line === 0 ? file : `${file}:${line}:${column}`;
  return `${at}: ${problem.code}: expected ${problem.expected}, found ${problem.found}`;
}
