// What stands before an event's name in a line of a Linux text trace, by the grammar of whoever printed it.
//
//  1. Forms are tried from the strictest to the loosest, and a name's columns are passed over before anything
//     is looked for: a task may be named `a [000] 1.0: b` or `mm_page_alloc: x`, an instance likewise.
//  2. Columns count bytes, so lines come as one character a byte (Latin-1).
//  3. A head lies in the first half kilobyte, so that no line takes longer than a millisecond, whatever it holds.
//  4. Times are in seconds where the form says so (`123us`, `1.234ms`), else in the clock's own unit.
//
// This is the slow way, two to four microseconds a line. It is gone once for each shape that a trace's lines have
// (linux-text-shape.ts), and for every line of the forms that have none: latency, verbose, function_graph.
//
// Source: kernel/trace/trace_output.c (trace_print_context, trace_print_lat_context), trace_functions_graph.c
// (print_graph_comment), libtraceevent's tep_print_event, tools/perf/builtin-script.c.

import type { Shape } from "./linux-text-shape.ts";

/** The beginning of a line that prints an event, up to the event's name. */
export interface Head {
  /** -1 where the form does not say. */
  readonly cpu: number;
  readonly time: number;
  /** `name-pid` as bytes (Latin-1), or the one of them that the form has, or "". */
  readonly task: string;
  /** Offset of the event's name in the line. */
  readonly nameAt: number;
  /** The columns to know the next such line by, null where they are not fixed. */
  readonly shape: Shape | null;
}

/** A name is `event: `, `system:event: ` or `function <-caller`; one that the end of the file cut may lack the rest. */
const NAME = String.raw`(?=<|[A-Za-z_][\w.:]*(?::(?: |$)| <-|$))`;
const HEAD_BYTES_MAX = 512;

/** What trace and trace-cmd print behind the 16 columns: pid, perhaps (tgid), [cpu], perhaps flags, time. */
const AFTER_TASK =
  String.raw`-(?<pid>\d+) +(?:\([ \d-]+\) +)?\[(?<cpu>\d+)\] *(?:[^\s:]{1,12} +)?` +
  String.raw`(?<time>\d+(?:\.\d+)?):(?: +\([+-]?\d+\))? +${NAME}`;
/** What perf prints there: pid or pid/tid, perhaps [cpu], time, perhaps a period. */
const AFTER_PERF_TASK =
  String.raw` +(?<pid>-1|\d+)(?:\/ *(?:-1|\d+))? +(?:\[(?<cpu>\d+)\] +)?` +
  String.raw`(?<time>\d+\.\d+): +(?:\d+ +)?${NAME}`;
/** What the latency format prints behind 8 columns: pid, CPU and flags in one word, microseconds or seconds. */
const AFTER_LATENCY_TASK =
  String.raw`-(?<pid>\d+) +(?<cpu>\d+)(?:[^\s\d:][^\s:]*)? +` +
  String.raw`(?<time>\d+(?:\.\d+)?)(?<unit>us.)?: +${NAME}`;
/** What `perf script -F` prints: any of the fields. Only perf names the event's system. */
const PERF_FIELDS =
  String.raw` *(?:(?<task>\S.*?) +)??(?:(?<pid>-1|\d+)(?:\/ *(?:-1|\d+))? +)?(?:\[(?<cpu>\d+)\] +)?` +
  String.raw`(?:(?<time>\d+\.\d+): +)?(?:\d+ +)?(?=kmem:mm_page_\w+:)`;
const VERBOSE =
  String.raw`(?<task>.{16}) +(?<pid>\d+) +(?<cpu>\d+) \d+ [\da-f]+ [\da-f]+ \[[\da-f]+\] ` +
  String.raw`(?<time>\d+(?:\.\d+)?)(?<unit>ms)? \(\+[\d.]+(?:ms)?\): ${NAME}`;
/** A comment, which opens a column of its own and ends the line. */
const GRAPH =
  String.raw`(?: *(?<time>\d+\.\d+) +\|)? *(?:(?<cpu>\d+)\))?(?: +(?<task>\S.*?)-(?<pid>\d+) +\|)?` +
  String.raw`(?:(?!\/\*).)*\| +\/\* `;

interface Form {
  readonly pattern: RegExp;
  /** The next lines have the same columns. */
  readonly fixed: boolean;
  /** How the line ends. */
  readonly ending: string;
}

const FORMS: readonly Form[] = [
  { pattern: form(String.raw`(?<task>.{16})${AFTER_TASK}`), fixed: true, ending: "" },
  { pattern: form(String.raw`(?<task>.{16})${AFTER_PERF_TASK}`), fixed: true, ending: "" },
  { pattern: form(VERBOSE), fixed: false, ending: "" },
  { pattern: form(String.raw`(?<task>.{8})${AFTER_LATENCY_TASK}`), fixed: false, ending: "" },
  { pattern: form(GRAPH), fixed: false, ending: "*/" },
  // Without context a line is what somebody wrote into the trace, or an event. `INSTANCE: ` of trace-cmd, or as
  // many spaces, may precede any context, even if the instance has the name of an event.
  { pattern: form(String.raw`(?=tracing_mark_write:)`), fixed: false, ending: "" },
  { pattern: form(String.raw`(?:.*?: | +)(?<task>.{16})${AFTER_TASK}`), fixed: true, ending: "" },
  { pattern: form(String.raw`(?=(?:kmem:)?mm_page_\w+:)`), fixed: false, ending: "" },
  // Names that are not padded to their columns.
  { pattern: form(String.raw`(?<task>.*?)${AFTER_TASK}`), fixed: false, ending: "" },
  { pattern: form(String.raw`(?<task>.*?)${AFTER_PERF_TASK}`), fixed: false, ending: "" },
  { pattern: form(String.raw`(?<task>.*?)${AFTER_LATENCY_TASK}`), fixed: false, ending: "" },
  { pattern: form(PERF_FIELDS), fixed: false, ending: "" },
];

/** The head of a line without its line end, or null if it begins no event. */
export function findHead(line: string): Head | null {
  const start = line.slice(0, HEAD_BYTES_MAX);
  const trimmed = line.trimEnd();
  for (const { pattern, fixed, ending } of FORMS) {
    const match = trimmed.endsWith(ending) ? pattern.exec(start) : null;
    if (match !== null) return headOf(match, fixed);
  }
  return null;
}

function form(source: string): RegExp {
  return new RegExp(`^${source}`, "ds");
}

function headOf(match: RegExpExecArray, fixed: boolean): Head {
  const { task, pid, cpu, time, unit } = match.groups ?? {};
  return {
    cpu: cpu === undefined ? -1 : Number(cpu),
    time: time === undefined ? Number.NaN : secondsOf(time, unit),
    task: [task?.replace(/^ +/, ""), pid].filter((part) => part !== undefined).join("-"),
    nameAt: match[0].length,
    shape: fixed ? shapeOf(match) : null,
  };
}

function secondsOf(time: string, unit: string | undefined): number {
  if (unit === undefined) return Number(time);
  return unit === "ms" ? Number(`${time}e-3`) : Number(`${time}e-6`);
}

/** The columns of a match, or null where it has no CPU in brackets, or something between time and name. */
function shapeOf(match: RegExpExecArray): Shape | null {
  const { task, cpu, time } = match.indices?.groups ?? {};
  if (task === undefined || cpu === undefined || time === undefined) return null;
  const line = match.input;
  const [timeAt, colon] = time;
  if (line.slice(colon + 1, match[0].length).trim() !== "") return null;
  const point = line.slice(timeAt, colon).indexOf(".");
  const mark = point < 0 ? timeAt - 1 : timeAt + point;
  return {
    taskAt: task[0],
    taskEnd: task[1],
    taskByte: line.charCodeAt(task[1]),
    open: cpu[0] - 1,
    close: cpu[1],
    mark,
    markByte: line.charCodeAt(mark),
    colon,
  };
}
