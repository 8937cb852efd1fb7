// What the colours mean, for the orders that this pool has and the states that it can show.

import type { FilmFacts } from "../facts.ts";
import { HELD, UNKNOWN, UNMANAGED, WITHHELD } from "../film.ts";
import { element } from "./dom.ts";
import { css, type Palette, type Rgb } from "./palette.ts";

const STATES = [
  [UNMANAGED, "not managed"],
  [WITHHELD, "lost by a violation"],
  [UNKNOWN, "not known yet"],
  [HELD, "live before the trace"],
] as const;

/** The legend. */
export function legend({ maxOrder }: FilmFacts, palette: Palette): HTMLElement {
  const orders = Array.from({ length: maxOrder + 1 }, (_, order) => order);
  return element(
    "section",
    { id: "legend" },
    element("span", {}, "live, by order"),
    element("span", { class: "ramp" }, ...orders.map((order) => swatch(palette.live[order] as Rgb, String(order)))),
    element("span", {}, "free, by order"),
    element("span", { class: "ramp" }, ...orders.map((order) => swatch(palette.free[order] as Rgb, String(order)))),
    ...STATES.flatMap(([state, words]) => [
      element("span", { class: "ramp" }, swatch(palette.states.get(state) as Rgb, "")),
      element("span", {}, words),
    ]),
  );
}

function swatch(colour: Rgb, label: string): HTMLElement {
  return element("i", { style: `background: ${css(colour)}`, title: label });
}
