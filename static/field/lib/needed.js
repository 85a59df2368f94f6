// The one rule of which files are needed: those that a record names, a form that is begun, or a note.

const HASH = /\b[0-9a-f]{64}\b/g;
const FILES = ["photos", "bytes"];
// What a change has to look into before it lets go of a file.
export const NEEDING = ["records", "drafts", "notes", ...FILES];

export const namedIn = (value) => JSON.stringify(value ?? null).match(HASH) ?? [];

async function needs(tx, needing) {
  const [records, drafts, notes] = await Promise.all(NEEDING.slice(0, 3).map((name) => tx.objectStore(name).getAll()));
  return { sent: new Set(records.filter(needing).flatMap(({ attachments }) => attachments.map(({ sha256 }) => sha256))), begun: new Set(namedIn([drafts, notes])) };
}

// What becomes of files that something let go, within its own change: what nothing needs any more goes; what only a form
// needs is the form's again; what a record needs stays as it is. `needing`: the records that need
// theirs still.
export async function letGo(tx, names, needing = () => true) {
  const { sent, begun } = names.length ? await needs(tx, needing) : {};
  await Promise.all([...new Set(names)].filter((name) => !sent.has(name)).map(async (name) => {
    if (!begun.has(name)) return Promise.all(FILES.map((table) => tx.objectStore(table).delete(name)));
    const photo = await tx.objectStore("photos").get(name);
    return photo && photo.state !== "draft" ? tx.objectStore("photos").put({ ...photo, state: "draft", reason: "" }) : undefined;
  }));
}
