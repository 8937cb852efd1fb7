// A log as a native trace: what its reader hands on, as lines of JSON, each with the line of the log it comes from.

import type { Command, Outcome } from "../../model/command.ts";
import type { Problem } from "../problem.ts";
import type { TraceHeader, TraceSink } from "./event.ts";
import { eventLine, headerLine, lostLine } from "./native-writer.ts";

/** One line of the native trace, without its newline, and the line of the log. */
export interface WrittenLine {
  readonly json: string;
  readonly line: number;
}

/** Takes a log from its reader and writes it natively. */
export class LogWriter implements TraceSink {
  readonly problems: Problem[] = [];
  #lines: WrittenLine[] = [];

  /** What was written since the last call. */
  take(): readonly WrittenLine[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  header(header: TraceHeader, line: number): number {
    this.#lines.push({ json: headerLine(header), line });
    return 0;
  }

  event(command: Command, outcome: Outcome, line: number): void {
    this.#lines.push({ json: eventLine(command, outcome, 0), line });
  }

  lost(events: number | null, line: number): void {
    this.#lines.push({ json: lostLine(events), line });
  }

  /** No rule of a dialect makes a note. */
  note(): void {
    return;
  }

  problem(problem: Problem): void {
    this.problems.push(problem);
  }
}
