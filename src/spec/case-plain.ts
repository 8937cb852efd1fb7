// Cases in the form that buddycheck itself writes (src/corpus/case-text.ts), read without a parser of YAML.
//
//  1. Only a part of YAML is read here, and all that is read means the same to YAML: fields at the start of a line,
//     each with a number, a text in JSON, a plain text that can be nothing else, or a list of pairs of numbers;
//     `events` as a list of such texts; `expect` as a list of mappings in braces.
//  2. Everything else, be it right or wrong, is not plain: the answer is null, and the parser of YAML has its say,
//     with places for what is wrong.
//
// Why: a corpus of 10 000 cases is read in the time in which the parser of YAML reads some hundreds.

/** A text of `events`, and the line it stands in. */
export interface PlainEvents {
  readonly text: string;
  readonly line: number;
}

export interface PlainCase {
  /** The fields of the file; `events` as a list of texts. */
  readonly value: Readonly<Record<string, unknown>>;
  readonly events: readonly PlainEvents[];
  readonly lineCount: number;
}

const FIELD = /^([a-z][a-z_]*):(?: (\S.*))?$/u;
const ITEM = /^ {2}- (\S.*)$/u;
const NUMBER = /^(?:0|[1-9]\d{0,14})$/u;
const RANGES = /^\[(?:\[\d{1,15}, \d{1,15}\](?:, \[\d{1,15}, \d{1,15}\])*)?\]$/u;
const ZONE = /\{ name: ([a-z][\w-]*), pfns: \[(\d{1,15}), (\d{1,15})\] \}/gu;
const ZONES = new RegExp(String.raw`^\[${ZONE.source}(?:, ${ZONE.source})*\]$`, "u");
const PAIR = /^([A-Za-z]\w*): (\S.*)$/u;
/** A letter, or a relative path, then nothing that means something to YAML; what could be a number, a date or a truth is none of these. */
const PLAIN =
  /^(?:(?:[A-Za-z]|\.{1,2}\/)[^\n\r\t"'`{}[\]&*#?|<>=!%@\\:]*|[ap]\d+(?:@\w+)?(?:=\d+[~z]?|!)|f\d+(?:[:*]\d+)?[+!]?|(?:free|cached|counts)(?: \d+(?::\d+)?| cached)*)$/u;
/** What YAML 1.2 takes for something other than a text; `no` and `on` are texts. */
const TRUTH = /^(?:true|false|null)$/iu;

/** The case, or null where it is not plain. */
export function readPlainCase(text: string): PlainCase | null {
  const lines = text.split("\n");
  if (lines.pop() !== "") return null;
  const value: Record<string, unknown> = {};
  const events: PlainEvents[] = [];
  for (let at = 0; at < lines.length; at++) {
    const [, field, written] = FIELD.exec(lines[at] as string) ?? [];
    if (field === undefined || field in value) return null;
    if (written !== undefined) {
      const found = valueOf(written);
      if (found === undefined) return null;
      value[field] = found;
      continue;
    }
    const items: unknown[] = [];
    for (; at + 1 < lines.length; at++) {
      const [, item] = ITEM.exec(lines[at + 1] as string) ?? [];
      if (item === undefined) break;
      const found = field === "events" ? textOf(item) : field === "expect" ? mappingOf(item) : undefined;
      if (found === undefined) return null;
      items.push(found);
      if (field === "events") events.push({ text: found as string, line: at + 2 });
    }
    if (items.length === 0) return null;
    value[field] = items;
  }
  return { value, events, lineCount: lines.length };
}

function valueOf(written: string): unknown {
  if (NUMBER.test(written)) return Number(written);
  if (RANGES.test(written)) return JSON.parse(written) as unknown;
  return ZONES.test(written) ? zonesIn(written) : textOf(written);
}

function zonesIn(written: string): readonly object[] {
  return [...written.matchAll(ZONE)].map(([, name, start, end]) => ({ name, pfns: [Number(start), Number(end)] }));
}

/** A text, or undefined where it may be something else. */
function textOf(written: string): string | undefined {
  if (written.startsWith('"')) return quoted(written);
  return PLAIN.test(written) && !TRUTH.test(written) && !written.endsWith(" ") ? written : undefined;
}

/** A text in JSON, which YAML reads in the same way. */
function quoted(written: string): string | undefined {
  try {
    const found = JSON.parse(written) as unknown;
    return typeof found === "string" ? found : undefined;
  } catch {
    return undefined;
  }
}

/** `{ profile: { fit: best }, verdict: holds }`: words, numbers, and mappings of these. */
function mappingOf(written: string): Readonly<Record<string, unknown>> | undefined {
  if (!written.startsWith("{ ") || !written.endsWith(" }")) return undefined;
  const value: Record<string, unknown> = {};
  for (const pair of pairsIn(written.slice(2, -2))) {
    const [, field, word] = PAIR.exec(pair) ?? [];
    if (field === undefined || word === undefined || field in value) return undefined;
    const found = word.startsWith("{") ? mappingOf(word) : wordOf(word);
    if (found === undefined) return undefined;
    value[field] = found;
  }
  return value;
}

/** The pieces between commas that stand in no braces of their own. */
function pairsIn(written: string): readonly string[] {
  return written.split(/, (?![^{]*\})/u);
}

function wordOf(written: string): unknown {
  if (NUMBER.test(written)) return Number(written);
  return /^[A-Za-z][\w-]*$/u.test(written) && !TRUTH.test(written) ? written : undefined;
}
