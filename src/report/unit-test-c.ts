// A unit test in C: the functions of include/buddycheck.h's target are called as buddycheck calls them.

import type { Command } from "../../model/command.ts";
import type { FrameRange, PoolShape } from "../../model/geometry.ts";
import type { Demand, Language } from "./unit-test-language.ts";

export const C_TEST: Language = {
  opening: ({ shape, violation }, comment) => [
    ...comment.map((line, at) => `${at === 0 ? "/*" : " *"} ${line}${at === comment.length - 1 ? " */" : ""}`),
    `static void test_${violation.law.replaceAll("-", "_")}(void)`,
    "{",
    ...poolLines(shape),
    "",
    "\tassert(buddycheck_open(&pool) == 0);",
  ],
  call: (command, frame, variable) =>
    `\t${variable === null ? "" : `buddycheck_pfn ${variable} = `}${callOf(command, frame)};`,
  demand: (demand, command, frame) => demandLines(demand, callOf(command, frame)).map((line) => `\t${line}`),
  closing: ["}"],
};

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

function callOf(command: Command, frame: string): string {
  switch (command.kind) {
    case "alloc":
      return `buddycheck_alloc(${command.order})`;
    case "alloc-pages":
      return `buddycheck_alloc_pages(${command.pages})`;
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
    case "snapshot":
      return "buddycheck_lists()";
    case "counts":
      return "buddycheck_counts()";
    case "unnamed":
      return "";
  }
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
      return [`assert(${call} % ${demand.of} == 0);`];
    case "apart":
      return [
        `buddycheck_pfn last = ${call};`,
        `assert(last + ${demand.pages} <= ${demand.variable} || ${demand.variable} + ${demand.otherPages} <= last);`,
      ];
    case "lists":
      return [`${call}; /* Must list exactly ${listed(demand.lists)}. */`];
    case "counts":
      return [`${call}; /* Must count ${demand.free.join(" ")}. */`];
    case "told":
      return [`${call}; /* Wrong here: ${demand.words}. */`];
  }
}

function listed(lists: readonly (readonly number[])[]): string {
  const blocks = lists.flatMap((heads, order) => heads.map((pfn) => `${pfn} (order ${order})`));
  return blocks.length === 0 ? "nothing" : blocks.join(", ");
}
