// The specification, step by step: in every state every request with every answer, judged by the relation itself.
//
//  1. A state is the set of live blocks. A command here is a call together with an answer: serving any order at any
//     frame, refusing any order, accepting or refusing a free of any frame under any order.
//  2. The relation decides which answers are steps. In every state its word is compared with the definitions
//     (spec-definition.ts): an answer it lets pass although it is wrong, or rejects although it is right, breaks the
//     law that the answer is about.
//  3. The next state is read off the relation's ledger, frame by frame. It must be the old one with just the served
//     or freed block changed, and its free blocks must be those of the definitions; otherwise they are judged as
//     an allocator's free lists would be, which names the law.
//  4. A request that names a zone leads nowhere that one naming none does not; it is judged, and counts as no move.
//
// `drained` from every state follows in every state anew: each live block's free is a step (2) to the state without it
// (3), so freeing everything, in any order, ends where nothing is live, and there the free blocks are compared (3).

import { assert } from "../../model/assert.ts";
import { OK, REFUSED, type Command, type Outcome, type Snapshot } from "../../model/command.ts";
import { FREE, KIND, LIVE, ORDER } from "../../model/frame-map.ts";
import { pagesIn, type Geometry } from "../../model/geometry.ts";
import type { LawId } from "../../model/invariants.ts";
import { createLedger, type Ledger } from "../../model/ledger.ts";
import type { Profile } from "../../model/profile.ts";
import { step } from "../../model/step.ts";
import type { Violation } from "../../model/violation.ts";
import { BROKEN, MOVED, STAYED, type Move, type Space } from "../search/space.ts";
import { DefinedState, type Objection } from "./spec-definition.ts";
import { brokenSymmetry, largestServed, topBlocks, type Counting } from "./spec-shape.ts";
import { CanonicalForm } from "./spec-symmetry.ts";

/** What judges a call with its answer: `step`, or in a test something that is wrong. */
export type Relation = (ledger: Ledger, command: Command, outcome: Outcome) => readonly Violation[];

export interface SpecPool {
  readonly geometry: Geometry;
  readonly profile: Profile;
  readonly counting: Counting;
}

/** A call with an answer. */
export interface SpecCommand {
  readonly kind: "serve" | "refuse" | "free" | "refuse-free";
  readonly command: Command;
  readonly outcome: Outcome;
  /** Frame of the block, from the pool's first; -1 where there is none. */
  readonly frame: number;
  /** The order asked for or named; -1 where none is. */
  readonly order: number;
  readonly zone: string | null;
}

/** The specification of a pool as a state space. */
export class SpecSpace implements Space {
  readonly pool: SpecPool;
  readonly commands: readonly SpecCommand[];
  readonly row: Int32Array;
  /** Per command: how often it was given, taken as a step, and led to another state. */
  readonly given: Float64Array;
  readonly taken: Float64Array;
  readonly moved: Float64Array;
  /** What is wrong with the last step, if it was BROKEN. */
  violations: readonly Violation[] = [];
  readonly #relation: Relation;
  readonly form: CanonicalForm | null;
  /** The state that steps start from, and the one that the last step led to. */
  readonly from: DefinedState;
  readonly #to: DefinedState;
  #ledger: Ledger;
  /** Is the ledger in the state that steps start from, and is that state saved? */
  #ledgerIsFrom = false;
  #isSaved = false;
  #isAtStart = false;
  readonly #saved: { states: Uint8Array; freeBlocks: Float64Array; liveBlocks: number; livePages: number };

  constructor(pool: SpecPool, relation: Relation = step) {
    const { geometry, profile, counting } = pool;
    const unsound = counting === "raw" ? null : brokenSymmetry(profile);
    assert(unsound === null, `states cannot be reduced, since ${unsound ?? ""}`);
    this.pool = pool;
    this.#relation = relation;
    this.commands = commandsOf(geometry, profile);
    this.given = new Float64Array(this.commands.length);
    this.taken = new Float64Array(this.commands.length);
    this.moved = new Float64Array(this.commands.length);
    this.row = new Int32Array(Math.max(1, Math.ceil((geometry.span.end - geometry.span.start) / 4)));
    this.form = counting === "raw" ? null : new CanonicalForm(topBlocks(geometry), geometry.span.start);
    this.#ledger = this.#freshLedger();
    this.from = new DefinedState(this.#ledger);
    this.#to = new DefinedState(this.#ledger);
    this.#saved = {
      states: new Uint8Array(this.from.live.length),
      freeBlocks: new Float64Array(this.#ledger.freeBlocks.length),
      liveBlocks: 0,
      livePages: 0,
    };
  }

  get commandCount(): number {
    return this.commands.length;
  }

  start(): void {
    this.row.fill(0);
    this.load(this.row, 0);
    this.#isAtStart = true;
  }

  load(rows: Int32Array, at: number): void {
    const bytes = new Uint8Array(rows.buffer, rows.byteOffset + 4 * at, this.from.live.length);
    this.from.live.set(bytes);
    this.from.define();
    this.#ledgerIsFrom = false;
    this.#isSaved = false;
  }

  step(number: number): Move {
    const given = this.commands[number] as SpecCommand;
    if (!this.#ledgerIsFrom) this.#rebuild();
    count(this.given, number);
    const found = this.#relation(this.#ledger, given.command, given.outcome);
    const objection = this.#objection(given);
    if (found.length > 0) {
      this.#ledgerIsFrom = false;
      if (objection !== null) return STAYED;
      this.violations = this.#isOnlyPolicy(found) ? [] : found;
      return this.violations.length === 0 ? STAYED : BROKEN;
    }
    if (objection !== null) return this.#break(violationOf(given, objection));
    count(this.taken, number);
    const move = this.#reach(given);
    if (move === MOVED) count(this.moved, number);
    return move;
  }

  /** Every state is judged in the step that reaches it; the start is judged here, by the same comparison. */
  inspect(): boolean {
    if (!this.#isAtStart) return true;
    this.#isAtStart = false;
    this.#rebuild();
    this.#to.live.set(this.from.live);
    this.#to.define();
    if (this.#ledgerAgrees(this.#to)) return true;
    this.violations = this.#difference("free");
    return false;
  }

  /** Only the relation knows which of several right blocks a policy picks (spec-definition.ts, rule 3). */
  #isOnlyPolicy(found: readonly Violation[]): boolean {
    const { placement, servedHalf } = this.pool.profile;
    return (placement !== "any" || servedHalf !== "any") && found.every(({ law }) => law === "placement");
  }

  #objection({ kind, frame, order, zone }: SpecCommand): Objection {
    switch (kind) {
      case "serve":
        return this.from.objectionToServing(frame, order, zone);
      case "refuse":
        return this.from.objectionToRefusing(order, zone);
      case "free":
        return this.from.objectionToFreeing(frame, order);
      case "refuse-free": {
        if (this.from.objectionToFreeing(frame, order) !== null) return null;
        const pfn = frame + this.pool.geometry.span.start;
        return { kind: "good-free-refused", pfn, pages: pagesIn((this.from.live[frame] as number) - 1), since: 0 };
      }
    }
  }

  /** The relation took a step that the definitions allow: where does it lead? */
  #reach(given: SpecCommand): Move {
    const { kind, frame, order } = given;
    const moves = kind === "serve" || kind === "free";
    const { live } = this.#to;
    live.set(this.from.live);
    if (kind === "serve") live[frame] = order + 1;
    if (kind === "free") live[frame] = 0;
    this.#to.define();
    if (!this.#ledgerAgrees(this.#to)) return this.#break(this.#difference(kind));
    if (!moves) return STAYED;
    this.#ledgerIsFrom = false;
    if (given.zone !== null || (kind === "free" && order !== -1)) return STAYED;
    if (this.form !== null) this.form.apply(live);
    new Uint8Array(this.row.buffer).set(live);
    return MOVED;
  }

  #break(violations: readonly Violation[]): Move {
    this.violations = violations;
    this.#ledgerIsFrom = false;
    return BROKEN;
  }

  /** Does the ledger hold exactly these live and free blocks, and their numbers? */
  #ledgerAgrees(state: DefinedState): boolean {
    const { span } = this.pool.geometry;
    const { frames, freeBlocks } = this.#ledger;
    let listed = 0;
    for (let frame = 0; frame < state.live.length; frame++) {
      const byte = frames.stateAt(frame + span.start);
      const live = (byte & KIND) === LIVE ? (byte & ORDER) + 1 : 0;
      const free = (byte & KIND) === FREE ? (byte & ORDER) + 1 : 0;
      if (live !== state.live[frame] || free !== state.free[frame]) return false;
      if (free > 0) listed++;
    }
    for (let list = 0; list < freeBlocks.length; list++) listed -= freeBlocks[list] as number;
    return listed === 0;
  }

  /** The laws that the ledger's free blocks break, looked at as an allocator's free lists would be. */
  #difference(kind: SpecCommand["kind"]): readonly Violation[] {
    const truth = this.#ledgerOf(this.#to.live);
    const found = step(truth, this.#lists(), OK);
    const fault = found[0]?.fault ?? { kind: "changed-elsewhere", blocks: [], count: 0 };
    if (kind === "refuse" || kind === "refuse-free") return [plainViolation("refused-unchanged", fault)];
    return found.length > 0 ? found : [plainViolation("frame", fault)];
  }

  /** The ledger's free blocks as lists by address. */
  #lists(): Snapshot {
    const { span, maxOrder } = this.pool.geometry;
    const lists: number[][] = Array.from({ length: maxOrder + 1 }, () => []);
    for (let pfn = span.start; pfn < span.end; pfn++) {
      const state = this.#ledger.frames.stateAt(pfn);
      if ((state & KIND) === FREE) lists[state & ORDER]?.push(pfn);
    }
    return { kind: "snapshot", lists, cached: [] };
  }

  #freshLedger(): Ledger {
    const { geometry, profile } = this.pool;
    const ledger = createLedger({ geometry, profile, start: "empty" });
    ledger.gathersEvidence = false;
    return ledger;
  }

  /** Puts the ledger into the state that steps start from. */
  #rebuild(): void {
    if (this.#ledger.serving === null && this.#isSaved) this.#restore();
    else this.#replay();
    this.#ledgerIsFrom = true;
  }

  /** A ledger in which just these blocks are live. */
  #ledgerOf(live: Uint8Array): Ledger {
    const ledger = this.#freshLedger();
    const { start } = this.pool.geometry.span;
    for (let frame = 0; frame < live.length; frame++) {
      const state = live[frame] as number;
      if (state === 0) continue;
      ledger.carve(frame + start, frame + start + pagesIn(state - 1));
      ledger.setLive(frame + start, pagesIn(state - 1), 1);
    }
    ledger.allocatedEver = true;
    return ledger;
  }

  /** Makes a ledger for the state that steps start from, and saves what is in it. */
  #replay(): void {
    const { live } = this.from;
    const { start } = this.pool.geometry.span;
    const ledger = this.#ledgerOf(live);
    for (let frame = 0; frame < live.length; frame++) this.#saved.states[frame] = ledger.frames.stateAt(frame + start);
    this.#saved.freeBlocks.set(ledger.freeBlocks);
    this.#saved.liveBlocks = ledger.liveBlocks;
    this.#saved.livePages = ledger.livePages;
    this.#ledger = ledger;
    this.#isSaved = true;
  }

  /** Undoes whatever the last command did: ten times faster than a new ledger. */
  #restore(): void {
    const { start } = this.pool.geometry.span;
    const ledger = this.#ledger;
    const { states, freeBlocks, liveBlocks, livePages } = this.#saved;
    for (let frame = 0; frame < states.length; frame++) {
      ledger.frames.setState(frame + start, states[frame] as number);
    }
    ledger.freeBlocks.set(freeBlocks);
    ledger.liveBlocks = liveBlocks;
    ledger.livePages = livePages;
    ledger.allocatedEver = liveBlocks > 0;
    ledger.exactPages.clear();
    ledger.owed.clear();
    ledger.observed = null;
    ledger.stepsSinceObserved = 0;
  }
}

function count(counts: Float64Array, number: number): void {
  counts[number] = (counts[number] as number) + 1;
}

/** The relation let an answer pass that the definitions object to. */
function violationOf({ kind }: SpecCommand, objection: NonNullable<Objection>): readonly Violation[] {
  return [plainViolation(kind === "serve" ? lawOfServing(objection) : lawOfAnswer(kind), objection)];
}

function lawOfServing(objection: NonNullable<Objection>): LawId {
  switch (objection.kind) {
    case "misaligned-block":
      return "aligned";
    case "overlaps-live":
      return "no-overlap";
    case "larger-split":
      return "best-fit";
    case "wrong-zone":
      return "placement";
    default:
      return "in-bounds";
  }
}

function lawOfAnswer(kind: SpecCommand["kind"]): LawId {
  return kind === "refuse" ? "no-spurious-oom" : "bad-free-refused";
}

function plainViolation(law: LawId, fault: Violation["fault"]): Violation {
  return {
    law,
    blame: "allocator",
    fault,
    allowed: { kind: "accept" },
    assumed: "change-ignored",
    frames: [],
    around: [],
  };
}

/** Every call with every answer that has a meaning in this pool. */
function commandsOf(geometry: Geometry, profile: Profile): SpecCommand[] {
  const named = geometry.zones.map(({ name }) => name).filter((name) => name !== "");
  const zones: readonly (string | null)[] = [null, ...(named.length > 1 ? named : [])];
  return [...zones.flatMap((zone) => requests(geometry, largestServed(geometry, profile), zone)), ...frees(geometry)];
}

function requests(geometry: Geometry, served: number, zone: string | null): SpecCommand[] {
  const { start, end } = geometry.span;
  const found: SpecCommand[] = [];
  for (let order = 0; order <= geometry.maxOrder + 1; order++) {
    const command: Command = { kind: "alloc", order, zone };
    found.push({ kind: "refuse", command, outcome: REFUSED, frame: -1, order, zone });
    if (order > served) continue;
    for (let pfn = start; pfn < end; pfn++) {
      const outcome: Outcome = { kind: "block", pfn, zeroed: null };
      found.push({ kind: "serve", command, outcome, frame: pfn - start, order, zone });
    }
  }
  return found;
}

/** Frees of every frame and its neighbours outside, naming no size and every order, accepted and refused. */
function frees(geometry: Geometry): SpecCommand[] {
  const { start, end } = geometry.span;
  const found: SpecCommand[] = [];
  for (let pfn = Math.max(start - 1, 0); pfn <= end; pfn++) {
    for (let order = -1; order <= geometry.maxOrder; order++) {
      const command: Command = order === -1 ? { kind: "free", pfn } : { kind: "free-order", pfn, order };
      const place = { command, frame: pfn - start, order, zone: null };
      found.push({ kind: "free", outcome: OK, ...place }, { kind: "refuse-free", outcome: REFUSED, ...place });
    }
  }
  return found;
}
