// Standard output, standard error and colour: the only place that decides about them.
//
//  1. Results go to standard output, everything else to standard error.
//  2. Colour: NO_COLOR or TERM=dumb turn it off, FORCE_COLOR on, otherwise only a terminal gets it.

import { writeSync } from "node:fs";
import picocolors from "picocolors";
import type { Problem } from "../problem.ts";
import type { Look } from "../report/look.ts";
import { problemReport } from "../report/text.ts";
import { EXIT } from "../verdict.ts";

export type Colours = ReturnType<typeof picocolors.createColors>;

const COLUMNS_DEFAULT = 100;

export function colours(stream: NodeJS.WriteStream): Colours {
  const { NO_COLOR: none, FORCE_COLOR: forced, TERM: term } = process.env;
  if (none !== undefined && none !== "") return picocolors.createColors(false);
  if (forced !== undefined && forced !== "") return picocolors.createColors(forced !== "0" && forced !== "false");
  // Left to itself picocolors colours pipes where CI is set.
  if (!stream.isTTY) return picocolors.createColors(false);
  return picocolors.createColors(term !== "dumb");
}

export function terminalColumns(): number {
  return process.stdout.columns ?? COLUMNS_DEFAULT;
}

/** How results look on standard output. */
export function outputLook(): Look {
  return { colours: colours(process.stdout), columns: terminalColumns() };
}

/** How a report looks in a file. */
export const PLAIN: Look = { colours: picocolors.createColors(false), columns: COLUMNS_DEFAULT };

/** Writes all of it before the process can end, also into a pipe that is read slowly. */
export function print(text: string): void {
  writeAll(1, text.endsWith("\n") ? text : `${text}\n`);
}

export function warn(text: string): void {
  writeAll(2, `${text}\n`);
}

/** Reports wrong input on standard error and sets the exit code. */
export function fail(problems: readonly Problem[]): void {
  warn(problemReport(problems, { colours: colours(process.stderr), columns: terminalColumns() }));
  process.exitCode = EXIT.input;
}

function writeAll(file: number, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(file, rest));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      // A reader that went away (`| head`) wants no more; a full pipe wants it later.
      if (code === "EPIPE") return;
      if (code !== "EAGAIN") throw error;
    }
  }
}
