// The page's sentences: the trace, the pool at an event, a page pointed at, the findings, what was not checked.

import type { FilmFacts, FilmFinding } from "../facts.ts";
import { FREE, HELD, UNKNOWN, UNMANAGED, WITHHELD } from "../film.ts";
import { element } from "./dom.ts";
import type { MapView } from "./map.ts";

const STATE_WORDS: ReadonlyMap<number, string> = new Map([
  [UNMANAGED, "not managed"],
  [WITHHELD, "neither live nor free"],
  [UNKNOWN, "not known yet"],
  [HELD, "live since before the recording"],
]);

/** The top of the page: which trace, which verdict, how much of it. */
export function headline(facts: FilmFacts): HTMLElement {
  const { file, allocator, profile, verdict, pages, firstPage, pageSizeBytes, maxOrder, findingCount } = facts;
  const found = findingCount === 1 ? "1 finding" : `${findingCount} findings`;
  const pool = `${allocator === "" ? "" : `${allocator}, `}${pages} pages${firstPage === 0 ? "" : ` from ${firstPage} on`} of ${pageSizeBytes} bytes, largest order ${maxOrder}`;
  return element(
    "header",
    {},
    element("h1", {}, file),
    element("span", { class: `verdict ${verdict}` }, verdict === "violated" ? `${verdict}: ${found}` : verdict),
    element("p", {}, `${pool}, judged by the profile ${profile === "" ? "given" : profile}. ${windowWords(facts)}`),
  );
}

function windowWords({ events, eventsBefore, eventsAfter }: FilmFacts): string {
  if (eventsBefore + eventsAfter === 0) return `All ${events} events are shown.`;
  return `${events} events are shown; ${eventsBefore} before and ${eventsAfter} after them are not.`;
}

/** The pool after some events. */
export function stateWords(
  { pages, events }: FilmFacts,
  at: number,
  totals: { readonly live: number; readonly free: number; readonly largest: number | null },
): string {
  const { live, free, largest } = totals;
  const rest = pages - live - free;
  const held = rest === 0 ? "" : `, ${rest} neither`;
  const block = largest === null ? "" : largest < 0 ? " No block is free." : ` Largest free block: order ${largest}.`;
  return `Event ${at} of ${events}: ${live} pages live, ${free} free${held}.${block}`;
}

/** A page that the pointer is on, in the numbers of the trace. */
export function pageWords(page: number, owner: number, map: MapView, firstPage: number): string {
  const named = page + firstPage;
  if (map.pagesPerCell > 1) return `Pages ${named} to ${named + map.pagesPerCell - 1}, drawn as one cell.`;
  const { head, order } = map.blockAt(page);
  const block = `in the block ${head + firstPage} of order ${order}`;
  if (owner === FREE) return `Page ${named}: free, ${block}.`;
  if (owner > 0) return `Page ${named}: live since line ${owner}, ${block}.`;
  return `Page ${named}: ${STATE_WORDS.get(owner) ?? ""}.`;
}

/** A finding as a button that goes to it, or that says why it cannot. */
export function findingButton(finding: FilmFinding, go: (() => void) | null): HTMLElement {
  const { law, line, statement, severity, blame } = finding;
  const title = `${blame === "client" ? "client " : ""}${severity}[${law}] at line ${line}`;
  const props = go === null ? { disabled: "" } : { onclick: go };
  const outside = go === null ? " (not among the events shown)" : "";
  return element("button", { class: severity, ...props }, element("strong", {}, title), ` ${statement}${outside}`);
}

export function notCheckedDetails({ notChecked, findings, findingCount }: FilmFacts): HTMLElement {
  const more = findingCount - findings.length;
  const lines = more > 0 ? [`${more} more findings are not listed.`, ...notChecked] : notChecked;
  return element(
    "details",
    { id: "not-checked" },
    element("summary", {}, `Not checked, and not shown (${lines.length})`),
    element("ul", {}, ...lines.map((line) => element("li", {}, line))),
  );
}
