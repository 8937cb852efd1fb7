// The files beside a Linux kernel trace, taken together: which they are, by name, and what they say.
//
//  1. A file's role is told by the first words of its name: `zoneinfo.before`, `buddyinfo.after`, `stats.cpu0`,
//     `kpf.before.gz`. Files of other names are none of ours.
//  2. Of zoneinfo the earlier one is used: the zones' spans do not move while a trace is recorded.
//  3. The largest order is what a person says, else what the rows of buddyinfo say, else the usual one.
//  4. What is compared needs both its halves; half a pair is left out as if it were not there.

import type { Problem } from "../problem.ts";
import {
  USUAL_MAX_ORDER,
  parseBuddyinfo,
  parseCpuStats,
  parseFreeRuns,
  parseVmstat,
  parseZoneinfo,
  type CpuStats,
  type EnvironmentRead,
  type FreeArea,
  type FreeRuns,
  type LinuxZone,
  type NamedText,
  type Vmstat,
} from "./linux-env.ts";

/** The same thing, just before and just after a recording. */
export interface Pair<Value> {
  readonly before: Value;
  readonly after: Value;
}

/** What is known beside a trace; null or empty where nothing is. */
export interface LinuxEnvironment {
  readonly zones: readonly LinuxZone[] | null;
  readonly buddyinfo: Pair<readonly FreeArea[]> | null;
  readonly kpageflags: Pair<FreeRuns> | null;
  readonly vmstat: Pair<Vmstat> | null;
  readonly stats: readonly CpuStats[];
  /** The kernel's MAX_PAGE_ORDER, inclusive. */
  readonly maxOrder: number;
  /** The files that say so. */
  readonly files: readonly string[];
}

export const NO_ENVIRONMENT: LinuxEnvironment = {
  zones: null,
  buddyinfo: null,
  kpageflags: null,
  vmstat: null,
  stats: [],
  maxOrder: USUAL_MAX_ORDER,
  files: [],
};

/** The texts that make an environment, as far as there are any. */
export interface EnvironmentTexts {
  readonly zoneinfo: NamedText | null;
  readonly buddyinfo: Pair<NamedText> | null;
  readonly kpageflags: Pair<NamedText> | null;
  readonly vmstat: Pair<NamedText> | null;
  readonly stats: readonly NamedText[];
  /** Where a person said it. */
  readonly maxOrder: number | null;
}

/** Reads all texts; the environment is complete only where there are no problems. */
export function readEnvironment(texts: EnvironmentTexts): {
  readonly environment: LinuxEnvironment;
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];
  const files: string[] = [];
  function valueOf<Value>(parse: (text: NamedText) => EnvironmentRead<Value>, text: NamedText): Value | null {
    files.push(text.file);
    const read = parse(text);
    if (read.kind === "read") return read.value;
    problems.push(...read.problems);
    return null;
  }
  function pair<Value>(
    parse: (text: NamedText) => EnvironmentRead<Value>,
    both: Pair<NamedText> | null,
  ): Pair<Value> | null {
    if (both === null) return null;
    const before = valueOf(parse, both.before);
    const after = valueOf(parse, both.after);
    return before === null || after === null ? null : { before, after };
  }
  const zones = texts.zoneinfo === null ? null : valueOf(parseZoneinfo, texts.zoneinfo);
  const buddyinfo = pair(parseBuddyinfo, texts.buddyinfo);
  const environment: LinuxEnvironment = {
    zones,
    buddyinfo,
    kpageflags: pair(parseFreeRuns, texts.kpageflags),
    vmstat: pair(parseVmstat, texts.vmstat),
    stats: texts.stats.flatMap((text) => valueOf(parseCpuStats, text) ?? []),
    maxOrder: texts.maxOrder ?? maxOrderShown(buddyinfo) ?? USUAL_MAX_ORDER,
    files,
  };
  return { environment, problems };
}

/** The largest order that has a column in buddyinfo. */
function maxOrderShown(buddyinfo: Pair<readonly FreeArea[]> | null): number | null {
  const row = buddyinfo?.before[0];
  return row === undefined ? null : row.counts.length - 1;
}

const ROLE = /^(zoneinfo|buddyinfo|kpf|kpageflags|vmstat)\.(before|after)(?:\.\w+)*$|^stats\.cpu\d+$/;

/** Is this a name (without folder) of a file that belongs to an environment? */
export function isEnvironmentName(name: string): boolean {
  return ROLE.test(name);
}

/** Sorts the files of a folder, by name, into their roles. */
export function textsOfFolder(files: readonly NamedText[]): EnvironmentTexts {
  function find(pattern: RegExp): NamedText | null {
    return files.find((file) => pattern.test(baseName(file))) ?? null;
  }
  function pair(name: string): Pair<NamedText> | null {
    const before = find(new RegExp(`^(?:${name})\\.before`));
    const after = find(new RegExp(`^(?:${name})\\.after`));
    return before === null || after === null ? null : { before, after };
  }
  return {
    zoneinfo: find(/^zoneinfo\.before/) ?? find(/^zoneinfo\.after/),
    buddyinfo: pair("buddyinfo"),
    kpageflags: pair("kpf|kpageflags"),
    vmstat: pair("vmstat"),
    stats: files.filter((file) => /^stats\.cpu\d+$/.test(baseName(file))),
    maxOrder: null,
  };
}

function baseName({ file }: NamedText): string {
  return file.slice(file.lastIndexOf("/") + 1);
}
