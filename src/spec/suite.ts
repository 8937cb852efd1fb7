// A suite: which parts a run of buddycheck has, and what each of them is tried on.
//
//  1. The file is YAML: `suite: 1`, a `name`, a `summary`, and `parts` in the order in which they run.
//  2. `corpus` judges the cases of a folder, `verify` traces that have to hold; both are named relative to the file.
//     `reference` drives the reference allocator over every pool under every profile with every seed.
//     `handover` boots machines with random memory maps, and with all small ones.
//     `mutants` lets every wrong allocator run into the laws. `explore` and `test` let these engines loose on any
//     targets, each of which has to hold, or to break the law that stands beside it.
//  3. `seeds: 4` means the seeds 1 to 4: a suite is the same run every time.
//  4. `extends` names another suite: its parts come first, but for those in `without`, and a part of the same name
//     takes their place. Its `known` failures and the weights of its `laws` hold too, where this suite says nothing.
//  5. A field that is unknown, or has a value that it cannot have, is a problem.
//
// The fields and what they mean: suite-schema.ts.

import type { PoolShape } from "../../model/geometry.ts";
import { LAW_IDS, type LawId } from "../../model/invariants.ts";
import type { Profile } from "../../model/profile.ts";
import type { Place, Problem } from "../problem.ts";
import { placeAt, problemsOf, shown } from "./complaints.ts";
import { millisecondsIn } from "./duration.ts";
import type { Known } from "./known.ts";
import { nearest } from "./nearest.ts";
import { readInlineProfile, type ProfileLibrary } from "./profile.ts";
import { readSpecDocument, type SpecDocument, type SpecPath } from "./spec-document.ts";
import {
  SUITE,
  suiteKeysAt,
  type WrittenKnown,
  type WrittenPart,
  type WrittenPool,
  type WrittenSuite,
} from "./suite-schema.ts";
import { readTargets, type SuiteTarget } from "./suite-target.ts";

interface Part<Kind extends string> {
  readonly kind: Kind;
  /** What reports call it. */
  readonly name: string;
  /** The time that it may take, in milliseconds; null for as much as there is. */
  readonly budget: number | null;
}
export interface CorpusPart extends Part<"corpus"> {
  /** The suite's file, to which `folder` is relative. */
  readonly from: string;
  readonly folder: string;
}
export interface VerifyPart extends Part<"verify"> {
  readonly from: string;
  /** Traces and folders of traces, relative to `from`. */
  readonly traces: readonly string[];
  /** What they are judged by; null for the profiles that they name themselves. */
  readonly profile: Profile | null;
}
export interface ReferencePart extends Part<"reference"> {
  readonly pools: readonly NamedPool[];
  readonly profiles: readonly Profile[];
  readonly seeds: number;
  /** Calls of each run before everything is given back. */
  readonly commands: number;
  /** Calls from one look at the free lists to the next. */
  readonly lookEvery: number;
}
export interface HandoverPart extends Part<"handover"> {
  readonly seeds: number;
  readonly commands: number;
  readonly maxOrder: number;
  /** Pages of the memory maps that are all tried besides; null for none. */
  readonly allMapsOf: number | null;
}
export interface MutantsPart extends Part<"mutants"> {
  /** Runs of the random client for each mutant, after its witness. */
  readonly seeds: number;
  readonly commands: number;
}
/** What a part of either engine is about. */
interface Tried<Kind extends string> extends Part<Kind> {
  readonly targets: readonly SuiteTarget[];
  /** Null for the engine's own choice. */
  readonly pools: readonly NamedPool[] | null;
  /** Null for the strict laws, or a mutant's own profile. */
  readonly profiles: readonly Profile[] | null;
}
export interface ExplorePart extends Tried<"explore"> {
  readonly oracle: "api" | "lists";
  /** Commands from the start beyond which no state is looked for, or null for every state. */
  readonly depth: number | null;
  readonly states: number | null;
}
export interface TestPart extends Tried<"test"> {
  readonly oracle: "auto" | "answers" | "counts" | "lists";
  readonly seeds: number;
  /** Commands of the long runs, or null for as many as fit into the budget. */
  readonly commands: number | null;
  /** Largest order of small pools, or null for the engine's own choice. */
  readonly scope: number | null;
}
export type SuitePart = CorpusPart | VerifyPart | ReferencePart | HandoverPart | MutantsPart | ExplorePart | TestPart;

export interface NamedPool {
  readonly name: string;
  readonly shape: PoolShape;
}

/** A failure that is put up with: of this law or of any, in the checks that `check` fits. */
export interface KnownFailure extends Known {
  readonly law: LawId | null;
  /** `group/name`, in which `*` stands for any text. */
  readonly check: string;
  /** Where the entry stands. */
  readonly place: Place;
}

/** How much a law counts: it fails a check, is only told, or is not judged. */
export type LawWeight = "error" | "warning" | "off";

export interface Suite {
  readonly file: string;
  readonly name: string;
  readonly summary: string;
  readonly laws: ReadonlyMap<LawId, LawWeight>;
  readonly known: readonly KnownFailure[];
  readonly parts: readonly SuitePart[];
}

export type SuiteRead =
  { readonly kind: "suite"; readonly suite: Suite } | { readonly kind: "wrong"; readonly problems: readonly Problem[] };

/** What a suite may name. */
export interface SuiteLibrary {
  readonly profiles: ProfileLibrary;
  /** The suite of this name, as the suite in the file `from` names it; null where there is none. */
  find(name: string, from: string): { readonly file: string; readonly text: string } | null;
}

/** One reading of a suite, and what was found wrong in it so far. */
interface Reading {
  readonly document: SpecDocument;
  readonly file: string;
  readonly library: SuiteLibrary;
  readonly problems: Problem[];
  /** The files that led here: a suite may not extend itself. */
  readonly trail: readonly string[];
}

/** Reads a suite, and the suites that it extends. */
export function readSuite(text: string, file: string, library: SuiteLibrary): SuiteRead {
  return readExtended(text, file, library, []);
}

function readExtended(text: string, file: string, library: SuiteLibrary, trail: readonly string[]): SuiteRead {
  const read = readSpecDocument(text, file);
  if (read.kind === "wrong") return read;
  const { document } = read;
  const parsed = SUITE.safeParse(document.value);
  if (!parsed.success) {
    const keysAt = suiteKeysAt.bind(null, document);
    return {
      kind: "wrong",
      problems: problemsOf(parsed.error, document, {
        code: "SUITE_FIELD",
        called: "a suite",
        keysAt,
      }),
    };
  }
  const reading: Reading = { document, file, library, problems: [], trail: [...trail, file] };
  const suite = build(parsed.data, reading);
  return reading.problems.length > 0 ? { kind: "wrong", problems: reading.problems } : { kind: "suite", suite };
}

function build(written: WrittenSuite, reading: Reading): Suite {
  const { name, summary, laws = {} } = written;
  const base = baseOf(written, reading);
  const own = (written.parts ?? []).map((part, index) => partOf(part, ["parts", index], reading));
  const parts = named(combined(base?.parts ?? [], own, written.without ?? [], reading));
  if (parts.length === 0) complain(reading, ["parts"], "at least one part", "none");
  const weights = Object.entries(laws) as (readonly [LawId, LawWeight])[];
  const known = (written.known ?? []).flatMap((each, index) => knownOf(each, ["known", index], reading));
  return {
    file: reading.file,
    name,
    summary,
    laws: new Map([...(base?.laws ?? []), ...weights]),
    known: [...(base?.known ?? []), ...known],
    parts,
  };
}

/** Rule 4: the suite that this one extends, or null. */
function baseOf({ extends: from }: WrittenSuite, reading: Reading): Suite | null {
  if (from === undefined) return null;
  const { library, file, trail } = reading;
  const found = library.find(from, file);
  if (found === null) return complain(reading, ["extends"], "the name or file of a suite", shown(from));
  if (trail.includes(found.file))
    return complain(reading, ["extends"], "a suite that does not lead back to itself", shown(from));
  const read = readExtended(found.text, found.file, library, trail);
  if (read.kind === "suite") return read.suite;
  reading.problems.push(...read.problems);
  return null;
}

function combined(
  base: readonly SuitePart[],
  own: readonly SuitePart[],
  without: readonly string[],
  reading: Reading,
): readonly SuitePart[] {
  const names = base.map(({ name }) => name);
  without.forEach((name, index) => {
    if (names.includes(name)) return;
    const meant = nearest(name, names);
    const expected = meant === null ? `a part of the other suite: ${names.join(", ")}` : `a part, perhaps \`${meant}\``;
    complain(reading, ["without", index], expected, shown(name));
  });
  const replaced = new Set(names.filter((name) => own.some((part) => part.name === name)));
  const kept = base
    .filter(({ name }) => !without.includes(name))
    .map((part) => own.find(({ name }) => replaced.has(name) && name === part.name) ?? part);
  return [...kept, ...own.filter(({ name }) => !replaced.has(name))];
}

/** Each part with a name of its own: the second `reference` is `reference 2`. */
function named(parts: readonly SuitePart[]): readonly SuitePart[] {
  const seen = new Map<string, number>();
  return parts.map((part) => {
    const times = (seen.get(part.name) ?? 0) + 1;
    seen.set(part.name, times);
    return times === 1 ? part : { ...part, name: `${part.name} ${times}` };
  });
}

function partOf(part: WrittenPart, path: SpecPath, reading: Reading): SuitePart {
  const { file: from } = reading;
  const common = {
    name: part.name ?? part.kind,
    budget: part.budget === undefined ? null : millisecondsIn(part.budget),
  };
  switch (part.kind) {
    case "corpus":
      return { ...part, ...common, from };
    case "verify":
      return { ...part, ...common, from, profile: profileOf(part.profile ?? null, [...path, "profile"], reading) };
    case "reference": {
      const profiles = profilesOf(part.profiles, path, reading);
      return { ...part, ...common, pools: part.pools.map(poolOf), profiles };
    }
    case "handover":
      return { ...part, ...common, allMapsOf: part.allMapsOf ?? null };
    case "mutants":
      return { ...part, ...common };
    case "explore": {
      const { oracle = "lists", depth = null, states = null } = part;
      return { ...common, kind: "explore", ...triedOf(part, path, reading), oracle, depth, states };
    }
    case "test": {
      const { oracle = "auto", seeds = 1, commands = null, scope = null } = part;
      return { ...common, kind: "test", ...triedOf(part, path, reading), oracle, seeds, commands, scope };
    }
  }
}

type WrittenTried = Extract<WrittenPart, { readonly kind: "explore" | "test" }>;

function triedOf(
  { kind, targets, pools, profiles }: WrittenTried,
  path: SpecPath,
  reading: Reading,
): Pick<ExplorePart, "targets" | "pools" | "profiles"> {
  return {
    targets: readTargets(targets, { kind, path: [...path, "targets"] }, reading.document, reading.problems),
    pools: pools?.map(poolOf) ?? null,
    profiles: profiles === undefined ? null : profilesOf(profiles, path, reading),
  };
}

function profilesOf(values: readonly unknown[], path: SpecPath, reading: Reading): readonly Profile[] {
  return values.flatMap((value, index) => profileOf(value, [...path, "profiles", index], reading) ?? []);
}

/** The profile, or null where none is named or it is wrong. */
function profileOf(value: unknown, path: SpecPath, { document, library, problems }: Reading): Profile | null {
  if (value === null) return null;
  const read = readInlineProfile(value, placeAt(document, path), library.profiles);
  if (read.kind === "profile") return read.profile;
  problems.push(...read.problems);
  return null;
}

function poolOf({ name, maxOrder, pages, basePfn = 0, reserved = [], zones = [] }: WrittenPool): NamedPool {
  const ranges = reserved.map(([start, end]) => ({ start, end }));
  const zoned = zones.map(({ name: zone, pfns: [start, end] }) => ({ name: zone, start, end }));
  return { name, shape: { maxOrder, pages, basePfn, reserved: ranges, zones: zoned } };
}

/** A known failure as it is written there, or none where it is wrong. */
export function knownOf(
  written: WrittenKnown,
  path: SpecPath,
  reading: Pick<Reading, "document" | "problems">,
): readonly KnownFailure[] {
  const { law, check = "*", reason, until } = written;
  if (law === undefined && written.check === undefined) {
    complain(reading, path, "the `law` that is broken, or the `check` that fails", "neither");
    return [];
  }
  const known = LAW_IDS.find((id) => id === law) ?? null;
  if (law !== undefined && known === null) {
    const meant = nearest(law, LAW_IDS);
    const expected = meant === null ? `a law: ${LAW_IDS.join(", ")}` : `a law, perhaps \`${meant}\``;
    const at = { at: "value", path: [...path, "law"] } as const;
    reading.problems.push(reading.document.problem({ code: "LAW_UNKNOWN", ...at, expected, found: shown(law) }));
    return [];
  }
  return [{ law: known, check, reason, until, place: placeAt(reading.document, path) }];
}

function complain(
  { document, problems }: Pick<Reading, "document" | "problems">,
  path: SpecPath,
  expected: string,
  found: string,
): null {
  problems.push(document.problem({ code: "SUITE_FIELD", at: "value", path, expected, found }));
  return null;
}
