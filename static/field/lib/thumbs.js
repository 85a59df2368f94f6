// Small pictures of tasks and of open cases around, kept with the pack and wiped with it: seen without a network.

import { calm, within } from "../sync/net.js";

const MOST = 200;
const AT_ONCE = 3;
const PATIENCE_MS = 20_000;

// Fetches what the pack names and the phone has not got; lets go of what the pack no longer names.
export async function keepThumbs(store) {
  const wanted = await named(store);
  const kept = new Set(await store.pictureNames());
  // A large one stays as long as its small one does.
  const small = (address) => address.replace(/\/1280$/, "/320");
  await Promise.all([...kept].filter((address) => !wanted.has(small(address))).map((address) => store.dropPicture(address)));
  const missing = [...wanted].filter((address) => !kept.has(address));
  while (missing.length) {
    const came = await Promise.all(missing.splice(0, AT_ONCE).map((address) => fetched(store, address)));
    if (came.every((blob) => blob === null)) return; // no network any more
  }
}

// Tasks first: whoever goes there compares; then what may be the same thing.
async function named(store) {
  const tasks = (await store.pack("tasks"))?.data?.tasks ?? [];
  const cases = (await store.pack("cases"))?.data?.cases ?? [];
  const found = [...tasks.flatMap(({ before, after }) => [before[0], after.at(-1)]), ...tasks.flatMap(({ before }) => before.slice(1, 3))].filter(Boolean).map(({ thumb }) => thumb);
  return new Set([...found, ...cases.map(({ thumb }) => thumb)].filter(Boolean).slice(0, MOST));
}

// The picture's bytes; undefined where the server has none to show, null where there was no network.
async function fetched(store, address, { keep = true } = {}) {
  await calm();
  const blob = await within(PATIENCE_MS, async (signal) => {
    const answer = await fetch(address, { credentials: "same-origin", redirect: "error", cache: "no-store", signal });
    return answer.ok && answer.headers.get("Content-Type")?.startsWith("image/") ? answer.blob() : undefined;
  }).catch(() => null);
  if (blob && keep) await store.savePicture(address, blob);
  return blob;
}

// Addresses for <img>, of what is on the phone or can be had now; `end()` lets go of them.
export class Pictures {
  constructor(store, redraw) {
    Object.assign(this, { store, redraw, urls: new Map(), ended: false });
  }

  // At once what is known, and a redraw when it has come.
  url(address) {
    if (!address) return null;
    if (!this.urls.has(address)) {
      this.urls.set(address, null);
      this.blob(address).then((blob) => {
        if (!blob || this.ended) return;
        this.urls.set(address, URL.createObjectURL(blob));
        this.redraw();
      });
    }
    return this.urls.get(address);
  }

  // The first of them that is on the phone; null where none is.
  async kept(addresses) {
    for (const address of addresses) {
      const blob = address && (await this.store.picture(address));
      if (blob) return blob;
    }
    return null;
  }

  async blob(address, { keep = false } = {}) {
    return (await this.store.picture(address)) ?? (await fetched(this.store, address, { keep })) ?? null;
  }

  end() {
    this.ended = true;
    for (const url of this.urls.values()) if (url) URL.revokeObjectURL(url);
  }
}
