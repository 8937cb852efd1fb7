// Plots in text about a kernel trace: how long blocks lived, and how fragmented free memory became.
//
//   order 0: 9012 freed, 310 still live
//     10 us to 100 us   |########                      |     2253  25.0 %
//     100 us to 1 ms    |#######################       |     6759  75.0 %
//                        0 %                      100 %  of the blocks freed
//
//  1. ASCII, without colour, and at most 72 columns: a plot can stand in a mail.
//  2. Every axis names its unit, and its scale begins at 0. A bar too short for a column is a point.
//  3. Lifetimes are drawn by powers of ten, one histogram an order; empty rows before and after the others are left out.
//  4. Unusable free space of an order is never less than that of a smaller one, so the curves of all orders fit in one
//     plot without crossing: the area between two is filled with the order of the blocks that make the difference.

import type { FragmentationSample } from "../verify/linux-fragmentation.ts";
import { BUCKET_COUNT, type Lifetimes, type OrderLifetimes } from "../verify/linux-lifetimes.ts";

const LABEL_COLUMNS = 18;
const BAR_COLUMNS = 30;
const PLOT_COLUMNS = 60;
const PLOT_ROWS = 12;
const AXIS_COLUMNS = 8;

/** The histograms of lifetimes, one an order. */
export function lifetimesText({ unit, orders }: Lifetimes): string {
  const title = "lifetimes of blocks, from allocation to free, both in the recording";
  if (unit === "none") return "lifetimes: not known, since the trace has no times\n";
  if (orders.length === 0) return "lifetimes: no block was allocated during the recording\n";
  return `${[title, ...orders.flatMap((each) => histogram(each, unit))].join("\n")}\n`;
}

function histogram({ order, buckets, freed, live, lost }: OrderLifetimes, unit: "seconds" | "ticks"): string[] {
  const unknown = lost === 0 ? "" : `, ${lost} end unknown`;
  const heading = `order ${order}: ${freed} freed, ${live} still live${unknown}`;
  if (freed === 0) return [heading];
  const first = buckets.findIndex((count) => count > 0);
  const last = buckets.findLastIndex((count) => count > 0);
  const rows = buckets.slice(first, last + 1).map((count, index) => {
    const label = bucketLabel(first + index, unit).padEnd(LABEL_COLUMNS);
    const share = `${((count / freed) * 100).toFixed(1)} %`.padStart(8);
    return `  ${label}|${bar(count / freed)}|${String(count).padStart(9)}${share}`;
  });
  const scale = `0 %${"100 %".padStart(BAR_COLUMNS - 3)}  of the blocks freed`;
  return [heading, ...rows, `${" ".repeat(LABEL_COLUMNS + 3)}${scale}`];
}

function bar(share: number): string {
  const length = Math.round(share * BAR_COLUMNS);
  return (length === 0 && share > 0 ? "." : "#".repeat(length)).padEnd(BAR_COLUMNS);
}

/** `below 10 us`, `10 us to 100 us`. */
function bucketLabel(bucket: number, unit: "seconds" | "ticks"): string {
  const name = unit === "seconds" ? secondsName : ticksName;
  if (bucket === 0) return `below ${name(-5)}`;
  if (bucket === BUCKET_COUNT - 1) return `from ${name(bucket - 6)} on`;
  return `${name(bucket - 6)} to ${name(bucket - 5)}`;
}

function ticksName(exponent: number): string {
  return `1e${exponent} ticks`;
}

/** The power of ten in seconds: -5 is `10 us`. */
function secondsName(exponent: number): string {
  if (exponent < -3) return `1${"0".repeat(exponent + 6)} us`;
  if (exponent < 0) return `1${"0".repeat(exponent + 3)} ms`;
  return exponent < 6 ? `1${"0".repeat(exponent)} s` : `1e${exponent} s`;
}

/** Unusable free space over time, all orders in one plot. */
export function fragmentationPlot(samples: readonly FragmentationSample[]): string {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined) return "fragmentation: no event moved a block of the buddy core\n";
  const top = roundCeiling(Math.max(...samples.map(({ unusable }) => unusable.at(-1) ?? 0)));
  const columns = columnsOf(samples, first.time, last.time);
  const rows = Array.from({ length: PLOT_ROWS }, (_, at) => {
    const row = PLOT_ROWS - 1 - at;
    const marks = columns.map((sample) => markAt(sample, ((row + 0.5) / PLOT_ROWS) * top));
    return `${axisLabel(row, top)}|${marks.join("")}`.trimEnd();
  });
  return `${[
    "fragmentation: share of free memory in blocks of each order (0 to 9)",
    "  A request of order n cannot use what is filled with digits below n.",
    ...rows,
    ...timeAxis(first.time, last.time),
  ].join("\n")}\n`;
}

/** What each column shows: the last sample until its right edge, so that the last column shows the end. */
function columnsOf(samples: readonly FragmentationSample[], from: number, to: number): FragmentationSample[] {
  return Array.from({ length: PLOT_COLUMNS }, (_, column) => {
    const edge = (column + 1) / PLOT_COLUMNS;
    return samples.findLast(({ time }) => (time - from) / (to - from) <= edge) ?? (samples[0] as FragmentationSample);
  });
}

/** The order of the blocks that fill the plot at this height; above all of them are the largest blocks. */
function markAt({ unusable }: FragmentationSample, height: number): string {
  const order = unusable.findIndex((share) => share > height);
  return order < 0 ? " " : String(order - 1);
}

/** The next of 1, 2, 5, 10, 20, … per mille, at most all. */
function roundCeiling(share: number): number {
  const steps = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5];
  return steps.find((step) => step >= share) ?? 1;
}

/** Heights are named at the upper edge of the top row, of the middle one, and of none. */
function axisLabel(row: number, top: number): string {
  if (row === PLOT_ROWS - 1) return percent(top);
  return row === PLOT_ROWS / 2 - 1 ? percent(top / 2) : " ".repeat(AXIS_COLUMNS);
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} % `.padStart(AXIS_COLUMNS);
}

function timeAxis(from: number, to: number): string[] {
  const middle = `${((to - from) / 2).toFixed(3)} s`;
  const end = `${(to - from).toFixed(3)} s`;
  const half = PLOT_COLUMNS / 2;
  const labels = `${"0 s".padEnd(half)}${middle}`.padEnd(PLOT_COLUMNS - end.length) + end;
  return [
    `${percent(0)}+${"-".repeat(half)}+${"-".repeat(half - 2)}+`,
    `${" ".repeat(AXIS_COLUMNS)} ${labels}`,
    `${" ".repeat(AXIS_COLUMNS)} since ${from.toFixed(6)} s of the trace's clock`,
  ];
}
