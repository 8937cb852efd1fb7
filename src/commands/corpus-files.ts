// The files of a regression corpus: its cases, by name, and the traces that they judge.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type { CorpusWorld, NamedCase } from "../corpus/run.ts";
import type { Problem } from "../problem.ts";
import { readCase } from "../spec/case.ts";
import type { ProfileLibrary } from "../spec/profile.ts";
import type { Verifier } from "../verify/verify.ts";
import { namedDialect } from "./dialects.ts";
import { InputError, inputError } from "./input.ts";
import { bundledProfiles } from "./package-files.ts";
import { readTrace } from "./read-trace.ts";

const SUFFIX = ".case.yaml";

/** Every case below a folder, in the order of the names. Throws an InputError with all that is wrong in them. */
export function readCorpus(folder: string): readonly NamedCase[] {
  const library = cached(bundledProfiles());
  const cases: NamedCase[] = [];
  const problems: Problem[] = [];
  for (const path of pathsBelow(folder)) {
    if (!path.endsWith(SUFFIX)) continue;
    const file = join(folder, path);
    const read = readCase(readFileSync(file, "utf8"), file, library);
    if (read.kind === "wrong") problems.push(...read.problems);
    else cases.push({ name: path.slice(0, -SUFFIX.length).replaceAll(sep, "/"), read: read.read });
  }
  if (problems.length > 0) throw new InputError(problems);
  return cases;
}

/** A library that reads no file twice. */
function cached(library: ProfileLibrary): ProfileLibrary {
  const found = new Map<string, ReturnType<ProfileLibrary["find"]>>();
  return {
    names: library.names,
    find: (name) => {
      if (!found.has(name)) found.set(name, library.find(name));
      return found.get(name) ?? null;
    },
  };
}

function pathsBelow(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
      .sort();
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw inputError("INPUT_NOT_FOUND", folder, "the folder of a corpus", found);
  }
}

/** A corpus in the file system, today. */
export function corpusFiles(): CorpusWorld {
  return { feed: feedFile, beside: (file, name) => join(dirname(file), name), today: today() };
}

/** Today's date in UTC, as 2026-11-30. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function feedFile(file: string, verifier: Verifier, dialect: string | null): Promise<number> {
  if (dialect === null) return readTrace(file, verifier);
  return readTrace(file, verifier, { dialect: namedDialect(dialect).dialect, told: () => undefined });
}
