// `buddycheck convert`: a trace from one written form to another (src/trace/convert.ts), plain or as gzip.
//
//  1. JSON Lines are converted as they come, in memory that does not grow with the trace. YAML is read whole.
//  2. A file appears under its name only when it is complete; what could not be finished is removed.
//  3. What went to standard output before a problem was found has gone: the exit code is 2 all the same.

import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { Option, type Command } from "commander";
import type { Dialect } from "../dialect.ts";
import type { Problem } from "../problem.ts";
import { CONVERT_TARGETS, Converter, type ConvertTarget } from "../trace/convert.ts";
import { detectFormat, type TraceFormat } from "../trace/detect.ts";
import { LinuxNativeLines } from "../trace/linux-native.ts";
import { TraceDatReader } from "../trace/linux-dat.ts";
import { LinuxTextReader } from "../trace/linux-text.ts";
import { LogWriter, type WrittenLine } from "../trace/dialect-json.ts";
import { DialectReader } from "../trace/dialect-reader.ts";
import { NativeReader } from "../trace/native.ts";
import { YamlReader } from "../trace/yaml.ts";
import { yamlToJsonLines, type JsonLine } from "../trace/yaml-json.ts";
import { matchingWords, namedDialect, type NamedDialect } from "./dialects.ts";
import { inflate } from "./inflate.ts";
import { InputError, inputError, openInput, STDIN } from "./input.ts";
import { parseKernelOrder } from "./options.ts";
import { print, warn } from "./output.ts";
import { FORMS } from "./read-trace.ts";

interface ConvertFlags {
  readonly to: ConvertTarget;
  readonly output: string;
  readonly dialect?: NamedDialect;
  /** A kernel's MAX_PAGE_ORDER. */
  readonly maxOrder?: number;
}

async function runConvert(input: string, { to, output, dialect, maxOrder }: ConvertFlags): Promise<void> {
  const text = dialect === undefined ? converted(input, to, maxOrder) : convertedLog(input, to, dialect.dialect);
  if (output === STDIN) {
    for await (const part of text) print(part);
    return;
  }
  const partial = `${output}.partial`;
  const parts = Readable.from(text);
  try {
    if (output.endsWith(".gz")) await pipeline(parts, createGzip(), createWriteStream(partial));
    else await pipeline(parts, createWriteStream(partial));
    await rename(partial, output);
  } catch (error) {
    await rm(partial, { force: true });
    throw isSystemError(error) ? inputError("OPTION_VALUE", "--output", "a file to write", error.message) : error;
  }
}

/** The converted trace in parts of whole lines. Throws an InputError for what is wrong with it. */
async function* converted(input: string, to: ConvertTarget, maxOrder?: number): AsyncGenerator<string> {
  const converter = new Converter(to, (line, column, source) => ({ place: { file: input, line, column }, source }));
  const reader = new NativeReader(converter, input);
  converter.cursor = reader;
  const kernel = new LinuxNativeLines(maxOrder);
  let kernelReader: LinuxTextReader | TraceDatReader | null = null;
  const yaml: Uint8Array[] = [];
  let format: TraceFormat | null = null;
  for await (const chunk of openInput(input)) {
    format ??= formatOf(chunk, input);
    if (format === "yaml") yaml.push(chunk.slice());
    else if (format === "linux-text" || format === "trace-dat") {
      kernelReader ??= kernelReaderOf(format, kernel, input);
      kernelReader.push(chunk);
      pushLines(kernel, reader);
    } else reader.push(chunk);
    yield* taken(converter);
  }
  if (format === "yaml") {
    yield* convertedYaml(yaml, input, to);
    return;
  }
  if (format === null) throw inputError("INPUT_EMPTY", input, "a trace", "an empty file");
  if (kernelReader !== null) {
    kernelReader.end();
    pushLines(kernel, reader);
  }
  reader.end();
  converter.end();
  yield* taken(converter);
}

function kernelReaderOf(
  format: "linux-text" | "trace-dat",
  kernel: LinuxNativeLines,
  input: string,
): LinuxTextReader | TraceDatReader {
  const reader =
    format === "trace-dat" ? new TraceDatReader(kernel, input, inflate) : new LinuxTextReader(kernel, input);
  kernel.cursor = reader;
  return reader;
}

/** The native lines of a kernel trace go the way of all native lines. */
function pushLines(kernel: LinuxNativeLines, reader: NativeReader): void {
  if (kernel.problems.length > 0) throw new InputError(kernel.problems);
  const lines = kernel.take();
  if (lines !== "") reader.push(new TextEncoder().encode(lines));
}

function formatOf(head: Uint8Array, input: string): TraceFormat {
  const format = detectFormat(head);
  if (format !== null) return format;
  throw inputError("INPUT_FORMAT", input, FORMS, "something else");
}

function* taken(converter: Converter): Generator<string> {
  if (converter.problems.length > 0) throw new InputError(converter.problems);
  const text = converter.take();
  if (text !== "") yield text;
}

/** YAML is checked first, so that its problems have the places of the YAML, then read as the JSON it says. */
function* convertedYaml(chunks: readonly Uint8Array[], input: string, to: ConvertTarget): Generator<string> {
  checkYaml(chunks, input);
  const lines: number[] = [];
  const converter = new Converter(to, (line) => yamlOrigin(input, lines[line - 1] ?? 0));
  const reader = new NativeReader(converter, input);
  converter.cursor = reader;
  const encoder = new TextEncoder();
  for (const said of yamlToJsonLines(new TextDecoder().decode(Buffer.concat(chunks)))) {
    if (said.kind === "lossy") throw lossyYaml(said, input);
    lines.push(said.line);
    reader.push(encoder.encode(`${said.json}\n`));
    yield* taken(converter);
  }
  converter.end();
  yield* taken(converter);
}

/** A log becomes JSON Lines as it comes, which are then converted. */
async function* convertedLog(input: string, to: ConvertTarget, dialect: Dialect): AsyncGenerator<string> {
  const writer = new LogWriter();
  const log = new DialectReader(writer, input, dialect);
  let part: readonly WrittenLine[] = [];
  let linesBefore = 0;
  const converter = new Converter(to, (line) => yamlOrigin(input, part[line - 1 - linesBefore]?.line ?? 0));
  const reader = new NativeReader(converter, input);
  converter.cursor = reader;
  function* written(): Generator<string> {
    if (writer.problems.length > 0) throw new InputError(writer.problems);
    linesBefore = reader.lines;
    part = writer.take();
    if (part.length > 0) reader.push(new TextEncoder().encode(part.map(({ json }) => `${json}\n`).join("")));
    yield* taken(converter);
  }
  for await (const chunk of openInput(input)) {
    log.push(chunk);
    yield* written();
  }
  log.end();
  yield* written();
  converter.end();
  yield* taken(converter);
  for (const words of matchingWords(input, log.matching)) warn(words);
}

function lossyYaml({ found, line }: Extract<JsonLine, { kind: "lossy" }>, input: string): InputError {
  const expected = "keys and values that JSON has";
  return new InputError([{ code: "CONVERT_LOSSY", ...yamlOrigin(input, line), expected, found }]);
}

/** Of an event in YAML only the first line is known by now. */
function yamlOrigin(file: string, line: number): Pick<Problem, "place" | "source"> {
  return { place: { file, line, column: 1 }, source: "" };
}

function checkYaml(chunks: readonly Uint8Array[], input: string): void {
  const problems: Problem[] = [];
  const reader = new YamlReader(
    {
      header: () => 0,
      event: () => undefined,
      lost: () => undefined,
      note: () => undefined,
      problem: (problem) => void problems.push(problem),
    },
    input,
  );
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
  if (problems.length > 0) throw new InputError(problems);
}

/** Is this the system's word on a file, and no error of ours? */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error;
}

/** Adds `convert` to the command line. */
export function registerConvert(program: Command): void {
  program
    .command("convert")
    .summary("write a trace in another form, without loss")
    .description("Writes a trace as JSON Lines, as YAML, or as YAML with its events in the short notation.")
    .argument("<input>", 'a trace in any form, plain, gzip or zstd, or "-" for standard input')
    .addOption(new Option("--to <form>", "the form to write").choices(CONVERT_TARGETS).makeOptionMandatory())
    .option("--dialect <name|file>", "the input is a log, read by this dialect (docs/dialects.md)", namedDialect)
    .option("--max-order <n>", "kernel trace: its MAX_PAGE_ORDER, if it is not 10", parseKernelOrder)
    .option("-o, --output <file>", "where to write; compressed if the name ends in .gz", STDIN)
    .addHelpText("after", EXAMPLES)
    .action(runConvert);
}

const EXAMPLES = `
Examples:
  buddycheck convert trace.jsonl --to yaml -o trace.yaml     to read or to edit
  buddycheck convert trace.yaml --to jsonl -o trace.jsonl.gz back, compressed
  buddycheck convert trace.txt --to jsonl -o k.jsonl.gz      what a kernel's clients saw, for other tools
  buddycheck convert short.jsonl --to notation               events as words: a2=4 f4 a2!
Exit codes: 0 converted, 2 input error, or something that the form cannot hold.`;
