// Compressed inputs: whole, in pieces of any size, cut off, damaged and filled up.

import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { decompressed, withHead } from "./decompress.ts";

const TEXT = `{"buddytrace":1}\n${'{"op":"note"}\n'.repeat(20)}`;
const LONG_TEXT = '{"op":"free","pfn":1}\n'.repeat(20_000);

// What the program zstd makes of TEXT, of LONG_TEXT (in four blocks), of "x" and of nothing; and without a checksum.
const ZSTD = Buffer.from("KLUv/QRYJQEA6HsiYnVkZHl0cmFjZSI6MX0KeyJvcCI6Im5vdGUiAQAlhDqdJXHUcw==", "base64");
const ZSTD_LONG = Buffer.from(
  "KLUv/QRY9AAAsHsib3AiOiJmcmVlIiwicGZuIjoxfQoBAM7/M59NTAAACDoBAPz/ORACTAAACHABAPz/ORACTQAACGUBALw2HQgBq8Ou2A==",
  "base64",
);
const ZSTD_X = Buffer.from("KLUv/QRYCQAAeCMRBIM=", "base64");
const ZSTD_EMPTY = Buffer.from("KLUv/SQAAQAAmenYUQ==", "base64");
const ZSTD_UNCHECKED = Buffer.from("KLUv/QBYJQEA6HsiYnVkZHl0cmFjZSI6MX0KeyJvcCI6Im5vdGUiAQAlhDqd", "base64");
const ZSTD_SKIPPED = Buffer.from([0x51, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 7, 7, 7]);

const GZIP = gzipSync(TEXT);

async function* chunksOf(bytes: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  // Whoever reads a file fills one buffer again and again, so nothing may be kept of it.
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const buffer = await Promise.resolve(Uint8Array.from(bytes.subarray(at, at + chunkBytes)));
    yield buffer;
    buffer.fill(0xff);
  }
}

/** The content of bytes that come in chunks of this size; what is wrong with them stands behind what came before. */
async function content(bytes: Uint8Array, chunkBytes: number = 2 ** 20): Promise<string> {
  const parts: Uint8Array[] = [];
  try {
    const source = chunksOf(bytes, chunkBytes);
    for await (const part of decompressed(source, (code) => new Error(code))) parts.push(Uint8Array.from(part));
  } catch (error) {
    return `${Buffer.concat(parts).toString()}<${(error as Error).message}>`;
  }
  return Buffer.concat(parts).toString();
}

describe("compressed content", () => {
  it.each([
    ["plain", Buffer.from(TEXT), TEXT],
    ["nothing at all", Buffer.alloc(0), ""],
    ["shorter than a magic number", Buffer.from("{}"), "{}"],
    ["gzip", GZIP, TEXT],
    ["gzip in two parts", Buffer.concat([GZIP, GZIP]), TEXT + TEXT],
    ["gzip of nothing", gzipSync(""), ""],
    ["gzip filled up with zeros", Buffer.concat([GZIP, Buffer.alloc(100)]), TEXT],
    ["zstd", ZSTD, TEXT],
    ["zstd of several blocks", ZSTD_LONG, LONG_TEXT],
    ["zstd of a byte", ZSTD_X, "x"],
    ["zstd of nothing", ZSTD_EMPTY, ""],
    ["zstd without a checksum", ZSTD_UNCHECKED, TEXT],
    ["zstd in parts", Buffer.concat([ZSTD_X, ZSTD, ZSTD_EMPTY, ZSTD_UNCHECKED, ZSTD_X]), `x${TEXT}${TEXT}x`],
    ["zstd with a part to skip", Buffer.concat([ZSTD, ZSTD_SKIPPED, ZSTD]), TEXT + TEXT],
  ])("that is %s comes out whole, in whatever chunks it comes", async (_what, bytes, meant) => {
    expect(await content(bytes)).toBe(meant);
    for (const chunkBytes of [1, 2, 3, 5, 17]) expect(await content(bytes, chunkBytes)).toBe(meant);
  });

  it.each([
    ["gzip with letters behind it", Buffer.concat([GZIP, Buffer.from("letters")]), "INPUT_GZIP"],
    ["gzip with letters behind zeros", Buffer.concat([GZIP, Buffer.alloc(9), Buffer.from("letters")]), "INPUT_GZIP"],
    ["gzip with the start of more", Buffer.concat([GZIP, Buffer.from([0x1f, 0x8b])]), "INPUT_GZIP"],
    ["zstd with letters behind it", Buffer.concat([ZSTD, Buffer.from("letters")]), "INPUT_ZSTD"],
    ["zstd with a window of 2 GiB", Buffer.from("KLUv/QSo9AAAsA==", "base64"), "INPUT_ZSTD"],
    ["zstd with one letter behind it", Buffer.concat([ZSTD, Buffer.from("x")]), "INPUT_ZSTD"],
  ])("that is %s is damaged", async (_what, bytes, code) => {
    for (const chunkBytes of [1, 7, 2 ** 20]) expect(await content(bytes, chunkBytes)).toMatch(`<${code}>`);
  });

  it.each([
    ["gzip", GZIP, TEXT, "INPUT_GZIP"],
    ["zstd", ZSTD, TEXT, "INPUT_ZSTD"],
    ["zstd without a checksum", ZSTD_UNCHECKED, TEXT, "INPUT_ZSTD"],
    ["zstd of several blocks", ZSTD_LONG, LONG_TEXT, "INPUT_ZSTD"],
  ])("that is %s, cut off anywhere, is damaged behind what can still be read", async (_what, bytes, text, code) => {
    for (let length = 4; length < bytes.length; length++) {
      const [read, found] = (await content(bytes.subarray(0, length))).split("<") as [string, string];
      expect(found).toBe(`${code}>`);
      expect(text.startsWith(read)).toBe(true);
    }
  });

  it("that is cut off comes out as far as it goes", async () => {
    expect(await content(GZIP.subarray(0, -5))).toBe(`${TEXT}<INPUT_GZIP>`);
    expect(await content(ZSTD_LONG.subarray(0, -9))).toMatch(/^(?:.+\n){15000}/u);
  });

  it.each([
    ["gzip", GZIP, TEXT],
    ["zstd", ZSTD, TEXT],
  ])("that is %s with one bit flipped is damaged, or the same all the same", async (_what, bytes, text) => {
    for (let bit = 32; bit < 8 * bytes.length; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      const read = await content(flipped);
      expect(read === text || read.endsWith("<INPUT_GZIP>") || read.endsWith("<INPUT_ZSTD>")).toBe(true);
    }
  });

  it("whose source fails is handed on until there", async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield* chunksOf(Buffer.from(TEXT), 3);
      throw new Error("gone");
    }
    const parts: Uint8Array[] = [];
    const reading = (async (): Promise<void> => {
      for await (const part of withHead(failing(), 2 ** 20)) parts.push(part);
    })();
    await expect(reading).rejects.toThrow("gone");
    expect(Buffer.concat(parts).toString()).toBe(TEXT);
  });
});
