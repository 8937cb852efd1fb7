// The events around the current one, in the words of the trace. Only what fits is made, however long the film is.

import { changesOf, EVENT_KINDS, type EventKind, type Film } from "../film.ts";
import { wordsFrom } from "../shorthand.ts";
import { element } from "./dom.ts";

const BEFORE = 7;
const AFTER = 5;

/** A film with the words of its events, as it came. */
export interface Spoken {
  readonly film: Film;
  readonly words: readonly string[];
  readonly firstPage: number;
}

/** The list of events. */
export class EventList {
  readonly root = element("ol", { id: "events" });
  readonly #spoken: Spoken;
  readonly #findings: ReadonlySet<number>;
  readonly #seek: (event: number) => void;

  constructor(spoken: Spoken, findings: ReadonlySet<number>, seek: (event: number) => void) {
    this.#spoken = spoken;
    this.#findings = findings;
    this.#seek = seek;
  }

  /** Shows the events around the one numbered `at`, from 1. */
  show(at: number): void {
    const { events } = this.#spoken.film;
    const first = Math.max(1, Math.min(at - BEFORE, events - BEFORE - AFTER));
    const last = Math.min(events, first + BEFORE + AFTER);
    const items: HTMLElement[] = [];
    for (let event = first; event <= last; event++) items.push(this.#item(event, event === at));
    this.root.replaceChildren(...items);
  }

  #item(event: number, isCurrent: boolean): HTMLElement {
    const { film, words, firstPage } = this.#spoken;
    const kind = EVENT_KINDS[film.kinds[event - 1] as number] as EventKind;
    const said = wordsFrom(words[event - 1] ?? "", kind, changesOf(film, event - 1), firstPage);
    const line = element("span", {}, `line ${film.lines[event - 1]}`);
    const go = element("button", { onclick: () => this.#seek(event) }, line, element("code", {}, said));
    const marks = this.#findings.has(event) ? " at-issue" : "";
    const item = element("li", { class: `${kind}${marks}` }, go);
    if (isCurrent) item.setAttribute("aria-current", "step");
    return item;
  }
}
