// The verifier behind `expect(trace).toHold(options)`: what `buddycheck verify` does with a trace in memory.
//
//  1. The trace is its text or its bytes, in either form that docs/trace-format.md describes, told by its content.
//  2. "holds" is said of what was decided only: a trace that cannot be read, that misses events or exercises nothing fails
//     whatever was expected.

import { LAW_IDS, type LawId } from "../../model/invariants.ts";
import { profileChooser } from "../commands/profiles.ts";
import { PLAIN } from "../commands/output.ts";
import { textReport } from "../report/text.ts";
import { detectFormat } from "../trace/detect.ts";
import { NativeReader } from "../trace/native.ts";
import { YamlReader } from "../trace/yaml.ts";
import type { TraceResult } from "../verify/result.ts";
import { Verifier } from "../verify/verify.ts";
import { loadProfile, type ProfileSource } from "./load-profile.ts";

/** How a trace is to be judged. */
export interface HoldOptions {
  /** What the allocator promises; if nothing is said, what the trace's header says. */
  readonly profile?: ProfileSource;
  /** Laws that are not judged. */
  readonly without?: readonly LawId[];
}

/** Does the trace hold, and the report that says so. */
export interface Held {
  readonly pass: boolean;
  readonly text: string;
}

const FILE = "trace";
const FINDINGS_MAX = 10;

/**
 * Judges a trace that is in memory, given as text or bytes: JSON Lines or YAML. What cannot be read is in `problems`, which
 * stand beside the verdict. Throws where there is no such profile.
 */
export function verifyTrace(trace: string | Uint8Array, { profile, without = [] }: HoldOptions = {}): TraceResult {
  const chooser = profile === undefined ? profileChooser(undefined) : () => loadProfile(profile);
  const verifier = new Verifier({
    file: FILE,
    profileOf: (header, line) => chooser(header, line, FILE),
    laws: new Set(LAW_IDS.filter((law) => !without.includes(law))),
    findingsMax: FINDINGS_MAX,
    failFast: false,
  });
  const bytes = typeof trace === "string" ? new TextEncoder().encode(trace) : trace;
  const reader = detectFormat(bytes) === "yaml" ? new YamlReader(verifier, FILE) : new NativeReader(verifier, FILE);
  verifier.cursor = reader;
  reader.push(bytes);
  reader.end();
  return verifier.result(reader.lines);
}

/** What `buddycheck verify` prints about a trace, without colour. */
export function traceReport(result: TraceResult): string {
  return textReport([result], { ...PLAIN, reproduce: () => "" });
}

/** Throws where nothing is decided. */
export function judgeTrace(trace: string | Uint8Array, options: HoldOptions | undefined): Held {
  const result = verifyTrace(trace, options);
  const text = traceReport(result);
  if (result.problems.length > 0 || result.verdict === "undecided" || result.verdict === "vacuous")
    throw new Error(text);
  return { pass: result.verdict === "holds", text };
}
