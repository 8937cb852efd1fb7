// `buddycheck verify`: judges recorded traces and says what they show.
//
//  1. Every file is judged on its own; one that cannot be read does not keep the others from being judged.
//  2. A kernel trace is judged by the rules for kernel traces (verify-linux.ts), any other by the laws and a profile
//     (verify-trace.ts); the two may stand side by side.
//  3. The exit code is that of the worst file, an input error before a violation (docs/exit-codes.md).

import type { Command } from "commander";
import { linuxJson } from "../report/linux-json.ts";
import { jsonReport } from "../report/json.ts";
import type { Problem } from "../problem.ts";
import type { Look } from "../report/look.ts";
import { textReport, quietReport } from "../report/text.ts";
import { traceOutcome, type Verified as ReportedVerified } from "../report/trace-outcome.ts";
import { EXIT, type VerdictKind } from "../verdict.ts";
import type { TraceResult } from "../verify/result.ts";
import { expandInputs } from "./input.ts";
import type { MinimalLines } from "./minimal-lines.ts";
import { parseKernelOrder, parseLaws, wholeNumber } from "./options.ts";
import { warn } from "./output.ts";
import { type LogReading, openTrace, type OpenTrace } from "./read-trace.ts";
import { parseReporter, report, REPORTER_HELP, reportersOf, startContext, type Reporter } from "./reporters.ts";
import { linuxLine, linuxText, verifyLinuxFile, type LinuxFlags, type LinuxVerified } from "./verify-linux.ts";
import type { TraceFlags, TraceJudge } from "./verify-trace.ts";

const PASSED_OVER_NAMED = 3;
/** Cases and files of an environment belong to the traces beside them. */
const BESIDE_A_TRACE = /\.case\.yaml$|\.(?:before|after)(?:\.gz)?$|\/stats\.cpu\d+$/;

export interface VerifyFlags extends LinuxFlags, TraceFlags {
  readonly dialect?: string;
  readonly json: boolean;
  readonly reporter?: readonly Reporter[];
  readonly quiet: boolean;
}

/** The exit code that these results call for: an input error outranks findings. */
function exitCodeOf(results: readonly Judged[]): number {
  if (results.some((result) => result.problems.length > 0)) return EXIT.input;
  const worst = (["violated", "undecided", "vacuous"] as const).find((kind) =>
    results.some((result) => result.verdict === kind),
  );
  return EXIT[worst ?? "holds"];
}

interface Judged {
  readonly verdict: VerdictKind;
  readonly problems: readonly Problem[];
}

/** A judged trace of calls and answers, or of a kernel. */
type Verified = Extract<ReportedVerified, { readonly kind: "trace" }> | LinuxVerified;

async function runVerify(names: readonly string[], flags: VerifyFlags): Promise<void> {
  const reporters = reportersOf(flags);
  const contextNow = startContext();
  const { files, skipped } = await expandInputs(names);
  const strange = skipped.filter((path) => !BESIDE_A_TRACE.test(path));
  if (strange.length > 0) warn(passedOver(strange));
  const logOf = await logReading(flags.dialect);
  // A profile that is wrong is told of, even where no trace would ask for it.
  let judge = flags.profile === undefined ? null : await traceJudge(flags);
  const hasSteps = reporters.some(({ name }) => name !== "text" && name !== "json");
  const verified: Verified[] = [];
  for (const file of files) {
    const trace = await openTrace(file, logOf(file));
    if (trace.format === "linux-text" || trace.format === "trace-dat") {
      verified.push(await verifyLinuxFile(trace, flags));
    } else {
      judge ??= await traceJudge(flags);
      const result = await judge(trace);
      verified.push({ kind: "trace", result, lines: hasSteps ? await traceLines(trace, result, flags) : new Map() });
    }
  }
  const context = contextNow();
  report(reporters, {
    text: (look) => render(verified, flags, look),
    json: () => json(verified),
    outcomes: () => [traceOutcome(verified, context)],
  });
  process.exitCode = exitCodeOf(verified.map(({ result }) => result));
}

/** Loaded when needed: profiles take a tenth of a second to load, of which kernel traces need nothing. */
async function traceJudge(flags: TraceFlags): Promise<TraceJudge> {
  return (await import("./verify-trace.ts")).traceJudge(flags);
}

async function traceLines(trace: OpenTrace, result: TraceResult, flags: TraceFlags): Promise<MinimalLines> {
  return (await import("./verify-trace.ts")).linesNeeded(trace, result, flags);
}

/** What stood in a folder and is no trace: said in one line, however much it is. */
function passedOver(paths: readonly string[]): string {
  const named = paths.slice(0, PASSED_OVER_NAMED).join(", ");
  const more = paths.length - PASSED_OVER_NAMED;
  return `no traces, passed over: ${named}${more > 0 ? ` and ${more} more files` : ""}`;
}

/** How each log is read, or null where traces tell their form themselves. */
async function logReading(named: string | undefined): Promise<(file: string) => LogReading | null> {
  if (named === undefined) return () => null;
  const { matchingWords, namedDialect } = await import("./dialects.ts");
  const { dialect } = namedDialect(named);
  return (file) => ({ dialect, told: (matching) => matchingWords(file, matching).forEach(warn) });
}

function render(verified: readonly Verified[], flags: VerifyFlags, look: Look): string {
  const { traces, kernels } = byKind(verified);
  const options = { ...look, reproduce: (result: TraceResult) => reproduce(result, flags) };
  const told = traces.length === 0 ? "" : flags.quiet ? quietReport(traces, options) : textReport(traces, options);
  const toldOfKernels = kernels.map((one) => (flags.quiet ? linuxLine(one, options) : linuxText(one, options)));
  return [told, ...toldOfKernels].filter((text) => text !== "").join(flags.quiet ? "" : "\n");
}

function byKind(verified: readonly Verified[]): {
  readonly traces: readonly TraceResult[];
  readonly kernels: readonly LinuxVerified[];
} {
  const traces = verified.flatMap((one) => (one.kind === "trace" ? [one.result] : []));
  return { traces, kernels: verified.flatMap((one) => (one.kind === "linux" ? [one] : [])) };
}

/** One report of its own kind, or both in one object. */
function json(verified: readonly Verified[]): string {
  const { traces, kernels } = byKind(verified);
  if (kernels.length === 0) return jsonReport(traces);
  const kernelReport = linuxJson(kernels);
  if (traces.length === 0) return kernelReport;
  const reports = [jsonReport(traces), kernelReport].map((text) => JSON.parse(text) as unknown);
  return `${JSON.stringify({ schemaVersion: 1, kind: "buddycheck-verify-both", reports }, null, 2)}\n`;
}

/** The command that shows the first finding of this file again. */
function reproduce(result: TraceResult, flags: VerifyFlags): string {
  const profile = flags.profile === undefined ? "" : ` --profile ${quoted(flags.profile)}`;
  const dialect = flags.dialect === undefined ? "" : ` --dialect ${quoted(flags.dialect)}`;
  const without = (flags.without ?? []).map((law) => ` --without ${law}`).join("");
  return `buddycheck verify ${quoted(result.file)}${dialect}${profile}${without} --fail-fast`;
}

function quoted(word: string): string {
  return /^[\w./:@=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Adds `verify` to the command line. */
export function registerVerify(program: Command): void {
  program
    .command("verify")
    .summary("check recorded traces of an allocator against the laws")
    .description(
      "Checks recorded traces: JSON Lines, YAML, or text of Linux' tracing; plain or compressed with gzip or zstd.",
    )
    .argument("<files...>", 'traces, folders of traces, or "-" for standard input')
    .option("--profile <name|file>", "what the allocator promises; outranks the header's profile")
    .option("--dialect <name|file>", "the inputs are logs, read by this dialect (docs/dialects.md)")
    .option("--max-violations <n>", "violations shown per trace, 0 for all", countOption, 10)
    .option("--fail-fast", "stop each trace at its first violation", false)
    .option("--without <laws>", "laws that are not judged, separated by commas", parseLaws)
    .option("--no-advice", "do not look for a setting under which a violating trace holds")
    .option("--zoneinfo <file>", "kernel trace: /proc/zoneinfo")
    .option("--buddyinfo <before,after>", "kernel trace: /proc/buddyinfo at both ends")
    .option("--kpageflags <before,after>", "kernel trace: runs of free pages at both ends (docs/linux.md)")
    .option("--vmstat <before,after>", "kernel trace: /proc/vmstat at both ends")
    .option("--stats <cpu0,cpu1,...>", "kernel trace: per_cpu/cpuN/stats after the recording")
    .option("--max-order <n>", "kernel trace: MAX_PAGE_ORDER; else buddyinfo tells it, else 10", parseKernelOrder)
    .option("--usage", "kernel trace: who holds pages at the end, lifetimes of blocks, fragmentation", false)
    .option("--reporter <name=path>", REPORTER_HELP, parseReporter)
    .option("--json", "the same as --reporter json (docs/json-report.md)", false)
    .option("--quiet", "print one line per trace", false)
    .addHelpText("after", EXAMPLES)
    .action(runVerify);
}

function countOption(text: string): number {
  return wholeNumber("--max-violations", 0, Infinity)(text) || Infinity;
}

const EXAMPLES = `
Examples:
  buddycheck verify boot.jsonl                      is this recording possible for a correct allocator?
  buddycheck verify --profile helios traces/        judge a folder by what HeliOS promises
  buddycheck verify trace.txt                       what a kernel did, by ftrace, trace-cmd report or perf script
  zstdcat run.zst | buddycheck verify - --json      from a pipe, for a machine
Exit codes: 0 holds, 1 violated, 2 input error, 3 undecided, 4 nothing exercised.`;
