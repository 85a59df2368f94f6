// What belongs to this phone, whoever uses it: its name, settings, who is signed in, its calibration, its last fix.

import { openDB } from "../../vendor/idb/idb.js";
import { uuid } from "./ids.js";

const DATABASE = "gridops-field-device";
const kept = new Map();
let database = null;

export const device = {
  // Reads everything once; afterwards `get` answers at once.
  async open() {
    database = await openDB(DATABASE, 1, { upgrade: (db) => db.createObjectStore("settings") });
    const { store } = database.transaction("settings");
    const [names, values] = await Promise.all([store.getAllKeys(), store.getAll()]);
    names.forEach((name, n) => kept.set(name, values[n]));
    if (!kept.get("id")) await device.set("id", uuid());
    return device;
  },
  get: (name, otherwise) => (kept.has(name) ? kept.get(name) : otherwise),
  // Kept for sure, whatever becomes of the phone, or not at all; then it throws.
  async keep(name, value) {
    const tx = database.transaction("settings", "readwrite", { durability: "strict" });
    await Promise.all([tx.store.put(value, name), tx.done]);
    kept.set(name, value);
  },
  async set(name, value) {
    if (value === undefined) {
      kept.delete(name);
      return database.delete("settings", name);
    }
    kept.set(name, value);
    // On a full phone what is known lasts until the app is closed: that is no reason for it not to work.
    return database.put("settings", value, name).catch((fault) => {
      if (fault?.name !== "QuotaExceededError") throw fault;
      console.warn(fault);
    });
  },
};
