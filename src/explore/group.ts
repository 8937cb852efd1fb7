// A group: calls that overlap, from one state with nothing under way to the next, in all their schedules.
//
//  1. A schedule is a row of acts: a call begins, or a call that is under way takes its next step, if that is ready.
//  2. A group is over when nothing is under way. A schedule that gets there with fewer calls than asked for is left
//     out: it is a smaller group, and what follows is another.
//  3. Where nothing that is under way is ready, it waits for ever: each such call ends in a deadlock.
//  4. Schedules are followed in order of their switches, from one call to another. So the first that shows something is
//     one with the fewest (Musuvathi, Qadeer, Iterative context bounding, 2007).
//  5. A generator cannot be copied. To go on from an earlier moment, its schedule is taken again from the start; a
//     target that is not where it was then does not do the same twice.

import { assert } from "../../model/assert.ts";
import type { Command } from "../../model/command.ts";
import { orderFor, pagesIn } from "../../model/geometry.ts";
import type { Letter } from "../search/alphabet.ts";
import type { SubjectMemory } from "../search/subject.ts";
import { DEADLOCK } from "../targets/stepped-call.ts";
import type { SteppedCall, Steps } from "../targets/target.ts";
import type { Operation } from "./linearizer.ts";
import { Moments } from "./moments.ts";

/** A call begins: its letter, 0 or more; or call i takes a step: `~i`. */
export type Act = number;

/** What a group needs of its target. */
export interface Stage {
  readonly steps: Steps;
  readonly memory: SubjectMemory;
  readonly letters: readonly Letter[];
}

/** Where a group starts from. */
export interface GroupStart {
  /** The target's saved state. */
  readonly bytes: Uint8Array;
  /** Pages of the block that is held at a head, 0 if none is. */
  readonly heldAt: (pfn: number) => number;
}

/** What stops a group for good. */
export type GroupTrouble = "nondeterministic" | "endless";

/** How a schedule ended. */
export interface GroupEnd {
  /** The calls in the order in which they began. */
  readonly operations: readonly Operation[];
  readonly schedule: readonly Act[];
  readonly switches: number;
  /** Has each call returned? If not, one died, or those under way wait for one another. */
  readonly isQuiet: boolean;
}

/** Is told of each end, while the target stands there; false ends the group. */
export type EndVisitor = (end: GroupEnd) => boolean;

/** A call of this many steps waits in a loop, or never ends. */
const STEPS_MAX = 256;

interface UnderWay {
  readonly letter: number;
  readonly call: SteppedCall;
  readonly after: number;
  history: number;
  steps: number;
}

/** A moment that was found: by how many switches at least, by which act from where, and what follows. */
interface Found {
  parent: number;
  act: Act;
  switches: number;
  isExpanded: boolean;
  /** Acts from the start; the same on every way. */
  readonly depth: number;
  readonly memory: number;
  readonly next: number[];
}

/** All schedules of groups of `calls` calls from one state: guards the moments found. */
export class Group {
  trouble: GroupTrouble | null = null;
  /** Schedule that met it. */
  troubleAt: readonly Act[] = [];
  /** Steps taken, those taken again not counted. */
  acts = 0;
  /** Did any call pause? */
  hasPaused = false;
  /** Schedules of more switches are not followed. */
  switchesMax: number = Infinity;
  readonly #stage: Stage;
  readonly #start: GroupStart;
  readonly #calls: number;
  readonly #moments: Moments;
  readonly #found: Found[] = [];
  /** By moment: the schedules that end behind it. */
  readonly #ends: Map<number, number> = new Map();
  /** Which calls were together, as numbers with a digit for each letter, sorted. */
  readonly #together: Set<number> = new Set();
  #now: UnderWay[] = [];
  #last = -1;

  constructor(stage: Stage, start: GroupStart, calls: number) {
    this.#stage = stage;
    this.#start = start;
    this.#calls = calls;
    this.#moments = new Moments(stage.memory, calls);
  }

  /** Moments found. */
  get moments(): number {
    return this.#moments.count;
  }

  /** Groups followed: calls that were together. */
  get groups(): number {
    return this.#together.size;
  }

  /** Schedules from the start to an end: ways through the moments. */
  get schedules(): number {
    const ways = new Float64Array(this.#found.length);
    const deepestFirst = [...this.#found.keys()].sort((a, b) => this.#foundAt(b).depth - this.#foundAt(a).depth);
    for (const moment of deepestFirst) {
      const further = this.#foundAt(moment).next.reduce((sum, next) => sum + (ways[next] as number), 0);
      ways[moment] = further + (this.#ends.get(moment) ?? 0);
    }
    return ways[0] ?? 0;
  }

  /** Follows all schedules; false if the visitor, or trouble, ended them. */
  run(visit: EndVisitor): boolean {
    this.#goTo(-1);
    const memory = this.#moments.memoryNow();
    this.#moments.numberOf(memory, -1, []);
    this.#found.push({ parent: -1, act: 0, switches: 0, isExpanded: false, depth: 0, memory, next: [] });
    let moments = [0];
    for (let switches = 0; moments.length > 0 && switches <= this.switchesMax; switches++) {
      const switched: number[] = [];
      for (const moment of moments) {
        const found = this.#foundAt(moment);
        if (found.isExpanded) continue;
        found.isExpanded = true;
        if (!this.#expand(moment, moments, switched, visit)) return false;
      }
      moments = switched;
    }
    return true;
  }

  #foundAt(moment: number): Found {
    const found = this.#found[moment];
    assert(found !== undefined, `moment ${moment} was never found`);
    return found;
  }

  /** Takes every act that is possible at a moment; what needs no switch is followed before the rest. */
  #expand(moment: number, unswitched: number[], switched: number[], visit: EndVisitor): boolean {
    if (!this.#goTo(moment)) return false;
    const from = this.#foundAt(moment);
    const last = this.#last;
    const acts = this.#possible();
    const waits = this.#now.some(({ call }) => call.outcome === null);
    if (this.#isDead() || (acts.length === 0 && waits)) return this.#end(moment, [], from.switches, visit);
    for (const [number, act] of acts.entries()) {
      if (number > 0 && !this.#goTo(moment)) return false;
      this.#take(act, from.memory);
      this.acts++;
      if (this.trouble !== null) {
        this.troubleAt = [...this.#scheduleTo(moment), act];
        return false;
      }
      const stays = last === this.#last || last < 0;
      const switches = from.switches + (stays ? 0 : 1);
      const isQuiet = this.#now.every(({ call }) => call.outcome !== null);
      if (this.#isDead() || (isQuiet && this.#now.length === this.#calls)) {
        if (!this.#end(moment, [act], switches, visit)) return false;
      } else if (!isQuiet) this.#link(from, { parent: moment, act, switches }, stays ? unswitched : switched);
    }
    return true;
  }

  #isDead(): boolean {
    return this.#now.some(({ call }) => call.outcome?.kind === "crashed");
  }

  /** A schedule ends at this moment, or by one more act. */
  #end(moment: number, act: readonly Act[], switches: number, visit: EndVisitor): boolean {
    if (switches > this.switchesMax) return true;
    this.#ends.set(moment, (this.#ends.get(moment) ?? 0) + 1);
    const letters = this.#now.map(({ letter }) => letter).sort((a, b) => a - b);
    this.#together.add(letters.reduce((number, letter) => number * this.#stage.letters.length + letter, 0));
    const isQuiet = this.#now.every(({ call }) => call.outcome !== null);
    const isDead = this.#isDead();
    const unreturned = isDead ? null : DEADLOCK;
    const operations = this.#now.map(({ letter, call, after }) => ({
      command: (this.#stage.letters[letter] as Letter).command,
      outcome: call.outcome ?? unreturned,
      after,
    }));
    const schedule = [...this.#scheduleTo(moment), ...act];
    return visit({ operations, schedule, switches, isQuiet: isQuiet && !isDead });
  }

  #link(from: Found, way: Pick<Found, "parent" | "act" | "switches">, waiting: number[]): void {
    const memory = this.#moments.memoryNow();
    const number = this.#moments.numberOf(memory, this.#last, this.#now);
    from.next.push(number);
    const known = this.#found[number];
    if (known === undefined) {
      this.#found.push({ ...way, isExpanded: false, depth: from.depth + 1, memory, next: [] });
      waiting.push(number);
    } else if (way.switches < known.switches) {
      Object.assign(known, way);
      waiting.push(number);
    }
  }

  /** Steps first, then calls that may begin. */
  #possible(): readonly Act[] {
    const acts: Act[] = [];
    this.#now.forEach(({ call }, at) => {
      if (call.outcome === null && call.isReady()) acts.push(~at);
    });
    if (this.#now.length === this.#calls) return acts;
    this.#stage.letters.forEach((letter, at) => {
      if (this.#isDue(letter)) acts.push(at);
    });
    return acts;
  }

  /** May a client make this call now? What is held is what it was served and has not begun to free. */
  #isDue({ command, when, pagesNamed }: Letter): boolean {
    if (when === "always" || !isFree(command)) return true;
    let held = this.#start.heldAt(command.pfn);
    for (const { letter, call } of this.#now) {
      const { command: other } = this.#stage.letters[letter] as Letter;
      if (isFree(other) && other.pfn === command.pfn) held = 0;
      if (call.outcome?.kind === "block" && call.outcome.pfn === command.pfn) held = pagesAsked(other);
    }
    return held > 0 && (when === "live" || pagesNamed === 0 || pagesNamed === held);
  }

  /** Takes an act in this memory. */
  #take(act: Act, memory: number): void {
    if (act < 0) {
      const call = this.#now[~act] as UnderWay;
      call.call.step();
      call.history = this.#moments.wentOn(call.history, memory);
      call.steps++;
      if (call.steps > STEPS_MAX) this.trouble = "endless";
      this.hasPaused = true;
      this.#last = ~act;
      return;
    }
    const { command } = this.#stage.letters[act] as Letter;
    let after = 0;
    this.#now.forEach(({ call }, at) => {
      if (call.outcome !== null) after |= 1 << at;
    });
    const call = this.#stage.steps.begin(command);
    this.#last = this.#now.length;
    this.#now.push({
      letter: act,
      call,
      after,
      history: this.#moments.begun(act, call.hasLooked ? memory : -1),
      steps: 0,
    });
  }

  /** Brings the target to a moment; false if it is not what it was there. */
  #goTo(moment: number): boolean {
    this.#stage.memory.restore(this.#start.bytes, 0);
    this.#now = [];
    this.#last = -1;
    if (moment < 0) return true;
    let memory = this.#foundAt(0).memory;
    for (let at = 0, path = this.#pathTo(moment); at < path.length; at++) {
      const { act, memory: reached } = this.#foundAt(path[at] as number);
      this.#take(act, memory);
      memory = reached;
    }
    if (this.#moments.memoryNow() === memory) return true;
    this.trouble = "nondeterministic";
    this.troubleAt = this.#scheduleTo(moment);
    return false;
  }

  /** The moments behind the start on the way to this one. */
  #pathTo(moment: number): readonly number[] {
    const path: number[] = [];
    for (let at = moment; at > 0; at = this.#foundAt(at).parent) path.push(at);
    return path.reverse();
  }

  #scheduleTo(moment: number): readonly Act[] {
    return this.#pathTo(moment).map((at) => this.#foundAt(at).act);
  }
}

function isFree(
  command: Command,
): command is Extract<Command, { readonly kind: "free" | "free-order" | "free-pages" }> {
  return command.kind === "free" || command.kind === "free-order" || command.kind === "free-pages";
}

/** Pages that a request is served; 0 for what is no request. */
function pagesAsked(command: Command): number {
  if (command.kind === "alloc") return pagesIn(command.order);
  return command.kind === "alloc-pages" ? pagesIn(orderFor(Math.max(command.pages, 1))) : 0;
}
