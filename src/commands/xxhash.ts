// XXH64 with seed 0, the checksum of zstd frames, over bytes that come in parts.
//
//  1. A 64-bit number is two halves of 32 bits in a Uint32Array, low half first: BigInt is ten times slower.
//  2. The bytes are taken in stripes of 32: four lanes of 8, each with an accumulator of its own.
//
// Source: Collet, xxHash fast digest algorithm, revision 0.1.1 (doc/xxhash_spec.md of the xxHash repository).

const STRIPE_BYTES = 32;
const MASK = (1n << 64n) - 1n;
const PRIME_1 = 0x9e3779b185ebca87n;
const PRIME_2 = 0xc2b2ae3d27d4eb4fn;
const PRIME_3 = 0x165667b19e3779f9n;
const PRIME_4 = 0x85ebca77c2b2ae63n;
const PRIME_5 = 0x27d4eb2f165667c5n;

export class XxHash64 {
  /** Two numbers for each lane: the low and the high half of its accumulator. */
  readonly #lanes = new Uint32Array(8);
  /** Bytes of an unfinished stripe. */
  readonly #tail = new Uint8Array(STRIPE_BYTES);
  #tailBytes = 0;
  #totalBytes = 0;

  constructor() {
    [PRIME_1 + PRIME_2, PRIME_2, 0n, -PRIME_1].forEach((start, lane) => {
      this.#lanes[2 * lane] = Number(start & 0xffffffffn);
      this.#lanes[2 * lane + 1] = Number((start >> 32n) & 0xffffffffn);
    });
  }

  update(bytes: Uint8Array): void {
    this.#totalBytes += bytes.length;
    let at = 0;
    if (this.#tailBytes > 0) {
      at = Math.min(STRIPE_BYTES - this.#tailBytes, bytes.length);
      this.#tail.set(bytes.subarray(0, at), this.#tailBytes);
      this.#tailBytes += at;
      if (this.#tailBytes < STRIPE_BYTES) return;
      this.#stripe(this.#tail, 0);
    }
    for (; at + STRIPE_BYTES <= bytes.length; at += STRIPE_BYTES) this.#stripe(bytes, at);
    this.#tail.set(bytes.subarray(at));
    this.#tailBytes = bytes.length - at;
  }

  #stripe(bytes: Uint8Array, start: number): void {
    for (let lane = 0; lane < 4; lane++) {
      const at = start + 8 * lane;
      const low = word(bytes, at);
      const high = word(bytes, at + 4);
      this.#round(2 * lane, low, high);
    }
  }

  /** accumulator = rotateLeft(accumulator + input * PRIME_2, 31) * PRIME_1 */
  #round(lane: number, inputLow: number, inputHigh: number): void {
    const lanes = this.#lanes;
    const productLow = Math.imul(inputLow, 0x27d4eb4f) >>> 0;
    const productHigh = highOf(inputLow, inputHigh, 0x27d4eb4f, 0xc2b2ae3d);
    const sum = (lanes[lane] as number) + productLow;
    const low = sum >>> 0;
    const high = ((lanes[lane + 1] as number) + productHigh + (sum > 0xffffffff ? 1 : 0)) >>> 0;
    const turnedLow = ((low << 31) | (high >>> 1)) >>> 0;
    const turnedHigh = ((high << 31) | (low >>> 1)) >>> 0;
    lanes[lane] = Math.imul(turnedLow, 0x85ebca87);
    lanes[lane + 1] = highOf(turnedLow, turnedHigh, 0x85ebca87, 0x9e3779b1);
  }

  /** The hash of all bytes so far. */
  digest(): bigint {
    let hash = this.#totalBytes < STRIPE_BYTES ? PRIME_5 : this.#merged();
    hash = (hash + BigInt(this.#totalBytes)) & MASK;
    let at = 0;
    for (; at + 8 <= this.#tailBytes; at += 8) {
      const input = BigInt(word(this.#tail, at)) | (BigInt(word(this.#tail, at + 4)) << 32n);
      hash = (rotated(hash ^ rounded(input), 27n) * PRIME_1 + PRIME_4) & MASK;
    }
    for (; at + 4 <= this.#tailBytes; at += 4) {
      const input = (BigInt(word(this.#tail, at)) * PRIME_1) & MASK;
      hash = (rotated(hash ^ input, 23n) * PRIME_2 + PRIME_3) & MASK;
    }
    for (; at < this.#tailBytes; at++) {
      const input = (BigInt(this.#tail[at] as number) * PRIME_5) & MASK;
      hash = (rotated(hash ^ input, 11n) * PRIME_1) & MASK;
    }
    hash = ((hash ^ (hash >> 33n)) * PRIME_2) & MASK;
    hash = ((hash ^ (hash >> 29n)) * PRIME_3) & MASK;
    return hash ^ (hash >> 32n);
  }

  #merged(): bigint {
    const lanes = [0, 2, 4, 6].map((lane) => {
      const [low, high] = this.#lanes.subarray(lane, lane + 2);
      return BigInt(low as number) | (BigInt(high as number) << 32n);
    });
    const turns = [1n, 7n, 12n, 18n];
    const sum = lanes.reduce((total, value, lane) => total + rotated(value, turns[lane] as bigint), 0n);
    return lanes.reduce((hash, value) => ((hash ^ rounded(value)) * PRIME_1 + PRIME_4) & MASK, sum & MASK);
  }
}

/** The four bytes at `at`, little-endian. */
function word(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
  return (low | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)) >>> 0;
}

/** High half of the low 64 bits of a product; of two halves of 32 bits, a double holds 16 * 32 bits exactly. */
function highOf(aLow: number, aHigh: number, bLow: number, bHigh: number): number {
  const middle = (aLow >>> 16) * bLow + Math.floor(((aLow & 0xffff) * bLow) / 0x10000);
  return (Math.floor(middle / 0x10000) + Math.imul(aLow, bHigh) + Math.imul(aHigh, bLow)) >>> 0;
}

function rounded(input: bigint): bigint {
  return (rotated((input * PRIME_2) & MASK, 31n) * PRIME_1) & MASK;
}

function rotated(value: bigint, turns: bigint): bigint {
  return ((value << turns) | (value >> (64n - turns))) & MASK;
}
