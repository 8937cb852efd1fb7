// The short written form of commands, outcomes and states, for tests, reports and hand-written traces.
//
//  1. A text is words between white space. pfns count from the pool's first frame: `basePfn` is added on
//     the way in and taken off on the way out. Numbers are decimal.
//  2. A call and its answer are one word:
//       a2=4      a block of order 2 is asked for and served at 4; `a2=4~` found not zeroed, `a2=4z` zeroed
//       a2!       refused                     a2@dma=4  asked of zone dma
//       p3=4      3 pages are asked for, with the same answers
//       f4        4 is freed, no size named   f4:2      naming order 2        f4*3  naming 3 pages
//       +8*4      4 pages at 8 join           -8*4      they leave
//     After a free, a join or a leave, `+` is accepted, `!` refused, and nothing is nothing said.
//     After any call, `#abort` instead of an answer is a death; `#abort` alone, one in a call not named.
//  3. What an observer saw is a word and the words after it, up to the next that cannot belong to it:
//       free 0:3 4:2 cached 7 9    the lists hold (0, order 3) and (4, order 2); 7 and 9 are held back.
//                                  Lists keep the order in which their blocks are written.
//       counts 1 0 1 0             free blocks per order; `counts@dma …` of one zone
//     `free` alone is empty lists. No call starts with a digit or is spelled `free`, so nothing is ambiguous.
//  4. `lost` or `lost*12`: a recorder dropped events here.
//  5. A state is `live 4:2 free 0:2 8:3`, by address; 5 pages at 8 that are no block are `8*5`.
//
// Limits: a zone or a death whose name has other characters than the grammar's, a fraction of a page, and a
// pfn before the pool have no written form; `formatStep` answers null.

import type { AllocCommand, Command, Outcome, Snapshot } from "./command.ts";
import { OK, REFUSED, UNSAID } from "./command.ts";
import { orderFor, PFN_LIMIT } from "./geometry.ts";
import type { NamedBlock } from "./violation.ts";

/** One event of a written trace. `offset` is where its first word starts in the text. */
export type WrittenEvent =
  | { readonly kind: "step"; readonly command: Command; readonly outcome: Outcome; readonly offset: number }
  | { readonly kind: "lost"; readonly events: number | null; readonly offset: number };

/** A word that is not what the grammar has in its place. */
export interface WrittenFault {
  readonly offset: number;
  readonly expected: string;
  readonly found: string;
}

/** What a text says; `events` is empty where `faults` is not. */
export interface Notation {
  readonly events: readonly WrittenEvent[];
  readonly faults: readonly WrittenFault[];
}

interface Word {
  readonly text: string;
  readonly offset: number;
}

/** An event's meaning, and how many words it took. */
interface Meaning {
  readonly event: { readonly command: Command; readonly outcome: Outcome } | { readonly lost: number | null };
  readonly words: number;
}

/** Orders above this are no order of any pool (SPEC.md 1). */
const ORDER_MAX = 63;

const NAME = String.raw`[^\s=!#]+`;
const ALLOC = new RegExp(String.raw`^([ap])(\d+)(?:@(${NAME}))?(?:=(\d+)([~z]?)|!|#(\S+))$`, "u");
const FREE = /^f(\d+)(?::(\d+)|\*(\d+))?(\+|!|#\S+)?$/u;
const CHANGE = /^([+-])(\d+)\*(\d+)(\+|!|#\S+)?$/u;
const COUNTS = new RegExp(String.raw`^counts(?:@(${NAME}))?(?:#(\S+))?$`, "u");
const WHOLE_NAME = new RegExp(`^${NAME}$`, "u");

/** Reads a written trace. Every wrong word is a fault, and then there are no events. */
export function parseNotation(text: string, basePfn: number = 0): Notation {
  const words = [...text.matchAll(/\S+/gu)].map((match) => ({ text: match[0], offset: match.index }));
  const events: WrittenEvent[] = [];
  const faults: WrittenFault[] = [];
  for (let at = 0; at < words.length;) {
    const { text: word, offset } = words[at] as Word;
    const meaning = meaningOf(words, at, basePfn);
    if (meaning === null) faults.push({ offset, expected: expectedFor(word), found: JSON.stringify(word) });
    else if ("lost" in meaning.event) events.push({ kind: "lost", events: meaning.event.lost, offset });
    else events.push({ kind: "step", ...meaning.event, offset });
    at += meaning?.words ?? 1;
  }
  return { events: faults.length === 0 ? events : [], faults };
}

function meaningOf(words: readonly Word[], at: number, basePfn: number): Meaning | null {
  const { text } = words[at] as Word;
  const first = text.charAt(0);
  if (first === "a" || first === "p") return oneWord(allocIn(text, basePfn));
  if (first === "+" || first === "-") return oneWord(changeIn(text, basePfn));
  if (first === "c") return countsIn(words, at);
  if (first === "l") return lostIn(text);
  if (first === "#" && text.length > 1) return oneWord({ command: { kind: "unnamed" }, outcome: died(text.slice(1)) });
  if (text === "free") return snapshotIn(words, at, basePfn);
  if (text.startsWith("free#") && text.length > "free#".length) {
    const command: Snapshot = { kind: "snapshot", lists: [], cached: [] };
    return oneWord({ command, outcome: died(text.slice("free#".length)) });
  }
  return oneWord(freeIn(text, basePfn));
}

function oneWord(event: Meaning["event"] | null): Meaning | null {
  return event === null ? null : { event, words: 1 };
}

function expectedFor(word: string): string {
  const call = /^[ap]\d+(?:@[^\s=!#]+)?/u.exec(word)?.[0];
  if (call !== undefined) return `an answer to ${call}: ${call}=4, ${call}! or ${call}#abort`;
  if (/^\d+:\d+/u.test(word)) return `\`free\` before blocks, whose orders end at ${ORDER_MAX}`;
  return "a command such as a2=4, f4:2 or free 0:3";
}

function allocIn(word: string, basePfn: number): Meaning["event"] | null {
  const [, call, size, zone = null, pfn, found, how] = ALLOC.exec(word) ?? [];
  if (call === undefined || !isWithin(size, call === "a" ? ORDER_MAX : PFN_LIMIT)) return null;
  const command: AllocCommand =
    call === "a" ? { kind: "alloc", order: Number(size), zone } : { kind: "alloc-pages", pages: Number(size), zone };
  if (how !== undefined) return { command, outcome: died(how) };
  if (pfn === undefined) return { command, outcome: REFUSED };
  if (!isWithin(pfn, PFN_LIMIT)) return null;
  const zeroed = found === "" ? null : found === "z";
  return { command, outcome: { kind: "block", pfn: Number(pfn) + basePfn, zeroed } };
}

function freeIn(word: string, basePfn: number): Meaning["event"] | null {
  const [, head, order, pages, answer] = FREE.exec(word) ?? [];
  if (!isWithin(head, PFN_LIMIT)) return null;
  const pfn = Number(head) + basePfn;
  const outcome = outcomeOf(answer);
  if (order !== undefined) {
    return isWithin(order, ORDER_MAX) ? { command: { kind: "free-order", pfn, order: Number(order) }, outcome } : null;
  }
  if (pages !== undefined) {
    return isWithin(pages, PFN_LIMIT) ? { command: { kind: "free-pages", pfn, pages: Number(pages) }, outcome } : null;
  }
  return { command: { kind: "free", pfn }, outcome };
}

function changeIn(word: string, basePfn: number): Meaning["event"] | null {
  const [, sign, head, pages, answer] = CHANGE.exec(word) ?? [];
  if (!isWithin(head, PFN_LIMIT) || !isWithin(pages, PFN_LIMIT)) return null;
  const range = { pfn: Number(head) + basePfn, pages: Number(pages) };
  return { command: { kind: sign === "+" ? "add" : "remove", ...range }, outcome: outcomeOf(answer) };
}

function outcomeOf(answer: string | undefined): Outcome {
  if (answer === undefined) return UNSAID;
  if (answer === "+") return OK;
  return answer === "!" ? REFUSED : died(answer.slice(1));
}

function died(how: string): Outcome {
  return { kind: "crashed", how };
}

function lostIn(word: string): Meaning | null {
  const match = /^lost(?:\*(\d+))?$/u.exec(word);
  const events = match?.[1];
  if (match === null || (events !== undefined && !isWithin(events, PFN_LIMIT))) return null;
  return oneWord({ lost: events === undefined ? null : Number(events) });
}

function countsIn(words: readonly Word[], at: number): Meaning | null {
  const [match, zone = null, how] = COUNTS.exec((words[at] as Word).text) ?? [];
  if (match === undefined) return null;
  if (how !== undefined) return oneWord({ command: { kind: "counts", free: [], zone }, outcome: died(how) });
  const free = numbersAfter(words, at);
  if (free.length > ORDER_MAX + 1) return null;
  return { event: { command: { kind: "counts", free, zone }, outcome: OK }, words: 1 + free.length };
}

function snapshotIn(words: readonly Word[], at: number, basePfn: number): Meaning | null {
  const lists: number[][] = [];
  let next = at + 1;
  for (; next < words.length; next++) {
    const [match, pfn, order] = /^(\d+):(\d+)$/u.exec((words[next] as Word).text) ?? [];
    if (match === undefined || !isWithin(pfn, PFN_LIMIT) || !isWithin(order, ORDER_MAX)) break;
    while (lists.length <= Number(order)) lists.push([]);
    lists[Number(order)]?.push(Number(pfn) + basePfn);
  }
  const held = words[next]?.text === "cached" ? numbersAfter(words, next) : null;
  const cached = (held ?? []).map((pfn) => pfn + basePfn);
  const length = next - at + (held === null ? 0 : 1 + held.length);
  return { event: { command: { kind: "snapshot", lists, cached }, outcome: OK }, words: length };
}

/** The numbers that stand behind the word at `at`. */
function numbersAfter(words: readonly Word[], at: number): number[] {
  const numbers: number[] = [];
  for (let next = at + 1; next < words.length; next++) {
    const { text } = words[next] as Word;
    if (!/^\d+$/u.test(text) || !isWithin(text, PFN_LIMIT)) break;
    numbers.push(Number(text));
  }
  return numbers;
}

function isWithin(digits: string | undefined, max: number): digits is string {
  return digits !== undefined && Number(digits) <= max;
}

/** The words for a command and its outcome, or null where there are none. */
export function formatStep(command: Command, outcome: Outcome, basePfn: number = 0): string | null {
  const call = formatCommand(command, outcome, basePfn);
  const answer = formatOutcome(command, outcome, basePfn);
  return call === null || answer === null ? null : `${call}${answer}`;
}

function formatCommand(command: Command, outcome: Outcome, basePfn: number): string | null {
  switch (command.kind) {
    case "alloc":
      return inZone(`a${command.order}`, command.zone);
    case "alloc-pages":
      return inZone(`p${command.pages}`, command.zone);
    case "free":
      return placed("f", command.pfn, basePfn, "");
    case "free-order":
      return placed("f", command.pfn, basePfn, `:${command.order}`);
    case "free-pages":
      return placed("f", command.pfn, basePfn, `*${command.pages}`);
    case "add":
    case "remove":
      return placed(command.kind === "add" ? "+" : "-", command.pfn, basePfn, `*${command.pages}`);
    case "snapshot":
      if (outcome.kind === "crashed") return isUnseen(command) ? "free" : null;
      return formatSnapshot(command, basePfn);
    case "counts":
      if (outcome.kind === "crashed") return command.free.length === 0 ? inZone("counts", command.zone) : null;
      return inZone("counts", command.zone, command.free.map((count) => ` ${count}`).join(""));
    case "unnamed":
      return "";
  }
}

function inZone(call: string, zone: string | null, rest: string = ""): string | null {
  if (zone === null) return `${call}${rest}`;
  return WHOLE_NAME.test(zone) ? `${call}@${zone}${rest}` : null;
}

function placed(call: string, pfn: number, basePfn: number, size: string): string | null {
  const index = pfn - basePfn;
  return isWritable(index) ? `${call}${index}${size}` : null;
}

function isWritable(index: number): boolean {
  return Number.isInteger(index) && index >= 0 && index <= PFN_LIMIT;
}

function isUnseen(snapshot: Snapshot): boolean {
  return snapshot.lists.length === 0 && snapshot.cached.length === 0;
}

function formatSnapshot(snapshot: Snapshot, basePfn: number): string | null {
  const blocks = snapshot.lists.flatMap((heads, order) => heads.map((pfn) => ({ pfn: pfn - basePfn, order })));
  const cached = snapshot.cached.map((pfn) => pfn - basePfn);
  if (!blocks.every((block) => isWritable(block.pfn)) || !cached.every(isWritable)) return null;
  const listed = ["free", ...blocks.map((block) => `${block.pfn}:${block.order}`)].join(" ");
  return cached.length === 0 ? listed : `${listed} cached ${cached.join(" ")}`;
}

/** What stands behind the call: its answer, or how the allocator died. */
function formatOutcome(command: Command, outcome: Outcome, basePfn: number): string | null {
  if (outcome.kind === "crashed") return /^\S+$/u.test(outcome.how) ? `#${outcome.how}` : null;
  switch (command.kind) {
    case "alloc":
    case "alloc-pages":
      return formatServed(outcome, basePfn);
    case "snapshot":
    case "counts":
      return outcome.kind === "ok" ? "" : null;
    case "unnamed":
      return null;
    case "free":
    case "free-order":
    case "free-pages":
    case "add":
    case "remove":
      return formatAccepted(outcome);
  }
}

function formatServed(outcome: Outcome, basePfn: number): string | null {
  if (outcome.kind === "refused") return "!";
  if (outcome.kind !== "block") return null;
  return placed("=", outcome.pfn, basePfn, outcome.zeroed === null ? "" : outcome.zeroed ? "z" : "~");
}

function formatAccepted(outcome: Outcome): string | null {
  switch (outcome.kind) {
    case "unsaid":
      return "";
    case "ok":
      return "+";
    case "refused":
      return "!";
    case "block":
    case "crashed":
      return null;
  }
}

/** The words for a state: `live 4:2 free 0:2 8:3`, by address. What is empty is left out. */
export function formatState(live: readonly NamedBlock[], free: readonly NamedBlock[], basePfn: number = 0): string {
  return [formatBlocks("live", live, basePfn), formatBlocks("free", free, basePfn)]
    .filter((part) => part !== "")
    .join(" ");
}

function formatBlocks(name: string, blocks: readonly NamedBlock[], basePfn: number): string {
  if (blocks.length === 0) return "";
  const sorted = [...blocks].sort((a, b) => a.pfn - b.pfn);
  return [name, ...sorted.map(({ pfn, pages }) => `${pfn - basePfn}${formatPages(pages)}`)].join(" ");
}

function formatPages(pages: number): string {
  const order = orderFor(pages);
  return 2 ** order === pages ? `:${order}` : `*${pages}`;
}
