// One child process that speaks lines, and its end: it is never left behind.
//
//  1. Whoever waits gets a line, or how the child ended: an exit code, a signal, a silence that lasted too long, or a
//     program that could not be started.
//  2. A child has a process group of its own, which is killed as a whole: a wrapper (a shell, a package manager) does
//     not outlive us, and neither does what it started. So it is when this process ends by itself or by a signal.
//  3. The end of what it wrote to standard error is kept.

import { spawn, type ChildProcess } from "node:child_process";

/** How a child ended, in a word, with what it said last. */
export interface Ending {
  readonly how: string;
  readonly lastWords: string;
}

const STDERR_KEPT = 4096;
const SIGNALS = ["SIGHUP", "SIGINT", "SIGTERM"] as const;

/** Children that live now. */
const alive = new Set<ChildProcess>();

/** A child and the lines that it has written. */
export class Child {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  /** How many of `#lines` were taken. */
  #taken = 0;
  /** What came behind the last line end. */
  #rest = "";
  #stderr = "";
  #ending: Ending | null = null;
  #hasEnded = false;
  #wake: (() => void) | null = null;

  constructor(words: readonly string[]) {
    const [program = "", ...args] = words;
    this.#child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], detached: true });
    watch(this.#child);
    this.#child.stdout?.setEncoding("latin1").on("data", (text: string) => this.#read(text));
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT);
    });
    // What is written to a child that has gone is lost; its end is told by the events below.
    this.#child.stdin?.on("error", () => undefined);
    this.#child.once("error", (error) => this.#end({ how: "init", lastWords: error.message }));
    this.#child.once("close", (code, signal) => {
      alive.delete(this.#child);
      this.#end({ how: howOf(code, signal), lastWords: this.#stderr.trim() });
    });
  }

  write(text: string): void {
    this.#child.stdin?.write(text, "latin1");
  }

  /** The next line, or how the child ended before it. A silence of `silenceMs` ends it. */
  async line(silenceMs: number): Promise<string | Ending> {
    for (;;) {
      const line = this.next();
      if (line !== undefined) return line;
      if (this.#ending !== null) return this.#ending;
      this.#lines.length = 0;
      this.#taken = 0;
      await this.#silence(silenceMs);
    }
  }

  /** The next line if it is there already: millions of them need not be waited for one by one. */
  next(): string | undefined {
    const line = this.#lines[this.#taken];
    if (line !== undefined) this.#taken++;
    return line;
  }

  /** Ends the child and all that it started, and waits until it has gone. */
  async kill(): Promise<void> {
    killGroup(this.#child);
    while (!this.#hasEnded) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#lines.push(line);
    this.#wake?.();
  }

  #end(ending: Ending): void {
    this.#hasEnded = true;
    this.#ending ??= ending;
    this.#wake?.();
  }

  /** Waits for anything to happen. */
  #silence(silenceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#ending ??= { how: "hang", lastWords: `nothing was answered for ${silenceMs} ms` };
        resolve();
      }, silenceMs);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
    });
  }
}

/** An exit code is told as `exit-3`, a signal as people say it: `segv`, `abort`, `kill`. */
function howOf(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === null) return `exit-${code ?? 0}`;
  return signal === "SIGABRT" ? "abort" : signal.slice("SIG".length).toLowerCase();
}

function watch(child: ChildProcess): void {
  if (alive.size === 0) {
    process.on("exit", killAll);
    for (const signal of SIGNALS) process.on(signal, interrupted);
  }
  alive.add(child);
  child.once("close", () => {
    alive.delete(child);
    if (alive.size > 0) return;
    process.off("exit", killAll);
    for (const signal of SIGNALS) process.off(signal, interrupted);
  });
}

/** Kills the children; where nobody else minds the signal, this process ends by it as it would have. */
function interrupted(signal: NodeJS.Signals): void {
  killAll();
  if (process.listenerCount(signal) > 1) return;
  process.off(signal, interrupted);
  process.kill(process.pid, signal);
}

function killAll(): void {
  for (const child of alive) killGroup(child);
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
