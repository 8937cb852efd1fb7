// The files beside a kernel trace: those that options name, and those that lie where recorders put them.
//
//  1. An option outranks a file that was found.
//  2. Found are files of an environment's names (`zoneinfo.before`, `kpf.after.gz`, …) in `env/NAME/`, where NAME is the
//     trace's name without `.txt` and without the ending of its compression; else beside the trace, if no other trace
//     lies there that they might belong to.
//  3. What was used is said in the report.

import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Problem } from "../problem.ts";
import type { NamedText } from "../trace/linux-env.ts";
import {
  isEnvironmentName,
  readEnvironment,
  textsOfFolder,
  type EnvironmentTexts,
  type LinuxEnvironment,
  type Pair,
} from "../trace/linux-environment.ts";
import { InputError, inputError, isTraceName, openInput, STDIN } from "./input.ts";

/** Options that name environment files; pairs are `before,after`, lists are separated by commas. */
export interface EnvironmentFlags {
  readonly zoneinfo?: string;
  readonly buddyinfo?: string;
  readonly kpageflags?: string;
  readonly vmstat?: string;
  readonly stats?: string;
  /** The kernel's MAX_PAGE_ORDER. */
  readonly maxOrder?: number;
}

/** Reads the environment of one kernel trace. Throws an InputError for a file that an option names wrongly. */
export async function environmentFor(
  path: string,
  flags: EnvironmentFlags,
): Promise<{ readonly environment: LinuxEnvironment; readonly problems: readonly Problem[] }> {
  const found = textsOfFolder(path === STDIN ? [] : await textsBeside(path));
  const named = await textsNamed(flags);
  return readEnvironment({
    zoneinfo: named.zoneinfo ?? found.zoneinfo,
    buddyinfo: named.buddyinfo ?? found.buddyinfo,
    kpageflags: named.kpageflags ?? found.kpageflags,
    vmstat: named.vmstat ?? found.vmstat,
    stats: named.stats.length > 0 ? named.stats : found.stats,
    maxOrder: named.maxOrder,
  });
}

async function textsNamed(flags: EnvironmentFlags): Promise<EnvironmentTexts> {
  return {
    zoneinfo: flags.zoneinfo === undefined ? null : await textOf(flags.zoneinfo),
    buddyinfo: await pairNamed("--buddyinfo", flags.buddyinfo),
    kpageflags: await pairNamed("--kpageflags", flags.kpageflags),
    vmstat: await pairNamed("--vmstat", flags.vmstat),
    stats: await Promise.all((flags.stats?.split(",") ?? []).map(textOf)),
    maxOrder: flags.maxOrder ?? null,
  };
}

async function pairNamed(option: string, names: string | undefined): Promise<Pair<NamedText> | null> {
  if (names === undefined) return null;
  const [before, after, ...more] = names.split(",");
  if (before === undefined || after === undefined || more.length > 0) {
    throw inputError("OPTION_VALUE", option, "two files: before,after", names);
  }
  return { before: await textOf(before), after: await textOf(after) };
}

async function textsBeside(path: string): Promise<NamedText[]> {
  const folder = dirname(path);
  const name = basename(path)
    .replace(/\.(?:gz|zst)$/, "")
    .replace(/\.txt$/, "");
  const own = await environmentNames(join(folder, "env", name));
  if (own.length > 0) return Promise.all(own.map(textOf));
  const others = (await namesIn(folder)).filter((other) => other !== basename(path) && isTraceName(other));
  return others.length > 0 ? [] : Promise.all((await environmentNames(folder)).map(textOf));
}

async function environmentNames(folder: string): Promise<string[]> {
  const names = (await namesIn(folder)).filter(isEnvironmentName).sort();
  return names.map((name) => join(folder, name));
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    // No such folder: nothing lies there.
    return [];
  }
}

async function textOf(file: string): Promise<NamedText> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of openInput(file)) chunks.push(chunk.slice());
  try {
    return { file, text: new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks)) };
  } catch {
    throw new InputError([
      {
        code: "INPUT_ENCODING",
        place: { file, line: 0, column: 0 },
        expected: "UTF-8 text",
        found: "bytes that are not UTF-8",
        source: "",
      },
    ]);
  }
}
