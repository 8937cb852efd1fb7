// What GitHub shows beside a change: an annotation for each defect, as workflow commands.
//
//  1. About ten annotations of each kind are shown for a step; the rest is counted in a last one.
//  2. A value may hold no `%`, line end, `:` or `,` of its own; they are escaped as the runner's toolkit does it.
//  3. What is undecided or vacuous is a warning: it is not passed.
//
// Source: GitHub Docs, workflow commands; actions/toolkit, packages/core/src/command.ts.

import { itemPath, type Defect, type Item, type Outcome } from "./outcome.ts";

const SHOWN_MAX = 9;

interface Annotation {
  readonly kind: "error" | "warning" | "notice";
  readonly properties: Readonly<Record<string, string | number>>;
  readonly message: string;
}

export function githubReport(outcomes: readonly Outcome[]): string {
  const all = outcomes.flatMap(({ sections }) => sections.flatMap(({ items }) => items.flatMap(annotationsOf)));
  const lines = (["error", "warning", "notice"] as const).flatMap((kind) => {
    const some = all.filter((annotation) => annotation.kind === kind);
    const more = some.length - SHOWN_MAX;
    const rest =
      more > 0 ? [line({ kind, properties: {}, message: `${more} more of these in the log of this step` })] : [];
    return [...some.slice(0, SHOWN_MAX).map(line), ...rest];
  });
  return lines.map((each) => `${each}\n`).join("");
}

function annotationsOf(item: Item): readonly Annotation[] {
  const told = item.defects.map((defect) => annotationOf(item, defect));
  if (item.verdict !== "undecided" && item.verdict !== "vacuous") return told;
  const message = `${item.verdict}: ${item.outcome}`;
  return [...told, { kind: "warning", properties: { title: itemPath(item) }, message }];
}

function annotationOf(item: Item, { rule, level, place, message, rows }: Defect): Annotation {
  const at = place === null || place.line === 0 ? {} : { file: place.file, line: place.line, col: place.column };
  const text = [message, ...rows.map(({ heading, text: said }) => `${heading}: ${said}`)].join("\n");
  const kind = level === "known" ? "notice" : level;
  return { kind, properties: { ...at, title: `${rule} in ${itemPath(item)}` }, message: text };
}

/** `::error file=boot.jsonl,line=57::served page 389, but …`. */
function line({ kind, properties, message }: Annotation): string {
  const pairs = Object.entries(properties).map(([name, value]) => `${name}=${escapedProperty(String(value))}`);
  return `::${kind}${pairs.length === 0 ? "" : ` ${pairs.join(",")}`}::${escapedData(message)}`;
}

function escapedData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapedProperty(text: string): string {
  return escapedData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
