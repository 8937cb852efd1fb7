/*
 * The package as a user has it: packed, and unpacked in a folder far from the repository.
 *
 * What it depends on is linked from the repository's own node_modules, so that no test needs a network. That npm itself
 * can install it is checked where there is one, by .ci/run.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";

/** Packs the built package and puts it into `folder`/node_modules, with these packages beside its dependencies. */
export function installPacked(folder: string, beside: readonly string[] = []): void {
  const modules = path.join(folder, "node_modules");
  const home = path.join(modules, "buddycheck");
  mkdirSync(home, { recursive: true });
  // Packing builds anew, which pulls dist/ from under other tests; it was built before the tests began.
  const packed = must("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder]).trim();
  const archive = path.join(folder, packed);
  must("tar", ["-xzf", archive, "-C", home, "--strip-components=1"]);
  rmSync(archive);
  const { dependencies } = JSON.parse(readFileSync(path.join(home, "package.json"), "utf8")) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  for (const name of [...Object.keys(dependencies), ...beside]) {
    mkdirSync(path.dirname(path.join(modules, name)), { recursive: true });
    symlinkSync(path.resolve("node_modules", name), path.join(modules, name));
  }
}

function must(program: string, words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${words.join(" ")} exited with ${status}: ${stderr}`);
  return stdout;
}
