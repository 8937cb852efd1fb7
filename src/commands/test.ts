// `buddycheck test`: drives an allocator, and hands back the shortest sequence of calls that breaks a law.
//
//  1. Without `--budget` a campaign ends after `--commands`; with it, when the time is up. Its clock is here.
//  2. Ctrl-C ends a campaign after the job at hand: what was covered is printed, with the command that goes on.
//  3. `--replay` plays one sequence instead: in notation, or from a trace or a case file (test-replay.ts).
//  4. Equal seeds give equal bytes, unless time ends the campaign.

import { setImmediate } from "node:timers/promises";
import type { Command } from "commander";
import type { PoolShape } from "../../model/geometry.ts";
import { STRICT_PROFILE } from "../../model/profile.ts";
import { campaignJson } from "../report/campaign-json.ts";
import { campaignText, type CampaignReport } from "../report/campaign-text.ts";
import { commandLine } from "../report/recall.ts";
import { campaignOutcome } from "../report/engine-outcome.ts";
import type { Context } from "../report/outcome.ts";
import type { TestLanguage } from "../report/unit-test.ts";
import { patiently } from "../targets/module.ts";
import { REFERENCE } from "../targets/reference.ts";
import {
  Campaign,
  CAMPAIGN_DEFAULTS as DEFAULTS,
  type CampaignFinding,
  type CampaignOptions,
  type Covered,
} from "../test/campaign.ts";
import { ProcessCampaign, type ProcessOptions } from "../test/process-campaign.ts";
import { gapsOf, type Gaps } from "../test/gaps.ts";
import type { Eyes } from "../test/quick-pool.ts";
import { EXIT } from "../verdict.ts";
import { inputError } from "./input.ts";
import { endInterrupted, INTERRUPTED } from "./interrupt.ts";
import { parseBudget } from "./limits.ts";
import { wholeNumber } from "./options.ts";
import {
  parseReporter,
  report as reportAs,
  REPORTER_HELP,
  reportersOf,
  startContext,
  type Reporter,
} from "./reporters.ts";
import { saveCounterexample } from "./save-case.ts";
import {
  addTargetOptions,
  namesShape,
  programOf,
  readOpening,
  readSubject,
  shapeOf,
  type PoolFlags,
  type Subject,
} from "./target-options.ts";
import { readReplay, replay } from "./test-replay.ts";

interface TestFlags extends PoolFlags {
  readonly seed: number;
  readonly commands: number;
  readonly budget?: number;
  readonly scope: number;
  readonly oracle: Eyes | "auto";
  readonly from: number;
  readonly replay?: string;
  readonly save?: string;
  readonly unitTest: TestLanguage | "none";
  readonly strictCoverage: boolean;
  readonly json: boolean;
  readonly reporter?: readonly Reporter[];
}

/** A pool is drawn where none is named, so this shape only fills in what the options leave out. */
const PLAIN: PoolShape = { maxOrder: 3, pages: 8, basePfn: 0, reserved: [], zones: [] };

/** Small pools with a larger largest order have too many states to be worth the time. */
const SCOPE_MAX = 5;
const SEED_MAX = 2 ** 31 - 1;
/** The largest order that a campaign without a named pool owes to have served. */
const ORDER_OWED = 3;
const PROGRESS_MS = 200;

async function runTest(operands: readonly string[], flags: TestFlags): Promise<void> {
  const program = programOf(process.argv);
  const subject = await readSubject(operands, program, "no-spec");
  if (subject.kind === "spec") throw inputError("TARGET_UNKNOWN", "target", "an implementation", "spec");
  const options = optionsOf(subject, flags);
  const named = flags.profile === undefined ? [] : ["--profile", flags.profile];
  const words = [...operands.slice(0, operands.length - program.length), ...named].map((word) => `${word} `);
  const called: Called = {
    recall: commandLine(words.join(""), program.length === 0 ? "" : ` -- ${program.join(" ")}`),
    reporters: reportersOf(flags),
    contextNow: startContext(),
  };
  const { target } = subject;
  if (target.kind === "session") {
    await testSession({ ...options, target }, called, flags);
    return;
  }
  try {
    await testProcess({ ...options, target }, called, flags);
  } finally {
    await target.close();
  }
}

function optionsOf(subject: Exclude<Subject, { kind: "spec" }>, flags: TestFlags): Omit<CampaignOptions, "target"> {
  const profile = subject.kind === "mutant" ? subject.mutant.profile : STRICT_PROFILE;
  const opening = readOpening(flags, { shape: PLAIN, profile });
  return {
    profile: opening.profile,
    eyes: flags.oracle === "auto" ? null : flags.oracle,
    full: namesShape(flags) ? shapeOf(opening.geometry) : null,
    scope: flags.scope,
    seed: flags.seed,
    commands: flags.budget === undefined ? flags.commands : Infinity,
    from: flags.from,
    // Whoever stands behind a border of whole numbers is never told half a page.
    takesFractions: subject.kind === "mutant" || subject.target === REFERENCE,
  };
}

// ---------------------------------------------------------------- campaigns

async function testSession(options: CampaignOptions, called: Called, flags: TestFlags): Promise<void> {
  if (flags.replay !== undefined) {
    const replayed = await readReplay(flags.replay, options, namesShape(flags));
    const played = patiently(options.target, () => replay(replayed, options), endInterrupted);
    show({ ...played, options, rest: null }, called, flags);
    return;
  }
  const { target } = options;
  const campaign = patiently(target, () => new Campaign(options), endInterrupted);
  function advance(): void {
    patiently(
      target,
      () => campaign.advance(),
      () => undefined,
    );
  }
  const rest = await run(campaign, flags, advance);
  show({ options, covered: campaign.covered, finding: campaign.finding, rest }, called, flags);
}

async function testProcess(options: ProcessOptions, called: Called, flags: TestFlags): Promise<void> {
  const campaign = new ProcessCampaign(options);
  const rest = flags.replay === undefined ? await run(campaign, flags, () => campaign.advance()) : null;
  if (flags.replay !== undefined) await campaign.play(await readReplay(flags.replay, options, namesShape(flags)));
  show({ options: campaign.shown, covered: campaign.covered, finding: campaign.finding, rest }, called, flags);
}

/** A campaign of either kind. */
type Running = Pick<Campaign, "isDone" | "covered" | "rest" | "finding">;

/** Runs a campaign to its end; what is left of one that Ctrl-C ended, or null. */
async function run(
  campaign: Running,
  flags: TestFlags,
  advance: () => void | Promise<void>,
): Promise<CampaignReport["rest"]> {
  const stop = new AbortController();
  function askToStop(): void {
    stop.abort();
  }
  process.on("SIGINT", askToStop);
  const end = flags.budget === undefined ? Infinity : Date.now() + flags.budget;
  const progress = progressOn(process.stderr);
  while (!campaign.isDone && !stop.signal.aborted && Date.now() < end) {
    await advance();
    progress(campaign);
    // A signal is seen only between two turns of the event loop.
    await setImmediate();
  }
  process.off("SIGINT", askToStop);
  return stop.signal.aborted && !campaign.isDone ? campaign.rest : null;
}

/** Says now and then on a terminal how far a campaign is. */
function progressOn(stream: NodeJS.WriteStream): (campaign: Running) => void {
  let next = Date.now() + PROGRESS_MS;
  return ({ covered, rest, isDone }) => {
    if (!stream.isTTY || (Date.now() < next && !isDone)) return;
    next = Date.now() + PROGRESS_MS;
    const words = `job ${rest.from}, ${covered.commands + covered.transitions} commands`;
    stream.write(`\r${isDone ? " ".repeat(words.length) : words}\r`);
  };
}

// ---------------------------------------------------------------- the report

/** What came of a campaign or a replay. */
interface Outcome {
  readonly options: CampaignOptions;
  readonly covered: Covered;
  readonly finding: CampaignFinding | null;
  readonly rest: CampaignReport["rest"];
}

/** How the target was called on the command line, and how it is reported. */
interface Called extends Pick<CampaignReport, "recall"> {
  readonly reporters: readonly Reporter[];
  readonly contextNow: () => Context;
}

/** Saves, prints, and sets the exit code. */
function show({ options, covered, finding, rest }: Outcome, called: Called, flags: TestFlags): void {
  const gaps = gapsOf(covered, options.profile, options.full?.maxOrder ?? ORDER_OWED);
  const savedAs =
    flags.save === undefined || finding === null
      ? null
      : saveCounterexample(flags.save, finding.counterexample, options);
  const report = { options, covered, gaps, finding, ...called, savedAs, rest };
  const unitTest = flags.unitTest === "none" ? null : flags.unitTest;
  reportAs(called.reporters, {
    text: (look) => campaignText(report, { ...look, unitTest }),
    json: () => campaignJson(report),
    outcomes: () => [campaignOutcome(report, called.contextNow())],
  });
  process.exitCode = rest === null ? exitCodeOf(finding, gaps, flags) : INTERRUPTED;
}

function exitCodeOf(finding: CampaignFinding | null, gaps: Gaps, flags: TestFlags): number {
  if (finding !== null) return EXIT.violated;
  if (flags.replay !== undefined) return EXIT.holds;
  const { calls, orders, misuses, laws, isVacuous } = gaps;
  const hasGaps = [calls, orders, misuses, laws].some((missing) => missing.length > 0);
  return isVacuous || (flags.strictCoverage && hasGaps) ? EXIT.vacuous : EXIT.holds;
}

// ---------------------------------------------------------------- the command line

/** Adds `test` to the command line. */
export function registerTest(program: Command): void {
  addTargetOptions(
    program
      .command("test")
      .summary("drive an allocator, and shrink what breaks a law to the shortest sequence of calls")
      .description("Drives an allocator at random and exhaustively, and shrinks what breaks a law (docs/test.md)."),
  )
    .option("--seed <n>", "what all random choices follow from", wholeNumber("--seed", 0, SEED_MAX), DEFAULTS.seed)
    .option("--commands <n>", "commands of the long runs", wholeNumber("--commands", 0, 1e12), DEFAULTS.commands)
    .option("--budget <time>", "go on until this time is up, such as 30s, 5m or 2h", parseBudget)
    .option(
      "--scope <n>",
      "largest order of small pools, 0 for none",
      wholeNumber("--scope", 0, SCOPE_MAX),
      DEFAULTS.scope,
    )
    .option("--oracle <eyes>", "auto, or what is looked at: answers, counts, lists", eyesOption, "auto")
    .option("--from <job>", "go on with this job of the campaign", wholeNumber("--from", 0, SEED_MAX), 0)
    .option("--replay <steps|file>", "play these steps instead: notation, a trace, or a saved case")
    .option("--save <folder>", "write the counterexample into this corpus folder")
    .option("--unit-test <language>", "show the counterexample as a unit test: c, ts or none", languageOption, "none")
    .option("--strict-coverage", "fail if a call, an order, a misuse or a law was never exercised", false)
    .option("--reporter <name=path>", REPORTER_HELP, parseReporter)
    .option("--json", "the same as --reporter json", false)
    .addHelpText("after", EXAMPLES)
    .action(runTest);
}

function eyesOption(text: string): Eyes | "auto" {
  if (text === "auto" || text === "answers" || text === "counts" || text === "lists") return text;
  throw inputError("OPTION_VALUE", "--oracle", "auto, answers, counts or lists", text);
}

function languageOption(text: string): TestLanguage | "none" {
  if (text === "c" || text === "ts" || text === "none") return text;
  throw inputError("OPTION_VALUE", "--unit-test", "c, ts or none", text);
}

const EXAMPLES = `
Examples:
  buddycheck test reference                               nothing to be found, and what was tried
  buddycheck test mutant:never-coalesces --unit-test ts   a wrong allocator, and a unit test for it
  buddycheck test ./my-allocator.js --save traces/mine    a module of yours; keep what is found
  buddycheck test ./page_alloc.wasm --budget 5m           compiled C, for five minutes
  buddycheck test ./page_alloc.wasm --reporter text --reporter junit=report.xml
Exit codes: 0 no law broken in what was tried, 1 violated, 2 input error, 4 nothing exercised, 130 interrupted.`;
