// Bytes as they were before gzip or zstd, told by what they begin with.
//
//  1. What can be decompressed of damaged data is handed on before the error: its events are judged all the same.
//  2. Compressed data goes in by pieces, each of which becomes at most some tens of megabytes, whatever it holds:
//     gzip makes up to 1 000 bytes of one, zstd 32 000.
//  3. Several compressed parts in one file are one content, as both programs write them. Anything else behind a part
//     is damage, but for the zeros with which gzip files may be filled up.
//  4. Chunks of the source are good until the next is asked for (input.ts), so that whatever is kept is copied.
//  5. Checksums are verified: of 3 000 bits flipped in a zstd file, 2 912 made another trace, and no error.

import { createGunzip, type Gunzip } from "node:zlib";
import { Decompress } from "fzstd";
import { XxHash64 } from "./xxhash.ts";
import { ZstdFrames } from "./zstd-frames.ts";

/** Makes the error for damaged data. */
export type Damaged = (code: "INPUT_GZIP" | "INPUT_ZSTD", expected: string, found: string) => Error;

const MAGIC_BYTES = 4;
const GZIP_PIECE_BYTES = 2 ** 16;
const ZSTD_PIECE_BYTES = 2 ** 10;
const OUTPUT_BYTES = 2 ** 20;
/** More than the program zstd asks for by itself, and all it grants by itself. */
const WINDOW_BYTES_MAX = 2 ** 27;

/** The content of `source`, decompressed if need be. Throws what `damaged` makes, and what `source` throws. */
export async function* decompressed(
  source: AsyncIterable<Uint8Array>,
  damaged: Damaged,
): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks = withHead(source, MAGIC_BYTES);
  const first = await chunks.next();
  if (first.done === true) return;
  const [a, b, c, d] = first.value;
  const all = following(first.value, chunks);
  if (a === 0x1f && b === 0x8b) yield* gunzipped(all, damaged);
  else if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) yield* unzstd(all, damaged);
  else yield* all;
}

/** The same bytes; the first chunk has at least `count` of them, if there are as many. */
export async function* withHead(
  source: AsyncIterable<Uint8Array>,
  count: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const head: Uint8Array[] = [];
  let missing = count;
  try {
    for await (const chunk of source) {
      missing -= chunk.length;
      if (missing <= 0 && head.length === 0) yield chunk;
      else head.push(chunk.slice());
      if (missing <= 0 && head.length > 0) yield joined(head.splice(0));
    }
  } catch (error) {
    if (head.length > 0) yield joined(head);
    throw error;
  }
  if (head.length > 0) yield joined(head);
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks);
}

async function* following(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}

async function* gunzipped(source: AsyncIterable<Uint8Array>, damaged: Damaged): AsyncGenerator<Uint8Array> {
  const stream = createGunzip({ chunkSize: OUTPUT_BYTES });
  const ready: Uint8Array[] = [];
  stream.on("data", (part: Uint8Array) => {
    ready.push(part);
  });
  let written = 0;
  try {
    for await (const piece of piecesOf(source, GZIP_PIECE_BYTES)) {
      written += piece.length;
      const failure = await settled(stream, piece);
      yield* ready.splice(0);
      // The stream ends by itself at a zero behind the last part, and takes no more.
      const rest = piece.subarray(Math.max(piece.length - written + stream.bytesWritten, 0));
      const found = failure ?? (stream.readableEnded && rest.some((byte) => byte !== 0) ? "data behind its end" : null);
      if (found !== null) throw damaged("INPUT_GZIP", "complete gzip data", found);
    }
    const failure = await settled(stream, null);
    yield* ready.splice(0);
    if (failure !== null) throw damaged("INPUT_GZIP", "complete gzip data", failure);
  } finally {
    stream.destroy();
  }
}

/** Writes a piece, or ends the stream (null), and waits until that is done; answers what went wrong, or null. */
function settled(stream: Gunzip, piece: Uint8Array | null): Promise<string | null> {
  return new Promise((resolve) => {
    function settle(error: Error | null | undefined): void {
      stream.off("error", settle).off("end", done);
      resolve(error?.message ?? null);
    }
    function done(): void {
      settle(null);
    }
    if (stream.readableEnded) {
      done();
      return;
    }
    stream.once("error", settle).once("end", done);
    if (piece === null) stream.end();
    else stream.write(piece, settle);
  });
}

async function* unzstd(source: AsyncIterable<Uint8Array>, damaged: Damaged): AsyncGenerator<Uint8Array> {
  const content = new ZstdContent();
  for await (const piece of piecesOf(source, ZSTD_PIECE_BYTES)) {
    const failure = content.take(piece.slice());
    yield* content.ready.splice(0);
    if (failure !== null) throw damaged("INPUT_ZSTD", "complete zstd data", failure);
  }
  const failure = content.end();
  if (failure !== null) throw damaged("INPUT_ZSTD", "complete zstd data", failure);
}

/** Decompresses zstd data frame by frame and compares the checksums, which fzstd passes over. */
class ZstdContent {
  readonly ready: Uint8Array[] = [];
  readonly #frames = new ZstdFrames();
  /** The frame being read, or null between frames. */
  #frame: { readonly hash: XxHash64; readonly decompressor: Decompress } | null = null;

  /** Takes the next piece; answers what is wrong with it, or null. */
  take(piece: Uint8Array): string | null {
    for (let at = 0; at < piece.length;) {
      const end = this.#frames.follow(piece, at);
      if (this.#frames.windowBytes > WINDOW_BYTES_MAX) return `a window of more than ${WINDOW_BYTES_MAX} bytes`;
      const failure = this.#push(piece.subarray(at, end < 0 ? piece.length : end), { isLast: end >= 0 });
      if (failure !== null || end < 0) return failure;
      at = end;
    }
    return null;
  }

  end(): string | null {
    return this.#frame === null ? null : this.#push(new Uint8Array(0), { isLast: true });
  }

  #push(piece: Uint8Array, { isLast }: { readonly isLast: boolean }): string | null {
    this.#frame ??= this.#newFrame();
    const { hash, decompressor } = this.#frame;
    try {
      decompressor.push(piece, isLast);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    if (!isLast) return null;
    this.#frame = null;
    const { checksum } = this.#frames;
    return checksum === null || BigInt(checksum) === (hash.digest() & 0xffffffffn) ? null : "a wrong checksum";
  }

  #newFrame(): { readonly hash: XxHash64; readonly decompressor: Decompress } {
    const hash = new XxHash64();
    const decompressor = new Decompress((part) => {
      hash.update(part);
      if (part.length > 0) this.ready.push(part);
    });
    return { hash, decompressor };
  }
}

async function* piecesOf(source: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; at += bytes) yield chunk.subarray(at, at + bytes);
  }
}
