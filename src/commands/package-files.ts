// Files that come with the package, wherever it is installed: profiles, suites, the corpus, its version.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { ProfileLibrary } from "../spec/profile.ts";

/** The folder with the package's `package.json`: above `dist/` when built, above `src/` in tests. */
export function packageRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}

/** The package's version. */
export function packageVersion(): string {
  const text = readFileSync(join(packageRoot(), "package.json"), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

/** The profiles in `specs/profiles/`, by the names of their files. */
export function bundledProfiles(): ProfileLibrary {
  return libraryIn(join(packageRoot(), "specs", "profiles"));
}

/** The dialects in `specs/dialects/`, likewise. */
export function bundledDialects(): ProfileLibrary {
  return libraryIn(join(packageRoot(), "specs", "dialects"));
}

function libraryIn(folder: string): ProfileLibrary {
  return {
    names: readdirSync(folder)
      .filter((file) => file.endsWith(".yaml"))
      .map((file) => basename(file, ".yaml")),
    find: (name) => {
      const file = join(folder, `${name}.yaml`);
      return /^[\w-]+$/.test(name) && existsSync(file) ? { file, text: readFileSync(file, "utf8") } : null;
    },
  };
}
