// A run in numbers: the same calls as those of drive.ts, judged by flat arrays, and nothing allocated on the way.
//
//  1. Client and looks are those of every run (client.ts, drive.ts), so a run has one course, however it is judged.
//  2. The judge says at once what is fine (frame-judge.ts). The first step that is not ends the run here; whoever began it
//     plays it again before the relation, which names the law. Nothing is decided here but "fine".
//  3. Answers are kept, so that a run can be shown again even where the target would not repeat it.
//  4. What is counted is counted by kinds of steps, and spread over laws and calls at the end.

import type { LawId } from "../../model/invariants.ts";
import { CLIENTS, ODD } from "../search/frame-judge.ts";
import type { LawCounts } from "../search/judged.ts";
import { ADD, ALLOC_PAGES, ANSWER_ODD, ANSWER_OK, ANSWER_REFUSED, FREE, outcomeOf } from "../../model/numbers.ts";
import { CALLS } from "../targets/target.ts";
import type { Client } from "./client.ts";
import { MISUSES } from "./habits.ts";
import type { SeenRun } from "./judged-run.ts";
import { COUNTS_SEEN, LISTS_SEEN, LOOKS_ODD, type Eyes, type QuickPool } from "./quick-pool.ts";
import { createTally, type Tally } from "./tally.ts";

/** What the command before a look was. */
const NOTHING_LOOKED_AT = 0;
const REFUSED = 1;
const CHANGED = 2;
const CHANGED_BY_COUNT = 3;
const RESIZED = 4;

/** One run: guards what was counted so far. */
export class QuickRun {
  commands = 0;
  readonly #pool: QuickPool;
  readonly client: Client;
  readonly #eyes: Eyes;
  readonly #zeroSeenBefore: number;
  /** Steps since lists were seen that agree; -1 where none were yet. */
  #sinceLook = -1;
  #last = NOTHING_LOOKED_AT;
  #looks = 0;

  // Steps by what came of them.
  readonly #calls = new Int32Array(CALLS.length);
  readonly #served: Int32Array;
  readonly #misuse = new Int32Array(MISUSES.length);
  #servedJustSeen = 0;
  #refused = 0;
  #refusedNothing = 0;
  #refusedOwed = 0;
  #freed = 0;
  #freesRefused = 0;
  #gaveBack = 0;
  #resizes = 0;
  #resized = 0;
  #listed = 0;
  #counted = 0;
  #drained = 0;
  #changesSeen = 0;
  #refusalsSeen = 0;
  #roundingsSeen = 0;

  constructor(pool: QuickPool, client: Client, eyes: Eyes) {
    this.#pool = pool;
    this.client = client;
    this.#eyes = eyes;
    this.#served = new Int32Array(pool.maxOrder + 1);
    this.#zeroSeenBefore = pool.numbers.zeroSeen;
  }

  /** One call of the client, answered, judged and counted; false, if the run ends with it. */
  call(): boolean {
    const client = this.client;
    const { numbers, judge, answers } = this.#pool;
    client.draw();
    const { call, first, second } = client;
    const answer = numbers.call(call, first, second);
    answers[this.commands++] = answer;
    const verdict = judge.judge(call, first, second, answer);
    if (verdict === ODD) return false;
    this.#count(answer, verdict);
    client.answered(answer);
    return true;
  }

  /** Looks at what the eyes can see; false, if the run ends with it. */
  look(): boolean {
    if (this.#eyes === "answers") return true;
    this.#looks++;
    const seen = this.#pool.look(this.#eyes);
    if (seen === LOOKS_ODD) return false;
    if ((seen & LISTS_SEEN) !== 0) this.#countListed();
    if ((seen & COUNTS_SEEN) !== 0) this.#counted++;
    return true;
  }

  // ---------------------------------------------------------------- counting

  #count(answer: number, verdict: number): void {
    const { call, first, misuse, order } = this.client;
    this.#calls[call] = (this.#calls[call] as number) + 1;
    if (call < FREE) {
      if (answer < 0) this.#countRefused(call, first, order);
      else {
        this.#served[order] = (this.#served[order] as number) + 1;
        if (this.#sinceLook === 0) this.#servedJustSeen++;
        this.#last = call === ALLOC_PAGES ? CHANGED_BY_COUNT : CHANGED;
      }
    } else if (call < ADD) {
      if (misuse >= 0) this.#misuse[misuse] = (this.#misuse[misuse] as number) + 1;
      else if (answer !== ANSWER_REFUSED) this.#gaveBack++;
      if (answer === ANSWER_REFUSED) this.#freesRefused++;
      else this.#freed++;
      this.#last = answer === ANSWER_REFUSED ? REFUSED : CHANGED;
    } else {
      if (answer !== ANSWER_REFUSED) this.#resizes++;
      if (answer === ANSWER_OK) this.#resized++;
      this.#last = RESIZED;
    }
    if (this.#sinceLook >= 0) this.#sinceLook++;
    if (verdict === CLIENTS) this.#last = CHANGED;
  }

  #countRefused(call: number, first: number, order: number): void {
    const { profile, maxOrder } = this.#pool;
    this.#refused++;
    this.#last = REFUSED;
    if (call === ALLOC_PAGES && first === 0) this.#refusedNothing++;
    else if (profile.exhaustion === "exact" && order <= (profile.usableMaxOrder ?? maxOrder)) this.#refusedOwed++;
  }

  #countListed(): void {
    const { judge } = this.#pool;
    this.#listed++;
    if (judge.liveBlocks === 0 && judge.hasServed) this.#drained++;
    if (this.#sinceLook === 1) {
      if (this.#last === REFUSED) this.#refusalsSeen++;
      else if (this.#last !== RESIZED) this.#changesSeen++;
      if (this.#last === CHANGED_BY_COUNT) this.#roundingsSeen++;
    }
    this.#sinceLook = 0;
  }

  // ---------------------------------------------------------------- what was counted

  get tally(): Tally {
    const tally = createTally(this.#pool.maxOrder);
    CALLS.forEach((call, at) => {
      if (this.#calls[at] !== 0) tally.calls.set(call, this.#calls[at] as number);
    });
    MISUSES.forEach((misuse, at) => {
      if (this.#misuse[at] !== 0) tally.misuse.set(misuse, this.#misuse[at] as number);
    });
    this.#served.forEach((count, order) => {
      tally.served[order] = count;
    });
    return Object.assign(tally, {
      refused: this.#refused,
      freed: this.#gaveBack,
      resized: this.#resized,
      looks: this.#looks,
    });
  }

  /** The laws that these steps put to the test: what judged.ts says of one, for all of them. */
  get laws(): LawCounts {
    const { profile, numbers } = this.#pool;
    const served = this.#served.reduce((sum, count) => sum + count, 0);
    const counts: readonly (readonly [LawId, number])[] = [
      ["returns", this.commands],
      ["aligned", served + this.#listed],
      ["in-bounds", served + this.#listed],
      ["no-overlap", served],
      ["served-from-free", this.#servedJustSeen],
      ["zeroed", profile.zeroed === "promised" ? numbers.zeroSeen - this.#zeroSeenBefore : 0],
      ["best-fit", profile.fit === "best" ? served : 0],
      ["placement", profile.servedHalf === "any" ? 0 : served],
      ["rounding", this.#refusedNothing + this.#roundingsSeen],
      ["no-spurious-oom", this.#refusedOwed],
      ["bad-free-refused", this.#freesRefused],
      ["free-live-only", this.#freed],
      ["partition", this.#listed + this.#resizes],
      ["free-lists", this.#listed],
      ["no-free-buddies", this.#listed + this.#counted],
      ["drained", this.#drained],
      ["refused-unchanged", this.#refusalsSeen],
      ["frame", this.#changesSeen],
      ["conserved", this.#counted],
    ];
    return new Map(counts.filter(([, times]) => times > 0));
  }

  // ---------------------------------------------------------------- what was answered

  /** Every answer of the run, the last one as odd as it was, and what is shown where the run ended. */
  get seen(): Pick<SeenRun, "run" | "counts"> {
    const { session, answers, numbers } = this.#pool;
    const given = answers.slice(0, this.commands);
    const outcomes = given.map((answer) => (answer === ANSWER_ODD ? numbers.odd : outcomeOf(answer, null)));
    const snapshot = this.#eyes === "lists" ? session.snapshot() : null;
    const counts = this.#eyes === "answers" ? null : session.counts();
    return { run: { outcomes, snapshot, lastWords: session.lastWords }, counts };
  }
}
