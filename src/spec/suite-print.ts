// A suite as it is run, with all that it extends, as YAML that is a suite again.
//
//  1. Profiles are written out, so that the text says what it means without the files it came from.
//  2. Paths are as `pathOf` writes them, since what is printed lies in no folder.

import { stringify } from "yaml";
import type { PoolShape } from "../../model/geometry.ts";
import { STRICT_PROFILE, type Profile } from "../../model/profile.ts";
import { durationWords } from "./duration.ts";
import type { KnownFailure, NamedPool, Suite, SuitePart } from "./suite.ts";
import type { SuiteTarget } from "./suite-target.ts";

/** The path by which a file is found that `from` names. */
export type PathOf = (from: string, name: string) => string;

export function printSuite(suite: Suite, pathOf: PathOf): string {
  const { name, summary, laws, known, parts } = suite;
  const written = {
    suite: 1,
    name,
    summary,
    ...(laws.size === 0 ? {} : { laws: Object.fromEntries(laws) }),
    ...(known.length === 0 ? {} : { known: known.map(writtenKnown) }),
    parts: parts.map((part) => writtenPart(part, pathOf)),
  };
  return stringify(written, { lineWidth: 120, flowCollectionPadding: true });
}

/** A known failure as it is written. */
export function writtenKnown({ law, check, reason, until }: Omit<KnownFailure, "place">): object {
  return { ...(law === null ? {} : { law }), check, reason, until };
}

function writtenPart(part: SuitePart, pathOf: PathOf): object {
  const { budget, ...rest } = part;
  return { ...writtenFields(rest, pathOf), ...(budget === null ? {} : { budget: durationWords(budget) }) };
}

/** A part without its budget. */
type Unbounded = SuitePart extends infer Part ? (Part extends SuitePart ? Omit<Part, "budget"> : never) : never;

function writtenFields(part: Unbounded, pathOf: PathOf): object {
  switch (part.kind) {
    case "corpus": {
      const { kind, name, from, folder } = part;
      return { kind, name, folder: pathOf(from, folder) };
    }
    case "verify": {
      const { kind, name, from, traces, profile } = part;
      const judgedBy = profile === null ? {} : { profile: writtenProfile(profile) };
      return { kind, name, traces: traces.map((trace) => pathOf(from, trace)), ...judgedBy };
    }
    case "reference": {
      const { pools, profiles, ...rest } = part;
      return { ...rest, pools: pools.map(writtenPool), profiles: profiles.map(writtenProfile) };
    }
    case "handover": {
      const { allMapsOf, ...rest } = part;
      return allMapsOf === null ? rest : { ...rest, allMapsOf };
    }
    case "mutants":
      return part;
    case "explore":
    case "test": {
      const { targets, pools, profiles, ...rest } = part;
      return {
        ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null)),
        targets: Object.fromEntries(
          targets.map((target) => [writtenTarget(target, pathOf), target.expected ?? "holds"]),
        ),
        ...(pools === null ? {} : { pools: pools.map(writtenPool) }),
        ...(profiles === null ? {} : { profiles: profiles.map(writtenProfile) }),
      };
    }
  }
}

function writtenTarget({ label, named, place }: SuiteTarget, pathOf: PathOf): string {
  switch (named.kind) {
    case "spec":
    case "ours":
      return label;
    case "file":
      return pathOf(place.file, named.path);
    case "program": {
      const [program = "", ...words] = named.words;
      const path = program.includes("/") ? pathOf(place.file, program) : program;
      // Without a slash it would be looked for in PATH.
      return ["--", program.includes("/") && !path.includes("/") ? `./${path}` : path, ...words].join(" ");
    }
  }
}

/** The fields in which the profile differs from the strict one, or its name where it does not. */
function writtenProfile(profile: Profile): unknown {
  const fields = Object.entries(profile).filter(([field, value]) => value !== STRICT_PROFILE[field as keyof Profile]);
  return fields.length === 0 ? profile.name : Object.fromEntries(fields);
}

function writtenPool({ name, shape }: NamedPool): object {
  const { maxOrder, pages, basePfn, reserved, zones }: PoolShape = shape;
  return {
    name,
    maxOrder,
    pages,
    ...(basePfn === 0 ? {} : { basePfn }),
    ...(reserved.length === 0 ? {} : { reserved: reserved.map(({ start, end }) => [start, end]) }),
    ...(zones.length === 0 ? {} : { zones: zones.map((zone) => ({ name: zone.name, pfns: [zone.start, zone.end] })) }),
  };
}
