// Downloads what people need to know out there, part by part; without a network the last one holds.

import { iso } from "../lib/when.js";
import { ask, token } from "./net.js";

export const PARTS = ["categories", "grids", "tasks", "cases", "reports", "phones", "outings", "rounds", "premises", "supervision"];

// Who is signed in, as the server says: {kind, me}. The token for sending comes along.
export async function whoAmI(timeout = 8000) {
  const verdict = await ask("GET", "/field/pack/me", { timeout });
  if (verdict.kind !== "ok" || !verdict.json?.user_id) return { kind: verdict.kind === "ok" ? "portal" : verdict.kind };
  token(verdict.json.csrf);
  return { kind: "ok", me: verdict.json };
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
  const verdict = await ask("GET", `/field/pack/${part}`, { user: store.userId, headers: kept?.etag ? { "If-None-Match": kept.etag } : {} });
  if (verdict.kind === "same") {
    await save(store, { ...kept, at: iso() });
    return { ...kept, kind: "same" };
  }
  if (verdict.kind !== "ok") return { ...kept, kind: verdict.kind };
  const fresh = { part, etag: verdict.headers.get("ETag"), at: iso(), data: verdict.json };
  await save(store, fresh);
  return { ...fresh, kind: "ok" };
}

// All parts, one after the other; stops where the network does. True where something is new.
export async function refresh(store, parts = PARTS) {
  let changed = false;
  for (const part of parts) {
    const { kind } = await fetchPart(store, part);
    if (["again", "portal", "signed_out"].includes(kind)) break;
    changed ||= kind === "ok";
  }
  if (changed) store.changed();
  return changed;
}
