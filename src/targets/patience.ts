// Patience with code in this process that may never return: a module of JavaScript, whose loops have no fuel.
//
//  1. Calls are counted as they are made. A thread of its own looks at the count, and interrupts what stands still for
//     `STILL_MS`: by SIGINT, which V8 turns into the end of the script that runs.
//  2. What was interrupted is done again from its start, now with each call under a limit of its own: 0.1 ms a call, so not
//     from the beginning. A call that V8 ends is an outcome of the allocator, `hang`, and shrinks like any other.
//  3. So an interruption by itself proves nothing and loses nothing: where all calls are short, the second go comes to
//     the end.
//  4. A SIGINT that somebody else sent is passed on, once the work is left.
//  5. Threads and Windows have no such signal: there a call that never returns is waited for.

import { createContext, Script } from "node:vm";
import { isMainThread, Worker } from "node:worker_threads";

/** Nothing is called for so long, where one call has not returned. */
const STILL_MS = 2000;
/** How long a call may take once one has not returned: most take microseconds. */
const CALL_MS = 500;

/** What the shared words mean: how many calls were made, and who is about to end the work. */
const CALLS = 0;
const STATE = 1;
const IDLE = 0;
const WORKING = 1;
const INTERRUPTING = 2;

/** Looks now and then whether the calls go on. Only of work that is being done, and then once. */
const WATCHER = `
const { workerData: { words, still } } = require("node:worker_threads");
let [last, unchanged] = [-1, 0];
setInterval(() => {
  const calls = Atomics.load(words, ${CALLS});
  const isStill = calls === last && Atomics.load(words, ${STATE}) === ${WORKING};
  unchanged = isStill ? unchanged + 1 : 0;
  last = calls;
  if (unchanged < 4) return;
  unchanged = 0;
  if (Atomics.compareExchange(words, ${STATE}, ${WORKING}, ${INTERRUPTING}) === ${WORKING}) process.kill(process.pid, "SIGINT");
}, still / 4);
`;

/** Ends calls that do not return; it guards whether each call is watched. */
export class Patience {
  readonly #words: Int32Array = new Int32Array(new SharedArrayBuffer(8));
  /** Where `act` is found by the script that V8 can end; null before there was any. */
  #stage: Stage | null = null;
  #isLookedAfter = false;
  #watches = false;

  /** Is each call under a limit of its own? */
  get watches(): boolean {
    return this.#watches;
  }

  /** Takes note of a call that is not under a limit of its own. */
  called(): void {
    this.#words[CALLS] = (this.#words[CALLS] as number) + 1;
  }

  /** Makes a call under a limit of its own. Throws `Hang` where it does not return in time. */
  call<T>(act: () => T): T {
    let result: { readonly value: T } | null = null;
    this.called();
    try {
      this.#run(
        () => {
          result = { value: act() };
        },
        { timeout: CALL_MS },
      );
    } catch (error) {
      if (codeOf(error) === "ERR_SCRIPT_EXECUTION_TIMEOUT") throw new Hang();
      throw error;
    }
    return (result as unknown as { readonly value: T }).value;
  }

  /**
   * Does what makes many calls; again from its start, if one of them does not return. Answers `left` where somebody
   * else's SIGINT ended it.
   */
  work<T>(act: () => T, left: () => T): T {
    if (this.#watches || !isMainThread || process.platform === "win32") return act();
    if (!this.#isLookedAfter) startWatcher(this.#words);
    this.#isLookedAfter = true;
    const worked = this.#interruptible(act);
    if (worked !== null) return worked.value;
    const isOurs = Atomics.exchange(this.#words, STATE, IDLE) === INTERRUPTING;
    if (!isOurs) {
      process.kill(process.pid, "SIGINT");
      return left();
    }
    this.#watches = true;
    return act();
  }

  /** What came of it, or null where it was interrupted. */
  #interruptible<T>(act: () => T): { readonly value: T } | null {
    let result: { readonly value: T } | null = null;
    Atomics.store(this.#words, STATE, WORKING);
    try {
      this.#run(
        () => {
          const value = act();
          // Work that ends as it is being interrupted waits for the signal that is on its way.
          while (Atomics.compareExchange(this.#words, STATE, WORKING, IDLE) === INTERRUPTING);
          result = { value };
        },
        { breakOnSigint: true },
      );
    } catch (error) {
      if (codeOf(error) === "ERR_SCRIPT_EXECUTION_INTERRUPTED") return null;
      throw error;
    }
    return result;
  }

  #run(act: () => void, options: { readonly timeout: number } | { readonly breakOnSigint: true }): void {
    this.#stage ??= createStage();
    const { context, script } = this.#stage;
    const before = context.act;
    context.act = act;
    try {
      script.runInContext(context, options);
    } finally {
      context.act = before;
    }
  }
}

interface Stage {
  readonly context: { act: (() => void) | null };
  readonly script: Script;
}

function createStage(): Stage {
  const context = { act: null };
  createContext(context);
  return { context, script: new Script("act()") };
}

/** A call that did not return in time. */
export class Hang extends Error {
  constructor() {
    super(`did not return within ${CALL_MS} ms`);
  }
}

/** Starts the thread that looks at the count. It ends with us. */
function startWatcher(words: Int32Array): void {
  new Worker(WATCHER, { eval: true, workerData: { words, still: STILL_MS } }).unref();
}

/** Of an error that V8 made in the script's own realm, so it is no `Error` of ours. */
function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : null;
}
