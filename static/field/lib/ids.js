// Names that the phone gives to records: UUID version 7 (RFC 9562), in the order in which they were given.

import { digest } from "./sha256.js";

let last = 0;
let counter = 0;

export function uuid(at = Date.now()) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  counter = at > last ? 0 : counter + 1;
  last = Math.max(at, last) + (counter > 0xfff ? 1 : 0);
  if (counter > 0xfff) counter = 0;
  for (let byte = 0; byte < 6; byte += 1) bytes[byte] = Math.floor(last / 2 ** (40 - 8 * byte)) & 0xff;
  bytes[6] = 0x70 | (counter >> 8);
  bytes[7] = counter & 0xff;
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

// SHA-256 of a blob or text in hex.
export async function sha256(content) {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : await content.arrayBuffer();
  return digest(bytes);
}

// Letters and digits that cannot be guessed: the code by which others join a squad.
export const code = () => [...crypto.getRandomValues(new Uint8Array(20))].map((byte) => "abcdefghijkmnpqrstuvwxyz23456789"[byte & 31]).join("");

// A code as it is kept and compared, however it was typed; "" for what is none. The server says the same (squads.rules.plain_code).
export function plainCode(text) {
  const plain = text.normalize("NFKC").replace(/[\s\p{Pd}]/gu, "").toLowerCase();
  return /^[a-z0-9_]{6,40}$/.test(plain) ? plain : "";
}

// As it is read out and typed.
export const inGroups = (joined) => joined.match(/.{1,4}/g).join(" ");
