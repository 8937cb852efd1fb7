// What a person can do with a film: go to any event, step, play, jump between findings, point at pages.
//
//  1. Everything follows from one number, the events that have happened; the page's address keeps it (`#event=57`).
//  2. The keyboard does all that the mouse does: arrows step, with Shift by 100; Home and End; N and P go to the next
//     and the previous finding; the space bar plays; H changes the layout.
//  3. A finding is shown just after its event, with what the laws say, and its pages outlined.

import type { FilmFacts, FilmFinding } from "../facts.ts";
import { changesOf } from "../film.ts";
import { Playback } from "../playback.ts";
import { element } from "./dom.ts";
import { EventList } from "./event-list.ts";
import { legend } from "./legend.ts";
import type { Loaded } from "./load.ts";
import { MapView, type PageRange } from "./map.ts";
import { paletteFor } from "./palette.ts";
import { Timeline } from "./timeline.ts";
import { findingButton, headline, notCheckedDetails, pageWords, stateWords } from "./words.ts";

const STRIDE = 100;
/** Playing takes this long for a film of any length, but shows a short one this many events a second. */
const SECONDS_TO_PLAY = 15;
const EVENTS_A_SECOND_MIN = 4;

/** A finding and the event that shows it, counted from 1; 0 where the film does not have it. */
interface Shown {
  readonly finding: FilmFinding;
  readonly event: number;
}

/** The page, its state, and how it is changed. */
export class Viewer {
  readonly #facts: FilmFacts;
  readonly #playback: Playback;
  readonly #findings: readonly Shown[];
  readonly #map: MapView;
  readonly #timeline: Timeline;
  readonly #events: EventList;
  readonly #mapCanvas = element("canvas", { id: "map", role: "img", tabindex: "0" });
  readonly #timeCanvas = element("canvas", { id: "timeline", "aria-hidden": "true" });
  readonly #state = element("p", { id: "state", role: "status" });
  readonly #pointed = element("p", { id: "pointed" });
  readonly #report = element("pre", { id: "report", tabindex: "0" });
  readonly #slider: HTMLInputElement;
  readonly #play = element("button", { id: "play", onclick: () => this.#togglePlay() }, "Play");
  #isPlaying = false;
  #isDrawn = false;

  constructor(root: HTMLElement, { facts, film, words }: Loaded) {
    this.#facts = facts;
    this.#playback = new Playback(film);
    this.#findings = facts.findings.map((finding) => ({ finding, event: film.lines.indexOf(finding.line) + 1 }));
    const palette = paletteFor(facts.maxOrder, isDark());
    this.#map = new MapView(this.#mapCanvas, this.#playback, facts, palette);
    const marks = this.#findings.filter(({ event }) => event > 0).map(({ event }) => event);
    this.#timeline = new Timeline(this.#timeCanvas, this.#playback, facts, { palette, marks });
    this.#events = new EventList({ film, words, firstPage: facts.firstPage }, new Set(marks), (event) =>
      this.seek(event),
    );
    this.#slider = element("input", {
      type: "range",
      min: "0",
      max: String(film.events),
      step: "1",
      "aria-label": "Events that have happened",
      oninput: () => this.seek(Number(this.#slider.value)),
    });
    root.append(...this.#page());
    this.#listen();
  }

  /** Shows the event that the address names, else the first finding, else the end. */
  start(): void {
    this.#refit();
    const named = /^#event=(\d+)$/u.exec(window.location.hash)?.[1];
    const found = this.#findings.find(({ event }) => event > 0)?.event;
    this.seek(named === undefined ? (found ?? this.#playback.film.events) : Number(named));
  }

  seek(event: number): void {
    this.#playback.seek(event);
    this.#changed();
  }

  // ---------------------------------------------------------------- building

  #page(): readonly Node[] {
    const controls = element(
      "div",
      { id: "controls" },
      element("button", { onclick: () => this.#stepBy(-1), title: "One event back (←)" }, "◀"),
      this.#play,
      element("button", { onclick: () => this.#stepBy(1), title: "One event on (→)" }, "▶"),
      this.#slider,
      element("button", { onclick: () => this.#toFinding(-1), title: "Previous finding (P)" }, "Previous finding"),
      element(
        "button",
        { id: "next-finding", onclick: () => this.#toFinding(1), title: "Next finding (N)" },
        "Next finding",
      ),
      element(
        "button",
        { id: "layout", onclick: () => this.#changeLayout(), title: "Rows or Hilbert's curve (H)" },
        "Rows or curve",
      ),
    );
    const side = element(
      "aside",
      {},
      this.#state,
      this.#pointed,
      ...this.#findingNodes(),
      element("h2", {}, "Events"),
      this.#events.root,
      this.#report,
    );
    const stage = element("section", { id: "stage" }, this.#mapCanvas, side);
    return [
      headline(this.#facts),
      stage,
      element("section", { id: "time" }, this.#timeCanvas, controls),
      legend(this.#facts, this.#map.palette),
      notCheckedDetails(this.#facts),
    ];
  }

  #findingNodes(): readonly Node[] {
    if (this.#findings.length === 0) return [];
    const buttons = this.#findings.map(({ finding, event }) =>
      findingButton(finding, event > 0 ? () => this.seek(event) : null),
    );
    return [element("h2", {}, "Findings"), element("div", { id: "findings" }, ...buttons)];
  }

  #listen(): void {
    window.addEventListener("resize", () => this.#refit());
    window.addEventListener("keydown", (event) => this.#key(event));
    window.addEventListener("hashchange", () => this.start());
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      const palette = paletteFor(this.#facts.maxOrder, isDark());
      this.#map.palette = palette;
      this.#timeline.palette = palette;
      document.querySelector("#legend")?.replaceWith(legend(this.#facts, palette));
      this.#changed();
    });
    this.#mapCanvas.addEventListener("pointermove", (event) => this.#point(event));
    this.#mapCanvas.addEventListener("pointerleave", () => this.#pointed.replaceChildren());
    this.#timeCanvas.addEventListener("pointerdown", (event) => {
      this.#timeCanvas.setPointerCapture(event.pointerId);
      this.#scrub(event);
    });
    this.#timeCanvas.addEventListener("pointermove", (event) => this.#scrub(event));
  }

  // ---------------------------------------------------------------- doing

  #stepBy(events: number): void {
    this.seek(this.#playback.at + events);
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const onControl = event.target instanceof HTMLButtonElement || event.target instanceof HTMLInputElement;
    if (onControl && (event.key === " " || event.key.startsWith("Arrow") || event.key === "Enter")) return;
    const action = this.#actions()[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (action === undefined) return;
    event.preventDefault();
    action(event.shiftKey ? STRIDE : 1);
  }

  #actions(): Readonly<Record<string, (by: number) => void>> {
    return {
      ArrowRight: (by) => this.#stepBy(by),
      ArrowLeft: (by) => this.#stepBy(-by),
      Home: () => this.seek(0),
      End: () => this.seek(this.#playback.film.events),
      n: () => this.#toFinding(1),
      p: () => this.#toFinding(-1),
      h: () => this.#changeLayout(),
      " ": () => this.#togglePlay(),
    };
  }

  /** The next finding in a direction; none that way leaves everything as it is. */
  #toFinding(direction: 1 | -1): void {
    const events = this.#findings.map(({ event }) => event).filter((event) => event > 0);
    const { at } = this.#playback;
    const next = direction === 1 ? events.find((event) => event > at) : events.findLast((event) => event < at);
    if (next !== undefined) this.seek(next);
  }

  #changeLayout(): void {
    this.#map.kind = this.#map.kind === "rows" ? "hilbert" : "rows";
    this.#refit();
  }

  #togglePlay(): void {
    this.#isPlaying = !this.#isPlaying;
    this.#play.textContent = this.#isPlaying ? "Pause" : "Play";
    if (!this.#isPlaying) return;
    const { events } = this.#playback.film;
    const from = this.#playback.at === events ? 0 : this.#playback.at;
    window.requestAnimationFrame((now) => this.#playFrame(now, now, from));
  }

  /** Shows the event whose time has come: `from` was shown at `started`, both in milliseconds of the page. */
  #playFrame(now: number, started: number, from: number): void {
    if (!this.#isPlaying) return;
    const { events } = this.#playback.film;
    const rate = Math.max(events / SECONDS_TO_PLAY, EVENTS_A_SECOND_MIN);
    this.seek(from + Math.floor(((now - started) / 1000) * rate));
    if (this.#playback.at === events) this.#togglePlay();
    else window.requestAnimationFrame((later) => this.#playFrame(later, started, from));
  }

  /** Dragging along the timeline goes to the event under the pointer. */
  #scrub(event: PointerEvent): void {
    if (event.buttons === 1) this.seek(this.#timeline.eventAt(event.offsetX));
  }

  #point(event: PointerEvent): void {
    const page = this.#map.pageAt(event.offsetX, event.offsetY);
    const { owners } = this.#playback;
    this.#pointed.textContent =
      page < 0 ? "" : pageWords(page, owners[page] as number, this.#map, this.#facts.firstPage);
  }

  // ---------------------------------------------------------------- showing

  #refit(): void {
    this.#map.fit();
    this.#timeline.fit();
    this.#changed();
  }

  /** Draws before the screen is shown next, however often something changes until then. */
  #changed(): void {
    if (this.#isDrawn) return;
    this.#isDrawn = true;
    window.requestAnimationFrame(() => {
      this.#isDrawn = false;
      this.#draw();
    });
  }

  #draw(): void {
    const { at, livePages, freePages, film } = this.#playback;
    const finding = this.#findings.find(({ event }) => event === at && at > 0)?.finding;
    this.#map.draw(this.#touched(), finding?.frames ?? []);
    this.#timeline.draw();
    this.#events.show(at);
    this.#slider.value = String(at);
    const largest = at === 0 ? null : (film.largestFree[at - 1] as number);
    const totals = { live: livePages[at] as number, free: freePages[at] as number, largest };
    this.#state.textContent = stateWords(this.#facts, at, totals);
    this.#mapCanvas.setAttribute("aria-label", `Picture of the pool. ${this.#state.textContent}`);
    this.#report.textContent = finding?.report ?? "";
    this.#report.hidden = finding === undefined;
    window.history.replaceState(null, "", `#event=${at}`);
  }

  /** The pages that the latest event gave a new owner. */
  #touched(): readonly PageRange[] {
    const { at, film } = this.#playback;
    if (at === 0) return [];
    return changesOf(film, at - 1).map(({ start, pages }) => ({ start, end: start + pages }));
  }
}

function isDark(): boolean {
  return window.matchMedia("(prefers-color-scheme: dark)").matches;
}
