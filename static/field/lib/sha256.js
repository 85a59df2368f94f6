// The name of a content. `crypto.subtle` is missing where the page is no secure context; records are named there too.

let constants;

/** SHA-256 of bytes or a buffer as 64 hex digits. */
export async function digest(buffer) {
  const bytes = globalThis.crypto?.subtle ? new Uint8Array(await crypto.subtle.digest("SHA-256", buffer)) : slowly(new Uint8Array(buffer));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// FIPS 180-4: the first 32 bits of the fractions of the roots of the first primes.
function primes() {
  const [words, state] = [new Uint32Array(64), new Uint32Array(8)];
  for (let number = 2, found = 0; found < 64; number += 1) {
    let whole = true;
    for (let divisor = 2; divisor * divisor <= number && whole; divisor += 1) whole = number % divisor !== 0;
    if (!whole) continue;
    words[found] = Math.floor((Math.cbrt(number) % 1) * 2 ** 32);
    if (found < 8) state[found] = Math.floor((Math.sqrt(number) % 1) * 2 ** 32);
    found += 1;
  }
  return { words, state };
}

/** The same without the browser's help; exported for its test. */
export function slowly(bytes) {
  constants ??= primes();
  const { words } = constants;
  const state = new Uint32Array(constants.state);
  const padded = new Uint8Array(((bytes.length + 8) >> 6 << 6) + 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const data = new DataView(padded.buffer);
  data.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
  data.setUint32(padded.length - 4, bytes.length << 3);
  const w = new Uint32Array(64);
  const turn = (value, by) => (value >>> by) | (value << (32 - by));
  for (let block = 0; block < padded.length; block += 64) {
    for (let i = 0; i < 16; i += 1) w[i] = data.getUint32(block + i * 4);
    for (let i = 16; i < 64; i += 1) {
      const [x, y] = [w[i - 15], w[i - 2]];
      w[i] = w[i - 16] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + w[i - 7] + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10));
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i += 1) {
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + words[i] + w[i]) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => { state[i] += value; });
  }
  const out = new DataView(new ArrayBuffer(32));
  state.forEach((value, i) => out.setUint32(i * 4, value));
  return new Uint8Array(out.buffer);
}
