// Premises as this phone knows them: by name, credit code, the code on the wall, or distance.

import { stands } from "./records.js";

// What the server said last, less what was seen mended on this phone since.
export async function premisesOf(store) {
  const data = (await store.pack("premises"))?.data ?? { premises: [], kinds: [], risks: [] };
  const mended = new Set((await store.ofTypes("visit")).filter(stands).flatMap((record) => record.body.corrected ?? []));
  if (!mended.size) return data;
  return { ...data, premises: data.premises.map((one) => (one.open.some(({ id }) => mended.has(id)) ? { ...one, open: one.open.filter(({ id }) => !mended.has(id)) } : one)) };
}

// How premises are called of which this phone knows only the id: as the paper on their wall does.
export const labelOf = (id) => `CS${String(id).padStart(6, "0")}`;

// The id in what the QR on the wall says (`…/field/premises/123`), or in the label under it (`CS000123`).
export function idIn(text) {
  const found = /\/premises\/(\d{1,15})(?:$|[?#])/.exec(text.trim()) ?? /^CS0*(\d{1,15})$/i.exec(text.trim());
  return found ? Number(found[1]) : null;
}

// Those that a word means, at most `limit`.
export function search(premises, words, limit = 20) {
  const wanted = words.trim().toLowerCase();
  if (!wanted) return [];
  const id = idIn(words);
  return premises.filter((one) => one.id === id || one.name.toLowerCase().includes(wanted) || (one.credit_code ?? "").toLowerCase().startsWith(wanted) || (one.address ?? "").toLowerCase().includes(wanted)).slice(0, limit);
}
