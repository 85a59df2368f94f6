// The part of a form that holds a short film: taken in the app or chosen from the album, on the phone from the moment it
// exists.
//
//   const film = await filmState(app.store, draft.content.film, { at: here, onChange });   in load()
//   filmPart(film)   in view()   ·   onChange: draft.set({ film: savedFilm(film) }, { now: true }); app.redraw()
//   app.capture({ …, files: [...filesOf(photos), ...filmFiles(film)] })   ·   releaseFilm(film) in leave()

import { chooseFiles } from "../photo/chooser.js";
import { device } from "./device.js";
import { html, nothing } from "./html.js";
import { sha256 } from "./ids.js";
import { mayPhotograph } from "./room.js";
import { button, chip, fault } from "./ui.js";
import { t } from "./words.js";

const LIMIT_S = 20;
const MOST_BYTES = 8_000_000;
const TAKEN = ["video/mp4", "video/webm"];
const KEPT = ["sha256", "mime", "seconds", "album", "taken_at", "lon", "lat"];

export async function filmState(store, saved = null, { at = () => ({}), onChange = () => {} } = {}) {
  const state = { store, at, onChange, file: null, url: "", errors: {} };
  const kept = saved && (await store.photo(saved.sha256));
  if (kept?.blob) show(state, { ...saved, blob: kept.blob });
  return state;
}

export const savedFilm = ({ file }) => file && Object.fromEntries(KEPT.filter((name) => file[name] !== undefined).map((name) => [name, file[name]]));
export const isFilmed = (state) => Boolean(state.file);
export const filmFiles = ({ file }) => (file ? [{ ...file, role: "film" }] : []);

const most = () => device.get("user")?.limits?.film_max_bytes ?? MOST_BYTES;

function show(state, file) {
  releaseFilm(state);
  Object.assign(state, { file, url: file ? URL.createObjectURL(file.blob) : "", errors: {} });
}

async function keep(state, film) {
  const { blob, mime } = film;
  const before = state.file;
  let hash;
  try {
    hash = await sha256(blob);
    await state.store.keepFile({ sha256: hash, blob, size: blob.size, mime });
  } catch (failed) {
    console.warn(failed);
    wrong(state, failed.name === "QuotaExceededError" ? t("手机存储已满，这段录像没有保存：请清理手机空间后重录。") : t("这段录像没有保存，请重录。"));
    return;
  }
  show(state, { ...film, sha256: hash });
  state.onChange(); // the form is stored without the one before, so that it can go
  if (before && before.sha256 !== hash) await state.store.dropFile(before.sha256);
}

function wrong(state, says) {
  state.errors = { film: says };
  state.onChange();
}

async function take(state) {
  if (!(await mayPhotograph())) return undefined;
  // What films comes a little later than the app itself.
  const part = await import("../photo/film.js").catch(() => null);
  if (!part) return wrong(state, t("录像功能还没有下载完，请联网后再试；也可以从相册选取。"));
  const film = await part.openFilm({ label: t("录像"), limit: LIMIT_S, most: most() });
  return film && keep(state, { ...film, ...state.at() });
}

async function choose(state) {
  const [film] = await chooseFiles({ accept: TAKEN.join(",") });
  if (film) await chosen(state, film);
}

function chosen(state, blob) {
  if (!TAKEN.includes(blob.type)) return wrong(state, t("这种格式的录像收不了（只收 MP4、WebM）。请点“录像”，在应用里重新录，最长 %(n)s 秒。", { n: LIMIT_S }));
  if (blob.size > most()) return wrong(state, t("录像超过 %(mb)s MB，请剪短，或在应用里录（最长 %(n)s 秒）。", { mb: Math.floor(most() / 1_000_000), n: LIMIT_S }));
  return keep(state, { blob, mime: blob.type, album: true });
}

async function remove(state) {
  const { file } = state;
  show(state, null);
  state.onChange();
  await state.store.dropFile(file.sha256);
}

export function releaseFilm(state) {
  document.querySelector("dialog.film[open]")?.close();
  if (state.url) URL.revokeObjectURL(state.url);
}

export const filmPart = (state, { label = t("录像") } = {}) => html`<div class="film-part" role="group" aria-label=${label}>
  ${state.file ? html`<video controls playsinline preload="metadata" src=${state.url} aria-label=${label}></video>
    <p class="chips">${state.file.seconds ? chip(t("%(n)s 秒", { n: state.file.seconds }), { name: "clock" }) : nothing}${chip(size(state.file.blob.size))}${state.file.album ? chip(t("相册"), { name: "photo" }) : nothing}</p>` : nothing}
  <div class="buttons">${button(state.file ? t("重录") : t("录像"), () => take(state), { name: state.file ? "refresh" : "video" })}
    ${state.file ? button(t("删除录像"), () => remove(state), { kind: "quiet", name: "trash" }) : button(t("相册"), () => choose(state), { kind: "quiet", name: "photo" })}</div>${fault("film", state.errors)}</div>`;

const size = (bytes) => (bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`);
