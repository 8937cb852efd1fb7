// A case with other verdicts: the text of the file, changed in these places only.

import { isMap, parseDocument, type YAMLMap } from "yaml";
import type { Expected } from "./case.ts";

/** The text with these verdicts, one for each entry of `expect`; comments and order stay. */
export function withVerdicts(text: string, verdicts: readonly Expected[]): string {
  const document = parseDocument(text);
  for (const [at, expected] of verdicts.entries()) {
    const entry = document.getIn(["expect", at], true);
    if (isMap(entry)) setVerdict(entry, expected);
  }
  return document.toString({ lineWidth: 0 });
}

function setVerdict(entry: YAMLMap, expected: Expected): void {
  entry.set("verdict", expected.kind);
  const fields = expected.kind === "violated" ? { line: expected.line, law: expected.law, blame: expected.blame } : {};
  for (const field of ["line", "law", "blame"] as const) {
    const value = (fields as Readonly<Record<string, unknown>>)[field];
    if (value === undefined) entry.delete(field);
    else entry.set(field, value);
  }
}
