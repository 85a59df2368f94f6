// The camera in the app: live picture, light, ghost of the picture before; too dark or blurred is said at once.

import { html, live, nothing } from "../lib/html.js";
import { button, icon, notice } from "../lib/ui.js";
import { iso, now } from "../lib/when.js";
import { t } from "../lib/words.js";
import { chooseFiles } from "./chooser.js";
import { full } from "./full.js";
import { readHead } from "./head.js";
import { canvasOf, packed } from "./paint.js";
import { sayFault, sayVerdict, shrink } from "./shrink.js";
import { cameras, hasTorch, light, openStream, sayNoCamera, stopStream } from "./stream.js";

const WANTED = { width: { ideal: 1920 }, height: { ideal: 1440 }, aspectRatio: { ideal: 4 / 3 } };
// A phone whose still picture takes longer gives the frame that is seen.
const STILL_MS = 3000;
// What the phone's own camera wrote since it was opened was taken there; older files come from the album.
const FRESH_MS = 5000;
const HEAD_BYTES = 262_144;

/**
 * A photo taken now: what `shrink()` gives, with `album: false` and `taken_at`; null when the person leaves.
 * `ghost`: the picture before, half seen through; `album`: offers the album too, whose photos come as
 * `{album: true, blob, taken_at?, more: [the others]}`.
 */
export function openCamera({ facing = "environment", ghost = null, label = t("拍照"), album = false } = {}) {
  const state = { facing, mode: "starting", stream: null, torch: null, cameras: 1, seen: null, slow: false, over: false, said: "" };
  const shade = ghost ? { url: URL.createObjectURL(ghost), on: true, strength: 50 } : null;
  const acts = makeActs(state);
  return full(label, {
    name: "camera",
    content(close, draw) {
      acts.use(close, draw);
      return state.seen ? preview(state, acts, label) : state.mode === "none" ? without(state, acts, label) : finder(state, acts, { label, shade, album, draw });
    },
    closed() {
      state.over = true;
      acts.end();
      if (shade) URL.revokeObjectURL(shade.url);
      forget(state.seen);
    },
  });
}

/** Photos chosen from the album: `[{blob, album: true, taken_at?, lon?, lat?}]`, empty when none is. */
export async function fromAlbum({ multiple = true } = {}) {
  const files = await chooseFiles({ accept: "image/*", multiple });
  return Promise.all(files.map(fromFile));
}

async function fromFile(file) {
  const found = { blob: file, album: true };
  try {
    const { taken_at, lon, lat } = readHead(new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer()));
    if (taken_at) found.taken_at = taken_at;
    if (lon !== undefined) Object.assign(found, { lon, lat });
  } catch {
    // What cannot be read is told by shrink().
  }
  return found;
}

function makeActs(state) {
  let close;
  let draw = () => undefined;
  const video = () => document.querySelector("dialog.camera video");
  const set = (changes) => { Object.assign(state, changes); draw(); };

  async function start() {
    stopStream(state.stream);
    set({ mode: "starting", stream: null, torch: null, said: "" });
    let stream;
    try {
      stream = await openStream(state.facing, WANTED);
    } catch (refused) {
      if (!state.over) set({ mode: "none", reason: refused.reason });
      return;
    }
    if (state.over || document.hidden) return stopStream(stream);
    stream.getVideoTracks()[0].addEventListener("ended", () => state.stream === stream && set({ mode: "none", reason: "busy" }));
    set({ mode: "live", stream, torch: hasTorch(stream) ? false : null, cameras: await cameras() });
  }

  // A camera left open behind other apps drains the phone and is taken away anyway.
  function shown() {
    if (document.hidden) stopStream(state.stream);
    else if (state.mode !== "none") start();
  }

  async function take() {
    if (state.mode !== "live" || !(await showing(video())) || state.mode !== "live") return;
    const taken_at = iso(now());
    set({ mode: "taking", said: "" });
    navigator.vibrate?.(20);
    try {
      const blob = await picture(state, video());
      if (!state.over) see({ blob, album: false, taken_at });
    } catch {
      set({ said: t("没有拍到，请再拍一张。") });
    }
    state.mode = "live";
    draw();
  }

  function see(photo) {
    forget(state.seen);
    const seen = { ...photo, url: URL.createObjectURL(photo.blob), made: null, fault: "", wanted: false };
    seen.making = shrink(photo.blob).then(
      (made) => { Object.assign(seen, { made, told: !seen.wanted }); if (made.verdicts.length) navigator.vibrate?.([40, 60, 40]); },
      (refused) => { seen.fault = sayFault(refused.reason); },
    ).finally(draw);
    set({ seen });
  }

  async function useIt() {
    const { seen } = state;
    seen.wanted = true;
    draw();
    await seen.making;
    // Whoever was quicker than the judge hears it first.
    const goes = seen.made && (seen.told || !seen.made.verdicts.length);
    Object.assign(seen, { wanted: false, told: true });
    draw();
    if (goes && state.seen === seen) close({ ...seen.made, album: seen.album, taken_at: seen.taken_at ?? seen.made.taken_at });
  }

  function again() {
    forget(state.seen);
    set({ seen: null });
    if (state.mode !== "none" && !state.stream?.active) start();
  }

  async function album() {
    const [first, ...more] = await fromAlbum();
    if (first) close({ ...first, more });
  }

  async function chosen(event) {
    const [file] = event.target.files;
    event.target.value = "";
    if (!file) return;
    const album = file.lastModified < state.chooser - FRESH_MS;
    const { taken_at } = await fromFile(file);
    see({ blob: file, album, taken_at: taken_at ?? (album ? undefined : iso(now())) });
  }

  document.addEventListener("visibilitychange", shown);
  start();
  return {
    use(...given) { [close, draw] = given; },
    take, useIt, again, album, chosen,
    retry: start,
    leave: () => close(null),
    asks: () => { state.chooser = Date.now(); },
    turn() { state.facing = state.facing === "user" ? "environment" : "user"; return start(); },
    async lamp() { set({ torch: await light(state.stream, !state.torch) }); },
    end() {
      document.removeEventListener("visibilitychange", shown);
      stopStream(state.stream);
    },
  };
}

function forget(seen) {
  if (seen) URL.revokeObjectURL(seen.url);
}

// Whether the picture is there; the first touch may come before it.
async function showing(video) {
  for (let waited = 0; video?.isConnected && !video.videoWidth && waited < STILL_MS; waited += 50) await new Promise((go) => { setTimeout(go, 50); });
  return Boolean(video?.videoWidth);
}

async function picture(state, video) {
  const [track] = state.stream.getVideoTracks();
  // Many phones put their light out for a still picture.
  if (globalThis.ImageCapture && !state.torch && !state.slow) {
    try {
      const late = new Promise((_done, give_up) => { setTimeout(() => give_up(new Error("slow")), STILL_MS); });
      const still = await Promise.race([new ImageCapture(track).takePhoto(), late]);
      if (still?.size) return still;
    } catch {
      state.slow = true;
    }
  }
  const canvas = canvasOf(video.videoWidth, video.videoHeight);
  canvas.getContext("2d").drawImage(video, 0, 0);
  return packed(canvas, "image/jpeg", 0.92);
}

const bar = (label, acts, end = nothing) => html`<header class="full-bar">
  <button type="button" class="icon-button" aria-label=${t("关闭相机")} @click=${acts.leave}>${icon("x")}</button>
  <h2>${label}</h2>${end}</header>`;

// `live`: a stream that is given again starts the picture anew.
function finder(state, acts, { label, shade, album, draw }) {
  const lamp = state.torch === null ? nothing : html`<button type="button" class="icon-button" aria-label=${t("手电")} aria-pressed=${String(state.torch)} @click=${acts.lamp}>${icon(state.torch ? "bolt" : "bolt-off")}</button>`;
  return html`${bar(label, acts, lamp)}
    <div class="stage">
      <video autoplay playsinline .muted=${true} .srcObject=${live(state.stream)} aria-label=${t("相机画面")}></video>
      ${shade?.on ? html`<img class="ghost" src=${shade.url} alt="" .style=${`opacity: ${shade.strength / 100}`}>` : nothing}
      <p class="stage-said" role="status">${state.mode === "starting" ? t("正在打开相机…") : state.said}</p>
    </div>
    ${shade ? ghostRow(shade, draw) : nothing}
    <footer class="shutter-row">
      <span>${album ? html`<button type="button" class="round-button" @click=${acts.album}>${icon("photo")}<span>${t("相册")}</span></button>` : nothing}</span>
      <button type="button" class="shutter" autofocus aria-label=${t("拍照")} aria-disabled=${String(state.mode !== "live")} @click=${acts.take}></button>
      <span>${state.cameras > 1 ? html`<button type="button" class="round-button" @click=${acts.turn}>${icon("camera-rotate")}<span>${t("换镜头")}</span></button>` : nothing}</span>
    </footer>`;
}

function ghostRow(shade, draw) {
  const toggle = () => { shade.on = !shade.on; draw(); };
  const fade = (event) => { shade.strength = Number(event.target.value); draw(); };
  return html`<div class="ghost-row">
    <button type="button" class="round-button" aria-pressed=${String(shade.on)} @click=${toggle}>${icon(shade.on ? "eye" : "eye-off")}<span>${t("对照原图")}</span></button>
    <label><span>${t("原图深浅")}</span><input type="range" min="10" max="90" step="5" .value=${String(shade.strength)} ?disabled=${!shade.on} @input=${fade}></label>
  </div>`;
}

function preview(state, acts, label) {
  const { seen } = state;
  const bad = seen.made?.verdicts ?? [];
  const told = bad.map(sayVerdict).join(" · ");
  return html`${bar(label, acts)}
    <div class="stage">
      <img class="shot" src=${seen.url} alt=${t("刚拍的照片")}>
      <div class="stage-told" role="alert">${seen.fault ? notice("wait", seen.fault) : told ? notice("wait", told, advice(bad)) : nothing}</div>
    </div>
    <footer class="choice-row">
      ${button(t("重拍"), acts.again, { kind: bad.length || seen.fault ? "primary" : "plain", name: "refresh" })}
      ${seen.fault ? nothing : html`<button type="button" class="button ${bad.length ? "plain" : "primary"}" aria-busy=${String(seen.wanted)} @click=${acts.useIt}>${icon("check")}<span>${bad.length ? t("仍用") : t("用这张")}</span></button>`}
    </footer>`;
}

function advice(bad) {
  if (bad.includes("dark")) return t("可以打开手电或换个方向再拍。");
  return t("请拿稳手机、对准后再拍。");
}

function without(state, acts, label) {
  const [matter, todo] = sayNoCamera(state.reason);
  return html`${bar(label, acts)}
    <div class="no-camera">${notice("wait", matter, `${todo}${t("也可以用手机自带的相机拍。")}`)}
      <label class="button primary file-button">${icon("camera")}<span>${t("用手机相机拍")}</span><input type="file" accept="image/*" capture="environment" @click=${acts.asks} @change=${acts.chosen}></label>
      ${button(t("重试"), acts.retry, { name: "refresh" })}
    </div>`;
}
