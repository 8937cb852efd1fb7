// A subject's state as words: which of them a command changed, and these alone put back.
//
//  1. Words are told from those of another state, not copied: after most commands of a search none is another one.
//  2. A subject that shows its words itself (`StateWords` of its memory) is compared and brought back where it lies.
//     Of any other, the bytes are saved and compared, and all of them brought back.
//  3. A state that has become shorter ends in zeroes, so that words never go away.

import type { StateWords, SubjectMemory } from "./subject.ts";

/** Words of a state that can only be saved and restored as a whole (rule 2). */
export class SavedWords implements StateWords {
  readonly #memory: SubjectMemory;
  #words: Int32Array = new Int32Array(0);
  #bytes: Uint8Array = new Uint8Array(0);

  constructor(memory: SubjectMemory) {
    this.#memory = memory;
  }

  get count(): number {
    return Math.max(Math.ceil(this.#memory.byteLength / 4), this.#words.length);
  }

  differences(words: Int32Array, places: Int32Array): number {
    const { count } = this;
    if (count > this.#words.length) {
      this.#words = new Int32Array(count);
      this.#bytes = new Uint8Array(this.#words.buffer);
    }
    const { byteLength } = this.#memory;
    if (byteLength < this.#bytes.length) this.#bytes.fill(0, byteLength);
    this.#memory.save(this.#bytes, 0);
    let found = 0;
    for (let place = 0; place < count; place++) {
      if (this.#words[place] !== words[place]) places[found++] = place;
    }
    return found;
  }

  at(place: number): number {
    return this.#words[place] as number;
  }

  write(words: Int32Array, _places: Int32Array, count: number): void {
    if (count > 0) this.#memory.restore(new Uint8Array(words.buffer, words.byteOffset), 0);
  }
}
