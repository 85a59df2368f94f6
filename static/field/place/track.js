// Where a squad went, as far as a web page can know it: only during a round or outing that the person is on, only while
// the app is in front. It is shown as 前台记录时长 and never scored; a track is one record for each piece of work.

import { iso, now } from "../lib/when.js";
import { t } from "../lib/words.js";
import { metresBetween } from "./crs.js";
import { locator } from "./fix.js";

const EACH_MS = 15_000; // a point at most this often
const LEAST_M = 10; // and only after so many metres
const WORST_M = 100;
const PIECE_MS = 20 * 60_000; // a record at least this often, so that little is lost with the phone
const MOST = 4000;

// `work`: {room: "round" | "outing", name} or null. What is recorded survives in the store as a draft.
export class Track {
  constructor(app) {
    Object.assign(this, { app, store: null, work: null, piece: null, seconds: 0, end: null });
    document.addEventListener("visibilitychange", () => this.#tick());
  }

  async follow(work) {
    if (work?.name === this.work?.name) return;
    await this.close();
    this.end?.();
    Object.assign(this, { work, seconds: 0, last: 0, store: this.app.store });
    await this.store.saveNote("work", work ?? null);
    this.end = work ? locator().onChange(() => this.#point()) : null;
    if (!work) return;
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
    if (!this.work || document.visibilityState !== "visible") {
      this.last = 0;
      return;
    }
    const at = now().getTime();
    if (this.last) this.seconds += Math.min(EACH_MS * 2, at - this.last) / 1000;
    this.last = at;
    this.#point();
    if (this.piece && (at - this.piece.began > PIECE_MS || this.piece.points.length >= MOST)) this.close();
  }

  #point() {
    const fix = locator().current();
    if (!this.work || !fix || fix.accuracy_m > WORST_M || document.visibilityState !== "visible") return;
    const at = now();
    this.piece ??= { began: at.getTime(), started_at: iso(at), points: [] };
    const before = this.piece.points.at(-1);
    const second = Math.round((at.getTime() - this.piece.began) / 1000);
    if (before && (second - before[0] < EACH_MS / 1000 || metresBetween([before[1], before[2]], [fix.lon, fix.lat]) < LEAST_M)) return;
    this.piece.points.push([second, Number(fix.lon.toFixed(6)), Number(fix.lat.toFixed(6)), Math.round(fix.accuracy_m)]);
    const content = { work: this.work, ...this.piece, ended_at: iso(at) };
    this.store.saveDraft("track", { content }).catch((fault) => console.error(fault));
  }

  // The piece becomes a record; one of a single point says nothing.
  async close() {
    const piece = this.piece;
    this.piece = null;
    if (this.store !== this.app.store) return;
    if (piece?.points.length > 1) await save(this.app, this.work, piece, iso());
    else if (piece) await this.store.dropDraft("track");
  }
}

function save(app, work, { started_at, points }, ended_at) {
  const body = { [work.room]: work.name, started_at, ended_at, points };
  return app.capture({ type: "track", body, about: { title: t("前台轨迹") }, draft: "track" });
}

// What a killed app had recorded goes out as it stands.
export async function saveLeftover(app) {
  const { store } = app;
  const left = (await store.draft("track"))?.content;
  if (store !== app.store) return;
  if (left?.points.length > 1) await save(app, left.work, left, left.ended_at);
  else if (left) await store.dropDraft("track");
}
