// The photos and the spoken note of a form: taken, shown, taken anew, left out; on the phone from the moment they exist.
//
//   const photos = await photosState(app.store, draft.content.photos, { at: () => pictureAt(place) });   in load()
//   photosPart(photos, { role: "before", label, most, ghost, onChange })  ·  voicePart(photos, { onChange })   in view()
//   onChange: draft.set({ photos: savedPhotos(photos) }, { now: true }); app.redraw()
//   await settled(photos); app.capture({ …, files: filesOf(photos), draft: draft.name })
//   releasePhotos(photos) in leave(); discardPhotos(photos) where the form is thrown away
// Several parts with roles of their own may share one state. Bytes lie in the store as photos of state "draft" and are
// written once: the draft names them, and capture() only makes them "queued".

import { fromAlbum, openCamera } from "../photo/camera.js";
import { sayFault, sayVerdict, shrink } from "../photo/shrink.js";
import { voice } from "../photo/voice.js";
import { device } from "./device.js";
import { html, nothing } from "./html.js";
import { sha256, uuid } from "./ids.js";
import { mayPhotograph, roomNotice } from "./room.js";
import { button, chip, fault, icon, moment, notice, sheet, toast } from "./ui.js";
import { t } from "./words.js";

const MOST = 12;
const KEPT = ["key", "role", "sha256", "mime", "album", "taken_at", "lon", "lat", "verdicts", "fault"];

// `at()`: {lon, lat} where a picture is taken now, or {}. `most`: photos of the whole form.
export async function photosState(store, saved = null, { at = () => ({}), most = MOST } = {}) {
  const state = { store, at, most, items: [], note: null, recorder: null, opened: true };
  for (const one of saved?.items ?? []) {
    const kept = one.fault ? null : await store.photo(one.sha256);
    if (one.fault || kept?.blob) state.items.push(shown({ ...one, blob: kept?.blob }));
  }
  const sound = saved?.note && (await store.photo(saved.note.sha256));
  if (sound?.blob) state.note = { ...saved.note, blob: sound.blob };
  return state;
}

// What of it belongs into a draft: names, no bytes.
export const savedPhotos = (state) => ({
  items: state.items.filter((one) => one.sha256 || one.fault).map((one) => Object.fromEntries(KEPT.filter((name) => one[name] !== undefined).map((name) => [name, one[name]]))),
  note: state.note && { sha256: state.note.sha256, mime: state.note.mime, seconds: state.note.seconds },
});

// The files for app.capture(): what is whole; photos that cannot be used are told on the form and stay behind.
export function filesOf(state, roles = null) {
  const wanted = state.items.filter((one) => one.blob && one.sha256 && !one.fault && (!roles || roles.includes(one.role)));
  const files = wanted.map(({ blob, mime, role, sha256: hash, album, taken_at, lon, lat }) => ({ blob, mime, role, sha256: hash, album, taken_at, lon, lat }));
  if (state.note) files.push({ blob: state.note.blob, mime: state.note.mime, role: "sound", sha256: state.note.sha256 });
  return files;
}

// Photos of a role that will be sent, those still being made smaller with them.
export const countOf = (state, role) => state.items.filter((one) => one.role === role && !one.fault).length;
export const photosIn = (state, role) => state.items.filter((one) => one.role === role);
// Whether a note is kept, or being spoken.
export const hasNote = (state) => Boolean(state.note || state.recorder?.begun());
export const busyIn = (state) => state.items.some((one) => one.making);

// Resolves when no photo is being made smaller and no note is being recorded.
export async function settled(state) {
  await state.recorder?.finish();
  await state.hearing;
  await Promise.all(state.items.map((one) => one.making));
}

// The camera, at once. True when a photo was kept.
export async function takePhoto(state, { role = "before", label = t("拍照"), ghost = null, facing, onChange = () => {}, instead = null } = {}) {
  const before = typeof ghost === "function" ? await ghost() : ghost;
  if (!(await mayPhotograph()) || !state.opened) return false;
  state.camera = true;
  const photo = await openCamera({ facing, ghost: before, label, album: !instead });
  state.camera = false;
  if (!photo || !state.opened) return false;
  const { more = [], ...first } = photo;
  await keep(state, first, role, onChange, instead);
  for (const one of more) await keep(state, one, role, onChange);
  return true;
}

export async function chooseFromAlbum(state, { role = "before", onChange = () => {} } = {}) {
  const chosen = await fromAlbum();
  for (const one of chosen) await keep(state, one, role, onChange);
  return chosen.length > 0;
}

// Shows a photo at once, makes it smaller where that has not been done, stores it.
async function keep(state, photo, role, onChange, instead = null) {
  if (!instead && state.items.length >= state.most) {
    toast(t("最多 %(n)s 张照片。", { n: state.most }), { tone: "wait" });
    return;
  }
  const place = photo.album ? {} : state.at();
  const item = shown({ key: uuid(), role, ...place, ...photo });
  if (instead) state.items.splice(state.items.indexOf(instead), 1, item);
  else state.items.push(item);
  item.making = made(state, item).finally(() => {
    item.making = null;
    onChange();
  });
  onChange(); // the form is stored without the one before, so that it can go
  if (instead) await forget(state, instead);
  if (photo.sha256) await item.making;
}

async function made(state, item) {
  try {
    const small = await fitting(item);
    const twin = state.items.find((one) => one !== item && one.sha256 === small.sha256);
    if (twin) {
      state.items.splice(state.items.indexOf(item), 1);
      toast(t("这张照片已经有了。"), { tone: "info" });
      return;
    }
    const { blob, sha256: hash, verdicts } = small;
    Object.assign(item, { blob, sha256: hash, verdicts, mime: blob.type || "image/jpeg", taken_at: item.taken_at ?? small.taken_at });
    if (item.album && small.lon !== undefined) Object.assign(item, { lon: small.lon, lat: small.lat });
    shown(item);
    await state.store.keepFile({ sha256: hash, blob, size: blob.size, mime: item.mime });
  } catch (refused) {
    item.fault = refused.name === "QuotaExceededError" ? t("手机存储已满，这张照片没有保存：请清理手机空间后重拍。") : refused.reason ? sayFault(refused.reason) : t("这张照片没有保存，请重拍。");
    item.sha256 = undefined;
  }
}

// As the camera made it, unless this server takes only smaller ones.
async function fitting(item) {
  const most = device.get("user")?.limits?.photo_max_bytes ?? Infinity;
  const usual = item.sha256 ? item : await shrink(item.blob);
  return usual.blob.size <= most ? usual : { ...usual, ...(await shrink(usual.blob, { maxBytes: most })) };
}

function shown(item) {
  if (item.url && item.of !== item.blob) URL.revokeObjectURL(item.url);
  if (item.blob && item.of !== item.blob) Object.assign(item, { url: URL.createObjectURL(item.blob), of: item.blob });
  return item;
}

async function forget(state, item) {
  if (item.url) URL.revokeObjectURL(item.url);
  if (item.sha256 && !state.items.some((one) => one.sha256 === item.sha256)) await state.store.dropFile(item.sha256);
}

async function remove(state, item, onChange) {
  const at = state.items.indexOf(item);
  if (at < 0) return;
  state.items.splice(at, 1);
  onChange();
  await forget(state, item);
}

// Lets go of what the screen shows; what is stored stays.
export function releasePhotos(state) {
  state.opened = false;
  if (state.camera) document.querySelector("dialog.camera[open]")?.close();
  state.recorder?.end();
  for (const { url } of state.items) if (url) URL.revokeObjectURL(url);
}

// The form is thrown away and its files with it: those that its draft names go with the draft.
export async function discardPhotos(state) {
  state.recorder?.drop();
  releasePhotos(state);
  const names = [...state.items, state.note ?? {}].map(({ sha256: hash }) => hash).filter(Boolean);
  Object.assign(state, { items: [], note: null });
  for (const hash of names) await state.store.dropFile(hash);
}

// `required`: what is said where there is no photo yet. `album`: whether the album is offered.
export function photosPart(state, { role = "before", label = t("照片"), most = MOST, ghost = null, required = "", album = true, onChange = () => {}, errors } = {}) {
  const items = photosIn(state, role);
  const full = items.length >= most || state.items.length >= state.most;
  const given = { role, label, ghost, onChange };
  return html`<section class="card photos" aria-label=${label} tabindex=${errors ? "-1" : nothing} aria-describedby=${errors ? `photos-${role}-fault` : nothing}>
    <header class="photos-head"><h2>${label}</h2>${items.length ? html`<span class="soft num">${t("%(n)s 张", { n: items.length })}</span>` : nothing}</header>
    ${roomNotice()}
    ${items.length ? html`<ul class="photos-list">${items.map((item, order) => thumb(state, item, order, given))}</ul>` : required ? html`<p class="soft">${required}</p>` : nothing}
    ${full ? html`<p class="soft">${t("照片已够 %(n)s 张。", { n: items.length })}</p>` : html`<div class="buttons">
      ${button(items.length ? t("再拍一张") : t("拍照"), () => takePhoto(state, given), { name: "camera" })}
      ${album ? button(t("相册"), () => chooseFromAlbum(state, given), { kind: "quiet", name: "photo" }) : nothing}</div>`}
    ${fault(`photos-${role}`, { [`photos-${role}`]: errors })}
  </section>`;
}

function thumb(state, item, order, given) {
  const bad = item.fault || (item.verdicts ?? []).map(sayVerdict).join(" · ");
  const mark = item.making ? t("正在处理…") : item.fault ? t("不能用") : bad;
  const name = t("%(label)s 第 %(n)s 张", { label: given.label, n: order + 1 });
  return html`<li><button type="button" class="photo ${item.fault ? "stuck" : ""}" aria-busy=${String(Boolean(item.making))} @click=${() => look(state, item, given)}>
    ${item.url && !item.fault ? html`<img src=${item.url} alt=${name}>` : icon("photo-off", name)}
    ${mark ? html`<span class="photo-mark">${item.making ? nothing : icon("alert-triangle")}${mark}</span>` : nothing}
    ${item.album ? html`<span class="photo-album">${t("相册")}</span>` : nothing}</button></li>`;
}

async function look(state, item, given) {
  const said = (item.verdicts ?? []).map(sayVerdict).join(" · ");
  const chosen = await sheet(given.label, (close) => html`
    ${item.url && !item.fault ? html`<img class="photo-large" src=${item.url} alt=${given.label}>` : nothing}
    ${item.fault ? notice("wait", t("这张不能用"), item.fault) : said ? notice("wait", said, t("可以重拍，也可以就用这张。")) : nothing}
    <p class="buttons soft">${item.album ? chip(t("相册"), { name: "photo" }) : nothing}${item.taken_at ? moment(item.taken_at) : nothing}</p>
    <div class="buttons">${button(t("重拍"), () => close("again"), { name: "refresh" })}${button(t("删除"), () => close("remove"), { name: "trash" })}</div>`);
  if (chosen === "again") await takePhoto(state, { ...given, instead: item });
  if (chosen === "remove") await remove(state, item, given.onChange);
}

// Hold to talk; a note that is kept is never forced into text.
export function voicePart(state, { label = t("语音"), onChange = () => {} } = {}) {
  if (state.note && !state.recorder) return keptNote(state, label, onChange);
  state.recorder ??= voice({ change: () => { state.hearing = changedNote(state, onChange); } });
  return html`<section class="card voice-part" aria-label=${label}><h2>${label} <span class="soft">${t("（可不填）")}</span></h2>${state.recorder.element}
    ${fault("voice", { voice: state.unheard })}</section>`;
}

// What was recorded anew, or left out.
async function changedNote(state, onChange) {
  const before = state.note;
  await heard(state).catch((failed) => unheard(state, failed));
  onChange(); // the form is stored without the one before, so that it can go
  if (before && before.sha256 !== state.note?.sha256) await state.store.dropFile(before.sha256);
}

async function heard(state) {
  const said = state.recorder.value();
  Object.assign(state, { note: null, unheard: "" });
  if (!said) return;
  const hash = await sha256(said.blob);
  const mime = said.mime.split(";")[0];
  await state.store.keepFile({ sha256: hash, blob: said.blob, size: said.blob.size, mime });
  state.note = { ...said, mime, sha256: hash };
}

// A note that could not be kept is told as a photo is; it is not sent.
function unheard(state, failed) {
  console.warn(failed);
  state.unheard = failed.name === "QuotaExceededError" ? t("手机存储已满，这段录音没有保存：请清理手机空间后重录。") : t("这段录音没有保存，请重录。");
}

// Stores the form without its note, then lets go of the note.
async function dropNote(state, { sha256: hash }, onChange) {
  state.note = null;
  onChange();
  await state.store.dropFile(hash);
}

// A note of a form that came back after a kill.
function keptNote(state, label, onChange) {
  const play = () => {
    const url = URL.createObjectURL(state.note.blob);
    const sound = new Audio(url);
    sound.addEventListener("ended", () => URL.revokeObjectURL(url));
    return sound.play().catch(() => toast(t("这台手机放不出这段录音，但它已保存。"), { tone: "wait" }));
  };
  return html`<section class="card voice-part" aria-label=${label}><h2>${label}</h2><div class="voice-kept">${icon("microphone")}<span class="num">${state.note.seconds ? t("录音 %(seconds)s 秒", { seconds: Math.round(state.note.seconds) }) : t("录音")}</span>
    ${button(t("播放"), play, { name: "player-play" })}${button(t("删除录音"), () => dropNote(state, state.note, onChange), { kind: "quiet", name: "trash" })}</div></section>`;
}
