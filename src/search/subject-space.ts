// The states of a subject: its bytes and what the client holds, with every command of an alphabet given in each.
//
//  1. A row is the client's side as the judge writes it (judge.ts), then the subject's bytes, padded to words.
//  2. The subject is brought back only after a command that changed it. A refused command is followed by a look at
//     the bytes all the same: what a refusal changed is another state.
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
import type { Subject, SubjectMemory } from "./subject.ts";

/** Why a subject cannot be searched. */
export type Trouble =
  /** The same command in the same state did two different things. */
  | { readonly kind: "nondeterministic"; readonly outcomes: readonly [Outcome, Outcome] }
  /** A state was restored, and was another one when it was saved again. */
  | { readonly kind: "not-restored" }
  | { readonly kind: "grows"; readonly bytes: number };

/** The first states are all doubted, of the others one in so many. */
const DOUBTED_FIRST = 32;
const DOUBTED_ONE_IN = 64;

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
}

/** Outcomes that are counted apart. */
export const ANSWERS = ["block", "refused", "ok", "unsaid", "crashed"] as const;

export class SubjectSpace implements Space {
  readonly commandCount: number;
  row: Int32Array;
  /** Why the search ended, if it was not for a broken law. */
  trouble: Trouble | null = null;
  /** How often each letter got each of `ANSWERS`: `letter * ANSWERS.length + answer`. */
  readonly answered: Float64Array;
  /** How often each letter led to another state. */
  readonly moved: Float64Array;
  /** States whose lists, and whose counts, were judged; and those among them where nothing was held. */
  readonly looks = { snapshots: 0, counts: 0, drained: 0 };
  readonly #options: SubjectSpaceOptions;
  readonly #judge: Judge;
  /** Words of the client's side; the subject's bytes follow. */
  readonly #side: number;
  readonly #bytesMax: number;
  readonly #looksAlways: boolean;
  readonly #before = (): Snapshot | null => this.#listsBefore();
  /** The subject's bytes in `row`. */
  #bytes: Uint8Array;
  /** The row of the state that was loaded, and the subject's bytes in it. */
  #loaded: Int32Array;
  #loadedBytes: Uint8Array;
  /** Is the subject elsewhere than in the state that was loaded? */
  #isAway = false;
  #loads = 0;
  #isDoubted = false;

  constructor(options: SubjectSpaceOptions) {
    const { geometry, profile, letters, memory, laws = ALL_LAWS } = options;
    this.#options = options;
    const hasResizes = letters.some(({ command }) => command.kind === "add" || command.kind === "remove");
    const masks = canUseMasks(geometry, profile) && !hasResizes && laws.size === ALL_LAWS.size;
    this.#judge = masks ? new MaskJudge(geometry, profile) : new LedgerJudge(geometry, profile, laws);
    this.#looksAlways = options.oracle === "lists" && profile.coalescing === "lazy";
    this.commandCount = letters.length;
    this.answered = new Float64Array(letters.length * ANSWERS.length);
    this.moved = new Float64Array(letters.length);
    this.#side = this.#judge.words;
    this.#bytesMax = GROWTH_MAX * Math.max(memory.byteLength, 1024);
    this.row = new Int32Array(this.#side + Math.ceil(memory.byteLength / 4));
    this.#bytes = bytesAfter(this.row, this.#side);
    this.#loaded = new Int32Array(this.row.length);
    this.#loadedBytes = bytesAfter(this.#loaded, this.#side);
  }

  start(): void {
    this.#options.subject.reset();
    this.#judge.start();
    this.#save();
    this.#isAway = true;
  }

  load(rows: Int32Array, at: number): void {
    const { row } = this;
    for (let word = 0; word < row.length; word++) this.#loaded[word] = rows[at + word] as number;
    this.#judge.load(this.#loaded, 0);
    this.#isAway = true;
    this.#isDoubted = this.#loads < DOUBTED_FIRST || this.#loads % DOUBTED_ONE_IN === 0;
    this.#loads++;
  }

  step(number: number): Move {
    const { command, when, pagesNamed } = this.#options.letters[number] as Letter;
    if (when !== "always" && !this.#isDue(command, when, pagesNamed)) return PASSED;
    if (this.#isAway) this.#goBack();
    if (this.#isDoubted && !this.#isRestored()) return BROKEN;
    const outcome = this.#options.subject.answer(command);
    this.#count(this.answered, number * ANSWERS.length + answerOf(outcome));
    const judgement = this.#judge.step(command, outcome, this.#before);
    if (judgement === "broken") return BROKEN;
    if (outcome.kind === "crashed") {
      this.#isAway = true;
      return ENDED;
    }
    if (!this.#save()) return BROKEN;
    if (this.#looksAlways && !this.inspect()) return BROKEN;
    if (this.#isDoubted && !this.#doesItAgain(command, outcome)) return BROKEN;
    this.#isAway = !this.#isSame();
    if (!this.#isAway) return STAYED;
    this.#count(this.moved, number);
    return MOVED;
  }

  inspect(): boolean {
    if (this.#options.oracle === "api") return true;
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

  /** The blocks that the client holds in the state just reached. */
  held(): readonly HeldBlock[] {
    return this.#judge.blocks();
  }

  /** Judges a look, or the death that it ended in. */
  #isSeenFine(seen: Command | Outcome, kind: "snapshot" | "counts"): boolean {
    if (seen.kind === "snapshot" || seen.kind === "counts") return this.#judge.observe(seen, OK) !== "broken";
    return this.#judge.observe(UNSEEN[kind], seen as Outcome) !== "broken";
  }

  #isDue(command: Command, when: Letter["when"], pagesNamed: number): boolean {
    if (command.kind !== "free" && command.kind !== "free-order" && command.kind !== "free-pages") return true;
    const held = this.#judge.heldAt(command.pfn);
    return held > 0 && (when === "live" || pagesNamed === 0 || pagesNamed === held);
  }

  #goBack(): void {
    this.#options.memory.restore(this.#loadedBytes, 0);
    this.#isAway = false;
  }

  /** Writes the state to `row`; false if the subject has grown beyond all bounds. */
  #save(): boolean {
    const { memory } = this.#options;
    if (memory.byteLength > this.#bytes.length) this.#widen(memory.byteLength);
    if (this.trouble !== null) return false;
    // A subject that has become smaller leaves nothing behind.
    if (memory.byteLength < this.#bytes.length) this.#bytes.fill(0, memory.byteLength);
    memory.save(this.#bytes, 0);
    this.#judge.save(this.row, 0);
    return true;
  }

  #widen(bytes: number): void {
    if (bytes > this.#bytesMax) {
      this.trouble = { kind: "grows", bytes };
      return;
    }
    this.row = new Int32Array(this.#side + Math.ceil(bytes / 4));
    this.#bytes = bytesAfter(this.row, this.#side);
    const loaded = new Int32Array(this.row.length);
    loaded.set(this.#loaded);
    this.#loaded = loaded;
    this.#loadedBytes = bytesAfter(loaded, this.#side);
  }

  #isSame(): boolean {
    const { row } = this;
    const loaded = this.#loaded;
    for (let word = 0; word < row.length; word++) if (row[word] !== loaded[word]) return false;
    return true;
  }

  /** Is the subject in the state that it was brought back to? */
  #isRestored(): boolean {
    const { memory } = this.#options;
    if (areEqual(savedNow(memory), this.#loadedBytes)) return true;
    this.trouble = { kind: "not-restored" };
    return false;
  }

  /** Gives a command again and again in the state that was loaded, and compares what comes of it. */
  #doesItAgain(command: Command, outcome: Outcome): boolean {
    const { memory, subject } = this.#options;
    for (let time = 0; time < DOUBTED_TIMES; time++) {
      memory.restore(this.#loadedBytes, 0);
      if (!this.#isRestored()) return false;
      const again = subject.answer(command);
      if (areAlike(outcome, again) && areEqual(savedNow(memory), this.#bytes)) continue;
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
    memory.restore(this.#loadedBytes, 0);
    const lists = subject.snapshot();
    memory.restore(after, 0);
    return lists?.kind === "snapshot" ? lists : null;
  }
}

const UNSEEN = {
  snapshot: { kind: "snapshot", lists: [], cached: [] },
  counts: { kind: "counts", free: [], zone: null },
} as const satisfies Readonly<Record<string, Command>>;

function answerOf({ kind }: Outcome): number {
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
