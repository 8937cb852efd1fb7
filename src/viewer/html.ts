// The page around a film: one HTML file that needs no other and asks no network.

import type { FilmFacts } from "./facts.ts";

export interface PageParts {
  readonly facts: FilmFacts;
  /** The film's bytes (film.ts) and the words of its events, a line each: both raw deflate, in base64. */
  readonly film: string;
  readonly words: string;
  /** The bundled script and its style. */
  readonly script: string;
  readonly style: string;
}

/** Forbids the page to fetch anything, whatever a trace may have smuggled into it. */
const POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:";

/** The page as HTML. */
export function viewerHtml({ facts, film, words, script, style }: PageParts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${escaped(facts.file)} – buddycheck</title>
<style>${style.replaceAll("</style", String.raw`<\/style`)}</style>
</head>
<body>
<noscript>This page draws a trace of a page allocator and needs JavaScript to do it.</noscript>
<main id="viewer"></main>
<script type="application/json" id="facts">${JSON.stringify(facts).replaceAll("<", String.raw`\u003c`)}</script>
<script type="text/plain" id="film">${film}</script>
<script type="text/plain" id="words">${words}</script>
<script type="module">${script.replaceAll("</script", String.raw`<\/script`)}</script>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
