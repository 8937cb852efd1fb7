// The timeline: live and free pages after every event, the largest free block, and where the findings are.
//
//  1. A column of the picture stands for several events; it shows the most that was live among them.
//  2. The line is the order of the largest free block, on the scale at the right: it falls as memory fragments.

import type { FilmFacts } from "../facts.ts";
import type { Playback } from "../playback.ts";
import { css, type Palette, type Rgb } from "./palette.ts";

const MARGIN_RIGHT = 48;
const LABEL_HEIGHT = 12;
const MARK_HEIGHT = 10;

/** Draws a timeline into a canvas. */
export class Timeline {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #playback: Playback;
  readonly #facts: FilmFacts;
  /** Events at which there is a finding. */
  readonly #marks: readonly number[];
  palette: Palette;

  constructor(
    canvas: HTMLCanvasElement,
    playback: Playback,
    facts: FilmFacts,
    setting: { readonly palette: Palette; readonly marks: readonly number[] },
  ) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d") as CanvasRenderingContext2D;
    this.#playback = playback;
    this.#facts = facts;
    this.#marks = setting.marks;
    this.palette = setting.palette;
  }

  fit(): void {
    const scale = window.devicePixelRatio;
    this.#canvas.width = Math.max(1, Math.round(this.#canvas.clientWidth * scale));
    this.#canvas.height = Math.max(1, Math.round(this.#canvas.clientHeight * scale));
    this.#context.setTransform(scale, 0, 0, scale, 0, 0);
  }

  /** The event that a point of the canvas stands for. */
  eventAt(x: number): number {
    return Math.round((x / this.#width) * this.#playback.film.events);
  }

  draw(): void {
    const context = this.#context;
    context.clearRect(0, 0, this.#canvas.clientWidth, this.#canvas.clientHeight);
    this.#drawPages();
    this.#drawLargest();
    this.#drawMarks();
    const x = this.#xOf(this.#playback.at);
    context.fillStyle = this.palette.touched;
    context.fillRect(x - 1, 0, 2, this.#canvas.clientHeight);
  }

  get #width(): number {
    return Math.max(1, this.#canvas.clientWidth - MARGIN_RIGHT);
  }

  get #height(): number {
    return this.#canvas.clientHeight - MARK_HEIGHT;
  }

  #xOf(event: number): number {
    return (event / Math.max(this.#playback.film.events, 1)) * this.#width;
  }

  #drawPages(): void {
    const { livePages, freePages, film } = this.#playback;
    const { pages } = this.#facts;
    const context = this.#context;
    for (let column = 0; column < this.#width; column++) {
      const first = Math.floor((column / this.#width) * film.events);
      const last = Math.max(first, Math.floor(((column + 1) / this.#width) * film.events) - 1);
      let fullest = first;
      for (let event = first; event <= last; event++) {
        if ((livePages[event] as number) > (livePages[fullest] as number)) fullest = event;
      }
      const liveHeight = ((livePages[fullest] as number) / pages) * this.#height;
      const freeHeight = ((freePages[fullest] as number) / pages) * this.#height;
      context.fillStyle = css(this.palette.live[Math.floor(this.#facts.maxOrder / 2)] as Rgb);
      context.fillRect(column, this.#height - liveHeight, 1, liveHeight);
      context.fillStyle = css(this.palette.free[this.#facts.maxOrder] as Rgb);
      context.fillRect(column, this.#height - liveHeight - freeHeight, 1, freeHeight);
    }
  }

  #drawLargest(): void {
    const { film } = this.#playback;
    const { maxOrder } = this.#facts;
    const context = this.#context;
    const yOf = (order: number): number => this.#height - ((order + 1) / (maxOrder + 1)) * (this.#height - 4);
    context.strokeStyle = this.palette.ink;
    context.lineWidth = 1.5;
    context.beginPath();
    for (let column = 0; column < this.#width; column++) {
      const first = Math.floor((column / this.#width) * film.events);
      const last = Math.max(first, Math.floor(((column + 1) / this.#width) * film.events) - 1);
      let lowest = maxOrder;
      for (let event = first; event <= last && event < film.events; event++) {
        lowest = Math.min(lowest, film.largestFree[event] as number);
      }
      context.lineTo(column, yOf(lowest));
    }
    context.stroke();
    context.fillStyle = this.palette.ink;
    context.font = "10px system-ui, sans-serif";
    context.textAlign = "left";
    context.textBaseline = "middle";
    for (const order of new Set([0, maxOrder])) {
      context.fillText(`order ${order}`, this.#width + 4, Math.max(yOf(order), LABEL_HEIGHT / 2));
    }
  }

  #drawMarks(): void {
    const context = this.#context;
    context.fillStyle = this.palette.finding;
    const { clientHeight } = this.#canvas;
    for (const event of this.#marks) {
      const x = this.#xOf(event);
      context.beginPath();
      context.moveTo(x, clientHeight - MARK_HEIGHT);
      context.lineTo(x + 5, clientHeight);
      context.lineTo(x - 5, clientHeight);
      context.fill();
    }
  }
}
