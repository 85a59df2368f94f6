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
import { letGo, namedIn, NEEDING } from "./needed.js";
import { MENDABLE } from "./records.js";
import { giveUp, mayWrite, wrote } from "./reserve.js";
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
const full = (fault) => fault?.name === "QuotaExceededError";
const keep = (tx, { blob, ...told }) => [tx.objectStore("bytes").put(blob, told.sha256), tx.objectStore("photos").put(told)];

// What is written so that these files go up; those that are there already stay as they are, but for one that could not
// go: the bytes at hand are whole.
async function queued(tx, files, at) {
  const photos = tx.objectStore("photos");
  const known = await Promise.all(files.map(({ sha256 }) => photos.get(sha256)));
  return Promise.all(files.flatMap((file, place) => {
    const kept = known[place];
    if (!kept || kept.state === "stuck") return keep(tx, { ...file, created_at: at });
    return kept.state === "dropped" || kept.state === "draft" ? [photos.put({ ...kept, state: "queued" })] : [];
  }));
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

  // A change of some tables, whole or not at all. On a full phone what is held back is given up for it; one of many bytes
  // is not begun where there is room for small ones only.
  async write(names, change, bytes = 0) {
    const may = mayWrite(bytes);
    if (may !== true && !(await may)) throw new DOMException("the phone is full", "QuotaExceededError");
    for (;;) {
      const fault = { why: null };
      const given = await this.#once(names, change, fault);
      if (!fault.why) {
        wrote(bytes);
        return given;
      }
      if (!full(fault.why) || !(await giveUp(bytes))) throw fault.why;
      this.changed(); // the person is told
    }
  }

  // The request that failed says why; the transaction often only that it was given up.
  async #once(names, change, fault) {
    const tx = this.db.transaction(names, "readwrite", STRICT);
    const over = tx.done.then(() => null, (ended) => ended ?? new Error("given up"));
    let given;
    try {
      given = await change(tx);
    } catch (failed) {
      fault.why = failed;
      try {
        tx.abort();
      } catch {
        // It has ended already.
      }
    }
    const ended = await over;
    if (ended && (!fault.why || full(ended))) fault.why = ended;
    return given;
  }

  // How many bytes of these files are not here yet.
  async #missing(files) {
    const known = await Promise.all(files.map(({ sha256 }) => this.db.getKey("photos", sha256)));
    return files.reduce((sum, { size }, place) => sum + (known[place] ? 0 : size), 0);
  }

  // A record with all its files, or nothing of it. Files that are there already (the same photo twice) stay as they are.
  async add(record, files) {
    const stored = await this.write(["records", ...FILES, "notes", "drafts"], async (tx) => {
      const notes = tx.objectStore("notes");
      const seq = ((await notes.get("seq"))?.value ?? 0) + 1;
      const fresh = { ...record, seq };
      const written = [notes.put({ key: "seq", value: seq }), tx.objectStore("records").add(fresh), queued(tx, files, record.created_at)];
      if (record.draft) written.push(tx.objectStore("drafts").delete(record.draft));
      await Promise.all(written);
      return fresh;
    }, await this.#missing(files));
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

  // Their names only, oldest first.
  idsIn(state) {
    return this.db.getAllKeysFromIndex("records", "state", IDBKeyRange.bound([state, 0], [state, Infinity]));
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
    const stored = await this.write(NEEDING, async (tx) => {
      const before = await tx.objectStore("records").get(id);
      if (!MENDABLE.has(before?.state)) return before;
      const now = { ...before, left_out: [], ...changes };
      await Promise.all([tx.objectStore("records").put(now), queued(tx, files, before.created_at), draft && tx.objectStore("drafts").delete(draft)]);
      await letGo(tx, before.attachments.map(({ sha256 }) => sha256));
      return now;
    }, await this.#missing(files));
    this.changed();
    return stored;
  }

  // `only`: in these states; what came further meanwhile, in another tab, stays as it is.
  async update(id, changes, only) {
    const known = await this.write("records", async (tx) => {
      const before = await tx.store.get(id);
      if (before && (!only || only.has(before.state))) await tx.store.put({ ...before, ...changes });
      return before && { ...before, ...changes };
    });
    this.changed();
    return known;
  }

  // A record given up by its person; its files go unless something else needs them.
  async remove(id) {
    await this.write(NEEDING, async (tx) => {
      const gone = await tx.objectStore("records").get(id);
      await tx.objectStore("records").delete(id);
      await letGo(tx, (gone?.attachments ?? []).map(({ sha256 }) => sha256));
    });
    this.changed();
  }

  // With its bytes.
  async photo(sha256) {
    const tx = this.db.transaction(FILES);
    const [told, blob] = await Promise.all(FILES.map((name) => tx.objectStore(name).get(sha256)));
    return told && { ...told, blob };
  }

  // How far files came, without their bytes: {sha256: photo} of those that are here.
  async photoStates(names) {
    const { store } = this.db.transaction("photos");
    const found = await Promise.all([...names].map((name) => store.get(name)));
    return new Map(found.filter(Boolean).map((photo) => [photo.sha256, photo]));
  }

  // Names only: to read six hundred pictures for each one that is sent takes a phone minutes.
  photoNames(state) {
    return this.db.getAllKeysFromIndex("photos", "state", state);
  }

  countPhotos(state) {
    return this.db.countFromIndex("photos", "state", state);
  }

  async updatePhoto(sha256, changes) {
    await this.write("photos", async (tx) => {
      const known = await tx.store.get(sha256);
      if (known) await tx.store.put({ ...known, ...changes });
    });
    this.changed();
  }

  draft(name) {
    return this.db.get("drafts", name);
  }

  drafts() {
    return this.db.getAll("drafts");
  }

  saveDraft(name, content) {
    return this.write("drafts", (tx) => tx.store.put({ ...content, name }));
  }

  // A form that is thrown away, and with it the files that only it had.
  dropDraft(name) {
    return this.write(NEEDING, async (tx) => {
      const gone = await tx.objectStore("drafts").get(name);
      await tx.objectStore("drafts").delete(name);
      await letGo(tx, namedIn(gone));
    });
  }

  // A file of a form that is being filled in: written once, under its name, before anything is sent.
  keepFile({ sha256, blob, size, mime }) {
    return this.write(FILES, async (tx) => {
      const known = await tx.objectStore("photos").getKey(sha256);
      if (!known) await Promise.all(keep(tx, { sha256, blob, size, mime, state: "draft", created_at: iso() }));
    }, size);
  }

  // Takes back what a form had, after the form has been stored without it.
  dropFile(sha256) {
    return this.write(NEEDING, (tx) => letGo(tx, [sha256]));
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
    return this.write("notes", (tx) => tx.store.put({ key, value }));
  }

  // What was downloaded about people and places goes; what this person captured stays until it has been delivered.
  async forgetDownloads() {
    await this.db.clear("packs");
    this.changed();
  }

  // Files of forms that are there no more go after a day; forms may be open in another tab.
  async tidyForms(at) {
    const until = at.getTime() - 86_400_000;
    const old = (await this.db.getAllFromIndex("photos", "state", "draft")).filter((photo) => Date.parse(photo.created_at) < until);
    if (old.length) await this.write(NEEDING, (tx) => letGo(tx, old.map(({ sha256 }) => sha256)));
  }

  async #delivered() {
    return [...(await this.inState("confirmed")), ...(await this.inState("parted"))];
  }

  // Confirmed records older than some days go, with the files that nothing else needs.
  async tidy(keepDays, at) {
    await this.tidyForms(at);
    const until = at.getTime() - keepDays * 86_400_000;
    const old = (await this.#delivered()).filter((record) => Date.parse(record.confirmed_at ?? record.tried_at) < until);
    if (!old.length) return;
    await this.write(NEEDING, async (tx) => {
      await Promise.all(old.map(({ id }) => tx.objectStore("records").delete(id)));
      await letGo(tx, old.flatMap(({ attachments }) => attachments.map(({ sha256 }) => sha256)));
    });
    this.changed();
  }

  // Makes room: the files of confirmed records, which the server has whole. The records stay until their day comes.
  async clearDelivered() {
    const whole = await this.inState("confirmed");
    const names = whole.flatMap(({ attachments }) => attachments.map(({ sha256 }) => sha256));
    await this.write(NEEDING, (tx) => letGo(tx, names, ({ state }) => state !== "confirmed"));
    this.changed();
  }
}
