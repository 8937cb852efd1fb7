// The functions that a WebAssembly target exports and imports: their names, their types, and what is wrong with them.
//
//  1. Numbers are i32: page numbers and page counts unsigned, below 2^32 - 1, which stands for "refused" or "no zone".
//  2. `buddycheck_init` and at least one of the requests and one of the frees must be there. What else is missing
//     is not asked of the target.
//  3. A request takes a zone if it has a second parameter, a free a size if it has one; a free that returns nothing
//     does not say whether it was accepted.
//
// The same functions in C, with what they mean: include/buddycheck.h.

import type { Call } from "./target.ts";
import type { FunctionType, WasmModule } from "./wasm-module.ts";

/** What is looked at of a module's functions. */
export interface WasmShape {
  readonly calls: ReadonlySet<Call>;
  readonly takesZones: boolean;
  readonly takesReserved: boolean;
  readonly takesZoneRanges: boolean;
  readonly showsLists: boolean;
  readonly showsCounts: boolean;
}

/** What the host offers: addresses are bytes in the target's memory. */
export interface HostFunctions {
  buddycheck_listed(order: number, pfn: number): void;
  buddycheck_cached(pfn: number): void;
  buddycheck_counted(order: number, blocks: number): void;
  /** These bytes are state. Called while the pool is opened; without any call all static data or memory is. */
  buddycheck_state(address: number, bytes: number): void;
  /** Words for a person, such as those of a panic. */
  buddycheck_log(address: number, bytes: number): void;
}

const PREFIX = "buddycheck_";
const I32 = "i32";

/** Exports by name without the prefix: how many parameters they may have, and whether they return a number. */
const EXPORTS: ReadonlyMap<
  string,
  { readonly params: readonly number[]; readonly returns: "i32" | "nothing" | "either" }
> = new Map([
  ["init", { params: [3], returns: I32 }],
  ["alloc", { params: [1, 2], returns: I32 }],
  ["alloc_pages", { params: [1, 2], returns: I32 }],
  ["free", { params: [1, 2], returns: "either" }],
  ["free_pages", { params: [2], returns: "either" }],
  ["add", { params: [2], returns: "either" }],
  ["remove", { params: [2], returns: "either" }],
  ["reserve", { params: [2], returns: "nothing" }],
  ["zone", { params: [2], returns: "nothing" }],
  ["lists", { params: [0], returns: "nothing" }],
  ["counts", { params: [0], returns: "nothing" }],
]);

const IMPORTS: ReadonlyMap<string, number> = new Map([
  ["listed", 2],
  ["cached", 1],
  ["counted", 2],
  ["state", 2],
  ["log", 2],
]);

/** What is wrong with a module's functions, one sentence fragment each; empty if it can be a target. */
export function complaintsAbout(module: WasmModule): readonly (readonly [expected: string, found: string])[] {
  const found: [string, string][] = [];
  for (const { kind, module: from, name } of module.imports) {
    if (kind !== "func" || !name.startsWith(PREFIX) || !IMPORTS.has(name.slice(PREFIX.length))) {
      found.push([`no imports but ${[...IMPORTS.keys()].map((one) => PREFIX + one).join(", ")}`, `${from}.${name}`]);
    }
  }
  for (const [name, { params, returns }] of EXPORTS) {
    const type = typeOf(module, name);
    if (type === null) continue;
    const fits = params.includes(type.params.length) && [...type.params, ...type.results].every((one) => one === I32);
    const returned = type.results.length === 0 ? "nothing" : I32;
    if (fits && type.results.length <= 1 && (returns === "either" || returns === returned)) continue;
    found.push([`${PREFIX}${name}${expectedType(params, returns)}`, shownType(type)]);
  }
  for (const names of [["init"], ["alloc", "alloc_pages"], ["free", "free_pages"]]) {
    if (names.some((name) => typeOf(module, name) !== null)) continue;
    found.push([`an export ${names.map((name) => PREFIX + name).join(" or ")}`, exportsOf(module)]);
  }
  if (!module.exports.some(({ name, kind }) => name === "memory" && kind === 2)) {
    found.push(["its memory exported as `memory`", exportsOf(module)]);
  }
  return found;
}

/** What a module without complaints can be asked. */
export function shapeOf(module: WasmModule): WasmShape {
  function has(name: string): boolean {
    return typeOf(module, name) !== null;
  }
  function paramsOf(name: string): number {
    return typeOf(module, name)?.params.length ?? 0;
  }
  const calls = new Set<Call>();
  if (has("alloc")) calls.add("alloc");
  if (has("alloc_pages")) calls.add("alloc-pages");
  if (has("free")) calls.add(paramsOf("free") === 1 ? "free" : "free-order");
  if (has("free_pages")) calls.add("free-pages");
  if (has("add")) calls.add("add");
  if (has("remove")) calls.add("remove");
  return {
    calls,
    takesZones: ["alloc", "alloc_pages"].every((name) => !has(name) || paramsOf(name) === 2),
    takesReserved: has("reserve"),
    takesZoneRanges: has("zone"),
    showsLists: has("lists"),
    showsCounts: has("counts"),
  };
}

function typeOf(module: WasmModule, name: string): FunctionType | null {
  const found = module.exports.find((one) => one.kind === 0 && one.name === PREFIX + name);
  return found === undefined ? null : (module.types[module.functions[found.index] as number] ?? null);
}

function exportsOf(module: WasmModule): string {
  const names = module.exports.map(({ name }) => name);
  return names.length === 0 ? "no exports" : `exports ${names.join(", ")}`;
}

function expectedType(params: readonly number[], returns: string): string {
  const forms = params.map((count) => `(${Array.from({ length: count }, () => I32).join(", ")})`);
  return `${forms.join(" or ")} returning ${returns === "either" ? "i32 or nothing" : returns}`;
}

function shownType({ params, results }: FunctionType): string {
  return `(${params.join(", ")}) returning ${results.length === 0 ? "nothing" : results.join(", ")}`;
}
