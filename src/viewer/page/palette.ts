// Colours of the picture: live blocks by order, everything else by state.
//
//  1. Live blocks go from amber (one page) to violet (the largest), a ramp whose lightness falls all the way, so that it
//     also reads in grey and to people who do not see red or green apart.
//  2. A palette is 64 colours: 0 to 31 live by order, 32 to 63 free by order; states have colours of their own.

import { FREE, HELD, UNKNOWN, UNMANAGED, WITHHELD } from "../film.ts";

export type Rgb = readonly [red: number, green: number, blue: number];

export interface Palette {
  readonly live: readonly Rgb[];
  readonly free: readonly Rgb[];
  readonly states: ReadonlyMap<number, Rgb>;
  readonly border: string;
  readonly ink: string;
  readonly inkOnDark: string;
  readonly touched: string;
  readonly finding: string;
  readonly grid: string;
}

const LIVE_RAMP: readonly Rgb[] = [
  [253, 190, 70],
  [240, 125, 80],
  [205, 75, 120],
  [150, 40, 155],
  [75, 30, 150],
];

const LIGHT_FREE: readonly Rgb[] = [
  [240, 247, 243],
  [196, 226, 212],
];
const DARK_FREE: readonly Rgb[] = [
  [24, 36, 31],
  [38, 78, 62],
];

/** The palette for a pool whose largest order is this. */
export function paletteFor(maxOrder: number, isDark: boolean): Palette {
  const orders = Array.from({ length: 32 }, (_, order) => Math.min(1, order / Math.max(maxOrder, 1)));
  return {
    live: orders.map((share) => mixed(LIVE_RAMP, share)),
    free: orders.map((share) => mixed(isDark ? DARK_FREE : LIGHT_FREE, share)),
    states: new Map<number, Rgb>([
      [UNMANAGED, isDark ? [58, 60, 66] : [176, 180, 187]],
      [WITHHELD, [255, 212, 0]],
      [UNKNOWN, isDark ? [84, 88, 98] : [222, 224, 230]],
      [HELD, [128, 140, 165]],
    ]),
    border: isDark ? "rgba(0, 0, 0, 0.65)" : "rgba(255, 255, 255, 0.9)",
    ink: isDark ? "#d7e6de" : "#234034",
    inkOnDark: "#ffffff",
    touched: isDark ? "#ffffff" : "#101418",
    finding: "#e3002b",
    grid: isDark ? "#3a3f47" : "#d5d9df",
  };
}

/** Colour of a page. */
export function colourOf(palette: Palette, owner: number, order: number): Rgb {
  if (owner > 0) return palette.live[order] as Rgb;
  if (owner === FREE) return palette.free[order] as Rgb;
  return palette.states.get(owner) as Rgb;
}

export function css([red, green, blue]: Rgb): string {
  return `rgb(${red}, ${green}, ${blue})`;
}

/** Is white the better ink on this colour? */
export function isDarkColour([red, green, blue]: Rgb): boolean {
  return 0.299 * red + 0.587 * green + 0.114 * blue < 140;
}

/** The colour `share` of the way along a ramp. */
function mixed(ramp: readonly Rgb[], share: number): Rgb {
  const place = share * (ramp.length - 1);
  const at = Math.min(Math.floor(place), ramp.length - 2);
  const [from, to] = [ramp[at] as Rgb, ramp[at + 1] as Rgb];
  return from.map((channel, index) =>
    Math.round(channel + ((to[index] as number) - channel) * (place - at)),
  ) as unknown as Rgb;
}
