// Takes a film out of the page it came in.

import type { FilmFacts } from "../facts.ts";
import { readFilm, type Film } from "../film.ts";

export interface Loaded {
  readonly facts: FilmFacts;
  readonly film: Film;
  /** The events in words. */
  readonly words: readonly string[];
}

/** Reads the three data blocks of the page. */
export async function load(): Promise<Loaded> {
  const facts = JSON.parse(textOf("facts")) as FilmFacts;
  const [film, words] = await Promise.all([inflated("film"), inflated("words")]);
  const text = new TextDecoder().decode(words);
  return {
    facts,
    film: readFilm(film, facts.pages, facts.events),
    words: text === "" ? [] : text.split("\n"),
  };
}

function textOf(id: string): string {
  return document.querySelector(`#${id}`)?.textContent ?? "";
}

async function inflated(id: string): Promise<Uint8Array> {
  const packed = Uint8Array.from(atob(textOf(id)), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
