// From one written form of a trace to another, line by line and without loss.
//
//  1. Input is JSON Lines, as a reader hands it on (YAML becomes JSON Lines first, yaml-json.ts). A line's
//     text is copied, not written anew, so unknown fields and long numbers survive as they are.
//  2. "jsonl" is the lines themselves. "yaml" is the header as a block mapping of JSON values, and each event
//     as a document `--- {…}`: JSON is YAML, and one line stays one line.
//  3. "notation" is that header and all events in the short notation. What it has no words for, a time or a
//     note, is not dropped: the first such field is reported and nothing more is written.
//  4. A header field `events` would be read as events in YAML, so it is reported too.

import { parseTree, type Node } from "jsonc-parser";
import type { Command, Outcome } from "../../model/command.ts";
import { formatStep } from "../../model/notation.ts";
import type { Problem } from "../problem.ts";
import type { TraceCursor, TraceHeader, TraceSink } from "./event.ts";

export const CONVERT_TARGETS = ["jsonl", "yaml", "notation"] as const;
export type ConvertTarget = (typeof CONVERT_TARGETS)[number];

/** Where in the input a place in a line of JSON comes from, and the text there. */
export type Origin = (line: number, column: number, json: string) => Pick<Problem, "place" | "source">;

/** Fields that the short notation has words for, by `op`. */
const WRITTEN_FIELDS: Readonly<Record<string, readonly string[]>> = {
  alloc: ["order", "pages", "pfn", "addr", "zone", "zeroed", "ok"],
  free: ["pfn", "addr", "order", "pages", "ok"],
  snapshot: ["free", "cached"],
  counts: ["free", "zone"],
  add: ["pfn", "pages", "ok"],
  remove: ["pfn", "pages", "ok"],
  died: ["how", "in"],
  lost: ["events"],
};

/** Columns of a line of written events. */
const COLUMNS = 100;

/** Longest key that YAML reads without a `?` before it, with room for its quotes. */
const KEY_MAX = 1000;

/** Plain words that YAML reads as texts. */
const PLAIN_KEY = /^(?!(?:null|true|false)$)[a-z_][a-z0-9_]*$/u;

/** Takes a trace from a reader and writes it in another form. */
export class Converter implements TraceSink {
  /** Set by whoever connects a reader. */
  cursor: TraceCursor | null = null;
  readonly problems: Problem[] = [];
  readonly #target: ConvertTarget;
  readonly #origin: Origin;
  /** Text that nobody has taken yet. */
  #text = "";
  /** The line of written events that is not yet full. */
  #words = "";

  constructor(target: ConvertTarget, origin: Origin) {
    this.#target = target;
    this.#origin = origin;
  }

  /** What was written since the last call. */
  take(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }

  /** The trace is over. */
  end(): void {
    this.#endWords();
  }

  header(_header: TraceHeader, line: number): number {
    const json = this.#json();
    if (this.#target === "jsonl") this.#text += `${json}\n`;
    else {
      const fields = propertiesOf(json);
      if (fields.some(({ key }) => key === "events")) this.#lose(line, "events");
      // Other first keys could be taken for something else than YAML.
      if (fields[0]?.key !== "buddytrace") this.#text += "---\n";
      this.#text += fields.map(({ key, value }) => `${yamlKey(key)} ${value}\n`).join("");
      if (this.#target === "notation") this.#text += "events: |\n";
    }
    return 0;
  }

  event(command: Command, outcome: Outcome, line: number): void {
    if (this.#target === "notation") this.#write(line, formatStep(command, outcome));
    else this.#copy();
  }

  lost(events: number | null, line: number): void {
    if (this.#target === "notation") this.#write(line, events === null ? "lost" : `lost*${events}`);
    else this.#copy();
  }

  note(line: number): void {
    if (this.#target === "notation") this.#lose(line, "text");
    else this.#copy();
  }

  problem(problem: Problem): void {
    this.problems.push(problem);
  }

  #json(): string {
    return (this.cursor as TraceCursor).lineText(Infinity);
  }

  #copy(): void {
    this.#text += this.#target === "yaml" ? `--- ${this.#json()}\n` : `${this.#json()}\n`;
  }

  /** Observations stand in a line of their own; calls fill one. `words` is null where there are none. */
  #write(line: number, words: string | null): void {
    const event = JSON.parse(this.#json()) as Record<string, unknown>;
    const unwritten = unwrittenField(event);
    if (unwritten !== null || words === null) {
      this.#lose(line, unwritten ?? wordlessField(event));
      return;
    }
    const isLong = words.startsWith("free") || words.startsWith("counts");
    if (isLong || this.#words.length + words.length >= COLUMNS) this.#endWords();
    this.#words += this.#words === "" ? `  ${words}` : ` ${words}`;
    if (isLong) this.#endWords();
  }

  #endWords(): void {
    if (this.#words !== "") this.#text += `${this.#words}\n`;
    this.#words = "";
  }

  /** Reports the first field that the target has no place for. */
  #lose(line: number, field: string): void {
    if (this.problems.length > 0) return;
    const json = this.#json();
    const expected = `events that ${this.#target === "yaml" ? "YAML" : "the short notation"} can hold`;
    const origin = this.#origin(line, json.indexOf(`"${field}"`) + 1, json);
    this.problems.push({ code: "CONVERT_LOSSY", ...origin, expected, found: `\`${field}\`` });
  }
}

/** The keys of a JSON object with the text of their values. */
function propertiesOf(json: string): { readonly key: string; readonly value: string }[] {
  return ((parseTree(json) as Node).children ?? []).map(({ children }) => {
    const [key, value] = children as [Node, Node];
    return { key: key.value as string, value: json.slice(value.offset, value.offset + value.length) };
  });
}

function yamlKey(key: string): string {
  const written = PLAIN_KEY.test(key) ? key : JSON.stringify(key);
  return written.length > KEY_MAX ? `? ${written}\n:` : `${written}:`;
}

/** The first field of an event that the short notation has no words for, or null. */
function unwrittenField(event: Record<string, unknown>): string | null {
  const written = WRITTEN_FIELDS[String(event["op"])] ?? [];
  const field = Object.keys(event).find((key) => key !== "op" && !written.includes(key));
  if (field !== undefined) return field;
  const { in: call } = event;
  return typeof call === "object" && call !== null ? unwrittenField(call as Record<string, unknown>) : null;
}

/** The field that leaves an event without words though all its fields have some: it holds what no word can. */
function wordlessField(event: Record<string, unknown>): string {
  const { how, zone } = event;
  if (typeof how === "string" && !/^\S+$/u.test(how)) return "how";
  if (typeof zone === "string" && !/^[^\s=!#]+$/u.test(zone)) return "zone";
  return ["addr", "free"].find((field) => field in event) ?? "in";
}
