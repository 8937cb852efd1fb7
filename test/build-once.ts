/*
 * Compiles the product once before the tests: those of the command line and of the worker threads run dist/ as users do.
 *
 * A type error does not stop the tests, since tsc writes the JavaScript all the same and `npm run check` builds first;
 * it is printed, and only a compiler that wrote nothing ends the run. dist/ is not cleared, so that two runs at once do
 * not pull it from under each other.
 */
import { spawnSync } from "node:child_process";

// What tsc exits with: 0 is "fine", 2 is "type errors, but the output is written".
const WRITTEN = [0, 2];

export function setup(): void {
  const { status, stdout, stderr } = spawnSync("npm", ["run", "--silent", "compile"], { encoding: "utf8" });
  const said = `${stdout}${stderr}`.trim();
  if (said !== "") console.error(said);
  if (status === null || !WRITTEN.includes(status)) throw new Error(`npm run compile failed with ${status}`);
}
