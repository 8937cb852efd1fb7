// The report of an exploration for people: the verdict, what it rests on, and what it leaves open.
//
//   reference: holds in all 1829 states
//     pool         8 pages, largest order 3; profile strict; answers, lists and counts are judged
//     states       1829, by 91110 commands, to depth 12
//     per depth    1 4 9 21 39 63 108 156 211 263 338 280 336
//     outdegree    2 to 16, 10.7 on average; dead ends: none
//     commands                given  led on
//       serve order 0          1829    1803
//
//  1. "All" is said of states only where none was left to expand.
//  2. Commands that never changed anything and laws that nothing could have broken are named, not counted as passed.
//  3. A counterexample is told as a trace is (finding-text.ts); its calls stand below in one line, to be copied.

import { formatStep } from "../../model/notation.ts";
import type { SubjectResult } from "../explore/explore-subject.ts";
import type { CommandTally, Counterexample, ExploreResult, Limit } from "../explore/result.ts";
import { readingColumns, type Look } from "./look.ts";
import { counted } from "./names.ts";
import { notCheckedText } from "./summary.ts";
import { hanging } from "./wrap.ts";

const HEADING_COLUMNS = 13;

/** What was explored, in words. */
export interface Explored {
  /** As the user named it. */
  readonly name: string;
  /** The pool and the profile, and what was judged. */
  readonly pool: string;
  readonly basePfn: number;
  readonly seconds: number;
}

/** The summary, line by line. */
export function exploreText(explored: Explored, result: ExploreResult | SubjectResult, look: Look): string {
  const { figures } = result;
  const { min, mean, max } = figures.outdegree;
  const deadEnds = figures.deadEnds === 0 ? "none" : String(figures.deadEnds);
  const perState = figures.states === 0 ? 0 : figures.bytes / figures.states;
  const lines = [
    `${look.colours.bold(explored.name)}: ${verdictWords(result, look)}`,
    ...row("pool", explored.pool, look),
    ...row("states", `${figures.states}, by ${figures.transitions} commands${depthWords(result)}`, look),
    ...row("per depth", figures.statesPerDepth.join(" "), look),
    ...row(
      "outdegree",
      max === 0 ? "" : `${min} to ${max}, ${mean.toFixed(1)} on average; dead ends: ${deadEnds}`,
      look,
    ),
    ...row("memory", `${bytesName(figures.bytes)}, ${perState.toFixed(1)} bytes a state`, look),
    ...row("time", timeWords(explored.seconds, figures.states), look),
    ...commandRows(result.commands),
    ...row("never fired", neverFired(result.commands), look),
    ...row("not tested", untested(result), look),
    ...notCheckedText(result.notChecked, look),
    ...propertyRows(result, explored, look),
    ...(result.counterexample === null ? [] : counterexampleText(result.counterexample, explored, look)),
  ];
  return `${lines.join("\n")}\n`;
}

/** A line of the summary, with its heading; none where there is nothing to say. */
export function row(heading: string, text: string, look: Look): readonly string[] {
  return text === "" ? [] : hanging(`  ${heading.padEnd(HEADING_COLUMNS)}`, text, readingColumns(look));
}

function verdictWords({ verdict, limit, figures, counterexample }: ExploreResult, { colours }: Look): string {
  const states = counted(figures.states, "state");
  switch (verdict) {
    case "holds":
      return `${colours.green("holds")} in all ${states}`;
    case "violated": {
      const law = counterexample?.violations[0]?.law ?? "a property";
      return `${colours.red("violated")}: ${law}, found after ${states}`;
    }
    case "undecided":
      return `${colours.yellow("undecided")}: ${limit === null ? "" : limitWords(limit)} no law was seen broken in ${states}`;
    case "vacuous":
      return `${colours.yellow("vacuous")}: no request was ever served in ${states}`;
  }
}

/** What stopped the exploration, as the beginning of a sentence. */
export function limitWords(limit: Limit): string {
  switch (limit.kind) {
    case "states":
      return `stopped at ${limit.max} states;`;
    case "depth":
      return `states ${limit.max} commands from the start were not expanded;`;
    case "budget":
      return "stopped by its budget;";
    case "random":
      return "paths were drawn at random;";
    case "bitstate":
      return `a state was passed over by mistake with probability ${limit.errorProbability.toPrecision(2)};`;
  }
}

function depthWords({ figures }: ExploreResult): string {
  const { length } = figures.statesPerDepth;
  return length === 0 ? "" : `, to depth ${length - 1}`;
}

function bytesName(bytes: number): string {
  return bytes < 2 ** 20 ? `${Math.ceil(bytes / 2 ** 10)} KiB` : `${Math.ceil(bytes / 2 ** 20)} MiB`;
}

function timeWords(seconds: number, states: number): string {
  const rate = seconds > 0 ? `, ${Math.round(states / seconds)} states/s` : "";
  return `${seconds.toFixed(2)} s${rate}`;
}

/** Each kind of command with how often it was given, and how often it led to another state. */
function commandRows(commands: readonly CommandTally[]): readonly string[] {
  const rows = [
    ["commands", "given", "led on"],
    ...commands.map(({ name, given, moved }) => [`  ${name}`, String(given), String(moved)]),
  ] as const;
  const wide = [0, 1, 2].map((column) => Math.max(...rows.map((cells) => (cells[column] as string).length)));
  return rows.map(
    ([name, given, moved]) =>
      `  ${name.padEnd(wide[0] as number)}  ${given.padStart(wide[1] as number)}  ` + moved.padStart(wide[2] as number),
  );
}

/** Commands that led nowhere in any state. A refusal that is a command of the specification is not meant to. */
function neverFired(commands: readonly CommandTally[]): string {
  return commands
    .filter(({ name, moved }) => moved === 0 && !name.startsWith("refuse"))
    .map(({ name }) => name)
    .join(", ");
}

function untested({ laws }: ExploreResult): string {
  return laws
    .filter(({ judged }) => judged === 0)
    .map(({ law }) => law)
    .join(", ");
}

/** Each property with its verdict, and the way to a state that refutes it. */
function propertyRows(result: ExploreResult | SubjectResult, { basePfn }: Explored, look: Look): readonly string[] {
  if (!("properties" in result)) return [];
  return result.properties.flatMap(({ kind, name, verdict, steps }) => {
    const way = (steps ?? []).map(({ command, outcome }) => formatStep(command, outcome, basePfn) ?? command.kind);
    return row(kind, `${name}: ${verdict}${way.length === 0 ? "" : `, by ${way.join(" ")}`}`, look);
  });
}

function counterexampleText(
  { steps, isShortest }: Counterexample,
  { basePfn }: Explored,
  look: Look,
): readonly string[] {
  const written = steps.map(({ command, outcome }) => formatStep(command, outcome, basePfn) ?? command.kind).join(" ");
  const calls = steps.filter(({ command }) => command.kind !== "snapshot" && command.kind !== "counts").length;
  const length = `${counted(calls, "call")}${isShortest ? ", and none shorter" : ""}`;
  return [...row("trace", length, look), ...row("", written, look)];
}
