// The columns before an event's name in a text trace, learned from a line and then known by six bytes.
//
//  1. A recorder prints every line with one format, so that most lines have their brackets and colons at the
//     same offsets. A shape is these offsets; linux-text-head.ts finds the first line of each by its grammar.
//  2. A line fits a shape if the byte behind the task, both brackets of the CPU, the point of the time, the
//     digits behind it and their colon are where the shape has them, all in one line. No event has a name of
//     digits, so that what fits is a head.
//  3. Where two shapes fit, the one with the earlier colon is right: the other's is in the event's own text.
//  4. Nine of ten lines begin as the line before, up to the mark (same task, CPU, flags and second): eight bytes at a
//     time are compared, and only the digits looked at. No other shape fits better than before, since its colon would
//     stand among the bytes compared, or among the digits.
//
//          task-1-1       [000] .....  1504.645542: mm_page_alloc: page=…
//     taskAt    ^taskEnd  ^open ^close     ^mark  ^colon

import { areDigits, areInOneLine, WORD_BYTES } from "./linux-text-words.ts";

const SPACE = 0x20;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const COLON_SPACE = 0x203a;
const POINT = 0x2e;
const MINUS = 0x2d;

/** More forms than this in one file mean that it has none: the oldest are forgotten. */
const SHAPES_MAX = 8;

/** Columns that are wider than this are not worth a shape. */
export const COLON_MAX = 128;
const DOUBLE_BYTES = 8;

/** Bytes that a recorder may put between the time and the name: perf's column of names has 24. */
export const NAME_GAP_MAX = 32;

/** Offsets from the start of a line. */
export interface Shape {
  /** Where the 16 columns of the task's name start and end; what follows them is `-` or a space, then the pid. */
  readonly taskAt: number;
  readonly taskEnd: number;
  readonly taskByte: number;
  /** The brackets around the CPU. */
  readonly open: number;
  readonly close: number;
  /** The decimal point of the time, or the space before a time that has none. */
  readonly mark: number;
  readonly markByte: number;
  /** The colon that ends the time. */
  readonly colon: number;
}

/** The shapes of one trace. */
export class Shapes {
  readonly #shapes: Shape[] = [];
  /** The shape and the CPU of the line that was found last, and its bytes up to the mark, eight in each double. */
  #last: Shape | null = null;
  #lastCpu = -1;
  readonly #lastBytes = new Float64Array(COLON_MAX / DOUBLE_BYTES);

  /** The CPU of the line that `of` found last, -1 if it names none. */
  get cpu(): number {
    return this.#lastCpu;
  }

  /** The shape that the line at `start` has, or null if it is none of the known. */
  of(view: DataView, start: number): Shape | null {
    const last = this.#last;
    if (last !== null && this.#goesOn(last, view, start)) return last;
    const shapes = this.#shapes;
    for (let index = 0; index < shapes.length; index++) {
      const shape = shapes[index] as Shape;
      if (!fits(shape, view, start)) continue;
      this.#remember(shape, view, start);
      return shape;
    }
    return null;
  }

  /** Does the line begin as the last one, byte by byte, and does the rest of its columns fit? */
  #goesOn(last: Shape, view: DataView, start: number): boolean {
    const bytes = this.#lastBytes;
    const mark = start + last.mark;
    const end = mark - DOUBLE_BYTES;
    let index = 0;
    for (let at = start; at < end; at += DOUBLE_BYTES) if (view.getFloat64(at, true) !== bytes[index++]) return false;
    if (view.getFloat64(end + 1, true) !== bytes[index]) return false;
    const colon = start + last.colon;
    return view.getInt16(colon, true) === COLON_SPACE && areDigits(view, mark + 1, colon);
  }

  #remember(shape: Shape, view: DataView, start: number): void {
    const end = start + shape.mark - DOUBLE_BYTES;
    let index = 0;
    for (let at = start; at < end; at += DOUBLE_BYTES) this.#lastBytes[index++] = view.getFloat64(at, true);
    this.#lastBytes[index] = view.getFloat64(end + 1, true);
    this.#last = shape;
    this.#lastCpu = cpuOf(shape, view, start);
  }

  /** Times of fewer digits than a word has are not worth a shape. */
  learn(shape: Shape): void {
    if (shape.colon - shape.mark <= WORD_BYTES || shape.colon > COLON_MAX) return;
    if (this.#shapes.length === SHAPES_MAX) this.#shapes.length = 0;
    this.#shapes.push(shape);
    this.#shapes.sort((left, right) => left.colon - right.colon);
    this.#last = null;
  }
}

function fits(shape: Shape, view: DataView, start: number): boolean {
  const colon = start + shape.colon;
  if (view.getInt16(colon, true) !== COLON_SPACE || view.getUint8(start + shape.open) !== OPEN) return false;
  if (view.getUint8(start + shape.close) !== CLOSE || view.getUint8(start + shape.taskEnd) !== shape.taskByte)
    return false;
  const mark = start + shape.mark;
  return view.getUint8(mark) === shape.markByte && areDigits(view, mark + 1, colon) && areInOneLine(view, start, mark);
}

/** The number between the brackets, -1 if there is none. */
function cpuOf(shape: Shape, view: DataView, start: number): number {
  const close = start + shape.close;
  let cpu = 0;
  for (let at = start + shape.open + 1; at < close; at++) {
    const digit = view.getUint8(at) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    cpu = cpu * 10 + digit;
  }
  return cpu;
}

/** The time, to the last digit as `Number` would read it: one division of two exact numbers. */
export function timeOf(shape: Shape, bytes: Uint8Array, start: number): number {
  const colon = start + shape.colon;
  let at = start + shape.mark;
  if (bytes[at] === POINT) while (isDigit(bytes[at - 1] as number)) at--;
  let digits = 0;
  let unit = 1;
  for (let fraction = false; at < colon; at++) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < 0) fraction = bytes[at] === POINT;
    else {
      digits = digits * 10 + digit;
      if (fraction) unit *= 10;
    }
  }
  return digits / unit;
}

/** `name-pid`, without the spaces that fill the columns. */
export function taskOf(shape: Shape, bytes: Uint8Array, start: number): string {
  const decoder = new TextDecoder();
  const end = start + shape.taskEnd;
  const nameAt = afterSpaces(bytes, start + shape.taskAt);
  const pidAt = afterSpaces(bytes, end + 1);
  let pidEnd = pidAt;
  while (isDigit(bytes[pidEnd] as number) || bytes[pidEnd] === MINUS) pidEnd++;
  return `${decoder.decode(bytes.subarray(Math.min(nameAt, end), end))}-${decoder.decode(bytes.subarray(pidAt, pidEnd))}`;
}

function afterSpaces(bytes: Uint8Array, start: number): number {
  let at = start;
  while (bytes[at] === SPACE) at++;
  return at;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
