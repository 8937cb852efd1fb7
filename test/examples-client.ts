// A random client for targets in the examples' tests: calls, good and bad, judged by the one relation as they go.

import { OK, type Command, type Outcome } from "../model/command.ts";
import { createGeometry, type PoolShape } from "../model/geometry.ts";
import { createLedger, type Ledger } from "../model/ledger.ts";
import { formatStep } from "../model/notation.ts";
import { STRICT_PROFILE, type Profile } from "../model/profile.ts";
import { step } from "../model/step.ts";
import { Resolver, type Move, type Naming, type Script } from "../src/targets/script.ts";
import type { ScriptTarget, Session, SessionTarget } from "../src/targets/target.ts";

/** Pools in which the bugs of an allocator show: odd ends, holes, an unaligned start. */
export const POOLS: readonly PoolShape[] = [
  { maxOrder: 3, pages: 16, basePfn: 0, reserved: [], zones: [] },
  { maxOrder: 3, pages: 13, basePfn: 0, reserved: [], zones: [] },
  { maxOrder: 4, pages: 29, basePfn: 13, reserved: [{ start: 4, end: 5 }], zones: [] },
];

interface Draw {
  below(limit: number): number;
}

function createDraw(seed: number): Draw {
  let state = seed;
  return {
    below: (limit) => {
      state = (Math.imul(state, 0x41c64e6d) + 12_345) >>> 0;
      return (state >>> 8) % limit;
    },
  };
}

/** The first law that a target breaks in so many calls in each pool, with the call, or null. */
export function firstViolation(target: SessionTarget, calls: number, profile: Profile = STRICT_PROFILE): string | null {
  for (const shape of POOLS) {
    const geometry = createGeometry(shape);
    const session = target.open({ geometry, profile });
    for (let seed = 1; seed <= calls / CALLS_A_RUN; seed++) {
      session.reset();
      const broken = run(session, createLedger({ geometry, profile, start: "empty" }), createDraw(seed));
      if (broken !== null) return broken;
    }
  }
  return null;
}

const CALLS_A_RUN = 50;

/** The same of a target in a process of its own, whose requests count pages, without misuse. */
export async function firstScriptViolation(
  target: ScriptTarget,
  shape: PoolShape,
  profile: Profile,
  scriptCount: number,
): Promise<string | null> {
  const geometry = createGeometry(shape);
  const naming: Naming = (await target.calls()).has("free-pages") ? "pages" : "none";
  const scripts = Array.from({ length: scriptCount }, (_, seed) => scriptOf(createDraw(seed + 1), shape, naming));
  const runs = await target.run({ geometry, profile }, scripts);
  for (const [at, { outcomes, lastWords }] of runs.entries()) {
    const ledger = createLedger({ geometry, profile, start: "empty" });
    const resolver = new Resolver();
    for (const [n, move] of (scripts[at] as Script).entries()) {
      const command = resolver.commandOf(move);
      const outcome = outcomes[n] ?? null;
      if (command === null || outcome === null) continue;
      resolver.answered(move, outcome);
      const broken = judged(ledger, command, outcome);
      if (broken !== null) return `${broken} ${lastWords}`.trim();
    }
  }
  return null;
}

function scriptOf(draw: Draw, { pages }: PoolShape, naming: Naming): Script {
  const moves: Move[] = [];
  for (let id = 0; moves.length < CALLS_A_RUN; id++) {
    const asked = 1 + draw.below(1 + draw.below(pages));
    moves.push({ kind: "request", id, command: { kind: "alloc-pages", pages: asked, zone: null } });
    if (draw.below(8) > 2) moves.push({ kind: "give-back", id: draw.below(id + 1), naming });
  }
  return moves;
}

type Live = readonly [pfn: number, order: number];

function run(session: Session, ledger: Ledger, draw: Draw): string | null {
  const live: Live[] = [];
  const looked = look(session, ledger);
  if (looked !== null) return looked;
  for (let n = 0; n < CALLS_A_RUN; n++) {
    const command = next(session, ledger, live, draw);
    const outcome = session.answer(command);
    if (outcome.kind === "block") live.push([outcome.pfn, orderOf(command)]);
    const broken = judged(ledger, command, outcome) ?? look(session, ledger);
    if (broken !== null) return broken;
  }
  return null;
}

function next({ calls }: Session, { geometry }: Ledger, live: Live[], draw: Draw): Command {
  const { maxOrder, span } = geometry;
  const drawn = draw.below(16);
  if (drawn < 2) {
    const order = draw.below(maxOrder + 1);
    const pfn = span.start + draw.below(span.end - span.start + 2);
    if (!live.some(([head, named]) => head === pfn && named === order)) return { kind: "free-order", pfn, order };
  }
  if (drawn < 8 && live.length > 0) {
    const [freed] = live.splice(draw.below(live.length), 1) as [Live];
    return { kind: "free-order", pfn: freed[0], order: freed[1] };
  }
  if (drawn < 11 && calls.has("alloc-pages")) {
    return { kind: "alloc-pages", pages: 1 + draw.below(2 ** maxOrder + 1), zone: null };
  }
  return { kind: "alloc", order: draw.below(maxOrder + 1), zone: null };
}

function orderOf(command: Command): number {
  if (command.kind === "alloc") return command.order;
  return command.kind === "alloc-pages" ? Math.ceil(Math.log2(command.pages)) : 0;
}

/** Looks at the lists and the counts, where they are shown. */
function look(session: Session, ledger: Ledger): string | null {
  for (const seen of [session.snapshot(), session.counts()]) {
    if (seen === null) continue;
    if (seen.kind === "crashed") return `returns: ${seen.how} in a look`;
    const broken = judged(ledger, seen, OK);
    if (broken !== null) return broken;
  }
  return null;
}

function judged(ledger: Ledger, command: Command, outcome: Outcome): string | null {
  const [first] = step(ledger, command, outcome);
  return first === undefined ? null : `${first.law}: ${formatStep(command, outcome) ?? command.kind}`;
}
