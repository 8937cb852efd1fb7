// Kernel traces for `buddycheck verify`: judged with what lies beside them, and told about.
//
//  1. A trace with findings is read a second time for the history of their frames, and on request for who
//     holds what at the end; pipes are not.
//  2. Problems in the files beside a trace count as problems of the trace: exit code 2.

import type { Look } from "../report/look.ts";
import { fragmentationTable, holdersTable, linuxReport, linuxVerdictWords } from "../report/linux-text.ts";
import { LinuxHistory, LinuxHolders, type LinuxHolder } from "../verify/linux-history.ts";
import type { LinuxResult } from "../verify/linux-result.ts";
import { LinuxVerifier } from "../verify/linux-verify.ts";
import { canReadAgain, InputError } from "./input.ts";
import { environmentFor, type EnvironmentFlags } from "./linux-environment-files.ts";
import { feedLinuxTrace, openTrace, type OpenTrace } from "./read-trace.ts";

export interface LinuxFlags extends EnvironmentFlags {
  readonly maxViolations: number;
  /** Tell who holds frames at the end, and how fragmented memory became. */
  readonly holders: boolean;
}

/** A judged kernel trace, with what was asked for besides. */
export interface LinuxVerified {
  readonly kind: "linux";
  readonly result: LinuxResult;
  readonly holders: readonly LinuxHolder[] | null;
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
  if (!(await canReadAgain(trace.path))) return { kind: "linux", result, holders: null };
  const told = result.findings.length === 0 ? result : await withHistory(result);
  return { kind: "linux", result: told, holders: flags.holders ? await holdersOf(trace.path, verifier) : null };
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

async function holdersOf(path: string, verifier: LinuxVerifier): Promise<readonly LinuxHolder[]> {
  const holders = new LinuxHolders(verifier.frames);
  await feedLinuxTrace(await openTrace(path), holders);
  return holders.holders();
}

/** The report of one kernel trace. */
export function linuxText({ result, holders }: LinuxVerified, look: Look): string {
  const parts = [linuxReport(result, look)];
  if (holders !== null) parts.push(holdersTable(holders, ROWS_MAX));
  if (holders !== null && result.exact.kind === "replayed")
    parts.push(fragmentationTable(result.exact.fragmentation, ROWS_MAX));
  return parts.join("\n");
}

/** One line about one kernel trace. */
export function linuxLine({ result }: LinuxVerified, look: Look): string {
  return `${result.file}: ${linuxVerdictWords(result, look.colours)}, ${result.events} events\n`;
}
