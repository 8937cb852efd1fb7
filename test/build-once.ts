/*
 * Compiles the product once before the tests: those of the command line and of the worker threads run dist/ as users do.
 *
 * A type error is printed but does not stop the tests, since tsc writes the JavaScript all the same and `npm run check`
 * builds first. dist/ is not cleared, so that two runs at once do not pull it from under each other.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

export function setup(): void {
  const { stdout, stderr } = spawnSync("npm", ["run", "--silent", "compile"], { encoding: "utf8" });
  const said = `${stdout}${stderr}`.trim();
  if (said !== "") console.error(said);
  if (!existsSync("dist/src/cli.js")) throw new Error("npm run compile wrote no dist/src/cli.js");
}
