// A unit test in C: the functions of include/buddycheck.h's target are called as buddycheck calls them, and the lists are
// looked at with its buddycheck_lists_are and buddycheck_counts_are.

import type { Command, FreeLists } from "../../model/command.ts";
import type { FrameRange, PoolShape } from "../../model/geometry.ts";
import type { Demand, Language, TestedCase } from "./unit-test-language.ts";

export const C_TEST: Language = {
  opening: ({ shape, violation }, comment) => [
    ...[...comment, INCLUDED].map((line, at) => `${at === 0 ? "/*" : " *"} ${line}${line === INCLUDED ? " */" : ""}`),
    `static void test_${violation.law.replaceAll("-", "_")}(void)`,
    "{",
    ...poolLines(shape),
    "",
    "\tassert(buddycheck_open(&pool) == 0);",
  ],
  call: (command, frame, variable, tested) =>
    `\t${variable === null ? "" : `buddycheck_pfn ${variable} = `}${callOf(command, frame, tested)};`,
  demand: (demand, command, frame, tested) =>
    demandLines(demand, callOf(command, frame, tested)).map((line) => `\t${line}`),
  closing: ["}"],
};

/** What the test stands behind. */
const INCLUDED = 'Behind: #define BUDDYCHECK_TEST, #include "target.c", #include <assert.h>';

function poolLines({ pages, maxOrder, basePfn, reserved, zones }: PoolShape): readonly string[] {
  return [
    "\tstruct buddycheck_pool pool = {",
    `\t\t.pages = ${pages}, .max_order = ${maxOrder}, .base_pfn = ${basePfn},`,
    ...rangeLines("reserved_count", "reserved", reserved, basePfn),
    ...rangeLines("zone_count", "zones", zones, basePfn),
    "\t};",
  ];
}

function rangeLines(count: string, field: string, ranges: readonly FrameRange[], basePfn: number): readonly string[] {
  if (ranges.length === 0) return [];
  const written = ranges.map(({ start, end }) => `{${start + basePfn}, ${end + basePfn}}`).join(", ");
  return [`\t\t.${count} = ${ranges.length},`, `\t\t.${field} = {${written}},`];
}

function callOf(command: Command, frame: string, tested: TestedCase): string {
  switch (command.kind) {
    case "alloc":
      return `buddycheck_alloc(${command.order}${zoneArgument(command.zone, tested)})`;
    case "alloc-pages":
      return `buddycheck_alloc_pages(${command.pages}${zoneArgument(command.zone, tested)})`;
    case "free":
      return `buddycheck_free(${frame})`;
    case "free-order":
      return `buddycheck_free(${frame}, ${command.order})`;
    case "free-pages":
      return `buddycheck_free_pages(${frame}, ${command.pages})`;
    case "add":
      return `buddycheck_add(${frame}, ${command.pages})`;
    case "remove":
      return `buddycheck_remove(${frame}, ${command.pages})`;
    // Looks are made by the demand alone.
    case "snapshot":
    case "counts":
    case "unnamed":
      return "";
  }
}

/** A zone's number is its place among the zones; a target without zones is not asked for one. */
function zoneArgument(zone: string | null, { shape, takesZones }: TestedCase): string {
  if (!takesZones) return "";
  const number = shape.zones.findIndex(({ name }) => name === zone);
  return number < 0 ? ", BUDDYCHECK_ANY_ZONE" : `, ${number}`;
}

function demandLines(demand: Demand, call: string): readonly string[] {
  switch (demand.kind) {
    case "served":
      return [`assert(${call} != BUDDYCHECK_REFUSED);`];
    case "refused":
      return [`assert(${call} == BUDDYCHECK_REFUSED);`];
    case "accepted":
      return [`assert(${call} != BUDDYCHECK_REJECTED);`];
    case "rejected":
      return [`assert(${call} != BUDDYCHECK_ACCEPTED);`];
    case "returns":
      return [`${call}; /* It did not return. */`];
    case "multiple":
      return [`buddycheck_pfn last = ${call};`, `assert(last == BUDDYCHECK_REFUSED || last % ${demand.of} == 0);`];
    case "apart":
      return [
        `buddycheck_pfn last = ${call};`,
        `assert(last == BUDDYCHECK_REFUSED || last + ${demand.pages} <= ${demand.variable} || ${demand.variable} + ${demand.otherPages} <= last);`,
      ];
    case "within": {
      // That a pfn is not below 0 compilers call a comparison without sense.
      const inside = demand.runs.map(({ start, end }) =>
        start === 0 ? `last + ${demand.pages} <= ${end}` : `(last >= ${start} && last + ${demand.pages} <= ${end})`,
      );
      return [`buddycheck_pfn last = ${call};`, `assert(last == BUDDYCHECK_REFUSED || ${inside.join(" || ")});`];
    }
    case "lists":
      return [`assert(buddycheck_lists_are("${blocksIn(demand.lists)}"));`];
    case "counts":
      return [`assert(buddycheck_counts_are("${countsIn(demand.free)}"));`];
    case "told":
      return [`${call === "" ? "" : `${call}; `}/* Wrong here: ${demand.words}. */`];
  }
}

function blocksIn(lists: FreeLists): string {
  return lists.flatMap((heads, order) => heads.map((pfn) => `${pfn}:${order}`)).join(" ");
}

function countsIn(free: readonly number[]): string {
  return free.flatMap((blocks, order) => (blocks === 0 ? [] : [`${blocks}x${order}`])).join(" ");
}
