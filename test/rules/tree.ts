/*
 * What the rules in this folder read: the files git tracks or would track, and their syntax trees.
 *
 * A rule is a pure function from such files to complaints, one sentence each, "path:line: what is wrong". So each rule
 * is tested twice: on the real tree, where it must find nothing, and on a few bad lines, where it must find something.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { type Comment, parseSync } from "oxc-parser";

/** A file, by its path from the top of the repository with forward slashes. */
export type TreeFile = { readonly path: string; readonly text: string };

/** A node of a syntax tree, as far as the rules look into it. `start` and `end` are offsets into the text. */
export type Node = {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
};

/** A node with the node above it and the field of that node it stands in. */
export type Visit = { readonly node: Node; readonly parent: Node | null; readonly field: string };

const ROOT = path.resolve(import.meta.dirname, "../..");

/** Reads every text file of the repository that git tracks, or would track if it were added. */
export function readTree(): readonly TreeFile[] {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: ROOT });
  const paths = [...new Set(listed.toString("utf8").split("\0"))].filter((name) => name !== "");
  return paths
    .filter((name) => existsSync(path.join(ROOT, name)))
    .map((name) => ({ path: name, text: readFileSync(path.join(ROOT, name), "utf8") }))
    .filter((file) => !file.text.includes("\0"));
}

/** The files that are TypeScript or JavaScript. */
export function sources(files: readonly TreeFile[]): readonly TreeFile[] {
  return files.filter((file) => /\.(?:ts|tsx|mts|js|mjs)$/u.test(file.path));
}

/** The sources of the product itself: model/ and src/, their tests included. */
export function productSources(files: readonly TreeFile[]): readonly TreeFile[] {
  return sources(files).filter((file) => file.path.startsWith("model/") || file.path.startsWith("src/"));
}

/** Whether a file is a test, which may lean on more than the code it tests. */
export function isTest(file: TreeFile): boolean {
  return file.path.endsWith(".test.ts");
}

/** Every node of a source file, parents before children. A file that does not parse throws. */
export function visits(file: TreeFile): readonly Visit[] {
  return parsed(file).visits;
}

/** The comments of a source file, without their delimiters. */
export function comments(file: TreeFile): readonly Comment[] {
  return parsed(file).comments;
}

/** One complaint, at the line where `offset` lies. */
export function complaint(file: TreeFile, offset: number, sentence: string): string {
  return `${file.path}:${lineAt(file.text, offset)}: ${sentence}`;
}

/** The number, from 1, of the line an offset lies in. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

/** A field of a node that holds one node, or null where it holds anything else. */
export function child(node: Node, field: string): Node | null {
  const value = node[field];
  return isNode(value) ? value : null;
}

type Parsed = { readonly visits: readonly Visit[]; readonly comments: readonly Comment[] };

// Several rules read one tree: each file is parsed once.
const cache = new WeakMap<TreeFile, Parsed>();

function parsed(file: TreeFile): Parsed {
  const known = cache.get(file);
  if (known !== undefined) return known;
  const result = parseSync(file.path, file.text);
  const [error] = result.errors;
  if (error !== undefined) throw new Error(`${file.path} does not parse: ${error.message}`);
  const fresh = { visits: [...descend(result.program as unknown as Node, null, "")], comments: result.comments };
  cache.set(file, fresh);
  return fresh;
}

function* descend(node: Node, parent: Node | null, field: string): Generator<Visit> {
  yield { node, parent, field };
  for (const [name, value] of Object.entries(node)) {
    for (const item of Array.isArray(value) ? value : [value]) if (isNode(item)) yield* descend(item, node, name);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
