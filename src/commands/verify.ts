// `buddycheck verify`: judges recorded traces and says what they show.
//
//  1. Every file is judged on its own; one that cannot be read does not keep the others from being judged.
//  2. A trace with findings is read a second time, up to its last finding, for the history of the frames;
//     standard input and other pipes are not, and the report says so.
//  3. The exit code is that of the worst file, an input error before a violation (docs/exit-codes.md).

import type { Command } from "commander";
import { LAW_IDS, type LawId } from "../../model/invariants.ts";
import type { Profile } from "../../model/profile.ts";
import { jsonReport } from "../report/json.ts";
import { textReport, quietReport } from "../report/text.ts";
import type { TraceHeader } from "../trace/event.ts";
import { EXIT } from "../verdict.ts";
import { alternatives } from "../verify/advice.ts";
import { HistoryCollector } from "../verify/history.ts";
import type { TraceResult } from "../verify/result.ts";
import { Verifier, type VerifyOptions } from "../verify/verify.ts";
import { canReadAgain, expandInputs, inputError } from "./input.ts";
import { colours, print, terminalColumns, warn } from "./output.ts";
import { parseLaws } from "./options.ts";
import { profileChooser, type ProfileChoice } from "./profiles.ts";
import { readTrace } from "./read-trace.ts";

const PASSED_OVER_NAMED = 3;

export interface VerifyFlags {
  readonly profile?: string;
  readonly maxViolations: number;
  readonly failFast: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly without?: readonly LawId[];
  readonly advice: boolean;
}

/** The exit code that these results call for: an input error outranks findings. */
export function exitCodeOf(results: readonly TraceResult[]): number {
  if (results.some((result) => result.problems.length > 0)) return EXIT.input;
  const worst = (["violated", "undecided", "vacuous"] as const).find((kind) =>
    results.some((result) => result.verdict === kind),
  );
  return EXIT[worst ?? "holds"];
}

async function runVerify(names: readonly string[], flags: VerifyFlags): Promise<void> {
  const { files, skipped } = await expandInputs(names);
  if (skipped.length > 0) warn(passedOver(skipped));
  const chooser = profileChooser(flags.profile);
  const results: TraceResult[] = [];
  for (const file of files) results.push(await verifyFile(file, flags, chooser));
  print(render(results, flags));
  process.exitCode = exitCodeOf(results);
}

/** What stood in a folder and is no trace: said in one line, however much it is. */
function passedOver(paths: readonly string[]): string {
  const named = paths.slice(0, PASSED_OVER_NAMED).join(", ");
  const more = paths.length - PASSED_OVER_NAMED;
  return `no traces, passed over: ${named}${more > 0 ? ` and ${more} more files` : ""}`;
}

function render(results: readonly TraceResult[], flags: VerifyFlags): string {
  if (flags.json) return jsonReport(results);
  const options = {
    colours: colours(process.stdout),
    columns: terminalColumns(),
    reproduce: (result: TraceResult) => reproduce(result, flags),
  };
  return flags.quiet ? quietReport(results, options) : textReport(results, options);
}

/** The command that shows the first finding of this file again. */
function reproduce(result: TraceResult, flags: VerifyFlags): string {
  const profile = flags.profile === undefined ? "" : ` --profile ${quoted(flags.profile)}`;
  const without = (flags.without ?? []).map((law) => ` --without ${law}`).join("");
  return `buddycheck verify ${quoted(result.file)}${profile}${without} --fail-fast`;
}

function quoted(word: string): string {
  return /^[\w./:@=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Judges one trace, with histories and advice where it can be read again. */
export async function verifyFile(file: string, flags: VerifyFlags, chooser: ProfileChoice): Promise<TraceResult> {
  const laws = new Set(LAW_IDS.filter((law) => !(flags.without ?? []).includes(law)));
  const options: VerifyOptions = {
    file,
    profileOf: (header, line) => chooser(header, line, file),
    laws,
    findingsMax: flags.maxViolations,
    failFast: flags.failFast,
  };
  const result = await verifyOnce(file, options);
  if (result.findings.length === 0 || result.header === null || !(await canReadAgain(file))) return result;
  const profile = chooser(result.header, 1, file) as Profile;
  const told = await withHistory(result, profile);
  return flags.advice && result.problems.length === 0
    ? { ...told, advice: await advice(told, profile, options) }
    : told;
}

async function verifyOnce(file: string, options: VerifyOptions): Promise<TraceResult> {
  const verifier = new Verifier(options);
  const lines = await readTrace(file, verifier);
  return verifier.result(lines);
}

async function withHistory(result: TraceResult, profile: Profile): Promise<TraceResult> {
  const base = profile.alignment === "pool" ? 0 : (result.header as TraceHeader).shape.basePfn;
  const collector = new HistoryCollector(result.findings, profile.rounding, base);
  await readTrace(result.file, collector);
  return { ...result, findings: collector.complete(result.findings) };
}

/** Tries the settings that could explain the first finding, each on the whole trace. */
async function advice(result: TraceResult, profile: Profile, options: VerifyOptions): Promise<readonly string[]> {
  const first = result.findings[0];
  if (first === undefined) return [];
  for (const { profile: changed, words } of alternatives(profile, first)) {
    const again = await verifyOnce(result.file, {
      ...options,
      profileOf: () => changed,
      failFast: true,
      findingsMax: 1,
    });
    if (again.findingCount === 0 && again.problems.length === 0) return [words];
  }
  return [];
}

/** Adds `verify` to the command line. */
export function registerVerify(program: Command): void {
  program
    .command("verify")
    .summary("check recorded traces of an allocator against the laws")
    .description("Checks recorded traces, as JSON Lines or YAML, plain or compressed with gzip or zstd.")
    .argument("<files...>", 'traces, folders of traces, or "-" for standard input')
    .option("--profile <name|file>", "what the allocator promises; outranks the header's profile")
    .option("--max-violations <n>", "violations shown per trace, 0 for all", countOption, 10)
    .option("--fail-fast", "stop each trace at its first violation", false)
    .option("--without <laws>", "laws that are not judged, separated by commas", parseLaws)
    .option("--no-advice", "do not look for a setting under which a violating trace holds")
    .option("--json", "print the report as JSON (docs/json-report.md)", false)
    .option("--quiet", "print one line per trace", false)
    .addHelpText("after", EXAMPLES)
    .action(runVerify);
}

function countOption(text: string): number {
  if (!/^\d+$/.test(text)) throw inputError("OPTION_VALUE", "--max-violations", "a whole number", text);
  return text === "0" ? Infinity : Number(text);
}

const EXAMPLES = `
Examples:
  buddycheck verify boot.jsonl                      is this recording possible for a correct allocator?
  buddycheck verify --profile helios traces/        judge a folder by what HeliOS promises
  zstdcat run.zst | buddycheck verify - --json      from a pipe, for a machine
Exit codes: 0 holds, 1 violated, 2 input error, 3 undecided, 4 nothing exercised.`;
