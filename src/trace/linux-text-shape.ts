// The columns before an event's name in a text trace, learned from a line and then known by six bytes.
//
//  1. A recorder prints every line with one format, so that most lines have their brackets and colons at the
//     same offsets. A shape is these offsets; linux-text-head.ts finds the first line of each by its grammar.
//  2. A line fits a shape if the byte behind the task, both brackets of the CPU, the point of the time, the
//     digits behind it and their colon are where the shape has them, all in one line. No event has a name of
//     digits, so that what fits is a head.
//  3. Where two shapes fit, the one with the earlier colon is right: the other's is in the event's own text.
//
//          task-1-1       [000] .....  1504.645542: mm_page_alloc: page=…
//     taskAt    ^taskEnd  ^open ^close     ^mark  ^colon

import { PLAIN_BYTES } from "./linux-text-event.ts";
import { areDigits, areInOneLine, WORD_BYTES } from "./linux-text-words.ts";

const SPACE = 0x20;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const COLON = 0x3a;
const POINT = 0x2e;
const MINUS = 0x2d;

/** More forms than this in one file mean that it has none: the oldest are forgotten. */
const SHAPES_MAX = 8;

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

  /** The shape that the line at `start` has, or null if it is none of the known, or too near to the end. */
  of(bytes: Uint8Array, view: DataView, start: number): Shape | null {
    for (let index = 0; index < this.#shapes.length; index++) {
      const shape = this.#shapes[index] as Shape;
      if (fits(shape, bytes, view, start)) return shape;
    }
    return null;
  }

  /** Times of fewer digits than a word has are not worth a shape. */
  learn(shape: Shape): void {
    if (shape.colon - shape.mark <= WORD_BYTES) return;
    if (this.#shapes.length === SHAPES_MAX) this.#shapes.length = 0;
    this.#shapes.push(shape);
    this.#shapes.sort((left, right) => left.colon - right.colon);
  }
}

function fits(shape: Shape, bytes: Uint8Array, view: DataView, start: number): boolean {
  const colon = start + shape.colon;
  if (colon + NAME_GAP_MAX + PLAIN_BYTES > bytes.length) return false;
  if (bytes[colon] !== COLON || bytes[colon + 1] !== SPACE || bytes[start + shape.open] !== OPEN) return false;
  if (bytes[start + shape.close] !== CLOSE || bytes[start + shape.taskEnd] !== shape.taskByte) return false;
  const mark = start + shape.mark;
  return bytes[mark] === shape.markByte && areDigits(view, mark + 1, colon) && areInOneLine(view, start, mark);
}

/** The number between the brackets, -1 if there is none. */
export function cpuOf(shape: Shape, bytes: Uint8Array, start: number): number {
  const close = start + shape.close;
  let cpu = 0;
  for (let at = start + shape.open + 1; at < close; at++) {
    const byte = bytes[at] as number;
    if (!isDigit(byte)) return -1;
    cpu = cpu * 10 + byte - 0x30;
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
