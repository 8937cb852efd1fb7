// Kernel traces for `buddycheck verify`: judged with what lies beside them, and told about.
//
//  1. A trace with findings is read a second time for the history of their frames, and on request twice
//     more for how memory was used; pipes are not.
//  2. Problems in the files beside a trace count as problems of the trace: exit code 2.

import type { Look } from "../report/look.ts";
import type { LinuxJudged, LinuxUsage } from "../report/linux-json.ts";
import { fragmentationPlot, lifetimesText } from "../report/linux-plots.ts";
import { fragmentationTable, holdersTable, linuxReport, linuxVerdictWords } from "../report/linux-text.ts";
import { LinuxHistory, LinuxHolders } from "../verify/linux-history.ts";
import { LinuxLifetimes } from "../verify/linux-lifetimes.ts";
import type { LinuxResult } from "../verify/linux-result.ts";
import { LinuxVerifier } from "../verify/linux-verify.ts";
import { canReadAgain, InputError } from "./input.ts";
import { environmentFor, type EnvironmentFlags } from "./linux-environment-files.ts";
import { feedLinuxTrace, openTrace, type OpenTrace } from "./read-trace.ts";

export interface LinuxFlags extends EnvironmentFlags {
  readonly maxViolations: number;
  /** Tell who holds frames at the end, how long blocks lived, and how fragmented memory became. */
  readonly usage: boolean;
}

/** A judged kernel trace, with what was asked for besides. */
export interface LinuxVerified extends LinuxJudged {
  readonly kind: "linux";
}

/** perf script names the event's system; ftrace does not. */
const PERF_EVENT = /\bkmem:mm_page_/;
const ROWS_MAX = 20;

/** Judges one kernel trace whose first bytes have been read. */
export async function verifyLinuxFile(trace: OpenTrace, flags: LinuxFlags): Promise<LinuxVerified> {
  const { environment, problems } = await environmentOrProblems(trace.path, flags);
  const verifier = new LinuxVerifier({
    file: trace.path,
    recorder: PERF_EVENT.test(new TextDecoder("latin1").decode(trace.head)) ? "perf" : "ftrace",
    environment,
    findingsMax: flags.maxViolations,
  });
  for (const problem of problems) verifier.problem(problem);
  const lines = await feedLinuxTrace(trace, verifier);
  const result = verifier.result(lines);
  if (!(await canReadAgain(trace.path))) return { kind: "linux", result, usage: null };
  const told = result.findings.length === 0 ? result : await withHistory(result);
  return { kind: "linux", result: told, usage: flags.usage ? await usageOf(trace.path, verifier) : null };
}

async function environmentOrProblems(path: string, flags: LinuxFlags): ReturnType<typeof environmentFor> {
  try {
    return await environmentFor(path, flags);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { environment } = await environmentFor("-", {});
    return { environment, problems: error.problems };
  }
}

async function withHistory(result: LinuxResult): Promise<LinuxResult> {
  const history = new LinuxHistory(result.findings);
  await feedLinuxTrace(await openTrace(result.file), history);
  return { ...result, findings: history.complete(result.findings) };
}

async function usageOf(path: string, verifier: LinuxVerifier): Promise<LinuxUsage> {
  const holders = new LinuxHolders(verifier.frames);
  await feedLinuxTrace(await openTrace(path), holders);
  const lifetimes = new LinuxLifetimes();
  await feedLinuxTrace(await openTrace(path), lifetimes);
  return { holders: holders.holders(), lifetimes: lifetimes.lifetimes() };
}

/** The report of one kernel trace. */
export function linuxText({ result, usage }: LinuxVerified, look: Look): string {
  const parts = [linuxReport(result, look)];
  if (usage !== null) parts.push(holdersTable(usage.holders, ROWS_MAX), lifetimesText(usage.lifetimes));
  if (usage !== null && result.exact.kind === "replayed") {
    const { fragmentation } = result.exact;
    parts.push(fragmentationPlot(fragmentation), fragmentationTable(fragmentation, ROWS_MAX));
  }
  return parts.join("\n");
}

/** One line about one kernel trace. */
export function linuxLine({ result }: LinuxVerified, look: Look): string {
  return `${result.file}: ${linuxVerdictWords(result, look.colours)}, ${result.events} events\n`;
}
