/*
 * README.md and docs/ are run as they are read: every command in a ```sh block, in the order of the page, in a scratch
 * folder beside the corpus.
 *
 * 1. A command exits with 0, or with what its line says: `buddycheck verify a.jsonl # exit 1`.
 * 2. A ```text block right behind a ```sh block is what its commands print, standard error included. `…` stands for
 *    any text of a line, and alone on a line for any lines.
 * 3. What `.ci/run` tries in a clean clone (npm ci, npm start, npm test) is not repeated here, and a command that needs
 *    a program that this machine does not have is skipped by name.
 * 4. Links between pages lead somewhere, and docs/api.md names all there is.
 * 5. A ```js block whose first line is `// NAME` is a file for the commands behind it. One that says `EXPRESSION; // => VALUE`
 *    is run, in the order of the page, and the two are compared. Both import the package as users do.
 */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import * as exported from "../src/index.ts";

type Command = { readonly line: number; readonly text: string; readonly exit: number };
type Example = { readonly line: number; readonly text: string };
type Block = { readonly line: number; readonly commands: readonly Command[]; readonly printed: string | null };

const IN_CLEAN_CLONE = /^(?:npm (?:ci|start|test|run)\b|git clone\b)/u;
// What npx says about a machine's own settings is on no page.
const NPM_WARNING = /^npm warn .*\n/gmu;
// How far an exploration is, where a machine is so slow that it says so.
const PROGRESS = /^depth \d+: .* states\/s\n/gmu;
const BUILT_IN = new Set(["cat", "cd", "echo", "export", "mkdir", "rm", "cp", "mv"]);
const PAGES = [
  "README.md",
  ...readdirSync("docs", { recursive: true, encoding: "utf8" }).map((name) => path.join("docs", name)),
]
  .filter((name) => name.endsWith(".md"))
  .sort();

/** The ```sh blocks of a page, each with the ```text block behind it. */
function blocksOf(text: string): readonly Block[] {
  const fences = [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gmu)];
  return fences.flatMap((fence, at) => {
    if (fence[1] !== "sh") return [];
    const next = fences[at + 1];
    const between = next === undefined ? "x" : text.slice(fence.index + fence[0].length, next.index);
    const printed = next?.[1] === "text" && between.trim() === "" ? (next[2] as string) : null;
    const line = text.slice(0, fence.index).split("\n").length;
    return [{ line, commands: commandsOf(fence[2] as string, line + 1), printed }];
  });
}

/** The ```js blocks of a page. */
function examplesOf(text: string): readonly Example[] {
  return [...text.matchAll(/^```js\n([^]*?)^```$/gmu)].map((fence) => ({
    line: text.slice(0, fence.index).split("\n").length,
    text: fence[1] as string,
  }));
}

/** The file that an example is, or null. */
function fileOf({ text }: Example): string | null {
  return /^\/\/ ([\w.-]+\.[cm]?js)\n/u.exec(text)?.[1] ?? null;
}

/** The example with each claim about an expression as a comparison, which says on which line of the page it fails. */
function asserting({ line, text }: Example): string {
  const lines = text.split("\n").map((code, at) => {
    const [, expression, value] = /^(.*); \/\/ => (.*)$/u.exec(code) ?? [];
    return expression === undefined ? code : `same(${expression}, ${value}, ${line + at + 1});`;
  });
  return `import { deepStrictEqual } from "node:assert";
function same(found, expected, line) { deepStrictEqual(found, expected, \`line \${line} of the page: \${JSON.stringify(found)}\`); }
${lines.join("\n")}`;
}

/** The commands of a block; one goes on over lines that end in a backslash, and over the text it is fed. */
function commandsOf(script: string, firstLine: number): readonly Command[] {
  const lines = script.trimEnd().split("\n");
  const commands: Command[] = [];
  for (let at = 0; at < lines.length; at++) {
    const start = at;
    const first = lines[at] as string;
    if (first.trim() === "" || first.startsWith("#")) continue;
    const fed = /<<'(\w+)'/u.exec(first)?.[1];
    while (at + 1 < lines.length && (lines[at] as string).endsWith("\\")) at++;
    if (fed !== undefined) while (lines[at] !== fed) at++;
    const exit = Number(/# exit (\d+)$/u.exec(first)?.[1] ?? 0);
    commands.push({ line: firstLine + start, text: lines.slice(start, at + 1).join("\n"), exit });
  }
  return commands;
}

/** The programs that a command starts and this machine does not have. */
function missingPrograms(command: string): readonly string[] {
  const line = command.split("\n", 1)[0] as string;
  const started = [...line.matchAll(/(?:^|[|;]|&&)\s*([\w.-]+)/gu)].map((match) => match[1] as string);
  return started.filter(
    (name) => !BUILT_IN.has(name) && spawnSync("bash", ["-c", `command -v ${name}`], { env }).status !== 0,
  );
}

const scratch = mkdtempSync(path.join(tmpdir(), "buddycheck-docs-"));
const env = {
  ...process.env,
  NO_COLOR: "1",
  PATH: `${path.join(scratch, "bin")}${path.delimiter}${process.env["PATH"]}`,
};
afterAll(() => rmSync(scratch, { recursive: true }));

/** A folder with what stands beside the pages, and the built command line as if it were installed there. */
function createFolder(page: string): string {
  const home = path.join(scratch, page.replaceAll(/\W/gu, "-"));
  mkdirSync(path.join(home, "node_modules", ".bin"), { recursive: true });
  for (const name of ["traces", "specs", "examples", "include"]) symlinkSync(path.resolve(name), path.join(home, name));
  const modules = path.join(home, "node_modules");
  symlinkSync(path.resolve("dist/src/cli.js"), path.join(modules, ".bin", "buddycheck"));
  symlinkSync(path.resolve("node_modules/vitest/vitest.mjs"), path.join(modules, ".bin", "vitest"));
  symlinkSync(path.resolve("."), path.join(modules, "buddycheck"));
  for (const name of ["vitest", "fast-check"])
    symlinkSync(path.resolve("node_modules", name), path.join(modules, name));
  writeFileSync(path.join(home, "package.json"), `{ "type": "module" }\n`);
  return home;
}

function installCommand(): void {
  mkdirSync(path.join(scratch, "bin"));
  const file = path.join(scratch, "bin", "buddycheck");
  writeFileSync(file, `#!/bin/sh\nexec node "${path.resolve("dist/src/cli.js")}" "$@"\n`);
  chmodSync(file, 0o755);
}

/** Does this output show what the page says? */
function shows(output: string, printed: string): boolean {
  const pattern = printed
    .trimEnd()
    .split("\n")
    .map((line) => (line.trim() === "…" ? "(?:.*\\n)*?" : `${line.split("…").map(escaped).join(".*")}\\n`));
  return new RegExp(`^${pattern.join("")}$`, "u").test(`${output.trimEnd()}\n`);
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/gu, String.raw`\$&`);
}

installCommand();

const runnable = PAGES.map((page) => {
  const text = readFileSync(page, "utf8");
  return { page, blocks: blocksOf(text), examples: examplesOf(text) };
});

const tried = runnable.filter(({ blocks, examples }) => blocks.length + examples.length > 0);

describe.each(tried)("$page", ({ page, blocks, examples }) => {
  const home = createFolder(page);
  for (const example of examples) {
    const file = fileOf(example);
    if (file !== null) writeFileSync(path.join(home, file), example.text);
    else if (example.text.includes("; // => ")) {
      it(`line ${example.line}: the example comes to what it says`, () => {
        const name = `line-${example.line}.js`;
        writeFileSync(path.join(home, name), asserting(example));
        const { status, stderr } = spawnSync("node", [name], { cwd: home, env, encoding: "utf8" });
        expect(`exit ${status}\n${stderr}`).toBe("exit 0\n");
      });
    }
  }
  for (const { line, commands, printed } of blocks) {
    const outputs: string[] = [];
    for (const { line: at, text, exit } of commands) {
      const title = `line ${at}: ${text.split("\n", 1)[0]}`;
      const missing = missingPrograms(text);
      const skipped = IN_CLEAN_CLONE.test(text) || missing.length > 0;
      it.skipIf(skipped)(
        missing.length > 0 ? `${title} (no ${missing.join(", ")} here)` : title,
        { timeout: 60_000 },
        () => {
          const { status, stdout } = spawnSync("bash", ["-c", `{ ${text}\n} 2>&1`], {
            cwd: home,
            env,
            encoding: "utf8",
          });
          outputs.push(stdout);
          expect(`exit ${status}\n${status === exit ? "" : stdout}`).toBe(`exit ${exit}\n`);
        },
      );
    }
    if (printed === null) continue;
    it(`line ${line}: prints what the page shows`, () => {
      const output = outputs.join("").replaceAll(NPM_WARNING, "").replaceAll(PROGRESS, "");
      expect(shows(output, printed) ? printed : output).toBe(printed);
    });
  }
});

describe("a link", () => {
  const examples = readdirSync("examples").map((name) => path.join("examples", name, "README.md"));
  it.each([...PAGES, "CHANGELOG.md", "traces/README.md", ...examples.filter(existsSync)])(
    "of %s leads to a file",
    (page) => {
      const links = [...readFileSync(page, "utf8").matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/gu)];
      const broken = links
        .map(([, link]) => link as string)
        .filter((link) => !existsSync(path.join(path.dirname(page), link)));
      expect(broken).toEqual([]);
    },
  );
});

describe("the page about the API", () => {
  it("names everything that the package exports", () => {
    const page = readFileSync("docs/api.md", "utf8");
    expect(Object.keys(exported).filter((name) => !page.includes(name))).toEqual([]);
  });
});

describe("the reader of these pages", () => {
  it("takes … for any text, and alone for any lines", () => {
    expect(shows("a b c\nd\ne\n", "a … c\n…\ne\n")).toBe(true);
    expect(shows("a b c\ne\n", "a … c\n…\ne\n")).toBe(true);
    expect(shows("a b d\ne\n", "a … c\n…\ne\n")).toBe(false);
    expect(shows("a\nb\n", "a\n")).toBe(false);
  });

  it("compares what an example says of an expression with what it comes to", () => {
    const [example] = examplesOf("# A\n\n```js\nf(1); // => 2\ng();\n```\n");
    expect(asserting(example as Example)).toContain("\nsame(f(1), 2, 4);\ng();\n");
    expect(fileOf({ line: 1, text: "// a.test.js\nf();\n" })).toBe("a.test.js");
    expect(fileOf({ line: 1, text: "// a sentence.\n" })).toBe(null);
  });

  it("keeps a command and the text it is fed together", () => {
    const [block] = blocksOf("```sh\ncat > a <<'END'\nx\nEND\nls a # exit 2\n```\n\n```text\na\n```\n");
    expect(block?.commands.map(({ text, exit }) => [text.split("\n").length, exit])).toEqual([
      [3, 0],
      [1, 2],
    ]);
    expect(block?.printed).toBe("a\n");
  });
});
