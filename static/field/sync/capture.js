// The one way by which something that happened becomes a record: stored with all its files first, sent afterwards.

import { device } from "../lib/device.js";
import { sha256, uuid } from "../lib/ids.js";
import { iso, now } from "../lib/when.js";
import { t } from "../lib/words.js";

export class NoRoom extends Error {}

// {type, body, files: [{blob, mime, role, album, taken_at, lon, lat}], about: {title, note, subject}, at, id, draft,
// another(id): where a record of that name is there and says something else, what differs in one of its own}
// -> the stored record. Throws NoRoom where the phone is full: then nothing of it is stored and the form keeps it.
export async function capture(store, what) {
  const { type, body, files = [], about = {}, at = now(), draft } = what;
  const id = what.id ?? uuid(at.getTime());
  const prepared = await claims(files);
  const attachments = prepared.map(({ claim }) => claim);
  const record = {
    id, type, body, attachments, about, draft,
    captured_at: iso(at), created_at: iso(), device: `field ${device.get("id")}`, state: "queued",
  };
  try {
    return await store.add(record, prepared.map(({ photo }) => photo));
  } catch (fault) {
    if (fault?.name === "ConstraintError") return known(store, record, what);
    if (fault?.name === "QuotaExceededError") throw new NoRoom(t("手机存储已满，这条还没有保存。请清理手机空间后再提交，填写的内容还在。"));
    throw fault;
  }
}

// The second touch of one button is the record that is there; another content of a form that stood in two tabs is a
// record of its own.
async function known(store, record, what) {
  const before = await store.record(record.id);
  const content = ({ type, body, attachments }) => JSON.stringify([type, body, attachments.map(({ sha256: hash, role }) => [hash, role])]);
  if (content(before) === content(record)) return before;
  const id = uuid();
  return capture(store, { ...what, id, ...what.another?.(id) });
}

// What a record says of each file, and the file as it is stored; one that was chosen twice is one.
export async function claims(files) {
  const prepared = await Promise.all(files.map(prepare));
  return [...new Map(prepared.map((one) => [`${one.claim.sha256} ${one.claim.role}`, one])).values()];
}

async function prepare(file) {
  const hash = file.sha256 || (await sha256(file.blob));
  const mime = (file.mime || file.blob.type || "application/octet-stream").split(";")[0];
  const claim = { sha256: hash, size: file.blob.size, mime, role: file.role };
  if (file.album) claim.album = true;
  if (file.taken_at) claim.taken_at = file.taken_at;
  if (file.lon !== undefined && file.lat !== undefined) Object.assign(claim, { lon: file.lon, lat: file.lat });
  return { claim, photo: { sha256: hash, blob: file.blob, size: file.blob.size, mime, state: "queued" } };
}
