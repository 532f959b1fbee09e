// SHA-256 piece by piece. The browser's own takes a whole file into memory, and is not there at all where the office is
// reached without TLS.

const WORDS = 2 ** 32;
const ROUNDS = 64;

/** The fractions of the roots of the first primes, as the standard (FIPS 180-4) derives its constants. */
function fractions(root: (n: number) => number, count: number): Uint32Array {
  const found = new Uint32Array(count);
  let at = 0;
  for (let n = 2; at < count; n++) {
    let prime = true;
    for (let by = 2; by * by <= n && prime; by++) prime = n % by !== 0;
    if (prime) found[at++] = (root(n) % 1) * WORDS;
  }
  return found;
}

const KEYS = fractions(Math.cbrt, ROUNDS);

const turn = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

export class Sha256 {
  private readonly state = fractions(Math.sqrt, 8);
  private readonly words = new Uint32Array(ROUNDS);
  /** What does not fill a block yet. */
  private readonly rest = new Uint8Array(64);
  private waiting = 0;
  private length = 0;

  update(bytes: Uint8Array): this {
    this.length += bytes.length;
    let at = 0;
    if (this.waiting > 0) {
      at = Math.min(64 - this.waiting, bytes.length);
      this.rest.set(bytes.subarray(0, at), this.waiting);
      this.waiting += at;
      if (this.waiting < 64) return this;
      this.block(this.rest, 0);
      this.waiting = 0;
    }
    for (; at + 64 <= bytes.length; at += 64) this.block(bytes, at);
    this.rest.set(bytes.subarray(at));
    this.waiting = bytes.length - at;
    return this;
  }

  /** The digest, hexadecimal. Nothing is added afterwards. */
  hex(): string {
    const bits = this.length * 8;
    const end = new Uint8Array(this.waiting < 56 ? 64 - this.waiting : 128 - this.waiting);
    end[0] = 0x80;
    const view = new DataView(end.buffer);
    view.setUint32(end.length - 8, Math.floor(bits / WORDS));
    view.setUint32(end.length - 4, bits % WORDS);
    this.update(end);
    return [...this.state].map((word) => word.toString(16).padStart(8, "0")).join("");
  }

  private block(bytes: Uint8Array, from: number): void {
    const { words, state } = this;
    for (let i = 0; i < 16; i++) {
      const at = from + i * 4;
      words[i] =
        ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    }
    for (let i = 16; i < ROUNDS; i++) {
      const a = words[i - 15] as number;
      const b = words[i - 2] as number;
      const low = turn(a, 7) ^ turn(a, 18) ^ (a >>> 3);
      const high = turn(b, 17) ^ turn(b, 19) ^ (b >>> 10);
      words[i] = (words[i - 16] as number) + low + (words[i - 7] as number) + high;
    }
    const at = (place: number): number => state[place] as number;
    let [a, b, c, d, e, f, g, h] = [at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7)];
    for (let i = 0; i < ROUNDS; i++) {
      const choice = (e & f) ^ (~e & g);
      const most = (a & b) ^ (a & c) ^ (b & c);
      const turned = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
      const one = (h + turned + choice + (KEYS[i] as number) + (words[i] as number)) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + most) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + one) | 0;
      d = c;
      c = b;
      b = a;
      a = (one + two) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => (state[i] = at(i) + word));
  }
}

/** Read at once; in between the page answers. */
const PIECE = 1 << 20;

/**
 * SHA-256 of a file, hexadecimal; empty when it was given up.
 * @throws when the file cannot be read any more: moved, or changed meanwhile.
 */
export async function digestOf(file: Blob, tell: (done: number) => void, stopped: () => boolean): Promise<string> {
  const digest = new Sha256();
  for (let at = 0; at < file.size; at += PIECE) {
    if (stopped()) return "";
    digest.update(new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer()));
    tell(Math.min(at + PIECE, file.size));
  }
  return stopped() ? "" : digest.hex();
}
