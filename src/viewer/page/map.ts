// The picture of the pool: a cell for each page, borders between blocks, outlines around what is at issue.
//
//  1. Cells are painted into a picture of one pixel each, which the browser enlarges; borders and labels are drawn on top
//     where a cell is large enough for them.
//  2. Where a cell holds several pages it has the mean of their colours.

import { createBlocks, cutBlocks, type Blocks } from "../blocks.ts";
import type { FilmFacts } from "../facts.ts";
import { FREE } from "../film.ts";
import { cellAt, hilbertLayout, placeOf, rowsLayout, type Layout } from "../layout.ts";
import type { Playback } from "../playback.ts";
import { colourOf, isDarkColour, type Palette, type Rgb } from "./palette.ts";

/** A range of pages, half-open. */
export interface PageRange {
  readonly start: number;
  readonly end: number;
}

/** Smallest cells, in CSS pixels, that get borders, and that get labels. */
const BORDER_CELL = 5;
const LABEL_CELL = 26;
/** Up to this many pages rows are easier to read than Hilbert's curve. */
const ROWS_PAGES_MAX = 256;

/** Draws a pool into a canvas. */
export class MapView {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #cells: HTMLCanvasElement = document.createElement("canvas");
  readonly #playback: Playback;
  readonly #facts: FilmFacts;
  readonly #blocks: Blocks;
  kind: Layout["kind"];
  palette: Palette;
  #layout: Layout;
  /** Place in the picture of each cell. */
  #places: Int32Array = new Int32Array(0);
  /** CSS pixels of a cell, and where the picture starts. */
  #cell = 1;
  #left = 0;
  #top = 0;

  constructor(canvas: HTMLCanvasElement, playback: Playback, facts: FilmFacts, palette: Palette) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d") as CanvasRenderingContext2D;
    this.#playback = playback;
    this.#facts = facts;
    this.#blocks = createBlocks(facts.pages);
    this.palette = palette;
    this.kind = facts.pages <= ROWS_PAGES_MAX ? "rows" : "hilbert";
    this.#layout = rowsLayout(1, 1, 1);
  }

  /** Fits the picture to the canvas' place in the page. Call it after a change of size or layout. */
  fit(): void {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const scale = window.devicePixelRatio;
    this.#canvas.width = Math.max(1, Math.round(width * scale));
    this.#canvas.height = Math.max(1, Math.round(height * scale));
    this.#context.setTransform(scale, 0, 0, scale, 0, 0);
    const { pages } = this.#facts;
    const side = Math.min(width, height);
    this.#layout =
      this.kind === "hilbert"
        ? hilbertLayout(pages, Math.max(1, side * side))
        : rowsLayout(pages, width / Math.max(height, 1), Math.max(1, Math.floor((width * height) / 2)));
    const { columns, rows, cells } = this.#layout;
    const room = Math.min(width / columns, height / rows, 96);
    this.#cell = room >= 1 ? Math.floor(room) : room;
    this.#left = Math.max(0, Math.floor((width - this.#cell * columns) / 2));
    this.#top = Math.max(0, Math.floor((height - this.#cell * rows) / 2));
    this.#places = Int32Array.from({ length: cells }, (_, cell) => placeOf(this.#layout, cell));
    this.#cells.width = columns;
    this.#cells.height = rows;
  }

  draw(touched: readonly PageRange[], atIssue: readonly PageRange[]): void {
    const { columns, rows } = this.#layout;
    const context = this.#context;
    cutBlocks(this.#playback.owners, this.#facts, this.#blocks);
    this.#paintCells();
    context.clearRect(0, 0, this.#canvas.clientWidth, this.#canvas.clientHeight);
    context.imageSmoothingEnabled = this.#cell < 1;
    context.drawImage(this.#cells, this.#left, this.#top, columns * this.#cell, rows * this.#cell);
    if (this.#cell >= BORDER_CELL) this.#drawBorders();
    if (this.#cell >= LABEL_CELL && this.#layout.pagesPerCell === 1) this.#drawLabels();
    this.#outline(touched, this.palette.touched, 2);
    this.#outline(atIssue, this.palette.finding, 3);
  }

  /** The first page of the cell under a point of the canvas, or -1. */
  pageAt(x: number, y: number): number {
    const column = Math.floor((x - this.#left) / this.#cell);
    const row = Math.floor((y - this.#top) / this.#cell);
    const cell = cellAt(this.#layout, column, row);
    return cell < 0 ? -1 : cell * this.#layout.pagesPerCell;
  }

  /** Pages of the cell under any point. */
  get pagesPerCell(): number {
    return this.#layout.pagesPerCell;
  }

  /** First page and order of the block that holds a page, as it is drawn. */
  blockAt(page: number): { readonly head: number; readonly order: number } {
    return { head: this.#blocks.heads[page] as number, order: this.#blocks.orders[page] as number };
  }

  #paintCells(): void {
    const { columns, rows, cells } = this.#layout;
    const context = this.#cells.getContext("2d") as CanvasRenderingContext2D;
    const image = context.createImageData(columns, rows);
    for (let cell = 0; cell < cells; cell++) {
      const [red, green, blue] = this.#cellColour(cell);
      const at = (this.#places[cell] as number) * 4;
      image.data[at] = red;
      image.data[at + 1] = green;
      image.data[at + 2] = blue;
      image.data[at + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }

  #cellColour(cell: number): Rgb {
    const { pagesPerCell } = this.#layout;
    if (pagesPerCell === 1) return this.#pageColour(cell);
    const start = cell * pagesPerCell;
    const end = Math.min(start + pagesPerCell, this.#facts.pages);
    const sums = [0, 0, 0];
    for (let page = start; page < end; page++) {
      const colour = this.#pageColour(page);
      for (let channel = 0; channel < 3; channel++) {
        sums[channel] = (sums[channel] as number) + (colour[channel] as number);
      }
    }
    return [0, 1, 2].map((channel) => Math.round((sums[channel] as number) / (end - start))) as unknown as Rgb;
  }

  #pageColour(page: number): Rgb {
    return colourOf(this.palette, this.#playback.owners[page] as number, this.#blocks.orders[page] as number);
  }

  /** A line wherever two cells side by side, or one above the other, belong to different blocks. */
  #drawBorders(): void {
    const { pagesPerCell } = this.#layout;
    const context = this.#context;
    context.strokeStyle = this.palette.border;
    context.lineWidth = this.#cell >= 12 ? 2 : 1;
    context.beginPath();
    for (let cell = 0; cell < this.#layout.cells; cell++) {
      this.#addEdges(cell, (other) => {
        const [page, beside] = [cell * pagesPerCell, other * pagesPerCell];
        return other < 0 || this.#blocks.heads[page] !== this.#blocks.heads[beside];
      });
    }
    context.stroke();
  }

  #outline(ranges: readonly PageRange[], colour: string, width: number): void {
    const { pagesPerCell, cells } = this.#layout;
    const context = this.#context;
    const inside = new Set<number>();
    for (const { start, end } of ranges) {
      const last = Math.min(Math.ceil(end / pagesPerCell), cells);
      for (let cell = Math.max(0, Math.floor(start / pagesPerCell)); cell < last; cell++) inside.add(cell);
    }
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.lineJoin = "round";
    context.beginPath();
    for (const cell of inside) this.#addEdges(cell, (other) => !inside.has(other));
    context.stroke();
  }

  /** Adds to the path those edges of a cell for which `isDrawn` answers true of the cell beyond, or of -1. */
  #addEdges(cell: number, isDrawn: (other: number) => boolean): void {
    const { columns } = this.#layout;
    const size = this.#cell;
    const place = this.#places[cell] as number;
    const [column, row] = [place % columns, Math.floor(place / columns)];
    const [left, top] = [this.#left + column * size, this.#top + row * size];
    for (const [toRight, toBottom] of SIDES) {
      if (!isDrawn(cellAt(this.#layout, column + toRight, row + toBottom))) continue;
      const x = toRight === 1 ? left + size : left;
      const y = toBottom === 1 ? top + size : top;
      this.#context.moveTo(x, y);
      this.#context.lineTo(toRight === 0 ? x + size : x, toBottom === 0 ? y + size : y);
    }
  }

  /** The pfn of each block's first page and its order, in its first cell. */
  #drawLabels(): void {
    const { columns } = this.#layout;
    const context = this.#context;
    const size = this.#cell;
    context.textBaseline = "middle";
    context.textAlign = "center";
    for (let page = 0; page < this.#facts.pages; page++) {
      if (this.#blocks.heads[page] !== page) continue;
      const place = this.#places[page] as number;
      const x = this.#left + (place % columns) * size + size / 2;
      const y = this.#top + Math.floor(place / columns) * size + size / 2;
      const colour = this.#pageColour(page);
      context.fillStyle = isDarkColour(colour) ? this.palette.inkOnDark : "#10241b";
      context.font = `600 ${Math.min(16, Math.round(size / 2.6))}px system-ui, sans-serif`;
      context.fillText(String(page + this.#facts.firstPage), x, y - size * 0.1);
      const owner = this.#playback.owners[page] as number;
      if (owner < FREE) continue;
      context.font = `${Math.min(11, Math.round(size / 4))}px system-ui, sans-serif`;
      context.fillText(`order ${this.#blocks.orders[page]}`, x, y + size * 0.26);
    }
  }
}

const SIDES = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
] as const;
