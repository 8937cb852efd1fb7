// The report of a suite for people: a section for each part, the laws, and one line that sums up.
//
//   reference  the reference allocator, filled, stirred and drained by a random client
//     ✓ one-block, ragged
//       under strict, helios, xv6
//     ✗ zones  The reference allocator under the profile xv6, in the pool zones.
//         expected  every law to hold
//         found     seed 3, command 37: no-overlap, by the allocator
//         trace     a0=4 a1=6 free 0:2 a0=6
//     18 runs, 20 416 commands, 7 103 served
//
//  1. What passed takes a line for each group; of recordings a line each, since each is somebody's allocator.
//     What failed is told in full.
//  2. Every law has a line: how often it was put to the test, and how often seen broken where it had to be.
//  3. A part that exercised nothing is not passed over: it is told like a failure. So are checks that a budget
//     left undecided, and failures that are known or only warn.

import { LAW_IDS, type LawId } from "../../model/invariants.ts";
import {
  checkVerdict,
  partVerdict,
  suiteVerdict,
  type Check,
  type CheckFailure,
  type Figure,
  type PartResult,
  type SuiteResult,
} from "../checks.ts";
import { readingColumns, type Look } from "./look.ts";
import { counted, listed } from "./names.ts";
import { visible } from "./visible.ts";
import { hanging, wrappedList } from "./wrap.ts";

const PASSED = "\u2713";
const FAILED = "\u2717";
const UNDECIDED = "?";
const KNOWN = "~";
const KIND_COLUMNS = 11;
/** Cases of a group that are listed one by one though all passed. */
const LISTED_MAX = 40;
/** Parts that count how often each law was put to the test. */
const PUT_TO_THE_TEST: readonly PartResult["kind"][] = ["reference", "handover", "explore", "test"];

/** The whole report. */
export function suiteText(result: SuiteResult, look: Look): string {
  const { shard } = result;
  const share = shard === null ? "" : ` (share ${shard.index} of ${shard.of})`;
  const title = `${look.colours.bold(visible(result.name))}: ${visible(result.summary)}${share}`;
  const parts = result.parts.map((part) => partText(part, result, look));
  return `${[[title], ...parts, lawsText(result, look), [totalLine(result, look)]].map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function partText(part: PartResult, { shard }: SuiteResult, look: Look): readonly string[] {
  const { colours } = look;
  const lines = [
    `${colours.bold(visible(part.name).padEnd(KIND_COLUMNS - 2))}  ${part.summary}`,
    ...checkLines(part, look),
  ];
  if (part.vacuous !== null && shard === null) lines.push(`  ${colours.yellow(`nothing exercised: ${part.vacuous}`)}`);
  return [...lines, ...figureLines(part.figures, look)];
}

function checkLines(part: PartResult, look: Look): readonly string[] {
  const groups = [...groupsOf(part.checks)];
  if (part.kind === "corpus" || part.kind === "verify") {
    return groups.flatMap(([group, checks]) => [`  ${visible(group)}`, ...groupLines(checks, look)]);
  }
  const told = part.checks.filter(({ failures }) => failures.length > 0);
  return [
    ...passedLines(groups, look),
    ...told.flatMap((check) => failureLines(check, look)),
    ...undecidedLines(part.checks, look),
  ];
}

/** Of many checks to which the same happened, how many there are, and the first. */
function undecidedLines(checks: readonly Check[], look: Look): readonly string[] {
  const reasons = new Map<string, Check[]>();
  for (const check of checks) {
    if (check.undecided === null || check.failures.length > 0) continue;
    reasons.set(check.undecided, [...(reasons.get(check.undecided) ?? []), check]);
  }
  return [...reasons].flatMap(([reason, some]) => {
    const names = some.map(({ group, name }) => visible(group === "" ? name : `${group} ${name}`));
    const heading = `  ${look.colours.yellow(UNDECIDED)} `;
    const lines = hanging("    ", `${listed(names, names.length)}: ${visible(reason)}`, readingColumns(look));
    return lines.map((line, at) => (at === 0 ? heading + line.slice(4) : line));
  });
}

function groupsOf(checks: readonly Check[]): ReadonlyMap<string, readonly Check[]> {
  const groups = new Map<string, Check[]>();
  for (const check of checks) {
    const group = groups.get(check.group);
    if (group === undefined) groups.set(check.group, [check]);
    else group.push(check);
  }
  return groups;
}

/** A line for each group with what passed in it; groups in which the same passed share one. */
function passedLines(groups: readonly (readonly [string, readonly Check[]])[], look: Look): readonly string[] {
  const sharing = new Map<string, string[]>();
  for (const [group, checks] of groups) {
    const passed = checks.filter(isClean).map(({ name }) => name);
    if (passed.length > 0) sharing.set(passed.join(", "), [...(sharing.get(passed.join(", ")) ?? []), group]);
  }
  const alone = [...sharing.values()].filter(({ length }) => length === 1).map(([group = ""]) => group.length);
  const wide = Math.max(0, ...alone);
  return [...sharing].flatMap(([names, sharers]) => {
    const [group = ""] = sharers;
    if (sharers.length === 1) return marked(`${visible(group).padEnd(wide)}  `, visible(names), look);
    return [
      ...marked("", visible(names), look),
      ...hanging("    under ", visible(sharers.join(", ")), readingColumns(look)),
    ];
  });
}

/** Passed, with nothing to tell. */
function isClean(check: Check): boolean {
  return check.failures.length === 0 && check.undecided === null;
}

/** A text behind a mark and a heading; further lines are indented to where it starts. */
function marked(heading: string, text: string, look: Look): readonly string[] {
  const lines = hanging(`    ${heading}`, text, readingColumns(look));
  return lines.map((line, at) => (at === 0 ? `  ${look.colours.green(PASSED)} ${line.slice(4)}` : line));
}

/** Of many cases that all passed, how many there are. */
function groupLines(checks: readonly Check[], look: Look): readonly string[] {
  if (checks.length <= LISTED_MAX || !checks.every(isClean)) return caseLines(checks, look);
  return [`    ${look.colours.green(PASSED)} ${counted(checks.length, "case")}, each with its verdict`];
}

/** A line for each case: its name and its verdicts. */
function caseLines(checks: readonly Check[], look: Look): readonly string[] {
  const wide = Math.max(...checks.map(({ name }) => name.length));
  return checks.flatMap((check) => {
    const { name, outcome, failures } = check;
    if (failures.length > 0) return failureLines(check, look);
    const said = check.undecided === null ? outcome : `undecided: ${check.undecided}`;
    return [`    ${mark(check, look)} ${visible(name).padEnd(wide)}  ${look.colours.dim(visible(said))}`];
  });
}

function failureLines(check: Check, look: Look): readonly string[] {
  const { name, shows, failures } = check;
  const lines = [`  ${mark(check, look)} ${look.colours.bold(visible(name))}  ${visible(shows)}`];
  return [...lines, ...failures.flatMap((failure) => oneFailure(failure, look))];
}

function oneFailure({ expected, found, trace, weight }: CheckFailure, look: Look): readonly string[] {
  const lines = [...row("expected", expected, look), ...row("found", found, look)];
  if (trace !== "") lines.push(...row("trace", trace, look));
  if (weight.kind === "known") lines.push(...row("known", weight.reason, look));
  return weight.kind === "warning" ? [...lines, ...row("weight", "a warning only, as the suite says", look)] : lines;
}

function row(heading: string, text: string, look: Look): readonly string[] {
  return hanging(`      ${heading.padEnd(8)}  `, visible(text), readingColumns(look));
}

function mark(check: Check, { colours }: Look): string {
  switch (checkVerdict(check)) {
    case "failed":
      return colours.red(FAILED);
    case "undecided":
      return colours.yellow(UNDECIDED);
    case "passed":
      return isClean(check) ? colours.green(PASSED) : colours.yellow(KNOWN);
  }
}

function figureLines(figures: readonly Figure[], look: Look): readonly string[] {
  const entries = figures.map(({ name, count }) => `${digits(count)} ${name}`);
  return wrappedList(entries, readingColumns(look) - 2).map((line) => look.colours.dim(`  ${line}`));
}

/** Rule 2. Where no part puts laws to the test, there is no column for it. */
function lawsText(result: SuiteResult, look: Look): readonly string[] {
  const testing = result.parts.filter(({ kind }) => PUT_TO_THE_TEST.includes(kind));
  const tested = sumOf(testing);
  const broken = sumOf(result.parts.filter(({ kind }) => kind === "corpus" || kind === "mutants"));
  const wide = Math.max(...LAW_IDS.map((law) => law.length));
  function lawRow(law: string, times: string, seen: string): string {
    return `${law.padEnd(wide + 2)}${testing.length === 0 ? "" : `  ${times.padStart(15)}`}  ${seen.padStart(11)}`;
  }
  const lines = LAW_IDS.map((law) => lawRow(`  ${law}`, often(tested.get(law) ?? 0), often(broken.get(law) ?? 0)));
  return [look.colours.bold(lawRow("laws", "put to the test", "seen broken")), ...lines];
}

function often(count: number): string {
  return count === 0 ? "never" : digits(count);
}

/** `1 275 286`. */
function digits(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/gu, " ");
}

function sumOf(parts: readonly PartResult[]): ReadonlyMap<LawId, number> {
  const sum = new Map<LawId, number>();
  for (const { laws } of parts) for (const [law, count] of laws) sum.set(law, (sum.get(law) ?? 0) + count);
  return sum;
}

/** `passed: 352 checks in 5 parts`. */
function totalLine(result: SuiteResult, { colours }: Look): string {
  const checks = result.parts.flatMap((part) => part.checks);
  const failed = checks.filter((check) => checkVerdict(check) === "failed").length;
  const undecided = checks.filter((check) => checkVerdict(check) === "undecided").length;
  const known = checks.filter((check) => checkVerdict(check) === "passed" && !isClean(check)).length;
  const vacuous = result.parts.filter((part) => partVerdict(part) === "vacuous").length;
  const told = known === 0 ? "" : `, ${known} of them with failures that are known or only warn`;
  const all = `${counted(checks.length, "check")} in ${counted(result.parts.length, "part")}${told}`;
  switch (suiteVerdict(result)) {
    case "passed":
      return colours.green(`passed: ${all}`);
    case "failed":
      return colours.red(`failed: ${failed} of ${all}`);
    case "undecided":
      return colours.yellow(`undecided: ${undecided} of ${all}`);
    case "vacuous":
      return colours.yellow(`vacuous: ${counted(vacuous, "part")} exercised nothing, of ${all}`);
  }
}
