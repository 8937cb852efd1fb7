// A command that Ctrl-C ends, on a machine of whatever speed.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";

/** The command line is loaded after the first of these, or on a busy machine after a later one. */
const PATIENCE_MS = [1500, 6000, 20_000];

/** What is printed by a command that is interrupted once it is at work; code null, if it never was. */
export async function interrupted(
  ...words: readonly string[]
): Promise<{ readonly code: number | null; readonly out: string }> {
  let out = "";
  for (const patience of PATIENCE_MS) {
    const child = spawn(process.execPath, ["dist/src/cli.js", ...words], { stdio: ["ignore", "pipe", "ignore"] });
    const printed = text(child.stdout);
    await setTimeout(patience);
    child.kill("SIGINT");
    const [code] = (await once(child, "close")) as [number | null];
    out = await printed;
    if (code !== null) return { code, out };
  }
  return { code: null, out };
}
