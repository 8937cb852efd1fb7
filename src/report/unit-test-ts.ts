// A unit test in TypeScript, for vitest: a module's `open` gives an object with the calls (docs/targets.md).

import type { Command } from "../../model/command.ts";
import type { PoolShape } from "../../model/geometry.ts";
import type { Demand, Language } from "./unit-test-language.ts";

export const TS_TEST: Language = {
  opening: ({ shape, violation }, comment) => [
    ...comment.map((line) => `// ${line}`),
    `it("keeps ${violation.law}", () => {`,
    `  const allocator = open(${poolLiteral(shape)});`,
  ],
  call: (command, frame, variable) => `  ${variable === null ? "" : `const ${variable} = `}${callOf(command, frame)};`,
  demand: (demand, command, frame) => demandLines(demand, callOf(command, frame)).map((line) => `  ${line}`),
  closing: ["});"],
};

function poolLiteral({ pages, maxOrder, basePfn, reserved, zones }: PoolShape): string {
  const holes = reserved.map(({ start, end }) => `[${start + basePfn}, ${end + basePfn}]`).join(", ");
  const named = zones
    .map(
      ({ name, start, end }) => `{ name: ${JSON.stringify(name)}, start: ${start + basePfn}, end: ${end + basePfn} }`,
    )
    .join(", ");
  return `{ pages: ${pages}, maxOrder: ${maxOrder}, basePfn: ${basePfn}, reserved: [${holes}], zones: [${named}] }`;
}

function callOf(command: Command, frame: string): string {
  switch (command.kind) {
    case "alloc":
      return `allocator.alloc(${command.order}, ${JSON.stringify(command.zone)})`;
    case "alloc-pages":
      return `allocator.allocPages(${command.pages}, ${JSON.stringify(command.zone)})`;
    case "free":
      return `allocator.free(${frame})`;
    case "free-order":
      return `allocator.free(${frame}, ${command.order})`;
    case "free-pages":
      return `allocator.freePages(${frame}, ${command.pages})`;
    case "add":
    case "remove":
      return `allocator.${command.kind}(${frame}, ${command.pages})`;
    case "snapshot":
      return "allocator.freeLists()";
    case "counts":
      return "allocator.counts()";
    case "unnamed":
      return "allocator";
  }
}

function demandLines(demand: Demand, call: string): readonly string[] {
  switch (demand.kind) {
    case "served":
      return [`expect(${call}).not.toBeNull();`];
    case "refused":
      return [`expect(${call}).toBeNull();`];
    case "accepted":
      return [`expect(${call}).not.toBe(false);`];
    case "rejected":
      return [`expect(${call}).not.toBe(true);`];
    case "returns":
      return [`expect(() => ${call}).not.toThrow();`];
    case "multiple":
      return [`const last = ${call};`, `expect(last === null || last % ${demand.of} === 0).toBe(true);`];
    case "apart":
      return [
        `const last = ${call};`,
        `expect(last === null || last + ${demand.pages} <= ${demand.variable} || ${demand.variable} + ${demand.otherPages} <= last).toBe(true);`,
      ];
    case "within": {
      const inside = demand.runs.map(({ start, end }) => `(last >= ${start} && last + ${demand.pages} <= ${end})`);
      return [`const last = ${call};`, `expect(last === null || ${inside.join(" || ")}).toBe(true);`];
    }
    case "lists":
      return [
        `expect(${call}.map((heads) => heads.toSorted((a, b) => a - b))).toEqual(${JSON.stringify(demand.lists)});`,
      ];
    case "counts":
      return [`expect(${call}).toEqual(${JSON.stringify(demand.free)});`];
    case "told":
      return [`${call}; // Wrong here: ${demand.words}.`];
  }
}
