// What one person captured and what they need to know, on this phone: one database for each user, so that nobody sees
// or sends what is another's.
//
// records  {id, seq, type, captured_at, body, device, attachments, about, state, reason, receipt, created_at, …}; state:
//          queued, sent, confirmed (complete receipt), parted (sent; the person gave up what cannot be), refused,
//          conflict, gone; left_out: files that the server does not take
// photos   {sha256, size, mime, state, reason, created_at}; state "draft": of a form that is not sent yet; their bytes
//          lie in `bytes` by the same name: a change of state would write them anew, and fail where the phone is full
// drafts   {name, …}: forms begun;  packs {part, etag, at, data};  notes {key, value}

import { openDB } from "../../vendor/idb/idb.js";
import { MENDABLE } from "./records.js";
import { iso } from "./when.js";

const STRICT = { durability: "strict" };
export const databaseOf = (userId) => `gridops-field-${userId}`;

export async function openStore(userId) {
  const db = await openDB(databaseOf(userId), 1, {
    upgrade(fresh) {
      const records = fresh.createObjectStore("records", { keyPath: "id" });
      records.createIndex("seq", "seq");
      records.createIndex("state", ["state", "seq"]);
      fresh.createObjectStore("photos", { keyPath: "sha256" }).createIndex("state", "state");
      fresh.createObjectStore("bytes");
      fresh.createObjectStore("drafts", { keyPath: "name" });
      fresh.createObjectStore("packs", { keyPath: "part" });
      fresh.createObjectStore("notes", { keyPath: "key" });
    },
    blocking: () => db.close(), // a newer app in another tab wants to change the tables
  });
  return new Store(db, userId);
}

const FILES = ["photos", "bytes"];
const keep = (tx, { blob, ...told }) => [tx.objectStore("bytes").put(blob, told.sha256), tx.objectStore("photos").put(told)];
const forget = (tx, sha256) => FILES.map((name) => tx.objectStore(name).delete(sha256));

// What is written so that these files go up; those that are there already stay as they are.
function queued(tx, files, known, at) {
  return files.flatMap((file, place) => {
    const kept = known[place];
    if (!kept) return keep(tx, { ...file, created_at: at });
    return kept.state === "dropped" || kept.state === "draft" ? [tx.objectStore("photos").put({ ...kept, state: "queued" })] : [];
  });
}

class Store {
  constructor(db, userId) {
    Object.assign(this, { db, userId, told: new Set(), channel: new BroadcastChannel(databaseOf(userId)) });
    this.channel.onmessage = () => this.told.forEach((tell) => tell());
  }

  close() {
    this.channel.close();
    this.db.close();
  }

  // Calls back after any change, also of another tab; gives what ends that.
  onChange(tell) {
    this.told.add(tell);
    return () => this.told.delete(tell);
  }

  changed() {
    this.told.forEach((tell) => tell());
    this.channel.postMessage("changed");
  }

  // A record with all its files, or nothing of it. Files that are there already (the same photo twice) stay as they are.
  async add(record, files) {
    const tx = this.db.transaction(["records", ...FILES, "notes", "drafts"], "readwrite", STRICT);
    const [records, photos, notes] = ["records", "photos", "notes"].map((name) => tx.objectStore(name));
    const counter = await notes.get("seq");
    const known = await Promise.all(files.map(({ sha256 }) => photos.get(sha256)));
    const stored = { ...record, seq: (counter?.value ?? 0) + 1 };
    const written = [notes.put({ key: "seq", value: stored.seq }), records.add(stored), ...queued(tx, files, known, record.created_at)];
    if (record.draft) written.push(tx.objectStore("drafts").delete(record.draft));
    await Promise.all([...written, tx.done]); // the write that failed says why; the transaction only that it was given up
    this.changed();
    return stored;
  }

  record(id) {
    return this.db.get("records", id);
  }

  // Newest first; `before`: a seq from which to go on.
  async records({ limit = Infinity, before = Infinity } = {}) {
    const found = [];
    const range = Number.isFinite(before) ? IDBKeyRange.upperBound(before, true) : null;
    let cursor = await this.db.transaction("records").store.index("seq").openCursor(range, "prev");
    while (cursor && found.length < limit) {
      found.push(cursor.value);
      cursor = await cursor.continue();
    }
    return found;
  }

  // Those in a state, oldest first.
  inState(state, limit = Infinity) {
    const all = IDBKeyRange.bound([state, 0], [state, Infinity]);
    return this.db.getAllFromIndex("records", "state", all, Number.isFinite(limit) ? limit : undefined);
  }

  // All of some kinds, oldest first.
  async ofTypes(...types) {
    const all = await this.db.getAll("records");
    return all.filter((record) => types.includes(record.type)).sort((one, other) => one.seq - other.seq);
  }

  countIn(state) {
    return this.db.countFromIndex("records", "state", IDBKeyRange.bound([state, 0], [state, Infinity]));
  }

  // A record that was put right, with the files it has now; one that the server has taken meanwhile stays as it is.
  async revise(id, changes, files, draft) {
    const tx = this.db.transaction(["records", ...FILES, "drafts"], "readwrite", STRICT);
    const [records, photos] = ["records", "photos"].map((name) => tx.objectStore(name));
    const all = await records.getAll();
    const before = all.find((record) => record.id === id);
    if (!MENDABLE.has(before?.state)) return before;
    const known = await Promise.all(files.map(({ sha256 }) => photos.get(sha256)));
    const stored = { ...before, left_out: [], ...changes };
    const needed = new Set([stored, ...all.filter((record) => record.id !== id)].flatMap(({ attachments }) => attachments.map(({ sha256 }) => sha256)));
    const taken = before.attachments.filter(({ sha256 }) => !needed.has(sha256));
    const written = [records.put(stored), ...queued(tx, files, known, before.created_at), ...taken.flatMap(({ sha256 }) => forget(tx, sha256))];
    if (draft) written.push(tx.objectStore("drafts").delete(draft));
    await Promise.all([...written, tx.done]);
    this.changed();
    return stored;
  }

  async update(id, changes) {
    const tx = this.db.transaction("records", "readwrite", STRICT);
    const known = await tx.store.get(id);
    if (known) tx.store.put({ ...known, ...changes });
    await tx.done;
    this.changed();
    return known && { ...known, ...changes };
  }

  // A record that the server never took, given up by its person; its files go unless another record needs them.
  async remove(id) {
    const tx = this.db.transaction(["records", ...FILES], "readwrite", STRICT);
    const gone = await tx.objectStore("records").get(id);
    await tx.objectStore("records").delete(id);
    const needed = new Set((await tx.objectStore("records").getAll()).flatMap((record) => record.attachments.map((one) => one.sha256)));
    for (const { sha256 } of gone?.attachments ?? []) if (!needed.has(sha256)) forget(tx, sha256);
    await tx.done;
    this.changed();
  }

  // With its bytes.
  async photo(sha256) {
    const tx = this.db.transaction(FILES);
    const [told, blob] = await Promise.all(FILES.map((name) => tx.objectStore(name).get(sha256)));
    return told && { ...told, blob };
  }

  // Names only: to read six hundred pictures for each one that is sent takes a phone minutes.
  photoNames(state) {
    return this.db.getAllKeysFromIndex("photos", "state", state);
  }

  countPhotos(state) {
    return this.db.countFromIndex("photos", "state", state);
  }

  async updatePhoto(sha256, changes) {
    const tx = this.db.transaction("photos", "readwrite", STRICT);
    const known = await tx.store.get(sha256);
    if (known) tx.store.put({ ...known, ...changes });
    await tx.done;
    this.changed();
  }

  draft(name) {
    return this.db.get("drafts", name);
  }

  drafts() {
    return this.db.getAll("drafts");
  }

  async saveDraft(name, content) {
    const tx = this.db.transaction("drafts", "readwrite", STRICT);
    tx.store.put({ ...content, name });
    await tx.done;
  }

  dropDraft(name) {
    return this.db.delete("drafts", name);
  }

  // A file of a form that is being filled in: written once, under its name, before anything is sent.
  async keepFile({ sha256, blob, size, mime }) {
    const tx = this.db.transaction(FILES, "readwrite", STRICT);
    const known = await tx.objectStore("photos").get(sha256);
    const written = known ? [] : keep(tx, { sha256, blob, size, mime, state: "draft", created_at: iso() });
    await Promise.all([...written, tx.done]);
  }

  // Takes back what only a form had.
  async dropFile(sha256) {
    const tx = this.db.transaction(FILES, "readwrite");
    if ((await tx.objectStore("photos").get(sha256))?.state === "draft") forget(tx, sha256);
    await tx.done;
  }

  pack(part) {
    return this.db.get("packs", part);
  }

  savePack(pack) {
    return this.db.put("packs", pack);
  }

  // Of the parts whose names begin alike (one for each case opened) the newest stay.
  async tidyPacks(prefix, most) {
    const all = await this.db.getAll("packs", IDBKeyRange.bound(prefix, `${prefix}\uffff`));
    const old = all.sort((a, b) => b.at.localeCompare(a.at)).slice(most);
    await Promise.all(old.map(({ part }) => this.db.delete("packs", part)));
  }

  // Pictures of the pack, by their address; wiped with it.
  picture(address) {
    return this.db.get("packs", `picture:${address}`).then((found) => found?.blob);
  }

  savePicture(address, blob) {
    return this.db.put("packs", { part: `picture:${address}`, blob });
  }

  dropPicture(address) {
    return this.db.delete("packs", `picture:${address}`);
  }

  async pictureNames() {
    const names = await this.db.getAllKeys("packs", IDBKeyRange.bound("picture:", "picture:\uffff"));
    return names.map((name) => name.slice("picture:".length));
  }

  note(key) {
    return this.db.get("notes", key).then((found) => found?.value);
  }

  saveNote(key, value) {
    return this.db.put("notes", { key, value });
  }

  // What was downloaded about people and places goes; what this person captured stays until it has been delivered.
  async forgetDownloads() {
    await this.db.clear("packs");
    this.changed();
  }

  // Files of forms that are there no more go after a day; forms may be open in another tab.
  async tidyForms(at) {
    const until = at.getTime() - 86_400_000;
    const named = JSON.stringify(await this.drafts());
    const tx = this.db.transaction(FILES, "readwrite");
    for (let cursor = await tx.objectStore("photos").index("state").openCursor("draft"); cursor; cursor = await cursor.continue()) {
      if (Date.parse(cursor.value.created_at) < until && !named.includes(cursor.value.sha256)) forget(tx, cursor.value.sha256);
    }
    await tx.done;
  }

  // Confirmed records older than some days go, with the files that no other record needs.
  async tidy(keepDays, at) {
    await this.tidyForms(at);
    const until = at.getTime() - keepDays * 86_400_000;
    const done = [...(await this.inState("confirmed")), ...(await this.inState("parted"))];
    const old = done.filter((record) => Date.parse(record.confirmed_at ?? record.tried_at) < until);
    if (!old.length) return;
    const gone = new Set(old.map((record) => record.id));
    const tx = this.db.transaction(["records", ...FILES], "readwrite");
    const needed = new Set();
    for (let cursor = await tx.objectStore("records").openCursor(); cursor; cursor = await cursor.continue()) {
      if (gone.has(cursor.value.id)) cursor.delete();
      else cursor.value.attachments.forEach((one) => needed.add(one.sha256));
    }
    for (const record of old) {
      for (const { sha256 } of record.attachments) if (!needed.has(sha256)) forget(tx, sha256);
    }
    await tx.done;
    this.changed();
  }
}
