// Answers to problem items that this phone has sent or will send, and that the server's list does not know of yet.

import { STUCK } from "./records.js";

export async function answeredHere(store) {
  const at = (await store.pack("supervision"))?.at ?? "";
  const known = ({ state, confirmed_at }) => state === "confirmed" && confirmed_at < at;
  return new Set((await store.ofTypes("problem_answer")).filter((record) => !STUCK.has(record.state) && !known(record)).map((record) => record.body.problem));
}
