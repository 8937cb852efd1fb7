// A film shows what the ledger believes, at every event and from both directions.

import { expect, it } from "vitest";
import { OK, type Command, type Outcome } from "../../model/command.ts";
import { piecesIn } from "../../model/evidence.ts";
import { createGeometry, type FrameRange, type PoolShape } from "../../model/geometry.ts";
import { createLedger } from "../../model/ledger.ts";
import { formatStep, parseNotation } from "../../model/notation.ts";
import { STRICT_PROFILE } from "../../model/profile.ts";
import { step } from "../../model/step.ts";
import { REFERENCE } from "../targets/reference.ts";
import { Client } from "../test/client.ts";
import { answerOf } from "../../model/numbers.ts";
import { createRandom } from "../test/random.ts";
import { Stage } from "../test/stage.ts";
import type { TraceHeader } from "../trace/event.ts";
import { createBlocks, cutBlocks } from "./blocks.ts";
import { Camera } from "./camera.ts";
import {
  changesOf,
  EVENT_KINDS,
  FREE,
  HELD,
  readFilm,
  UNKNOWN,
  UNMANAGED,
  WITHHELD,
  type EventKind,
  type Film,
} from "./film.ts";
import { Playback } from "./playback.ts";
import { Scout } from "./scout.ts";
import { wordsFrom } from "./shorthand.ts";

const SHAPE: PoolShape = { maxOrder: 4, pages: 45, basePfn: 3, reserved: [{ start: 11, end: 14 }], zones: [] };

type Recorded = readonly (readonly [Command, Outcome] | "lost")[];

/** What a client does to the reference allocator. */
function clientTrace(seed: number, commands: number): Recorded {
  const stage = new Stage(REFERENCE, { geometry: createGeometry(SHAPE), profile: STRICT_PROFILE }, "answers");
  const playing = stage.begin();
  const speech = { ...stage.session, takesFractions: true };
  const client = new Client(stage.opening, playing.freePages, createRandom(seed), speech);
  while (playing.steps.length < commands) {
    client.draw();
    const outcome = playing.give(client.move());
    if (outcome !== null) client.answered(answerOf(outcome));
  }
  return playing.steps.map(({ command, outcome }) => [command, outcome] as const);
}

function written(text: string): Recorded {
  return parseNotation(text, SHAPE.basePfn).events.map((event) =>
    event.kind === "lost" ? "lost" : [event.command, event.outcome],
  );
}

interface Window {
  readonly pages?: FrameRange;
  readonly fromLine?: number;
  readonly eventsMax?: number;
}

function filmOf(recorded: Recorded, window: Window = {}, shape: PoolShape = SHAPE): { film: Film; camera: Camera } {
  const camera = new Camera({
    profile: STRICT_PROFILE,
    pages: { start: 0, end: shape.pages },
    fromLine: 0,
    eventsMax: 1e6,
    ...window,
  });
  const header: TraceHeader = { allocator: "", profile: null, pageSize: 4096, shape, start: "empty" };
  camera.header(header);
  recorded.forEach((event, index) => {
    if (event === "lost") camera.lost(null, index + 2);
    else camera.event(event[0], event[1], index + 2);
  });
  const { start, end } = window.pages ?? { start: 0, end: shape.pages };
  return { film: readFilm(camera.bytes(), end - start, camera.words.length), camera };
}

/** Owners of all frames after the first `count` events, asked of a ledger of its own. */
function ownersAfter(recorded: Recorded, count: number): number[] {
  const geometry = createGeometry(SHAPE);
  const ledger = createLedger({ geometry, profile: STRICT_PROFILE, start: "empty" });
  recorded.slice(0, count).forEach((event, index) => {
    ledger.now = index + 2;
    if (event === "lost") ledger.forget();
    else step(ledger, event[0], event[1]);
  });
  const states = { free: FREE, unmanaged: UNMANAGED, withheld: WITHHELD, unknown: UNKNOWN };
  const { start, end } = geometry.span;
  return piecesIn(ledger, start, end, Infinity).flatMap((piece) => {
    const owner = piece.state === "live" ? piece.since || HELD : states[piece.state];
    const pages = Math.min(piece.end, end) - Math.max(piece.start, start);
    return new Array<number>(pages).fill(owner);
  });
}

const TRACES: readonly (readonly [string, Recorded])[] = [
  ["a client's honest and other calls", clientTrace(1, 400)],
  ["another's", clientTrace(7, 400)],
  ["an overlap, a double free and a loss", written("a1=0 a0=1 f0 f0 a2=16 lost f16 a0=20 f20+")],
  ["lists that lack a page", written("a0=0 free 2:1 4:2 a0=2 f0 free 0:3 8:3")],
];

it.each(TRACES)("at every event of %s the film shows the ledger's view", (_, recorded) => {
  const playback = new Playback(filmOf(recorded).film);
  for (let event = 0; event <= recorded.length; event++) {
    playback.seek(event);
    expect([...playback.owners], `after ${event} events`).toEqual(ownersAfter(recorded, event));
  }
});

it("going back shows what going forward showed", () => {
  const recorded = clientTrace(3, 300);
  const playback = new Playback(filmOf(recorded).film);
  for (const event of [300, 17, 18, 16, 299, 0, 150, -5, 9999]) {
    playback.seek(event);
    expect([...playback.owners]).toEqual(ownersAfter(recorded, Math.max(0, Math.min(300, event))));
  }
});

it("totals are those of the frames, after every event", () => {
  const { film } = filmOf(clientTrace(5, 200));
  const playback = new Playback(film);
  for (let event = 0; event <= film.events; event++) {
    playback.seek(event);
    const owners = [...playback.owners];
    expect(playback.livePages[event]).toBe(owners.filter((owner) => owner > 0 || owner === HELD).length);
    expect(playback.freePages[event]).toBe(owners.filter((owner) => owner === FREE).length);
  }
});

it("a window begins with the pool as it was, and counts what it leaves out", () => {
  const recorded = clientTrace(2, 300);
  const { film, camera } = filmOf(recorded, { fromLine: 102, eventsMax: 50 });
  expect([camera.eventsBefore, film.events, camera.eventsAfter]).toEqual([100, 50, 150]);
  const playback = new Playback(film);
  expect([...playback.owners]).toEqual(ownersAfter(recorded, 100));
  playback.seek(50);
  expect([...playback.owners]).toEqual(ownersAfter(recorded, 150));
});

it("a trace without events is a film of the pool at its start", () => {
  const { film } = filmOf([]);
  expect([...new Playback(film).owners]).toEqual(ownersAfter([], 0));
});

it("a part of the pool is filmed as the whole is, and the scout says which part a trace names", () => {
  const recorded = written("a1=18 a0=20 f18 a2=24");
  const scout = new Scout();
  scout.header({ allocator: "", profile: null, pageSize: 4096, shape: SHAPE, start: "empty" });
  for (const event of recorded) if (event !== "lost") scout.event(shifted(event[0]), shifted(event[1]));
  expect(scout.range()).toEqual({ start: 16, end: 32 });
  const playback = new Playback(filmOf(recorded, { pages: { start: 16, end: 32 } }).film);
  playback.seek(4);
  expect([...playback.owners]).toEqual(ownersAfter(recorded, 4).slice(16, 32));
});

/** A scout answers base 0 to the header, so it is told pfns as the file has them. */
function shifted<Part extends Command | Outcome>(part: Part): Part {
  return "pfn" in part ? { ...part, pfn: part.pfn - SHAPE.basePfn } : part;
}

it("a film that was cut off is refused", () => {
  const { camera } = filmOf(written("a1=1 a0=3"));
  const bytes = camera.bytes();
  expect(() => readFilm(bytes.subarray(0, bytes.length - 1), SHAPE.pages, 2)).toThrow("ends too early");
  expect(() => readFilm(bytes, SHAPE.pages + 1, 2)).toThrow("ends too early");
});

/** The words of a film's events, as the page shows them. */
function spoken({ film, camera }: ReturnType<typeof filmOf>, firstPage = 0): string[] {
  return camera.words.map((words, event) =>
    wordsFrom(words, EVENT_KINDS[film.kinds[event] as number] as EventKind, changesOf(film, event), firstPage),
  );
}

it("events are shown in the words of the notation, long looks by their number of blocks", () => {
  const lists = [Array.from({ length: 60 }, (_, index) => SHAPE.basePfn + index)];
  const filmed = filmOf([...written("a2=4 f4 a4!"), [{ kind: "snapshot", lists, cached: [] }, OK], "lost"]);
  expect(spoken(filmed)).toEqual(["a2=4", "f4", "a4!", "snapshot of 60 free blocks and 0 cached pages", "lost"]);
});

it.each(TRACES)("the words of %s are those of the notation, however short they are kept", (_, recorded) => {
  const filmed = filmOf(recorded);
  const expected = recorded.map((event) =>
    event === "lost" ? "lost" : (formatStep(event[0], event[1], SHAPE.basePfn) ?? event[0].kind),
  );
  expect(spoken(filmed)).toEqual(expected);
});

it("words that follow from the film are not kept", () => {
  // Pages 1 and 5 are aligned for their orders in a pool whose first page has pfn 3.
  const { camera } = filmOf(written("a2=1 p4=5 p3=9 f1:2 f5 f9*3 a0=1 f1*1"));
  expect(camera.words).toEqual(["0", "1", "p3=9", "0", "1", "f9*3", "0", "2"]);
});

it("free frames are cut into canonical blocks, by absolute alignment and inside zones", () => {
  const blocks = createBlocks(16);
  const owners = new Int32Array(16);
  owners[5] = 9;
  cutBlocks(owners, { maxOrder: 3, basePfn: 0, zones: [] }, blocks);
  expect([...blocks.heads]).toEqual([0, 0, 0, 0, 4, 5, 6, 6, 8, 8, 8, 8, 8, 8, 8, 8]);
  cutBlocks(new Int32Array(16), { maxOrder: 3, basePfn: 2, zones: [{ start: 0, end: 9 }] }, blocks);
  expect([...blocks.heads]).toEqual([0, 0, 2, 2, 2, 2, 6, 6, 8, 9, 10, 10, 10, 10, 14, 14]);
});
