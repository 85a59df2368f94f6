// Room held back for a full phone. What a browser says of the room left is made up in many (a fixed sum above what is
// used), so the first write that fails is the only honest word: then a part of this is given up, everything goes on, and
// the person is warned while there is room for some dozens of photos. The last part is for what is small: records,
// forms, how far something came.

const NAME = "gridops-field-reserve-";
const MIB = 1_048_576;
// In the order in which they are held back; given up the other way round.
const PARTS = [["small", 4 * MIB], ["photos", 16 * MIB]];
const LEVELS = ["enough", "little", "least"];
// More than this is given nothing of the last part: a signature may, a photo may not.
export const SMALL = 100_000;

let level = "enough";
export const reserveLevel = () => level;
export const worse = (one, other) => LEVELS[Math.max(LEVELS.indexOf(one), LEVELS.indexOf(other))];

const asked = (request) => new Promise((done, refused) => {
  request.onsuccess = () => done(request.result);
  request.onerror = () => refused(request.error);
  request.onblocked = () => refused(new Error("blocked")); // a request that is still waiting has no `error` to read
});

// Each part is a database of its own: what a database held is free at once when it is deleted, rows are not everywhere.
async function held() {
  const all = able() ? await indexedDB.databases() : [];
  return new Set(all.map(({ name }) => name).filter((name) => name?.startsWith(NAME)).map((name) => name.slice(NAME.length)));
}

const able = () => Boolean(indexedDB.databases);
const drop = (part) => asked(indexedDB.deleteDatabase(NAME + part));

// No zeros: some disks keep them in no room at all.
const filler = (size) => new Blob(Array.from({ length: size / 65_536 }, () => crypto.getRandomValues(new Uint8Array(65_536))));

async function hold(part, size) {
  const opening = indexedDB.open(NAME + part, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("bytes");
  const db = await asked(opening);
  try {
    await new Promise((done, refused) => {
      const tx = db.transaction("bytes", "readwrite", { durability: "strict" });
      tx.objectStore("bytes").put(filler(size), "bytes");
      tx.oncomplete = done;
      tx.onabort = () => refused(tx.error);
    });
  } finally {
    db.close();
  }
}

let holding = null;
// Holds back what is not held back yet, as far as there is room; gives the level.
export function holdBack() {
  if (!able()) return Promise.resolve(level);
  holding ??= holdAll().finally(() => { holding = null; });
  return holding;
}

async function holdAll() {
  let there = new Set();
  try {
    there = await held();
    for (const [part, size] of PARTS) {
      if (there.has(part)) continue;
      await hold(part, size).catch((full) => drop(part).then(() => { throw full; }));
      there.add(part);
    }
  } catch (full) {
    if (full?.name !== "QuotaExceededError") console.warn(full);
  }
  if (there.has("photos")) level = "enough";
  else if (there.has("small")) level = worse(level, "little");
  else level = "least";
  return level;
}

// Gives up the next part for a write of so many bytes; false where there is none for it.
export async function giveUp(bytes) {
  const there = await held().catch(() => new Set());
  const part = ["photos", ...(bytes <= SMALL ? ["small"] : [])].find((name) => there.has(name));
  level = part === "photos" ? "little" : "least";
  if (part) await drop(part);
  return Boolean(part);
}

// Whether so many bytes may be written: on a full phone only what is small, until there is room to hold back again. An
// answer at once where there is nothing to look into, so that changes keep their order.
export const mayWrite = (bytes) => level !== "least" || bytes <= SMALL || !able() || roomAgain();

async function roomAgain() {
  await holdBack();
  return (await held().catch(() => new Set())).has("small");
}

// A larger write that went through shows that there is room again.
export function wrote(bytes) {
  if (bytes > SMALL && level === "least") level = "little";
}
