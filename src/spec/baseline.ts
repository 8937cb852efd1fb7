// A baseline: the failures that were there when it was written, each put up with for a reason and for a while.
//
//  1. The file is YAML: `baseline: 1`, and `known`, whose entries are those of a suite with the suite's name besides.
//  2. An entry counts for the suite that it names, or for every suite where it names none, as if it stood there: one
//     that fits no failure, or whose day has come, fails (src/suite/weigh.ts).

import { stringify } from "yaml";
import type { Problem } from "../problem.ts";
import { problemsOf } from "./complaints.ts";
import { readSpecDocument } from "./spec-document.ts";
import { knownOf, type KnownFailure } from "./suite.ts";
import { writtenKnown } from "./suite-print.ts";
import { BASELINE, baselineKeysAt } from "./suite-schema.ts";

/** A known failure of the suite of this name, or of any (null). */
export interface BaselineEntry extends KnownFailure {
  readonly suite: string | null;
}

export type BaselineRead =
  | { readonly kind: "baseline"; readonly entries: readonly BaselineEntry[] }
  | { readonly kind: "wrong"; readonly problems: readonly Problem[] };

export function readBaseline(text: string, file: string): BaselineRead {
  const read = readSpecDocument(text, file);
  if (read.kind === "wrong") return read;
  const { document } = read;
  const parsed = BASELINE.safeParse(document.value);
  if (!parsed.success) {
    const demands = { code: "SUITE_FIELD", called: "a baseline", keysAt: baselineKeysAt } as const;
    return { kind: "wrong", problems: problemsOf(parsed.error, document, demands) };
  }
  const problems: Problem[] = [];
  const entries = parsed.data.known.flatMap(({ suite = null, ...written }, index) =>
    knownOf(written, ["known", index], { document, problems }).map((entry) => ({ ...entry, suite })),
  );
  return problems.length > 0 ? { kind: "wrong", problems } : { kind: "baseline", entries };
}

/** The text of a baseline. */
export function printBaseline(entries: readonly Omit<BaselineEntry, "place">[]): string {
  const known = entries.map(({ suite, ...entry }) => ({
    ...(suite === null ? {} : { suite }),
    ...writtenKnown(entry),
  }));
  return stringify({ baseline: 1, known }, { lineWidth: 120 });
}
