// Which allocator a command is about, and the pool that it opens: the same words for every command.
//
//  1. A target is `reference`, `mutant:ID`, a module (.js, .mjs, .cjs, .ts, .mts), a .wasm file or, behind `--`,
//     a program with its arguments. Where a command allows it, `spec` is the specification itself.
//  2. A pool is what the options say of it. Of what they leave out, `--pages` is one block of `--max-order`, and
//     `--max-order` is that of the largest block in `--pages`, at most 10; of neither, the command's own shape.
//  3. Ranges are half-open page numbers from 0, whatever `--base-pfn` is: `0-16` are the first sixteen pages.
//     Under a profile that aligns blocks to the pool, `--base-pfn` counts for nothing.
//  4. All that is wrong with the options is said at once.

import { statSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Command } from "commander";
import {
  createGeometry,
  ORDER_LIMIT,
  PFN_LIMIT,
  subtract,
  type FrameRange,
  type Geometry,
  type PoolShape,
} from "../../model/geometry.ts";
import type { Mutant } from "../../model/mutant.ts";
import { MUTANTS } from "../../model/mutants.ts";
import { UNLOCKED_MUTANTS } from "../../model/mutants-unlocked.ts";
import type { Profile } from "../../model/profile.ts";
import type { Problem } from "../problem.ts";
import { nearest } from "../spec/nearest.ts";
import { loadModule } from "../targets/module.ts";
import { processTarget } from "../targets/process.ts";
import { mutantTarget, REFERENCE, unlockedTarget } from "../targets/reference.ts";
import type { TargetRead } from "../targets/target-problem.ts";
import type { Opening, Target } from "../targets/target.ts";
import { loadWasm } from "../targets/wasm.ts";
import { InputError, inputError } from "./input.ts";
import { collect, rangeIn } from "./options.ts";
import { namedProfile } from "./profiles.ts";

/** The options of a pool as they were written. */
export interface PoolFlags {
  readonly maxOrder?: string;
  readonly pages?: string;
  readonly basePfn?: string;
  readonly reserved?: readonly string[];
  readonly zone?: readonly string[];
  readonly profile?: string;
}

/** What a command is about. */
export type Subject =
  | { readonly kind: "spec" }
  | { readonly kind: "mutant"; readonly mutant: Mutant; readonly target: Target }
  | { readonly kind: "target"; readonly target: Target };

/** May a command be about the specification itself? */
export type SpecUse = "spec" | "no-spec";

/** What a pool is where the options are silent. */
export interface PoolDefaults {
  readonly shape: PoolShape;
  readonly profile: Profile;
}

const MODULE = /\.[mc]?[jt]s$/u;
const MUTANT = "mutant:";

/** The largest order of a pool that only `--pages` describes, as Linux has it. */
const MAX_ORDER_DEFAULT = 10;

/** Pages have a flat array in the reference allocator (model/zone.ts). */
const PAGES_LIMIT = 2 ** 31 - 1;

/** Adds the argument that names the target, and the options of its pool, to a command. */
export function addTargetOptions(command: Command): Command {
  return addPoolOptions(
    command.argument("[target...]", "reference, mutant:ID, a module, a .wasm file; or a program behind --"),
  );
}

/** Adds the options of a pool to a command. */
export function addPoolOptions(command: Command): Command {
  return command
    .option("--max-order <n>", "the largest order, inclusive")
    .option("--pages <n>", "pages of the pool")
    .option("--base-pfn <n>", "absolute number of page 0, also as 0x…")
    .option("--reserved <start-end>", "pages that are not managed, without the end; may be repeated", collect)
    .option("--zone <name=start-end>", "a zone's pages, without the end; may be repeated", collect)
    .option("--profile <name|file>", "what the allocator promises");
}

/**
 * The subject that the operands name. `program` is what stood behind `--`, which commander puts at the operands'
 * end. Throws an InputError if it is no target, or names two.
 */
export async function readSubject(
  operands: readonly string[],
  program: readonly string[],
  spec: SpecUse,
): Promise<Subject> {
  const names = operands.slice(0, operands.length - program.length);
  const [name] = names;
  if (names.length + Math.min(program.length, 1) > 1) {
    throw inputError("OPTION_VALUE", "target", "one target", [...names, ...program].join(" "));
  }
  if (program.length > 0) return { kind: "target", target: processTarget(existing(program)) };
  if (name === undefined) throw unknown(spec, "none");
  if (name === "spec" && spec === "spec") return { kind: "spec" };
  if (name === "reference") return { kind: "target", target: REFERENCE };
  if (name.startsWith(MUTANT)) return readMutant(name.slice(MUTANT.length));
  if (name.endsWith(".wasm")) return fileTarget(name, loadWasm);
  if (!MODULE.test(name)) throw unknown(spec, name);
  const subject = await fileTarget(name, loadModule);
  return subject;
}

/** What stands behind `--` on the command line. */
export function programOf(argv: readonly string[]): readonly string[] {
  const at = argv.indexOf("--");
  return at < 0 ? [] : argv.slice(at + 1);
}

/** These words, if the first is a program. Throws an InputError if it is none. */
function existing(words: readonly string[]): readonly string[] {
  const [program = ""] = words;
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const paths = program.includes("/") ? [program] : folders.map((folder) => join(folder, program));
  if (paths.some(isFile)) return words;
  throw inputError("TARGET_UNKNOWN", "--", "a program, by its path or found in PATH", program);
}

function readMutant(id: string): Subject {
  const mutant = MUTANTS.find((one) => one.id === id);
  if (mutant !== undefined) return { kind: "mutant", mutant, target: mutantTarget(mutant) };
  const unlocked = UNLOCKED_MUTANTS.find((one) => one.id === id);
  if (unlocked !== undefined) return { kind: "target", target: unlockedTarget(unlocked) };
  const ids = [...MUTANTS, ...UNLOCKED_MUTANTS].map((one) => one.id);
  const meant = nearest(id, ids);
  const expected = meant === null ? "the id of a mutant, such as mutant:never-coalesces" : `perhaps ${MUTANT}${meant}`;
  throw inputError("TARGET_UNKNOWN", "target", expected, `${MUTANT}${id}`);
}

async function fileTarget(path: string, load: (path: string) => TargetRead | Promise<TargetRead>): Promise<Subject> {
  if (!isFile(path)) throw inputError("INPUT_NOT_FOUND", path, "a readable file", "none of this name");
  const read = await load(path);
  if (read.kind === "wrong") throw new InputError(read.problems);
  return { kind: "target", target: read.target };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function unknown(spec: SpecUse, found: string): InputError {
  const words = spec === "spec" ? ["reference", "spec"] : ["reference"];
  const meant = nearest(found, words);
  if (meant !== null) return inputError("TARGET_UNKNOWN", "target", `perhaps \`${meant}\``, found);
  if (isFile(found)) return inputError("TARGET_UNKNOWN", "target", `a program behind --: \`-- ${found}\``, found);
  const expected = [...words, "mutant:ID", "a module", "a .wasm file", "or a program behind --"].join(", ");
  return inputError("TARGET_UNKNOWN", "target", expected, found);
}

/** Do the options say anything of the pool's shape? */
export function namesShape(flags: PoolFlags): boolean {
  const { maxOrder, pages, basePfn, reserved, zone } = flags;
  return [maxOrder, pages, basePfn, reserved, zone].some((flag) => flag !== undefined);
}

/** The pool as its options would write it. */
export function shapeOf({ maxOrder, basePfn, span, zones, runs }: Geometry): PoolShape {
  const named = zones.filter(({ name }) => name !== "");
  return {
    maxOrder,
    basePfn,
    pages: span.end - span.start,
    reserved: subtract(span, runs).map((range) => lowered(range, basePfn)),
    zones: named.map((zone) => ({ name: zone.name, ...lowered(zone, basePfn) })),
  };
}

function lowered({ start, end }: FrameRange, by: number): FrameRange {
  return { start: start - by, end: end - by };
}

/** The pool that the options describe. Throws an InputError with all that is wrong. */
export function readOpening(flags: PoolFlags, defaults: PoolDefaults): Opening {
  const profile = flags.profile === undefined ? defaults.profile : namedProfile(flags.profile);
  const shape = namesShape(flags) ? readShape(flags, defaults.shape) : defaults.shape;
  return { profile, geometry: createGeometry(profile.alignment === "pool" ? { ...shape, basePfn: 0 } : shape) };
}

function readShape(flags: PoolFlags, defaults: PoolShape): PoolShape {
  const problems: Problem[] = [];
  const complain: Complain = (option, expected, found) => {
    problems.push({ code: "POOL_OPTION", place: { file: option, line: 0, column: 0 }, expected, found, source: "" });
  };
  const named = {
    pages: whole("--pages", flags.pages, PAGES_LIMIT, complain),
    maxOrder: whole("--max-order", flags.maxOrder, ORDER_LIMIT, complain),
  };
  const { pages, maxOrder } = completed(named, defaults);
  const basePfn = whole("--base-pfn", flags.basePfn, PFN_LIMIT - pages, complain) ?? defaults.basePfn;
  const reserved = (flags.reserved ?? []).flatMap((text) => poolRange("--reserved", text, text, pages, complain));
  const zones = (flags.zone ?? []).flatMap((text) => {
    const [, name = "", range = ""] = /^([\w.-]+)=(.*)$/u.exec(text) ?? [];
    if (name === "") complain("--zone", "NAME=START-END", text);
    return name === "" ? [] : poolRange("--zone", range, text, pages, complain).map((found) => ({ name, ...found }));
  });
  complainOfOverlaps(zones, complain);
  if (problems.length > 0) throw new InputError(problems);
  return { maxOrder, pages, basePfn, reserved, zones };
}

type Complain = (option: string, expected: string, found: string) => void;

/** A whole number, decimal or 0x…, from 0 to `max`; null where the option is missing or wrong. */
function whole(option: string, text: string | undefined, max: number, complain: Complain): number | null {
  if (text === undefined) return null;
  const value = /^(?:\d+|0x[\da-f]+)$/iu.test(text) ? Number(text) : Number.NaN;
  if (value <= max) return value;
  complain(option, `a whole number from 0 to ${max}`, text);
  return null;
}

/** Of pages and largest order each tells the other; see rule 2. */
function completed(
  named: { readonly pages: number | null; readonly maxOrder: number | null },
  defaults: PoolShape,
): { readonly pages: number; readonly maxOrder: number } {
  const { pages, maxOrder } = named;
  if (pages === null)
    return { pages: maxOrder === null ? defaults.pages : 2 ** maxOrder, maxOrder: maxOrder ?? defaults.maxOrder };
  const fitting = Math.floor(Math.log2(Math.max(pages, 1)));
  return { pages, maxOrder: maxOrder ?? Math.min(fitting, MAX_ORDER_DEFAULT) };
}

/** The range that a text names, if it lies in the pool; or none. */
function poolRange(option: string, range: string, text: string, pages: number, complain: Complain): FrameRange[] {
  const found = rangeIn(range);
  if (found !== null && found.end <= pages) return [found];
  complain(option, `START-END within 0-${pages}, the end left out`, text);
  return [];
}

function complainOfOverlaps(zones: readonly (FrameRange & { readonly name: string })[], complain: Complain): void {
  const sorted = [...zones].sort((a, b) => a.start - b.start);
  sorted.forEach((zone, at) => {
    const next = sorted[at + 1];
    if (next === undefined || zone.end <= next.start) return;
    complain("--zone", "zones that do not overlap", `${zone.name} and ${next.name}, which share page ${next.start}`);
  });
  const names = zones.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) complain("--zone", "one range for each zone", `two for ${twice}`);
}
