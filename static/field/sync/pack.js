// Downloads what people need to know out there, part by part; without a network the last one holds.

import { iso } from "../lib/when.js";
import { language } from "../lib/words.js";
import { ask, token } from "./net.js";

// Each part with a list that is in it: what has none was said by something on the way, and would be kept for good.
const LISTS = { categories: "classes", grids: "grids", tasks: "tasks", cases: "cases", reports: "reports", phones: "people", outings: "outings", rounds: "rounds", premises: "premises", supervision: "problems", case: "timeline" };
export const PARTS = Object.keys(LISTS).filter((part) => part !== "case"); // a case is asked for when it is opened
const isPart = (part, said) => Array.isArray(said?.[LISTS[part.split("/")[0]]]);

// Who is signed in, as the server says: {kind, me}. The token for sending comes along.
export async function whoAmI(timeout = 8000) {
  const verdict = await ask("GET", "/field/pack/me", { timeout });
  if (verdict.kind !== "ok" || !verdict.json?.user_id) return { kind: verdict.kind === "ok" ? "portal" : verdict.kind };
  token(verdict.json.csrf);
  return { kind: "ok", me: verdict.json };
}

// The same where it is known that nobody is: whether the server is there, which answers this to everybody.
export async function nobodyYet(timeout = 8000) {
  const { kind } = await ask("GET", `/field/words/${language()}.json`, { timeout });
  return { kind: kind === "ok" ? "signed_out" : kind };
}

// On a full phone the small pictures make room; where that is not enough the part that was there stays, and the next follows.
async function save(store, part) {
  try {
    await store.savePack(part);
  } catch (fault) {
    if (fault?.name !== "QuotaExceededError") throw fault;
    for (const address of await store.pictureNames()) await store.dropPicture(address);
    await store.savePack(part).catch((still) => { if (still?.name !== "QuotaExceededError") throw still; });
  }
}

// One part: what it says now, else what it said last. {data, at, kind}
export async function fetchPart(store, part) {
  const kept = await store.pack(part);
  const at = iso(); // what was sent while it was on its way it may not know of
  const verdict = await ask("GET", `/field/pack/${part}?language=${language()}`, { user: store.userId, headers: kept?.etag ? { "If-None-Match": kept.etag } : {} });
  if (verdict.kind === "same") {
    await save(store, { ...kept, at });
    return { ...kept, kind: "same" };
  }
  if (verdict.kind !== "ok") return { ...kept, kind: verdict.kind };
  if (!isPart(part, verdict.json)) return { ...kept, kind: "portal" };
  const fresh = { part, etag: verdict.headers.get("ETag"), at, data: verdict.json };
  await save(store, fresh);
  return { ...fresh, kind: "ok" };
}

// All parts, one after the other; stops where the network does. Whether it came to the end.
export async function refresh(store, parts = PARTS) {
  let [changed, whole] = [false, true];
  for (const part of parts) {
    const { kind } = await fetchPart(store, part);
    whole = !["again", "portal", "signed_out"].includes(kind);
    if (!whole) break;
    changed ||= kind === "ok";
  }
  if (changed) store.changed();
  return whole;
}
