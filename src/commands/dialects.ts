// Which dialect a log is read by: one that comes with the package, by its name, or a file (it has a dot or a slash).

import { readFileSync } from "node:fs";
import type { Dialect } from "../dialect.ts";
import { readDialect } from "../spec/dialect.ts";
import { nearest } from "../spec/nearest.ts";
import type { Matching } from "../trace/dialect-reader.ts";
import { InputError, inputError } from "./input.ts";
import { bundledDialects } from "./package-files.ts";

/** A dialect and how the command line calls it. */
export interface NamedDialect {
  readonly named: string;
  readonly dialect: Dialect;
}

/** `--dialect`: throws an InputError where there is no such dialect, or something is wrong with it. */
export function namedDialect(named: string): NamedDialect {
  const read = readDialect(textOf(named), fileOf(named));
  if (read.kind === "wrong") throw new InputError(read.problems);
  return { named, dialect: read.dialect };
}

function isFile(name: string): boolean {
  return name.includes(".") || name.includes("/");
}

function fileOf(named: string): string {
  return isFile(named) ? named : (bundledDialects().find(named)?.file ?? named);
}

function textOf(named: string): string {
  if (!isFile(named)) return bundledText(named);
  try {
    return readFileSync(named, "utf8");
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw inputError("INPUT_NOT_FOUND", named, "a dialect file", found);
  }
}

function bundledText(name: string): string {
  const library = bundledDialects();
  const found = library.find(name);
  if (found !== null) return found.text;
  const meant = nearest(name, library.names);
  const expected = meant === null ? `a dialect: ${library.names.join(", ")}, or a file` : `a dialect, perhaps ${meant}`;
  throw inputError("DIALECT_UNKNOWN", "--dialect", expected, name);
}

/** What somebody should know who wonders whether the dialect is the right one; none where it read every line. */
export function matchingWords(file: string, { lines, rules, unmatched, firstUnmatched }: Matching): readonly string[] {
  const idle = rules.filter((rule) => rule.lines === 0).map(({ name }) => `\`${name}\``);
  const head = `${file}: no rule matches ${unmatched} of ${lines} lines, the first of them:`;
  const strange = unmatched === 0 ? [] : [head, ...firstUnmatched.map(({ line, text }) => `  ${line}: ${text}`)];
  return idle.length === 0 ? strange : [...strange, `${file}: no line matches the rule ${idle.join(", ")}`];
}
