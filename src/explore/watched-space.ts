// A subject's states watched by properties: which states have which, and which steps lead from where to where.
//
//  1. A search asks about each new state once, in the order of their numbers, right after the step that found it.
//  2. Steps are kept only if a "recoverable" property needs them: eight bytes each.
//  3. From where a property can be reached is found backwards, from the states that have it, over all steps.

import type { Geometry } from "../../model/geometry.ts";
import type { Space, Move } from "../search/space.ts";
import type { SubjectSpace } from "../search/subject-space.ts";
import { viewOf, type Property } from "./property.ts";

export class WatchedSpace implements Space {
  readonly properties: readonly Property[];
  /** Per property: states that have it, as far as they were asked for. */
  readonly having: readonly number[][];
  /** The "always" property that the last state is without, or null. */
  refuted: Property | null = null;
  readonly #inner: SubjectSpace;
  readonly #geometry: Geometry;
  #states = 0;
  /** Per state: the step by which it was found first, `from` and command; nothing for the first. */
  readonly #found: [from: number, command: number][] = [];
  #edges: Uint32Array = new Uint32Array(1 << 10);
  #edgeCount = 0;

  constructor(inner: SubjectSpace, geometry: Geometry, properties: readonly Property[]) {
    this.#inner = inner;
    this.#geometry = geometry;
    this.properties = properties;
    this.having = properties.map(() => []);
  }

  get commandCount(): number {
    return this.#inner.commandCount;
  }

  get row(): Int32Array {
    return this.#inner.row;
  }

  get states(): number {
    return this.#states;
  }

  /** Do the steps have to be kept? */
  get needsEdges(): boolean {
    return this.properties.some(({ kind }) => kind === "recoverable");
  }

  start(): void {
    this.#inner.start();
  }

  load(rows: Int32Array, at: number): void {
    this.#inner.load(rows, at);
  }

  step(command: number): Move {
    return this.#inner.step(command);
  }

  inspect(): boolean {
    if (!this.#inner.inspect()) return false;
    const state = this.#states++;
    const view = viewOf(this.#geometry, this.#inner.held());
    for (let at = 0; at < this.properties.length; at++) {
      const property = this.properties[at] as Property;
      const holds = property.holds(view);
      if (holds && property.kind !== "always") this.having[at]?.push(state);
      if (!holds && property.kind === "always") {
        this.refuted = property;
        return false;
      }
    }
    return true;
  }

  readonly visit = (from: number, to: number, command: number): void => {
    if (to === this.#states) this.#found[to] = [from, command];
    if (!this.needsEdges) return;
    if (2 * this.#edgeCount + 2 > this.#edges.length) {
      const larger = new Uint32Array(2 * this.#edges.length);
      larger.set(this.#edges);
      this.#edges = larger;
    }
    this.#edges[2 * this.#edgeCount] = from;
    this.#edges[2 * this.#edgeCount + 1] = to;
    this.#edgeCount++;
  };

  /** The commands of a shortest way to a state. */
  pathTo(state: number): readonly number[] {
    const path: number[] = [];
    for (let step = this.#found[state]; step !== undefined; step = this.#found[step[0]]) path.push(step[1]);
    return path.reverse();
  }

  /** The first state from which no state can be reached that has the property, or null. */
  firstWithoutWay(property: number): number | null {
    const can = new Uint8Array(this.#states);
    const queue = [...(this.having[property] ?? [])];
    for (const state of queue) can[state] = 1;
    const { begins, sources } = this.#backwards();
    for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
      for (let at = begins[state] as number; at < (begins[state + 1] as number); at++) {
        const source = sources[at] as number;
        if (can[source] === 1) continue;
        can[source] = 1;
        queue.push(source);
      }
    }
    const first = can.indexOf(0);
    return first < 0 ? null : first;
  }

  /** The steps by the state they lead to: those of state i come from `sources[begins[i]]` and on. */
  #backwards(): { readonly begins: Uint32Array; readonly sources: Uint32Array } {
    const begins = new Uint32Array(this.#states + 1);
    for (let edge = 0; edge < this.#edgeCount; edge++) {
      const to = (this.#edges[2 * edge + 1] as number) + 1;
      begins[to] = (begins[to] as number) + 1;
    }
    for (let state = 0; state < this.#states; state++) {
      begins[state + 1] = (begins[state + 1] as number) + (begins[state] as number);
    }
    const next = begins.slice();
    const sources = new Uint32Array(this.#edgeCount);
    for (let edge = 0; edge < this.#edgeCount; edge++) {
      const to = this.#edges[2 * edge + 1] as number;
      const at = next[to] as number;
      sources[at] = this.#edges[2 * edge] as number;
      next[to] = at + 1;
    }
    return { begins, sources };
  }
}
