// Traces of calls and answers for `buddycheck verify`: judged by a profile, with history and advice.
//
//  1. A trace with findings is read a second time, up to its last finding, for the history of the frames, and again for
//     each setting that could explain the first finding; standard input and other pipes are not, and the report says so.

import { LAW_IDS, type LawId } from "../../model/invariants.ts";
import type { Profile } from "../../model/profile.ts";
import type { TraceHeader } from "../trace/event.ts";
import { alternatives } from "../verify/advice.ts";
import { HistoryCollector } from "../verify/history.ts";
import type { TraceResult } from "../verify/result.ts";
import { Verifier, type VerifyOptions } from "../verify/verify.ts";
import { canReadAgain } from "./input.ts";
import { minimalLines, type MinimalLines } from "./minimal-lines.ts";
import { profileChooser, type ProfileChoice } from "./profiles.ts";
import { feedTrace, type LogReading, openTrace, type OpenTrace, readTrace } from "./read-trace.ts";

export interface TraceFlags {
  readonly profile?: string;
  readonly maxViolations: number;
  readonly failFast: boolean;
  readonly without?: readonly LawId[];
  readonly advice: boolean;
}

/** Judges one trace whose first bytes have been read. */
export type TraceJudge = (trace: OpenTrace) => Promise<TraceResult>;

/** The judge that these flags ask for. Throws an InputError where there is no such profile. */
export function traceJudge(flags: TraceFlags): TraceJudge {
  const chooser = profileChooser(flags.profile);
  return (trace) => verifyTrace(trace, flags, chooser);
}

/** The lines that the findings of a judged trace need (minimal-lines.ts). */
export function linesNeeded({ log }: OpenTrace, result: TraceResult, flags: TraceFlags): Promise<MinimalLines> {
  const { header, file } = result;
  const by = header === null ? [] : profileChooser(flags.profile)(header, 1, file);
  return minimalLines(result, by, quietly(log));
}

/** Judges a file up to its first violation, of which nothing but itself is asked. */
export async function firstViolation(
  file: string,
  without: readonly LawId[] | undefined,
  chooser: ProfileChoice,
): Promise<TraceResult> {
  const options = optionsFor(file, without, chooser);
  return verifyOnce(await openTrace(file), { ...options, findingsMax: 1, failFast: true });
}

function optionsFor(
  file: string,
  without: readonly LawId[] | undefined,
  chooser: ProfileChoice,
): Pick<VerifyOptions, "file" | "profileOf" | "laws"> {
  const laws = new Set(LAW_IDS.filter((law) => without?.includes(law) !== true));
  return { file, profileOf: (header, line) => chooser(header, line, file), laws };
}

/** Judges one trace, with histories and advice where it can be read again. */
async function verifyTrace(trace: OpenTrace, flags: TraceFlags, chooser: ProfileChoice): Promise<TraceResult> {
  const file = trace.path;
  const options: VerifyOptions = {
    ...optionsFor(file, flags.without, chooser),
    findingsMax: flags.maxViolations,
    failFast: flags.failFast,
  };
  const result = await verifyOnce(trace, options);
  if (result.findings.length === 0 || result.header === null || !(await canReadAgain(file))) return result;
  const profile = chooser(result.header, 1, file) as Profile;
  const told = await withHistory(result, profile, quietly(trace.log));
  return flags.advice && result.problems.length === 0
    ? { ...told, advice: await advice(told, profile, options, quietly(trace.log)) }
    : told;
}

async function verifyOnce(trace: OpenTrace, options: VerifyOptions): Promise<TraceResult> {
  const verifier = new Verifier(options);
  const lines = await feedTrace(trace, verifier);
  return verifier.result(lines);
}

async function withHistory(result: TraceResult, profile: Profile, log: LogReading | null): Promise<TraceResult> {
  const base = profile.alignment === "pool" ? 0 : (result.header as TraceHeader).shape.basePfn;
  const collector = new HistoryCollector(result.findings, profile.rounding, base);
  await readTrace(result.file, collector, log);
  return { ...result, findings: collector.complete(result.findings) };
}

/** Tries the settings that could explain the first finding, each on the whole trace. */
async function advice(
  result: TraceResult,
  profile: Profile,
  options: VerifyOptions,
  log: LogReading | null,
): Promise<readonly string[]> {
  const first = result.findings[0];
  if (first === undefined) return [];
  for (const { profile: changed, words } of alternatives(profile, first)) {
    const again = await verifyOnce(await openTrace(result.file, log), {
      ...options,
      profileOf: () => changed,
      failFast: true,
      findingsMax: 1,
    });
    if (again.findingCount === 0 && again.problems.length === 0) return [words];
  }
  return [];
}

/** The log read once more, of which all is told. */
function quietly(log: LogReading | null): LogReading | null {
  return log === null ? null : { ...log, told: () => undefined };
}
