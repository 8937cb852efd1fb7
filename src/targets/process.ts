// An executable as a target: whole scripts go in as lines, their answers come back as lines.
//
//  1. Scripts are sent many at a time, and the target may hold its answers back until the end of each. That is what
//     makes a command cheap: a round trip for each would cost more than a hundred commands.
//  2. Where a process ends in the middle of a batch, nobody knows in which command: answers may have been lost with
//     it. The script that was under way is run again in a new process, which is told to hold nothing back.
//  3. A death that does not come again then is still one: it is put at the script's last move, and `lastWords` says
//     so. Only an exit with 0 before a script's first answer is none: such a process opens one pool, then ends.
//  4. A crash ends its script: `outcomes` ends with it. Before the first move it is `init`; where there is no move, or
//     none is left, it is put in the place of the free lists.

import type { Outcome, Snapshot } from "../../model/command.ts";
import type { Geometry } from "../../model/geometry.ts";
import { Child, type Ending } from "./child.ts";
import { linesOf, outcomeOf, readHello, snapshotIn, type Hello, type Lines } from "./process-lines.ts";
import type { Move, Script } from "./script.ts";
import type { Call, Crashed, Opening, ScriptRun, ScriptTarget } from "./target.ts";

/** How long a target may be silent, in milliseconds. */
export interface Patience {
  readonly startMs: number;
  readonly answerMs: number;
}

const PATIENCE: Patience = { startMs: 10_000, answerMs: 2000 };

/** Moves that are sent before their answers are read, so that neither side waits for the other. */
const MOVES_AHEAD = 40_000;

/** A target that is started by these words: a program and its arguments. */
export function processTarget(words: readonly string[], patience: Patience = PATIENCE): ScriptTarget {
  return new ProcessTarget(words, patience);
}

/** A child that has said hello. */
interface Started {
  readonly child: Child;
  readonly hello: Hello;
}

class ProcessTarget implements ScriptTarget {
  readonly kind = "script";
  readonly name: string;
  readonly #words: readonly string[];
  readonly #patience: Patience;
  #started: Started | null = null;

  constructor(words: readonly string[], patience: Patience) {
    this.name = words.join(" ");
    this.#words = words;
    this.#patience = patience;
  }

  async calls(): Promise<ReadonlySet<Call>> {
    const started = await this.#start();
    return "how" in started ? new Set() : started.hello.calls;
  }

  async run(opening: Opening, scripts: readonly Script[]): Promise<readonly ScriptRun[]> {
    const runs: ScriptRun[] = [];
    while (runs.length < scripts.length) {
      const started = await this.#start();
      if ("how" in started) return [...runs, ...scripts.slice(runs.length).map((script) => unstarted(script, started))];
      await this.#runWith(started, opening.geometry, scripts, runs);
    }
    return runs;
  }

  async close(): Promise<void> {
    const started = this.#started;
    this.#started = null;
    await started?.child.kill();
  }

  /** The process that runs, or a new one, or why there is none. */
  async #start(): Promise<Started | Ending> {
    if (this.#started !== null) return this.#started;
    const child = new Child(this.#words);
    const first = await child.line(this.#patience.startMs);
    const hello = typeof first === "string" ? readHello(first) : null;
    if (hello !== null) return (this.#started = { child, hello });
    await child.kill();
    if (typeof first !== "string") return first;
    return { how: "garbage", lastWords: `its first line is ${JSON.stringify(first)}, not \`buddycheck 1 …\`` };
  }

  /** Runs the scripts that are left in one process, for as long as it lives, and adds what came of them. */
  async #runWith(
    { child, hello }: Started,
    geometry: Geometry,
    scripts: readonly Script[],
    runs: ScriptRun[],
  ): Promise<void> {
    const first = runs.length;
    const sent: Answers[] = [];
    let moves = 0;
    // A process for one pool dies in that pool, so it need not be asked twice where.
    if (hello.isOnce) child.write("sync\n");
    while (runs.length < scripts.length) {
      if (moves <= MOVES_AHEAD / 2 && (sent.length === 0 || !hello.isOnce)) {
        const from = sent.length;
        for (let at = first + from; at < scripts.length && moves < MOVES_AHEAD; at++) {
          const script = scripts[at] as Script;
          moves += script.length + 1;
          sent.push(new Answers(script, linesOf(geometry, script, hello), geometry));
          if (hello.isOnce) break;
        }
        child.write(
          sent
            .slice(from)
            .map(({ lines }) => lines.text)
            .join(""),
        );
      }
      const answers = sent[runs.length - first] as Answers;
      const ending = await answers.read(child, this.#patience.answerMs);
      if (ending !== null) {
        await this.close();
        runs.push(hello.isOnce ? answers.endedBy(ending) : await this.#runAlone(answers, ending));
        return;
      }
      runs.push(answers.run());
      moves -= answers.moveCount + 1;
      if (answers.isOver || hello.isOnce) {
        await this.close();
        return;
      }
    }
  }

  /** Runs a script again on which a process has ended, this time with every answer sent at once. */
  async #runAlone(before: Answers, ending: Ending): Promise<ScriptRun> {
    const started = await this.#start();
    if ("how" in started) return unstarted(before.script, started);
    const answers = before.again();
    started.child.write(`sync\n${answers.lines.text}`);
    const again = await answers.read(started.child, this.#patience.answerMs);
    await this.close();
    if (again !== null) return answers.endedBy(again);
    const isOnce = ending.how === "exit-0" && before.isEmpty;
    return isOnce || answers.isOver ? answers.run() : answers.endedOnceBy(ending);
  }
}

/** Nothing came of a script whose process could not be started. */
function unstarted(script: Script, { how, lastWords }: Ending): ScriptRun {
  const crashed: Crashed = { kind: "crashed", how: "init" };
  return { outcomes: script.slice(0, 1).map(() => crashed), snapshot: crashed, lastWords: `${how}: ${lastWords}` };
}

/** The answers to one script as they come in. */
class Answers {
  readonly lines: Lines;
  readonly script: Script;
  readonly #geometry: Geometry;
  readonly #outcomes: (Outcome | null)[] = [];
  #snapshot: Snapshot | Crashed | null = null;
  #lastWords = "";
  /** How many lines have been answered. */
  #answered = 0;
  /** A crash or garbage has ended the script: nothing after it counts. */
  #isOver = false;

  constructor(script: Script, lines: Lines, geometry: Geometry) {
    this.script = script;
    this.lines = lines;
    this.#geometry = geometry;
  }

  get isEmpty(): boolean {
    return this.#answered === 0;
  }

  get moveCount(): number {
    return this.script.length;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The same script with no answer yet. */
  again(): Answers {
    return new Answers(this.script, this.lines, this.#geometry);
  }

  /** Reads all answers, or up to one that is garbage; answers how the process ended where it did before. */
  async read(child: Child, silenceMs: number): Promise<Ending | null> {
    while (!this.#isOver && this.#answered < this.lines.moves.length) {
      const line = child.next() ?? (await child.line(silenceMs));
      if (typeof line !== "string") return line;
      this.#take(line);
    }
    return null;
  }

  run(): ScriptRun {
    while (!this.#isOver && this.#outcomes.length < this.script.length) this.#outcomes.push(null);
    return { outcomes: this.#outcomes, snapshot: this.#snapshot, lastWords: this.#lastWords };
  }

  /** The process ended where an answer was due. */
  endedBy({ how, lastWords }: Ending): ScriptRun {
    this.#crash(how, lastWords);
    return this.run();
  }

  /** It ended somewhere in this script, and did not when it ran it again. */
  endedOnceBy({ how, lastWords }: Ending): ScriptRun {
    this.#answered = Math.max(
      1,
      this.lines.moves.findLastIndex((move) => move >= 0),
    );
    this.#outcomes.length = Math.max(0, this.lines.moves[this.#answered] ?? 0);
    this.#snapshot = null;
    return this.endedBy({ how, lastWords: `once, and not when it ran alone: ${lastWords}` });
  }

  #take(line: string): void {
    const at = this.lines.moves[this.#answered] as number;
    if (at < 0) this.#takeOwn(line);
    else this.#takeOutcome(at, line);
    this.#answered++;
  }

  /** The answer to the pool at the head, or the lists at the end. */
  #takeOwn(line: string): void {
    if (this.#answered === 0) {
      if (line === "!") this.#crash("init", "the pool could not be opened");
      else if (line !== "ok") this.#garbage("pool", line);
      return;
    }
    this.#snapshot = snapshotIn(line, this.#geometry.maxOrder);
    if (this.#snapshot === null) this.#garbage("l", line);
  }

  #takeOutcome(at: number, line: string): void {
    const outcome = outcomeOf(this.script[at] as Move, line);
    while (this.#outcomes.length < at) this.#outcomes.push(null);
    if (outcome === null) this.#garbage((this.script[at] as Move).kind, line);
    else this.#outcomes.push(outcome === "passed over" ? null : outcome);
  }

  #garbage(asked: string, line: string): void {
    this.#crash("garbage", `answered ${JSON.stringify(line.slice(0, 200))} to ${asked}`);
  }

  /** Ends the script where the next answer was due: at a move, or at the look behind the last one. */
  #crash(how: string, lastWords: string): void {
    const isInit = this.#answered === 0;
    const crashed: Crashed = { kind: "crashed", how: isInit ? "init" : how };
    const at = this.lines.moves[this.#answered] ?? -1;
    // A script without a move has none to crash in.
    const isLook = at < 0 && (this.#answered > 0 || this.script.length === 0);
    while (this.#outcomes.length < (isLook ? this.script.length : at)) this.#outcomes.push(null);
    if (isLook) this.#snapshot = crashed;
    else this.#outcomes.push(crashed);
    this.#lastWords = isInit && how !== "init" ? `${how}: ${lastWords}` : lastWords;
    this.#isOver = true;
  }
}
