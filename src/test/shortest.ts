// The shortest script that breaks any law, by breadth-first search, or the proof that none below a length does.
//
//  1. A search goes no deeper than it has to: of scripts shorter than n it needs the states up to n - 2 moves away.
//  2. "none" means that every shorter script was tried: in this pool, of these kinds of moves, with these eyes. The
//     plainest kinds are a request of each order and the honest free of each block; page counts, wrong frees and pages
//     that leave and join again come on top, so that a script of honest calls is compared with honest calls.
//  3. A budget bounds the commands given. When it runs out, nothing is claimed.

import { isAligned, pagesIn, type FrameRange, type Geometry } from "../../model/geometry.ts";
import { alphabetOf, type Letter } from "../search/alphabet.ts";
import { breadthFirst, type SearchResult } from "../search/breadth-first.ts";
import type { Subject } from "../search/subject.ts";
import { SubjectSpace } from "../search/subject-space.ts";
import type { Script } from "../targets/script.ts";
import { scriptOf, type Answered } from "./scripts.ts";
import type { Stage } from "./stage.ts";

/** The moves of a search, besides requests by order and honest frees. */
export interface Kinds {
  /** Requests by page count, of nothing, and of more than the largest block. */
  readonly counts: boolean;
  readonly misuse: boolean;
  readonly resizes: boolean;
}

/** What a search is for. */
export interface Quest {
  readonly kinds: Kinds;
  /** Only scripts shorter than this count. */
  readonly below: number;
  readonly transitionsMax: number;
}

export type Found =
  | { readonly kind: "script"; readonly script: Script }
  /** No script in these words, however long (`isAll`) or below the length asked for, breaks a law. */
  | { readonly kind: "none"; readonly isAll: boolean }
  | { readonly kind: "unknown"; readonly why: "not-searchable" | "budget" | "other-law" };

/** What was found, and how much was tried. */
export interface Searched {
  readonly found: Found;
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
}

/** Pools of more pages have too many states to be searched. */
const PAGES_MAX = 64;

/** Searches the states of this stage. */
export function searchShortest(stage: Stage, quest: Quest): Searched {
  const { session, opening, eyes } = stage;
  const { geometry } = opening;
  const { memory } = session;
  if (memory === null || geometry.span.end - geometry.span.start > PAGES_MAX)
    return { found: { kind: "unknown", why: "not-searchable" }, states: 0, transitions: 0, depth: 0 };
  const letters = lettersOf(stage, quest.kinds);
  const subject: Subject = {
    answer: (command) => session.answer(command),
    snapshot: () => (eyes === "lists" ? session.snapshot() : null),
    counts: () => session.counts(),
    reset: () => session.reset(),
  };
  const oracle = eyes === "answers" ? "api" : "lists";
  const space = new SubjectSpace({ ...opening, subject, memory, letters, oracle, rows: "coded" });
  const result = breadthFirst(space, {
    statesMax: Infinity,
    depthMax: quest.below - 1,
    goesOn: ({ transitions }) => transitions < quest.transitionsMax,
  });
  return {
    found: foundBy(result, space, letters, stage),
    states: result.states,
    transitions: result.transitions,
    depth: result.statesPerDepth.length - 1,
  };
}

function foundBy({ ending }: SearchResult, space: SubjectSpace, letters: readonly Letter[], stage: Stage): Found {
  switch (ending.kind) {
    case "broken":
      if (space.trouble !== null) return { kind: "unknown", why: "not-searchable" };
      return { kind: "script", script: scriptOf(answers(ending.path, letters, stage), stage.opening) };
    case "exhausted":
      return { kind: "none", isAll: true };
    case "limited":
      return ending.by === "depth" ? { kind: "none", isAll: false } : { kind: "unknown", why: "budget" };
  }
}

/** The commands of a path with what they are answered, given once more from the start. */
function answers(path: readonly number[], letters: readonly Letter[], { session }: Stage): readonly Answered[] {
  session.reset();
  return path.map((number) => {
    const { command } = letters[number] as Letter;
    return { command, outcome: session.answer(command) };
  });
}

// ---------------------------------------------------------------- words

/** The kinds of moves in a script, page counts always. */
export function kindsIn(script: Script): Kinds {
  return {
    counts: true,
    misuse: script.some((move) => move.kind === "misuse" || (move.kind === "literal" && move.misuse !== null)),
    resizes: script.some((move) => move.kind === "literal" && move.misuse === null),
  };
}

function lettersOf({ session, opening }: Stage, { counts, misuse, resizes }: Kinds): readonly Letter[] {
  const { calls, takesZones } = session;
  const ranges = resizes ? alignedRanges(opening.geometry) : [];
  const all = alphabetOf({ ...opening, calls, takesZones, resizes: ranges, takesFractions: false });
  const requests = counts ? all : plainRequests(all, opening.geometry);
  return misuse ? requests : requests.map((letter) => honest(letter));
}

/** Requests of the orders there are, by order where that is possible, and everything else. */
function plainRequests(letters: readonly Letter[], { maxOrder }: Geometry): readonly Letter[] {
  const hasOrders = letters.some(({ command }) => command.kind === "alloc");
  return letters.filter(({ command }) => {
    if (command.kind === "alloc") return command.order <= maxOrder;
    return command.kind !== "alloc-pages" || (!hasOrders && command.pages > 0);
  });
}

/** A free that is given only where it is right. */
function honest(letter: Letter): Letter {
  return letter.command.kind.startsWith("free") ? { ...letter, when: "good" } : letter;
}

/** Aligned ranges of managed pages, each of which may leave and join again. */
function alignedRanges({ runs, maxOrder }: Geometry): readonly FrameRange[] {
  return runs.flatMap((run) => {
    const ranges: FrameRange[] = [];
    for (let { start } = run; start < run.end; start++) {
      for (let order = 0; order <= maxOrder && isAligned(start, order); order++) {
        const end = start + pagesIn(order);
        if (end <= run.end) ranges.push({ start, end });
      }
    }
    return ranges;
  });
}
