// The report of an exploration of boot-time allocators, for people.
//
//   mutant:keeps-nothing-back: violated: handover, found after 12 states
//     maps         6561 of 4 pages, borders at half pages; 65 machines have a usable page, 4096 maps have none
//     …
//     map          u0-2
//     calls        allocate 1 = 1
//     seen         page 1 was handed out and is free, after bootmem was decommissioned: free 0:1
//
// Maps are written as model/memory-map.ts reads them: `u` usable, `b` the bootloader's, `r` reserved.

import { writeMap } from "../../model/memory-map.ts";
import { formatStep } from "../../model/notation.ts";
import { OK } from "../../model/command.ts";
import type { BootCall, BootCounterexample, BootFault, BootmemResult } from "../explore/explore-bootmem.ts";
import { limitWords, row } from "./explore-text.ts";
import type { Look } from "./look.ts";
import { counted, rangeName } from "./names.ts";

export interface ExploredBootmem {
  /** As the user named it. */
  readonly name: string;
  readonly pages: number;
  readonly maxOrder: number;
  readonly seconds: number;
}

/** The summary, line by line. */
export function bootmemText(explored: ExploredBootmem, result: BootmemResult, look: Look): string {
  const { figures, counterexample } = result;
  const { maps, roomless, cellsPerPage, machines, states, calls, handovers, depth } = figures;
  const borders = cellsPerPage === 1 ? "pages" : "half pages";
  const rooms = `${machines} ways to have a usable page, ${counted(roomless, "map")} without one`;
  const lines = [
    `${look.colours.bold(explored.name)}: ${verdictWords(result, look)}`,
    ...row("maps", `${maps} of ${counted(explored.pages, "page")}, borders at ${borders}: ${rooms}`, look),
    ...row("states", `${states}, by ${calls} calls, up to ${counted(depth, "call")} from the start`, look),
    ...row("hand-overs", `${handovers}, to lists up to order ${explored.maxOrder}; two in every state`, look),
    ...row("time", `${explored.seconds.toFixed(2)} s`, look),
    ...(counterexample === null ? [] : counterexampleText(counterexample, look)),
  ];
  return `${lines.join("\n")}\n`;
}

function verdictWords({ verdict, limit, figures, counterexample }: BootmemResult, { colours }: Look): string {
  const states = counted(figures.states, "state");
  switch (verdict) {
    case "holds":
      return `${colours.green("holds")} in all ${states}`;
    case "violated":
      return `${colours.red("violated")}: ${counterexample?.fault.law ?? ""}, found after ${states}`;
    case "undecided":
      return `${colours.yellow("undecided")}: ${limit === null ? "" : limitWords(limit)} no law was seen broken in ${states}`;
  }
}

function counterexampleText({ map, calls, fault, lists }: BootCounterexample, look: Look): readonly string[] {
  const seen = lists === null ? "" : `: ${formatStep(lists, OK) ?? ""}`;
  return [
    ...row("map", writeMap(map), look),
    ...row("calls", calls.length === 0 ? "none" : calls.map(bootCallWords).join(", "), look),
    ...row("seen", `${faultWords(fault)}${seen}`, look),
  ];
}

/** `allocate 2 = 1`, `free 1*2 refused`. */
export function bootCallWords(call: BootCall): string {
  if (call.kind === "allocate")
    return `allocate ${call.count} ${call.served === null ? "refused" : `= ${call.served}`}`;
  return `free ${call.pfn}*${call.count} ${call.accepted ? "accepted" : "refused"}`;
}

const FAULTS = {
  lost: "lost: neither handed out nor free",
  "given-twice": "given to the allocator twice",
  "handed-out-is-free": "handed out and free",
  "reserved-is-free": "reserved and free",
} as const;

function faultWords(fault: BootFault): string {
  if (fault.kind === "call") return `the last call breaks ${fault.law}`;
  const when = fault.stage === "reclaimed" ? "after the bootloader's pages followed" : "after bootmem retired";
  if (fault.kind === "lists") return `the lists break ${fault.law} ${when}`;
  const { kind, pfn, pages } = fault.fault;
  const range = rangeName({ start: pfn, end: pfn + pages });
  return `${pages === 1 ? "page" : "pages"} ${range} ${pages === 1 ? "is" : "are"} ${FAULTS[kind]}, ${when}`;
}
