/*
 * Whatever a user hands to the command line, the answer is a coded problem with its place and exit code 2: never a
 * stack, never silence, never a wait. Files beside a broken one are judged all the same, and so is what stood in it
 * before it broke.
 */
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const CLI = path.resolve("dist/src/cli.js");

/** A command that has not ended by then never would: most take a fifth of a second. */
const WAIT_MS = 30_000;

const HEADER = '{"buddytrace":1,"max_order":3,"pages":8}\n';
const GOOD = '{"op":"alloc","order":0,"pfn":0}\n';
/** Two events, the second of which breaks `no-overlap`, and so a whole trace. */
const OVERLAP = GOOD + GOOD;
const REJECTED = HEADER + OVERLAP;

interface Answer {
  readonly code: number | null;
  readonly text: string;
}

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "buddycheck-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Writes a file and answers its path. */
function file(name: string, content: string | Uint8Array): string {
  const whole = path.join(folder, name);
  writeFileSync(whole, content);
  return whole;
}

/** Runs the command line as users do; `input` goes to its standard input. */
function run(args: readonly string[], input: Iterable<string | Uint8Array> = []): Promise<Answer> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [CLI, ...args], { timeout: WAIT_MS, killSignal: "SIGKILL" });
    const parts: Uint8Array[] = [];
    child.stdout.on("data", (part: Uint8Array) => void parts.push(part));
    child.stderr.on("data", (part: Uint8Array) => void parts.push(part));
    child.on("close", (code) => {
      resolve({ code, text: Buffer.concat(parts).toString() });
    });
    // A command that has seen enough closes its end.
    child.stdin.on("error", () => undefined);
    Readable.from(input, { objectMode: true }).pipe(child.stdin);
  });
}

/** The answer is wrong input, found at this place, and nothing of ours shows. */
function expectRefusal({ code, text }: Answer, problem: string, place: string): void {
  expect(text).not.toMatch(/^ {4}at |bug in buddycheck/mu);
  expect(text).toContain(`error[${problem}]`);
  expect(text).toContain(`--> ${place}\n`);
  expect(code).toBe(2);
}

describe.concurrent("a wrong trace", { timeout: WAIT_MS }, () => {
  const deep = "[".repeat(1_000_000);
  const ranges = Array.from({ length: 100_000 }, (_, index) => `[${2 * index},${2 * index + 1}]`).join(",");

  it.each([
    ["cut off in a line", `${REJECTED}{"op":"alloc","ord`, "TRACE_SYNTAX", "4:15"],
    ["with a string for a number", `${REJECTED}{"op":"free","pfn":"12"}`, "TRACE_FIELD_TYPE", "4:20"],
    ["with NaN", `${REJECTED}{"op":"free","pfn":NaN}`, "TRACE_SYNTAX", "4:20"],
    ["with 2^53 + 1", `${REJECTED}{"op":"free","pfn":9007199254740993}`, "TRACE_FIELD_RANGE", "4:20"],
    ["with a pfn beyond 2^52", `${REJECTED}{"op":"free","pfn":"0x10000000000001"}`, "TRACE_FIELD_RANGE", "4:20"],
    ["with a negative number", `${REJECTED}{"op":"free","pfn":-1}`, "TRACE_FIELD_RANGE", "4:20"],
    ["with a fraction", `${REJECTED}{"op":"free","pfn":1.5}`, "TRACE_FIELD_RANGE", "4:20"],
    ["with a key twice", `${REJECTED}{"op":"free","pfn":1,"pfn":1}`, "TRACE_KEY_TWICE", "4:22"],
    ["with an unknown op", `${REJECTED}{"op":"realloc","pfn":1}`, "TRACE_OP_UNKNOWN", "4:7"],
    ["with a field missing", `${REJECTED}{"op":"alloc","order":1}`, "TRACE_FIELD_MISSING", "4:1"],
    ["with fields behind a prototype", `${REJECTED}{"__proto__":{"op":"free"}}`, "TRACE_FIELD_MISSING", "4:1"],
    ["nested a million deep", `${REJECTED}{"x":${deep}`, "TRACE_SYNTAX", "4:69"],
    ["with a NUL byte", `${REJECTED}{"op":"free","pfn":1\0}`, "TRACE_SYNTAX", "4:21"],
    ["with a second header", REJECTED + HEADER, "TRACE_HEADER_TWICE", "4:15"],
    ["with other white space", `${REJECTED}\u00A0\n`, "TRACE_SYNTAX", "4:1"],
    ["with binary bytes", [REJECTED, Buffer.from([0x7b, 0xff, 0xfe, 0x0a])], "INPUT_ENCODING", "4:2"],
    ["with half of a character", [`${REJECTED}{"op":"`, Buffer.from([0xed, 0xa0, 0x80])], "INPUT_ENCODING", "4:8"],
  ])("%s has its place, and what came before is judged", async (what, content, code, place) => {
    const parts = typeof content === "string" ? [content] : content;
    const whole = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
    const name = file(`${what.replaceAll(/\W/gu, "-")}.jsonl`, whole);
    const answer = await run(["verify", name]);
    expectRefusal(answer, code, `${name}:${place}`);
    expect(answer.text).toContain("error[no-overlap]");
    expect(answer.text).toContain(`${name}:3:`);
  });

  it.each([
    ["empty", "", "INPUT_EMPTY", ""],
    ["of empty lines", "\n\n \n", "TRACE_HEADER_MISSING", ":3:1"],
    ["without a header", OVERLAP, "TRACE_HEADER_MISSING", ":1:1"],
    ["of an unknown version", '{"buddytrace":2,"max_order":3,"pages":8}\n', "TRACE_VERSION", ":1:15"],
    ["with lines that end in CR LF", REJECTED.replaceAll("\n", "\r\n"), "TRACE_SYNTAX", ":1:41"],
    ["with a byte order mark", `\uFEFF${REJECTED}`, "INPUT_ENCODING", ":1:1"],
    ["in UTF-16", Buffer.from(REJECTED, "utf16le"), "INPUT_FORMAT", ""],
    ["in UTF-16 with a mark", Buffer.from(`\uFEFF${REJECTED}`, "utf16le"), "INPUT_FORMAT", ""],
    ["that is a program", Buffer.from("\u007FELF\u0002\u0001\u0001\0\0\0\0"), "INPUT_FORMAT", ""],
    ["that is prose", `Dear reader,\n${"\n".repeat(60)}yours\n`, "INPUT_FORMAT", ""],
    ["of brackets", "[".repeat(1_000_000), "INPUT_FORMAT", ""],
    ["with an order of 31", '{"buddytrace":1,"max_order":31,"pages":8}\n', "TRACE_FIELD_RANGE", ":1:29"],
    ["reserving backwards", HEADER.replace("}", ',"reserved":[[4,2]]}'), "TRACE_FIELD_RANGE", ":1:53"],
    ["reserving outside", HEADER.replace("}", ',"reserved":[[4,12]]}'), "TRACE_FIELD_RANGE", ":1:53"],
    ["of gzip cut off in its head", gzipSync(REJECTED).subarray(0, 8), "INPUT_GZIP", ""],
    ["of gzip with a wrong byte", flipped(gzipSync(REJECTED), 20), "INPUT_GZIP", ""],
    ["of gzip with a wrong checksum", flipped(gzipSync(REJECTED), -8), "INPUT_GZIP", ""],
    ["of gzip and letters", Buffer.concat([gzipSync(REJECTED), Buffer.from("letters")]), "INPUT_GZIP", ""],
    ["of gzip of nothing", gzipSync(""), "INPUT_EMPTY", ""],
    ["of zstd cut off", Buffer.from("28b52ffd04582501", "hex"), "INPUT_ZSTD", ""],
    [
      "of zstd with a wrong checksum",
      Buffer.from(
        "KLUv/QRYNQIAEsQOFpA7Y1zptzP+GloSIfD/koVn0BjLFCAoT4w2ovHE1tLzxn7AM+SKOrSNQu7UOkY0ioxBrpK6xdllil8CAIgiB42roGhu+34=",
        "base64",
      ),
      "INPUT_ZSTD",
      "",
    ],
    ["of zstd that wants 2 GiB", Buffer.from("KLUv/QSo9AAAsA==", "base64"), "INPUT_ZSTD", ""],
  ])("%s is refused, and the file beside it judged", async (what, content, code, place) => {
    const name = file(`${what.replaceAll(/\W/gu, "-")}.trace`, content);
    const other = file(`beside-${what.replaceAll(/\W/gu, "-")}.jsonl`, REJECTED);
    const answer = await run(["verify", name, other]);
    expectRefusal(answer, code, name + place);
    expect(answer.text).toContain(`--> ${other}:3:`);
  });

  it("that breaks off in gzip is judged as far as it goes", async () => {
    const name = file("cut.jsonl.gz", gzipSync(REJECTED).subarray(0, -4));
    const answer = await run(["verify", name]);
    expectRefusal(answer, "INPUT_GZIP", name);
    expect(answer.text).toContain(`${name}:3:`);
  });

  it("with a line of 100 MB is refused at that line", async () => {
    const part = Buffer.alloc(2 ** 20, 0x20);
    const input = [REJECTED, ...Array.from({ length: 100 }, () => part), "\n", GOOD];
    const answer = await run(["verify", "-"], input);
    expectRefusal(answer, "TRACE_LINE_LENGTH", "-:4:1");
    expect(answer.text).toContain("error[no-overlap]");
  });

  it.each([
    ["order 63", ['{"op":"alloc","order":63,"pfn":0}', '{"op":"free","pfn":0,"order":63}']],
    ["2^52 pages", ['{"op":"alloc","pages":4503599627370496,"pfn":0}', '{"op":"free","pfn":4503599627370496}']],
    ["the last byte of 64 bits", ['{"op":"free","addr":"0xffffffffffff"}', '{"op":"alloc","order":0,"pfn":7}']],
  ])("no more than a wild one that names %s: it is judged, not refused", async (what, events) => {
    const name = file(
      `wild-${what.replaceAll(/\W/gu, "-")}.jsonl`,
      HEADER + events.map((event) => `${event}\n`).join(""),
    );
    const { code, text } = await run(["verify", "--quiet", name]);
    expect(text).toContain(`${name}: violated`);
    expect(code).toBe(1);
  });

  it.each([
    ["2^52 pages", '"pages":4503599627370496'],
    ["100 000 reserved ranges", `"pages":200000,"reserved":[${ranges}]`],
  ])("is none for having %s", async (what, shape) => {
    const header = `{"buddytrace":1,"max_order":10,${shape}}\n`;
    const name = file(`${what.replaceAll(/\W/gu, "-")}.jsonl`, header + GOOD.replace('"pfn":0', '"pfn":9') + REFUSED);
    const { code, text } = await run(["verify", "--quiet", name]);
    expect(text).not.toMatch(/^ {4}at /mu);
    expect([0, 1]).toContain(code);
  });
});

const REFUSED = '{"op":"alloc","order":10,"pfn":null}\n';

/** The same bytes but one; a negative index counts from the end. */
function flipped(bytes: Uint8Array, index: number): Uint8Array {
  return Uint8Array.from(bytes, (byte, at) => (at === (index + bytes.length) % bytes.length ? byte ^ 1 : byte));
}

describe.concurrent("what is no readable file", { timeout: WAIT_MS }, () => {
  it.each([
    ["missing", () => path.join(folder, "missing.jsonl"), "INPUT_NOT_FOUND"],
    ["below a file", () => path.join(file("plain.jsonl", REJECTED), "deeper"), "INPUT_NOT_FOUND"],
    ["a link to itself", () => link("loop.jsonl", "loop.jsonl"), "INPUT_NOT_FOUND"],
    ["a link to nothing", () => link("dangling.jsonl", "nothing"), "INPUT_NOT_FOUND"],
    ["a folder without traces", () => tree("none", { "notes.txt": "no trace" }), "INPUT_EMPTY"],
    ["an empty folder", () => tree("void", {}), "INPUT_EMPTY"],
  ])("is refused if it is %s, and the others are judged", async (what, make, code) => {
    const other = file(`others-${what.replaceAll(/\W/gu, "-")}.jsonl`, REJECTED);
    const name = make();
    const answer = await run(["verify", name, other]);
    expectRefusal(answer, code, name);
    expect(answer.text).toContain(`--> ${other}:3:`);
  });

  it.skipIf(process.getuid?.() === 0)("is refused if nobody may read it", async () => {
    const name = file("secret.jsonl", REJECTED);
    chmodSync(name, 0o000);
    expectRefusal(await run(["verify", name]), "INPUT_NOT_FOUND", name);
  });

  it("is refused if it stands in a folder, and its neighbours are judged", async () => {
    const traces = tree("mixed", { "a.jsonl": REJECTED, "b.jsonl.gz": "\u001F\u008Bno", "c.txt": "prose" });
    link("mixed/d.jsonl", "nothing");
    const answer = await run(["verify", traces]);
    expectRefusal(answer, "INPUT_NOT_FOUND", path.join(traces, "d.jsonl"));
    expect(answer.text).toContain(`--> ${path.join(traces, "a.jsonl")}:3:`);
    expect(answer.text).toContain(path.join(traces, "c.txt"));
  });

  it("is refused if it is standard input with nothing in it, or read twice", async () => {
    expectRefusal(await run(["verify", "-"]), "INPUT_EMPTY", "-");
    const twice = await run(["verify", "-", "-"], [REJECTED]);
    expectRefusal(twice, "INPUT_EMPTY", "-");
    expect(twice.text).toContain("--> -:3:");
  });

  it.each(["minimize", "convert"])("is refused by %s too", async (command) => {
    const flags = command === "convert" ? ["--to", "yaml", "-o", "-"] : [];
    const missing = path.join(folder, "missing.jsonl");
    expectRefusal(await run([command, missing, ...flags]), "INPUT_NOT_FOUND", missing);
    const broken = file(`${command}.jsonl`, `${REJECTED}nonsense\n`);
    expectRefusal(await run([command, broken, ...flags]), "TRACE_SYNTAX", `${broken}:4:1`);
  });
});

/** Makes a link in the folder and answers its path. */
function link(name: string, target: string): string {
  const whole = path.join(folder, name);
  symlinkSync(target, whole);
  return whole;
}

/** Makes a folder with these files and answers its path. */
function tree(name: string, files: Readonly<Record<string, string>>): string {
  const whole = path.join(folder, name);
  mkdirSync(whole);
  for (const [inner, content] of Object.entries(files)) writeFileSync(path.join(whole, inner), content, "latin1");
  return whole;
}
