// `buddycheck export`: the specification, a state graph, or a trace, in the languages of other tools.
//
//  1. `promela` and `tla` are the specification of a pool as a model, for Spin and TLC; `tlc` is the configuration that
//     goes with the module. `dot`, `graphml` and `json` are its state graph, or that of a target. `itf` is a trace from a
//     file, or the shortest one by which a target breaks a law.
//  2. A graph or a trace names every state, so that it is only written if it is small.
//  3. States that differ by a symmetry are one where that is sound, unless all are asked for (`--raw`).

import { writeFileSync } from "node:fs";
import { Argument, type Command } from "commander";
import type { Command as Call, Outcome } from "../../model/command.ts";
import { createGeometry, type Geometry } from "../../model/geometry.ts";
import { SMALL_POOL } from "../../model/play.ts";
import { STRICT_PROFILE, type Profile } from "../../model/profile.ts";
import type { ExploredStep } from "../explore/result.ts";
import { beyondLiveBlocks, brokenSymmetry } from "../explore/spec-shape.ts";
import type { SpecPool } from "../explore/spec-space.ts";
import { exploreSubject, type SubjectOptions } from "../explore/explore-subject.ts";
import { resizesOf } from "../explore/mutant-resizes.ts";
import { specGraph } from "../explore/state-graph.ts";
import { subjectGraph } from "../explore/subject-graph.ts";
import type { Problem } from "../problem.ts";
import { graphText, type GraphFormat } from "../report/graph-export.ts";
import { itfText } from "../report/itf.ts";
import { counted } from "../report/names.ts";
import { promelaOf } from "../report/spec-promela.ts";
import { tlaOf, tlcConfigOf } from "../report/spec-tla.ts";
import { UNLIMITED } from "../search/breadth-first.ts";
import { patiently } from "../targets/module.ts";
import { REFERENCE } from "../targets/reference.ts";
import type { TraceCursor, TraceHeader } from "../trace/event.ts";
import { openExplorable, poolDefaults } from "./explorable.ts";
import { InputError, inputError, STDIN } from "./input.ts";
import { endInterrupted } from "./interrupt.ts";
import { print } from "./output.ts";
import { profileChooser, type ProfileChoice } from "./profiles.ts";
import { readTrace, type StoppableSink } from "./read-trace.ts";
import { addPoolOptions, readOpening, readSubject, type PoolFlags } from "./target-options.ts";

interface ExportFlags extends PoolFlags {
  readonly raw: boolean;
  readonly output: string;
}

const FORMS = ["dot", "graphml", "json", "promela", "tla", "tlc", "itf"] as const;
type Form = (typeof FORMS)[number];

/** States that a graph is written out with; a drawing of more helps nobody. */
const GRAPH_STATES_MAX = 3000;

/** States in which a target is searched for a law that it breaks. */
const ITF_STATES_MAX = 1_000_000;

/** Events of a trace that is written out state by state. */
const ITF_EVENTS_MAX = 10_000;

async function runExport(form: Form, operand: string | undefined, flags: ExportFlags): Promise<void> {
  const text = await textOf(form, operand, flags);
  if (flags.output === STDIN) print(text);
  else writeFileSync(flags.output, text);
}

function textOf(form: Form, operand: string | undefined, flags: ExportFlags): string | Promise<string> {
  switch (form) {
    case "promela":
    case "tla":
    case "tlc":
      if (operand !== undefined) throw inputError("OPTION_VALUE", "export", "no operand", operand);
      return modelText(form, readPool(flags, form));
    case "dot":
    case "graphml":
    case "json":
      return drawnText(form, operand, flags);
    case "itf":
      if (operand === undefined) throw inputError("OPTION_VALUE", "export", "a trace or a target", "none");
      return isTarget(operand) ? foundText(operand, flags) : tracedText(operand, flags);
  }
}

function modelText(form: "promela" | "tla" | "tlc", pool: SpecPool): string {
  switch (form) {
    case "promela":
      return promelaOf(pool);
    case "tla":
      return tlaOf(pool);
    case "tlc":
      return tlcConfigOf(pool);
  }
}

/** The state graph of the specification or of a target. */
async function drawnText(form: GraphFormat, target: string | undefined, flags: ExportFlags): Promise<string> {
  const graph =
    target === undefined || target === "spec"
      ? specGraph(readPool(flags, form), GRAPH_STATES_MAX)
      : await explored(target, flags, (options) => subjectGraph(target, options, GRAPH_STATES_MAX));
  if (graph !== null) return graphText(graph, form);
  throw inputError("EXPORT_TOO_LARGE", "export", `a pool of at most ${GRAPH_STATES_MAX} states`, "more");
}

/** The shortest trace by which a target breaks a law. */
function foundText(target: string, flags: ExportFlags): Promise<string> {
  return explored(target, flags, (options) => {
    const { counterexample, figures } = exploreSubject(options);
    if (counterexample !== null) return itfText({ ...options, title: target, steps: counterexample.steps });
    const found = `none broken in ${counted(figures.states, "state")}`;
    throw inputError("EXPORT_CLEAN", target, "a law that it breaks", found);
  });
}

function isTarget(operand: string): boolean {
  return operand === REFERENCE.name || operand.startsWith("mutant:") || /\.(?:[mc]?[jt]s|wasm)$/u.test(operand);
}

/** Explores a target for an export: breadth first, the lists in sight. */
async function explored<T>(name: string, flags: ExportFlags, act: (options: SubjectOptions) => T): Promise<T> {
  const subject = await readSubject([name], [], "no-spec");
  if (subject.kind === "spec") throw new RangeError("the specification is no target");
  const opening = readOpening(flags, poolDefaults(subject));
  const { target, session } = openExplorable(name, subject, opening);
  const isMutant = subject.kind === "mutant";
  const options: SubjectOptions = {
    ...opening,
    session,
    oracle: "lists",
    resizes: isMutant ? resizesOf(subject.mutant) : [],
    takesFractions: isMutant || target === REFERENCE,
    limits: { ...UNLIMITED, statesMax: ITF_STATES_MAX },
    mode: { kind: "breadth" },
    properties: [],
  };
  return patiently(target, () => act(options), endInterrupted);
}

/** The pool whose specification is written. A model serves any block that fits; a graph may also follow a policy. */
function readPool(flags: ExportFlags, form: Form): SpecPool {
  const opening = readOpening(flags, { shape: SMALL_POOL, profile: STRICT_PROFILE });
  const asymmetry = brokenSymmetry(opening.profile);
  const isModel = form === "promela" || form === "tla" || form === "tlc";
  const why = beyondLiveBlocks(opening.profile) ?? (isModel ? asymmetry : null);
  if (why !== null) throw inputError("OPTION_VALUE", "--profile", "a profile whose states are its live blocks", why);
  return { ...opening, counting: flags.raw || asymmetry !== null ? "raw" : "reduced" };
}

async function tracedText(file: string, flags: ExportFlags): Promise<string> {
  const sink = new StepCollector(profileChooser(flags.profile), file);
  await readTrace(file, sink);
  if (sink.problems.length > 0) throw new InputError(sink.problems);
  if (sink.steps.length > ITF_EVENTS_MAX) {
    throw inputError("EXPORT_TOO_LARGE", file, `at most ${ITF_EVENTS_MAX} events`, "more");
  }
  const { geometry, profile, steps } = sink;
  if (geometry === null || profile === null) throw inputError("INPUT_EMPTY", file, "a trace", "none");
  return itfText({ title: file, geometry, profile, steps });
}

/** Keeps all events of a trace. */
class StepCollector implements StoppableSink {
  cursor: TraceCursor | null = null;
  geometry: Geometry | null = null;
  profile: Profile | null = null;
  readonly steps: ExploredStep[] = [];
  readonly problems: Problem[] = [];
  readonly #choose: ProfileChoice;
  readonly #file: string;

  constructor(choose: ProfileChoice, file: string) {
    this.#choose = choose;
    this.#file = file;
  }

  get wantsMore(): boolean {
    return this.problems.length === 0 && this.steps.length <= ITF_EVENTS_MAX;
  }

  header(header: TraceHeader, line: number): number {
    const profile = this.#choose(header, line, this.#file);
    if (Array.isArray(profile)) {
      this.problems.push(...(profile as readonly Problem[]));
      return 0;
    }
    this.profile = profile as Profile;
    const basePfn = this.profile.alignment === "pool" ? 0 : header.shape.basePfn;
    this.geometry = createGeometry({ ...header.shape, basePfn });
    return basePfn;
  }

  event(command: Call, outcome: Outcome): void {
    this.steps.push(structuredClone({ command, outcome }));
  }

  lost(_events: number | null, line: number): void {
    const place = { file: this.#file, line, column: 1 };
    this.problems.push({
      code: "CONVERT_LOSSY",
      place,
      expected: "a complete trace",
      found: "lost events",
      source: "",
    });
  }

  note(): void {}

  problem(problem: Problem): void {
    this.problems.push(problem);
  }
}

/** Adds `export` to the command line. */
export function registerExport(program: Command): void {
  addPoolOptions(
    program
      .command("export")
      .summary("write the specification, a state graph or a trace for other tools")
      .description("Writes the specification of a pool as a model, a state graph, or a trace as states.")
      .addArgument(new Argument("<form>", "what to write").choices(FORMS))
      .argument("[operand]", "of graphs: a target, else the specification; of itf: a trace, - or a target"),
  )
    .option("--raw", "let every state count for itself, also where symmetries are sound", false)
    .option("-o, --output <file>", "where to write", STDIN)
    .addHelpText("after", EXAMPLES)
    .action(runExport);
}

const EXAMPLES = `
Examples:
  buddycheck export dot --max-order 1                   the state graph of two pages, for Graphviz
  buddycheck export json mutant:never-coalesces         what an allocator does, and where it breaks a law
  buddycheck export promela --max-order 4 -o buddy.pml  the specification of 16 pages, for Spin
  buddycheck export tla --pages 12 -o Buddy.tla         for TLC, with what \`export tlc\` writes as Buddy.cfg
  buddycheck export itf trace.jsonl -o trace.itf.json   a trace as states, as Apalache and Quint write them
Exit codes: 0 written, 2 input error.`;
