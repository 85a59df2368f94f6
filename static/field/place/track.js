// Where a squad went, as far as a web page can know it: only during a round or outing that the person is on, only while
// the app is in front. It is shown as 前台记录时长 and never scored; a track is one record for each piece of work.

import { findOuting, readOutings } from "../joint/outings.js";
import { uuid } from "../lib/ids.js";
import { nights, roundOf } from "../lib/nights.js";
import { iso, now } from "../lib/when.js";
import { t } from "../lib/words.js";
import { metresBetween } from "./crs.js";
import { locator } from "./fix.js";

const EACH_MS = 15_000; // a point at most this often
const LEAST_M = 10; // and only after so many metres
const WORST_M = 100;
const PIECE_MS = 20 * 60_000; // a record at least this often, so that little is lost with the phone
const MOST = 4000;
const DRAFT = "track"; // the piece that is being recorded, of whichever tab
const TAKEN = "track "; // and its id: one that is over and not yet a record

const inFront = () => document.visibilityState === "visible";

// Whether work goes on with this person in it, by what the server said last and by what this phone recorded since.
export async function goesOn(app, { room, name }) {
  const found = room === "round" ? roundOf(await nights(app), name) : findOuting((await readOutings(app)).list, name);
  return found?.state === "open" && Boolean(found.checked_in);
}

// `work`: {room: "round" | "outing", name} or null. What is recorded survives in the store as a draft.
export class Track {
  constructor(app) {
    Object.assign(this, { app, store: null, work: null, piece: null, seconds: 0, last: 0, end: null, news: true, turn: Promise.resolve() });
    document.addEventListener("visibilitychange", () => this.#tick());
  }

  // Fixes, ticks and screens come as they like; what they do is done one after the other.
  #inTurn(what) {
    this.turn = this.turn.then(what).catch((fault) => this.store === this.app.store && console.error(fault));
    return this.turn;
  }

  follow(work) {
    return this.#inTurn(() => this.#follow(work));
  }

  async #follow(work) {
    if (work?.name === this.work?.name) return;
    await this.#close();
    this.end?.();
    const { store } = this.app;
    const on = work ? { room: work.room, name: work.name } : null;
    Object.assign(this, { work: on, seconds: 0, last: 0, store, end: null, news: true });
    if (!store) return;
    const before = await store.note("work");
    const seconds = (on && before?.name === on.name && before.seconds) || 0; // from before the app was closed
    await store.saveNote("work", on && { ...on, seconds });
    if (!on || store !== this.app.store) return;
    this.seconds += seconds;
    const ends = [locator().onChange(() => this.#inTurn(() => this.#point())), store.onChange(() => { this.news = true; })];
    this.end = () => ends.forEach((end) => end());
    locator().watch();
    this.ticker ??= setInterval(() => this.#tick(), EACH_MS);
  }

  // Another person is here from now on: the path until now stays in the store of who walked it, and goes out from there.
  forget() {
    this.end?.();
    Object.assign(this, { store: null, work: null, piece: null, seconds: 0, last: 0, end: null });
  }

  // What a screen of a round or outing knows: whether its work goes on with this person in it.
  async seen(room, name, going) {
    if (going) await this.follow({ room, name });
    else if (this.work?.name === name) await this.follow(null);
  }

  // 前台记录时长 of the work that goes on, in ms; 0 for other work.
  inFront(name) {
    return this.work?.name === name ? this.seconds * 1000 : 0;
  }

  #tick() {
    if (!this.work || !inFront()) {
      this.last = 0;
      return;
    }
    const at = now().getTime();
    if (this.last) this.#spent(Math.max(0, Math.min(EACH_MS * 2, at - this.last)) / 1000);
    this.last = at;
    this.#inTurn(async () => {
      if (!(await this.#stillOn())) return;
      await this.#point();
      if (this.piece && (at - this.piece.began > PIECE_MS || this.piece.points.length >= MOST)) await this.#close();
    });
  }

  // Kept with the note of the work, to which another tab adds too.
  #spent(seconds) {
    const { store, work } = this;
    this.seconds += seconds;
    this.#inTurn(() => store === this.app.store && store.write("notes", async ({ store: notes }) => {
      const kept = (await notes.get("work"))?.value;
      if (kept?.name === work.name) await notes.put({ key: "work", value: { ...kept, seconds: (kept.seconds ?? 0) + seconds } });
    }));
  }

  // Whoever ended it or left, on whichever screen or phone: nothing is recorded from then on.
  async #stillOn() {
    const { work, store } = this;
    if (!work || store !== this.app.store) return false;
    if (!this.news) return true;
    this.news = false;
    if (await goesOn(this.app, work)) return true;
    await this.#follow(null);
    return false;
  }

  async #point() {
    const { store, work } = this;
    const fix = locator().current();
    if (!work || !fix || fix.accuracy_m > WORST_M || !inFront()) return;
    const at = now();
    const before = this.piece?.points.at(-1);
    const second = this.piece ? Math.round((at.getTime() - this.piece.began) / 1000) : 0;
    if (before && (second - before[0] < EACH_MS / 1000 || metresBetween([before[1], before[2]], [fix.lon, fix.lat]) < LEAST_M)) return;
    if (!(await this.#stillOn())) return;
    const point = (when) => [when, Number(fix.lon.toFixed(6)), Number(fix.lat.toFixed(6)), Math.round(fix.accuracy_m)];
    const fresh = { id: uuid(), began: at.getTime(), started_at: iso(at), points: [point(0)] };
    const longer = this.piece && { ...this.piece, points: [...this.piece.points, point(second)] };
    const kept = (longer && (await keep(store, work, longer, at))) || (await keep(store, work, fresh, at));
    if (store === this.store) this.piece = kept;
    await send(this.app, store);
  }

  close() {
    return this.#inTurn(() => this.#close());
  }

  // The piece becomes a record.
  async #close() {
    const { piece, store, app } = this;
    this.piece = null;
    if (!piece || store !== app.store) return;
    await take(store, ({ id }) => id === piece.id);
    await send(app, store);
  }
}

// Writes the piece; null where it is not the one that is being recorded: another tab sent it, or records one itself.
function keep(store, work, piece, at) {
  return store.write("drafts", async ({ store: drafts }) => {
    const other = (await drafts.get(DRAFT))?.content;
    const mine = other?.id === piece.id && Boolean(other);
    const recorded = other && !mine && at.getTime() - Date.parse(other.ended_at) < 2 * EACH_MS;
    const begins = piece.points.length === 1 && !recorded;
    if (!mine && !begins) return null;
    if (other && !mine) await setAside(drafts, other);
    await drafts.put({ name: DRAFT, content: { work, ...piece, ended_at: iso(at) } });
    return piece;
  });
}

// A piece of a single point says nothing.
async function setAside(drafts, content) {
  const id = content.id ?? uuid();
  if (content.points.length > 1) await drafts.put({ name: `${TAKEN}${id}`, content: { ...content, id } });
}

// Ends what is being recorded, in one step: of two tabs that do so one finds nothing.
function take(store, which = () => true) {
  return store.write("drafts", async ({ store: drafts }) => {
    const left = (await drafts.get(DRAFT))?.content;
    if (!left || !which(left)) return;
    await setAside(drafts, left);
    await drafts.delete(DRAFT);
  });
}

// What is over becomes records, each under the name that it has: sent by two tabs it is one.
async function send(app, store) {
  for (const { name, content } of await store.drafts()) {
    if (!name.startsWith(TAKEN)) continue;
    if (store !== app.store) return;
    const { id, work, started_at, ended_at, points } = content;
    await app.capture({ id, type: "track", body: { [work.room]: work.name, started_at, ended_at, points }, about: { title: t("前台轨迹") }, draft: name });
  }
}

// What a killed app had recorded goes out as it stands.
export async function saveLeftover(app) {
  const { store } = app;
  await take(store);
  await send(app, store);
}
