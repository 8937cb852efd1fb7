// The report of an exploration of calls that overlap, for people.
//
//   mutant:looks-before-locking: violated: no-spurious-oom, found after 8 states
//     pool         4 pages, largest order 2; profile strict; …
//     trace        2 calls that overlap, 2 switches between them; none shorter shows anything
//                  a1=0 a0!
//     orders       a1=0 a0!: at a0! no-spurious-oom is broken
//
//          cpu 0               cpu 1
//       0  a1
//       1  look for order 1
//       2                      a0
//
//  1. "All" is said only where no state and no schedule was left.
//  2. Time runs downwards, an act a line; a call stands in the column of its processor, its answer behind an arrow.

import { formatStep } from "../../model/notation.ts";
import type { InterleavedResult } from "../explore/explore-interleaved.ts";
import type { BrokenOrder, InterleavedCounterexample, ScheduledStep } from "../explore/interleaved-replay.ts";
import type { ExploredStep } from "../explore/result.ts";
import { limitWords, row, type Explored } from "./explore-text.ts";
import type { Look } from "./look.ts";
import { callWords, counted } from "./names.ts";

/** The summary, line by line. `calls` is how many may overlap. */
export function interleavedText(explored: Explored, calls: number, result: InterleavedResult, look: Look): string {
  const { figures, counterexample } = result;
  const { states, depth, groups, schedules, moments, acts } = figures;
  const lines = [
    `${look.colours.bold(explored.name)}: ${verdictWords(result, look)}`,
    ...row("pool", explored.pool, look),
    ...row("states", `${states} with nothing under way, up to ${counted(depth, "call")} from the start`, look),
    ...row("groups", `${groups} of up to ${counted(calls, "call")}`, look),
    ...row("schedules", `${schedules}, through ${counted(moments, "moment")} by ${counted(acts, "step")}`, look),
    ...row("time", `${explored.seconds.toFixed(2)} s`, look),
    ...row("not judged", "best-fit, placement: which block is picked depends on the order of calls", look),
    ...(counterexample === null ? [] : counterexampleText(counterexample, explored.basePfn, look)),
  ];
  return `${lines.join("\n")}\n`;
}

function verdictWords({ verdict, limit, figures, counterexample }: InterleavedResult, { colours }: Look): string {
  const states = counted(figures.states, "state");
  switch (verdict) {
    case "holds":
      return `${colours.green("holds")} in all ${states}, whatever overlaps`;
    case "violated":
      return `${colours.red("violated")}: ${counterexample?.law ?? ""}, found after ${states}`;
    case "undecided":
      return `${colours.yellow("undecided")}: ${limit === null ? "" : limitWords(limit)} no law was seen broken in ${states}`;
    case "vacuous":
      return `${colours.yellow("vacuous")}: nothing was served, or no call ever paused, in ${states}`;
  }
}

function counterexampleText(found: InterleavedCounterexample, basePfn: number, look: Look): readonly string[] {
  const { steps, schedule, waiting, orders, switches } = found;
  const together = schedule.filter(({ step }) => step === "").length;
  const calls = steps.filter(({ command }) => command.kind !== "snapshot" && command.kind !== "counts").length;
  const length = `${counted(calls, "call")}, the last ${together} of which overlap, with ${switchWords(switches)}`;
  return [
    ...row("trace", `${length}; none shorter shows anything`, look),
    ...row("", written(steps, basePfn), look),
    ...ordersText(orders, waiting, basePfn).flatMap((words, at) => row(at === 0 ? "orders" : "", words, look)),
    "",
    ...scheduleText([...schedule, ...waiting], schedule.length, basePfn),
  ];
}

function switchWords(switches: number): string {
  return counted(switches, "switch", "switches");
}

function written(steps: readonly ExploredStep[], basePfn: number): string {
  return steps.map(({ command, outcome }) => formatStep(command, outcome, basePfn) ?? command.kind).join(" ");
}

/** Where each order of the calls breaks a law; that calls wait for one another needs no order to be seen. */
function ordersText(
  orders: readonly BrokenOrder[],
  waiting: readonly ScheduledStep[],
  basePfn: number,
): readonly string[] {
  return waiting.length > 0 ? [] : [...new Set(orders.map((order) => orderWords(order, basePfn)))];
}

/** Where an order of the calls breaks a law. */
function orderWords({ calls, at, law }: BrokenOrder, basePfn: number): string {
  const step = calls[at - 1];
  const where = step === undefined ? "seen after them" : `at ${written([step], basePfn)}`;
  return `${written(calls, basePfn)}: ${where}, ${law}`;
}

/** A line for each act in the column of its processor; those from `taken` on are waited for. */
function scheduleText(rows: readonly ScheduledStep[], taken: number, basePfn: number): readonly string[] {
  const cells = rows.map((act, at) => cellOf(act, at < taken, basePfn));
  const cpus = Math.max(...rows.map(({ cpu }) => cpu)) + 1;
  const widths = Array.from({ length: cpus }, (_, cpu) =>
    Math.max(5, ...cells.filter((_cell, at) => rows[at]?.cpu === cpu).map(({ length }) => length)),
  );
  const heads = ["     ", ...widths.map((width, cpu) => `cpu ${cpu}`.padEnd(width))];
  const lines = rows.map(({ cpu }, at) => {
    const before = widths.slice(0, cpu).map((width) => " ".repeat(width));
    return [at < taken ? String(at).padStart(5) : "     ", ...before, cells[at]].join("  ");
  });
  return [heads.join("  ").trimEnd(), ...lines];
}

function cellOf({ command, step, outcome }: ScheduledStep, isTaken: boolean, basePfn: number): string {
  if (!isTaken) return `waits: ${step}`;
  const done = step === "" ? `${callWords(command, basePfn)} is called` : step;
  return outcome === null ? done : `${done} -> ${formatStep(command, outcome, basePfn) ?? outcome.kind}`;
}
