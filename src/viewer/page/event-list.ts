// The events around the current one, in the words of the trace. Only what fits is made, however long the film is.

import { EVENT_KINDS, type Film } from "../film.ts";
import { element } from "./dom.ts";

const BEFORE = 7;
const AFTER = 5;

/** The list of events. */
export class EventList {
  readonly root = element("ol", { id: "events" });
  readonly #film: Film;
  readonly #words: readonly string[];
  readonly #findings: ReadonlySet<number>;
  readonly #seek: (event: number) => void;

  constructor(film: Film, words: readonly string[], findings: ReadonlySet<number>, seek: (event: number) => void) {
    this.#film = film;
    this.#words = words;
    this.#findings = findings;
    this.#seek = seek;
  }

  /** Shows the events around the one numbered `at`, from 1. */
  show(at: number): void {
    const first = Math.max(1, Math.min(at - BEFORE, this.#film.events - BEFORE - AFTER));
    const last = Math.min(this.#film.events, first + BEFORE + AFTER);
    const items: HTMLElement[] = [];
    for (let event = first; event <= last; event++) items.push(this.#item(event, event === at));
    this.root.replaceChildren(...items);
  }

  #item(event: number, isCurrent: boolean): HTMLElement {
    const kind = EVENT_KINDS[this.#film.kinds[event - 1] as number] as string;
    const line = String(this.#film.lines[event - 1]);
    const words = element("code", {}, this.#words[event - 1] ?? "");
    const go = element("button", { onclick: () => this.#seek(event) }, element("span", {}, `line ${line}`), words);
    const marks = this.#findings.has(event) ? " at-issue" : "";
    const item = element("li", { class: `${kind}${marks}` }, go);
    if (isCurrent) item.setAttribute("aria-current", "step");
    return item;
  }
}
