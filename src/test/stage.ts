// Where a script is played: one target in one pool, with a judge beside it that asks the one relation about
// every answer.
//
//  1. Playing stops at the first violation that is the allocator's. What is blamed on the client is no finding:
//     the client here is ours, and it misbehaves on purpose.
//  2. What the judge sees besides the answers is `eyes`: nothing, the counts, or the lists and the counts.
//  3. Every playing begins with the pool as it was opened, so equal scripts get equal answers from a target
//     that is deterministic.

import {
  OK,
  type AllocCommand,
  type Command,
  type Counts,
  type Observation,
  type Outcome,
  type Snapshot,
} from "../../model/command.ts";
import { ALL_LAWS, type LawId } from "../../model/invariants.ts";
import { createLedger, type Ledger } from "../../model/ledger.ts";
import { step } from "../../model/step.ts";
import type { Violation } from "../../model/violation.ts";
import { Resolver, type Move, type Script } from "../targets/script.ts";
import type { Crashed, Opening, Session, SessionTarget } from "../targets/target.ts";
import { LedgerFreePages, type FreePages } from "../search/free-pages.ts";
import { countLaws, type LawCounts } from "../search/judged.ts";
import { quickPool, type Eyes, type QuickPool } from "./quick-pool.ts";
import { isFineInNumbers } from "./quick-script.ts";

/** A command with its answer. `move` is the move it came from; an observation belongs to the move before it. */
export interface Taken {
  readonly move: number;
  readonly command: Command;
  readonly outcome: Outcome;
}

/** The first fault of the allocator: its laws in the order they were found, and the move, -1 for none yet. */
export interface Failure {
  readonly violations: readonly Violation[];
  readonly move: number;
}

export interface Played {
  readonly steps: readonly Taken[];
  readonly failure: Failure | null;
}

/** The observation that a target crashed in. */
const NO_LISTS: Snapshot = { kind: "snapshot", lists: [], cached: [] };
const NO_COUNTS: Counts = { kind: "counts", free: [], zone: null };

/** A target in one pool, to be played on any number of times. */
export class Stage {
  readonly opening: Opening;
  readonly eyes: Eyes;
  /** What judges runs in numbers; null where only the relation can. */
  readonly quick: QuickPool | null;
  readonly #session: Session;
  readonly #laws: ReadonlySet<LawId>;

  /** `eyes` is null for all that the target shows. */
  constructor(target: SessionTarget, opening: Opening, eyes: Eyes | null, laws: ReadonlySet<LawId> = ALL_LAWS) {
    this.opening = opening;
    this.#laws = laws;
    this.#session = target.open(opening);
    this.eyes = eyes ?? eyesOn(this.#session);
    this.quick = laws.size === ALL_LAWS.size ? quickPool(this.#session, opening) : null;
  }

  get session(): Session {
    return this.#session;
  }

  /** The pool as it was opened, with nothing judged yet. */
  begin(eyes: Eyes = this.eyes): Playing {
    this.#session.reset();
    return new Playing(this.#session, this.opening, eyes, this.#laws);
  }

  /** Plays a script, looking after every command. */
  play(script: Script, eyes: Eyes = this.eyes): Playing {
    const playing = this.begin(eyes);
    playing.look();
    for (let at = 0; at < script.length && playing.failure === null; at++) {
      if (playing.give(script[at] as Move) !== null) playing.look();
    }
    return playing;
  }

  /** Does the target die before it has done anything? One that was not made for this pool does. */
  isDeadAtOnce(): boolean {
    const playing = this.begin();
    playing.look();
    const [request] = [...this.#session.calls].filter((call) => call === "alloc" || call === "alloc-pages");
    const command = { kind: request ?? "alloc", order: 0, pages: 1, zone: null } as AllocCommand;
    if (playing.failure === null) playing.give({ kind: "request", id: 0, command });
    const [first] = playing.failure?.violations ?? [];
    return first?.fault.kind === "died" && first.fault.how === "init";
  }

  /** The law that a script breaks first, and null for none. Steps are not kept. */
  lawBroken(script: Script): LawId | null {
    const { quick, opening, eyes } = this;
    if (quick !== null && isFineInNumbers(quick, opening.geometry, script, eyes)) return null;
    const playing = this.begin();
    playing.keepsSteps = false;
    playing.ledger.gathersEvidence = false;
    playing.look();
    for (let at = 0; at < script.length && playing.failure === null; at++) {
      if (playing.give(script[at] as Move) !== null) playing.look();
    }
    return playing.failure?.violations[0]?.law ?? null;
  }
}

/** All that a target can show. */
function eyesOn(session: Session): Eyes {
  if (session.snapshot() !== null) return "lists";
  return session.counts() !== null ? "counts" : "answers";
}

/** One playing, move by move; it guards the ledger and what names a block. */
export class Playing implements Played {
  readonly ledger: Ledger;
  /** What the ledger says is free. */
  readonly freePages: FreePages;
  readonly steps: Taken[] = [];
  keepsSteps = true;
  /** How often each law was put to the test, where that is counted. */
  laws: LawCounts | null = null;
  failure: Failure | null = null;
  /** Did the last move break a law that is the client's, as it may? */
  wasMisuse = false;
  readonly #session: Session;
  readonly #eyes: Eyes;
  readonly #resolver = new Resolver();
  #move = -1;

  constructor(session: Session, { geometry, profile }: Opening, eyes: Eyes, laws: ReadonlySet<LawId>) {
    this.#session = session;
    this.#eyes = eyes;
    this.ledger = createLedger({ geometry, profile, start: "empty", laws });
    this.freePages = new LedgerFreePages(this.ledger);
  }

  /** Gives a move: its outcome, or null where it was passed over. */
  give(move: Move): Outcome | null {
    this.#move++;
    const command = this.#resolver.commandOf(move);
    if (command === null) return null;
    this.ledger.now++;
    const outcome = this.#session.answer(command);
    this.#resolver.answered(move, outcome);
    this.#judge(command, outcome);
    return outcome;
  }

  /** Looks at what the eyes can see; false if that is nothing. */
  look(): boolean {
    if (this.failure !== null || this.#eyes === "answers") return false;
    const snapshot = this.#eyes === "lists" ? this.#session.snapshot() : null;
    if (snapshot !== null) this.#judgeSeen(snapshot, NO_LISTS);
    if (this.failure !== null) return true;
    const counts = this.#session.counts();
    if (counts !== null) this.#judgeSeen(counts, NO_COUNTS);
    return true;
  }

  /** What was seen, or (`asked`) what crashed when it was to be shown. */
  #judgeSeen(seen: Snapshot | Counts | Crashed, asked: Observation): void {
    if (seen.kind === "crashed") this.#judge(asked, seen);
    else this.#judge(seen, OK);
  }

  #judge(command: Command, outcome: Outcome): void {
    if (this.laws !== null) countLaws(this.laws, this.ledger, command, outcome);
    if (this.keepsSteps) this.steps.push({ move: this.#move, command, outcome });
    const violations = step(this.ledger, command, outcome);
    this.wasMisuse = violations.length > 0 && violations.every(({ blame }) => blame === "client");
    if (violations.length === 0 || this.wasMisuse) return;
    this.failure = { violations, move: this.#move };
  }
}
