// The states of a subject: its bytes and what the client holds, with every command of an alphabet given in each.
//
//  1. A row is the client's side as the judge writes it (judge.ts), then the subject's words as codes (word-codes.ts).
//     For a search that is shared among threads it is the words themselves, since codes differ from thread to thread.
//  2. What a command changed is found by comparing words, where anything was written at all; only that is put back.
//     So it is after a refused command, too: what a refusal changed is another state.
//  3. The lists are looked at once in every state, when it is found. Where the laws compare the lists before and after
//     one call though both may be right (lazy coalescing), they are looked at after every step.
//  4. Equal bytes mean equal behaviour: that is the subject's promise. It is put to the test in the first states and
//     in every so many after them: each command is given again and again, and must do the same. A subject that does not, or
//     that grows beyond all bounds, has no states to search: `trouble` says so, and the search ends there.

import type { Command, Outcome, Snapshot } from "../../model/command.ts";
import { OK } from "../../model/command.ts";
import type { Geometry } from "../../model/geometry.ts";
import { ALL_LAWS, type LawId } from "../../model/invariants.ts";
import type { Profile } from "../../model/profile.ts";
import type { Letter } from "./alphabet.ts";
import type { HeldBlock, Judge } from "./judge.ts";
import { LedgerJudge } from "./ledger-judge.ts";
import { canUseMasks, MaskJudge } from "./mask-judge.ts";
import { BROKEN, ENDED, MOVED, PASSED, STAYED, type Move, type Space } from "./space.ts";
import { SavedWords } from "./state-words.ts";
import type { StateWords, Subject, SubjectMemory } from "./subject.ts";
import { PlainWords, WordCodes } from "./word-codes.ts";

/** Why a subject cannot be searched. */
export type Trouble =
  /** The same command in the same state did two different things. */
  | { readonly kind: "nondeterministic"; readonly outcomes: readonly [Outcome, Outcome] }
  /** A state was restored, and was another one when it was saved again. */
  | { readonly kind: "not-restored" }
  | { readonly kind: "grows"; readonly bytes: number };

/** The first states are all doubted; then one in so many, and of later states fewer. */
const DOUBTED_FIRST = 32;
const DOUBTED_ONE_IN = 64;
const EARLY_STATES = 4096;
const DOUBTED_LATER_ONE_IN = 1024;

/** In a state that is doubted each command is given so many times more. */
const DOUBTED_TIMES = 2;

/** A subject may grow to so many times the bytes that it began with. */
const GROWTH_MAX = 16;

/** What is seen besides the answers. */
export type Oracle = "api" | "lists";

export interface SubjectSpaceOptions {
  readonly geometry: Geometry;
  readonly profile: Profile;
  readonly subject: Subject;
  readonly memory: SubjectMemory;
  readonly letters: readonly Letter[];
  readonly oracle: Oracle;
  /** The laws that are judged; all of them, where none are named. */
  readonly laws?: ReadonlySet<LawId> | undefined;
  /** How rows hold the subject's words (rule 1). */
  readonly rows: "coded" | "plain";
}

/** The state that the subject is in: that which was loaded, one that differs in known words, or any. */
type Where = "loaded" | "changed" | "anywhere";

/** Outcomes that are counted apart. */
export const ANSWERS = ["block", "refused", "ok", "unsaid", "crashed"] as const;

export class SubjectSpace implements Space {
  readonly commandCount: number;
  row: Int32Array;
  /** Why the search ended, if it was not for a broken law. */
  trouble: Trouble | null = null;
  /** What the last command was answered. */
  outcome: Outcome = OK;
  /** How often each letter got each of `ANSWERS`: `letter * ANSWERS.length + answer`. */
  readonly answered: Float64Array;
  /** How often each letter led to another state. */
  readonly moved: Float64Array;
  /** States whose lists, and whose counts, were judged; and those among them where nothing was held. */
  readonly looks = { snapshots: 0, counts: 0, drained: 0 };
  readonly #options: SubjectSpaceOptions;
  readonly #letters: readonly Letter[];
  readonly #subject: Subject;
  readonly #judge: Judge;
  /** Words of the client's side; codes of the subject's words follow. */
  readonly side: number;
  readonly #bytesMax: number;
  readonly #looksAlways: boolean;
  readonly #before = (): Snapshot | null => this.#listsBefore();
  readonly #words: StateWords;
  readonly #codes: WordCodes | PlainWords;
  /** The codes in `row`. */
  #coded: Uint8Array;
  /** The row of the state that was loaded, and the subject's words in it. */
  #loadedRow: Int32Array;
  #loadedCoded: Uint8Array;
  #loaded: Int32Array = new Int32Array(0);
  /** All places there are. */
  #all: Int32Array = new Int32Array(0);
  /** Places of the words that the last command changed, and how many these are. */
  #places: Int32Array = new Int32Array(0);
  #changed = 0;
  #where: Where = "anywhere";
  #loads = 0;
  #isDoubted = false;

  constructor(options: SubjectSpaceOptions) {
    const { geometry, profile, letters, memory, laws = ALL_LAWS } = options;
    this.#options = options;
    this.#letters = letters;
    this.#subject = options.subject;
    const hasResizes = letters.some(({ command }) => command.kind === "add" || command.kind === "remove");
    const masks = canUseMasks(geometry, profile) && !hasResizes && laws.size === ALL_LAWS.size;
    this.#judge = masks ? new MaskJudge(geometry, profile) : new LedgerJudge(geometry, profile, laws);
    this.#looksAlways = options.oracle === "lists" && profile.coalescing === "lazy";
    this.commandCount = letters.length;
    this.answered = new Float64Array(letters.length * ANSWERS.length);
    this.moved = new Float64Array(letters.length);
    this.side = this.#judge.words;
    this.#bytesMax = GROWTH_MAX * Math.max(memory.byteLength, 1024);
    this.#words = memory.words ?? new SavedWords(memory);
    this.#codes = options.rows === "coded" ? new WordCodes() : new PlainWords();
    this.row = new Int32Array(this.side);
    this.#coded = bytesAfter(this.row, this.side);
    this.#loadedRow = new Int32Array(this.side);
    this.#loadedCoded = bytesAfter(this.#loadedRow, this.side);
  }

  start(): void {
    this.#options.subject.reset();
    this.#judge.start();
    this.#isGrown();
    this.#loadedRow.fill(0);
    this.#loaded.fill(0);
    if (this.#codes.isStarted) this.#codes.read(this.#loadedCoded, this.#loaded);
    this.#changed = this.#words.differences(this.#loaded, this.#places);
    if (!this.#codes.isStarted) {
      this.#codes.start(this.#wordsNow());
      this.#changed = 0;
    }
    this.#judge.save(this.row, 0);
    this.#encode();
    this.#where = "anywhere";
  }

  load(rows: Int32Array, at: number): void {
    const loaded = this.#loadedRow;
    for (let word = 0; word < loaded.length; word++) loaded[word] = rows[at + word] as number;
    this.#codes.read(this.#loadedCoded, this.#loaded);
    this.#judge.load(loaded, 0);
    this.#where = "anywhere";
    this.#isDoubted = isDoubted(this.#loads);
    this.#loads++;
  }

  step(number: number): Move {
    const letter = this.#letters[number] as Letter;
    const { command } = letter;
    if (letter.when !== "always" && !this.#isDue(letter)) return PASSED;
    if (this.#where !== "loaded") this.#goBack();
    if (this.#isDoubted && !this.#isRestored()) return BROKEN;
    const outcome = this.#subject.answer(command);
    this.outcome = outcome;
    this.#count(this.answered, number * ANSWERS.length + answerOf(outcome));
    const judgement = this.#judge.step(command, outcome, this.#before);
    if (judgement === "broken") return BROKEN;
    if (outcome.kind === "crashed") {
      this.#where = "anywhere";
      return ENDED;
    }
    const isMoved = this.#compare();
    if (this.trouble !== null) return BROKEN;
    if (this.#looksAlways && !this.inspect()) return BROKEN;
    if (this.#isDoubted && !this.#doesItAgain(command, outcome)) return BROKEN;
    if (!isMoved) return STAYED;
    this.#count(this.moved, number);
    return MOVED;
  }

  inspect(): boolean {
    if (this.#options.oracle === "api") return true;
    // Showing should change nothing; what it changes all the same is put back.
    this.#where = "anywhere";
    const lists = this.#options.subject.snapshot();
    if (lists !== null && !this.#isSeenFine(lists, "snapshot")) return false;
    if (lists !== null) {
      this.looks.snapshots++;
      if (this.#judge.holdsNothing()) this.looks.drained++;
    }
    const counts = this.#options.subject.counts();
    if (counts !== null && !this.#isSeenFine(counts, "counts")) return false;
    if (counts !== null) this.looks.counts++;
    return true;
  }

  /** Judges the state that was loaded, as `inspect` does one just reached. */
  inspectLoaded(): boolean {
    this.#goBack();
    this.#judge.stay();
    return this.inspect();
  }

  /** The blocks that the client holds in the state just reached. */
  held(): readonly HeldBlock[] {
    return this.#judge.blocks();
  }

  /** Judges a look, or the death that it ended in. */
  #isSeenFine(seen: Command | Outcome, kind: "snapshot" | "counts"): boolean {
    if (seen.kind === "snapshot" || seen.kind === "counts") return this.#judge.observe(seen, OK) !== "broken";
    return this.#judge.observe(UNSEEN[kind], seen as Outcome) !== "broken";
  }

  #isDue({ command, when, pagesNamed }: Letter): boolean {
    if (command.kind !== "free" && command.kind !== "free-order" && command.kind !== "free-pages") return true;
    const held = this.#judge.heldAt(command.pfn);
    return held > 0 && (when === "live" || pagesNamed === 0 || pagesNamed === held);
  }

  #goBack(): void {
    if (this.#where === "changed") this.#words.write(this.#loaded, this.#places, this.#changed);
    else this.#words.write(this.#loaded, this.#all, this.#all.length);
    this.#where = "loaded";
  }

  /** Is the state another one than that which was loaded? It is in `row` then. */
  #compare(): boolean {
    if (!this.#isGrown()) return false;
    this.#changed = this.#words.differences(this.#loaded, this.#places);
    if (this.#changed > 0) this.#where = "changed";
    this.#judge.save(this.row, 0);
    if (this.#changed === 0 && this.#isSideSame()) return false;
    this.#encode();
    return true;
  }

  /** Writes the codes of the subject's words to `row`: those of the state that was loaded, but for what has changed. */
  #encode(): void {
    const codes = this.#codes;
    const loaded = this.#loadedRow;
    for (let word = this.side; word < loaded.length; word++) this.row[word] = loaded[word] as number;
    for (let which = 0; which < this.#changed; which++) {
      const place = this.#places[which] as number;
      const code = codes.codeOf(place, this.#words.at(place));
      if (this.side + codes.words > this.row.length) this.#widen();
      codes.write(this.#coded, place, code);
    }
  }

  #widen(): void {
    const length = this.side + this.#codes.words;
    this.row = longer(this.row, length);
    this.#coded = bytesAfter(this.row, this.side);
    this.#loadedRow = longer(this.#loadedRow, length);
    this.#loadedCoded = bytesAfter(this.#loadedRow, this.side);
  }

  /** Has the subject's state at most as many words as are compared, or as many more as it may have? */
  #isGrown(): boolean {
    const { count } = this.#words;
    if (count <= this.#loaded.length) return true;
    if (4 * count > this.#bytesMax) {
      this.trouble = { kind: "grows", bytes: 4 * count };
      return false;
    }
    this.#takeWords(count);
    return true;
  }

  #takeWords(count: number): void {
    this.#loaded = longer(this.#loaded, count);
    this.#places = new Int32Array(count);
    this.#all = Int32Array.from({ length: count }, (_, place) => place);
    this.#codes.widen(count);
    if (this.side + this.#codes.words > this.row.length) this.#widen();
  }

  /** Rows have so many words now, since another thread's subject has grown. */
  widenTo(words: number): void {
    if (words > this.row.length) this.#takeWords(words - this.side);
  }

  #isSideSame(): boolean {
    for (let word = 0; word < this.side; word++) if (this.row[word] !== this.#loadedRow[word]) return false;
    return true;
  }

  /** The words that differ from 0, and the others. */
  #wordsNow(): Int32Array {
    const words = new Int32Array(this.#loaded.length);
    for (let which = 0; which < this.#changed; which++) {
      const place = this.#places[which] as number;
      words[place] = this.#words.at(place);
    }
    return words;
  }

  /** Is the subject in the state that it was brought back to? */
  #isRestored(): boolean {
    const { memory } = this.#options;
    if (areEqual(savedNow(memory), bytesAfter(this.#loaded, 0))) return true;
    this.trouble = { kind: "not-restored" };
    return false;
  }

  /** Gives a command again and again in the state that was loaded, and compares what comes of it. */
  #doesItAgain(command: Command, outcome: Outcome): boolean {
    const { memory, subject } = this.#options;
    const after = savedNow(memory);
    this.#where = "anywhere";
    for (let time = 0; time < DOUBTED_TIMES; time++) {
      memory.restore(bytesAfter(this.#loaded, 0), 0);
      if (!this.#isRestored()) return false;
      const again = subject.answer(command);
      if (areAlike(outcome, again) && areEqual(savedNow(memory), after)) continue;
      this.trouble = { kind: "nondeterministic", outcomes: [outcome, again] };
      return false;
    }
    return true;
  }

  #count(counters: Float64Array, at: number): void {
    counters[at] = (counters[at] as number) + 1;
  }

  /** The lists in the state that was loaded; the subject is where the step left it, before and after. */
  #listsBefore(): Snapshot | null {
    const { subject, memory, oracle } = this.#options;
    if (oracle === "api") return null;
    const after = savedNow(memory);
    memory.restore(bytesAfter(this.#loaded, 0), 0);
    const lists = subject.snapshot();
    memory.restore(after, 0);
    return lists?.kind === "snapshot" ? lists : null;
  }
}

const UNSEEN = {
  snapshot: { kind: "snapshot", lists: [], cached: [] },
  counts: { kind: "counts", free: [], zone: null },
} as const satisfies Readonly<Record<string, Command>>;

/** The place of an outcome's kind among `ANSWERS`. */
export function answerOf({ kind }: Outcome): number {
  switch (kind) {
    case "block":
      return 0;
    case "refused":
      return 1;
    case "ok":
      return 2;
    case "unsaid":
      return 3;
    case "crashed":
      return 4;
  }
}

function isDoubted(load: number): boolean {
  return load < DOUBTED_FIRST || load % (load < EARLY_STATES ? DOUBTED_ONE_IN : DOUBTED_LATER_ONE_IN) === 0;
}

function longer(words: Int32Array, length: number): Int32Array {
  const larger = new Int32Array(length);
  larger.set(words);
  return larger;
}

/** The bytes of a row that follow its first words. */
function bytesAfter(row: Int32Array, words: number): Uint8Array {
  return new Uint8Array(row.buffer, 4 * words);
}

function savedNow(memory: SubjectMemory): Uint8Array {
  const saved = new Uint8Array(memory.byteLength);
  memory.save(saved, 0);
  return saved;
}

/** Are these the same bytes, but for zeroes behind the shorter ones? */
function areEqual(some: Uint8Array, others: Uint8Array): boolean {
  const length = Math.max(some.length, others.length);
  for (let at = 0; at < length; at++) if ((some[at] ?? 0) !== (others[at] ?? 0)) return false;
  return true;
}

function areAlike(one: Outcome, other: Outcome): boolean {
  if (one.kind !== other.kind) return false;
  return one.kind !== "block" || (other.kind === "block" && one.pfn === other.pfn && one.zeroed === other.zeroed);
}
