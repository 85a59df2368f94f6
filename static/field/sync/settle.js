// What a receipt, or a person's word about a file, makes of records and files: read and written in one step, so that no
// answer of the server is laid over what was decided here meanwhile.

import { settled } from "../lib/records.js";

const tables = (tx) => ["records", "photos"].map((name) => tx.objectStore(name));

// The files of a record that the phone holds, by name, without their bytes.
async function filesOf(photos, { attachments }) {
  const rows = await Promise.all([...new Set(attachments.map(({ sha256 }) => sha256))].map((sha256) => photos.get(sha256)));
  return new Map(rows.filter(Boolean).map((row) => [row.sha256, row]));
}

// Whether a file of it has still to go up.
export async function waits(store, record) {
  const files = await filesOf(store.db.transaction("photos").store, record);
  return record.attachments.some(({ sha256 }) => files.get(sha256)?.state === "queued" && !record.left_out?.includes(sha256));
}

// The server has a record and tells what it lacks. What it lacks although this phone thought otherwise is sent again:
// gives the names of such files.
export async function received(store, id, receipt, at) {
  const again = await store.write(["records", "photos"], async (tx) => {
    const [records, photos] = tables(tx);
    const record = await records.get(id);
    const [missed, written] = [[], []];
    if (!record) return missed;
    const files = await filesOf(photos, record);
    for (const [sha256, file] of files) {
      if (record.left_out?.includes(sha256)) continue;
      const missing = receipt.missing.includes(sha256);
      if (missing && file.state === "confirmed") missed.push(sha256);
      if (missing === (file.state === "confirmed")) files.set(sha256, { ...file, state: missing ? "queued" : "confirmed", reason: "" });
      if (files.get(sha256) !== file) written.push(photos.put(files.get(sha256)));
    }
    const far = settled(record, receipt, files);
    written.push(records.put({ ...record, ...far, receipt, reason: "", errors: [], failed: 0, tried_at: at, sent_at: record.sent_at ?? at, ...(far.state === "confirmed" ? { confirmed_at: at } : {}) }));
    await Promise.all(written);
    return missed;
  });
  store.changed();
  return again;
}

// The person's word about a file: "dropped" gives it up, "queued" tries it again; with it each record that has it.
export async function decide(store, sha256, state) {
  await store.write(["records", "photos"], async (tx) => {
    const [records, photos] = tables(tx);
    const file = await photos.get(sha256);
    if (!file) return;
    await photos.put({ ...file, state, ...(state === "queued" ? { reason: "" } : {}) });
    for (const far of ["sent", "parted"]) {
      for (const record of await records.index("state").getAll(IDBKeyRange.bound([far, 0], [far, Infinity]))) {
        if (!record.receipt || !record.attachments.some((one) => one.sha256 === sha256)) continue;
        await records.put({ ...record, ...settled(record, record.receipt, await filesOf(photos, record)) });
      }
    }
  });
  store.changed();
}
