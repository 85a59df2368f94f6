// Reads a QR code from the camera; what stands under it can be typed instead.

import { html, live, nothing } from "../lib/html.js";
import { button, icon, notice } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { full } from "./full.js";
import { canvasOf } from "./paint.js";
import { hasTorch, light, openStream, sayNoCamera, stopStream } from "./stream.js";
import { moduleWorker } from "./worker.js";

const EDGE = 720;
const EACH_MS = 150;

/**
 * The text of a QR code that is held before the camera, or what the person types; null when they leave.
 * `hint`: what to look for; `typed`: the name of what can be typed instead.
 */
export function scan({ label = t("扫码"), hint = t("对准二维码。"), typed = t("编号") } = {}) {
  const state = { stream: null, torch: null, reason: "", text: "", over: false };
  let done = () => undefined;
  let draw = () => undefined;
  const reader = openReader();
  const set = (changes) => { if (!state.over) { Object.assign(state, changes); draw(); } };

  async function start() {
    stopStream(state.stream);
    set({ stream: null, reason: "", torch: null });
    try {
      const stream = await openStream("environment", { width: { ideal: 1280 }, height: { ideal: 960 } });
      if (state.over || document.hidden) return stopStream(stream);
      set({ stream, torch: hasTorch(stream) ? false : null });
    } catch (refused) {
      set({ reason: refused.reason ?? "none" });
    }
  }

  const shown = () => { if (document.hidden) stopStream(state.stream); else if (!state.reason) start(); };

  async function look() {
    while (!state.over) {
      const video = document.querySelector("dialog.scan video");
      const text = video?.videoWidth && !document.hidden ? await reader.read(video) : null;
      if (text && !state.over) {
        navigator.vibrate?.(60);
        return done(text);
      }
      await new Promise((go) => { setTimeout(go, EACH_MS); });
    }
  }

  const acts = {
    retry: start,
    leave: () => done(null),
    async lamp() { set({ torch: await light(state.stream, !state.torch) }); },
    send(event) { event.preventDefault(); if (state.text.trim()) done(state.text.trim()); },
    type(event) { state.text = event.target.value; },
  };
  document.addEventListener("visibilitychange", shown);
  const result = full(label, {
    name: "scan",
    content(close, redraw) {
      [done, draw] = [close, redraw];
      return view(state, acts, { label, hint, typed });
    },
    closed() {
      state.over = true;
      document.removeEventListener("visibilitychange", shown);
      stopStream(state.stream);
      reader.close();
    },
  });
  start();
  look();
  return result;
}

function view(state, acts, { label, hint, typed }) {
  return html`<header class="full-bar"><button type="button" class="icon-button" aria-label=${t("关闭")} @click=${acts.leave}>${icon("x")}</button><h2>${label}</h2>
      ${state.torch === null ? nothing : html`<button type="button" class="icon-button" aria-label=${t("手电")} aria-pressed=${String(state.torch)} @click=${acts.lamp}>${icon(state.torch ? "bolt" : "bolt-off")}</button>`}</header>
    <div class="stage">${state.reason ? html`<div class="no-camera">${notice("wait", ...sayNoCamera(state.reason))}${button(t("重试"), acts.retry, { name: "refresh" })}</div>` : html`<video autoplay playsinline .muted=${true} .srcObject=${live(state.stream)} aria-label=${t("相机画面")}></video><div class="aim" aria-hidden="true"></div><p class="stage-said" role="status">${state.stream ? hint : t("正在打开相机…")}</p>`}</div>
    <form class="typed-row" @submit=${acts.send}><label for="scan-typed">${t("扫不出来？直接输入%(name)s", { name: typed })}</label>
      <div><input id="scan-typed" type="text" maxlength="300" autocomplete="off" autocapitalize="off" spellcheck="false" @input=${acts.type}><button type="submit" class="button">${icon("check")}<span>${t("确定")}</span></button></div></form>`;
}

/** Reads one picture at a time: by the phone where it can, else in a worker, else on the page. */
function openReader() {
  let [detector, worker, onPage] = [null, null, null];
  const ready = (async () => {
    const formats = "BarcodeDetector" in window ? await BarcodeDetector.getSupportedFormats().catch(() => []) : [];
    if (formats.includes("qr_code")) detector = new BarcodeDetector({ formats: ["qr_code"] });
    else begin();
  })();

  function begin() {
    worker = moduleWorker("scan_worker.js");
    worker.addEventListener("error", async (event) => {
      event.preventDefault();
      worker = null;
      onPage = (await import("../../vendor/qr/decode.js")).default;
    }, { once: true });
  }

  async function read(video) {
    await ready;
    try {
      if (detector) return (await detector.detect(video))[0]?.rawValue ?? null;
    } catch {
      detector = null; // its service is missing on phones without Google's
      begin();
    }
    const picture = pixels(video);
    if (onPage) return tried(onPage, picture);
    const answer = new Promise((done) => {
      const said = (event) => { worker?.removeEventListener("message", said); done(event.data?.text ?? null); };
      worker?.addEventListener("message", said);
      setTimeout(said, 3000, {});
      if (!worker) done(null);
    });
    worker?.postMessage({ pixels: picture.data.buffer, width: picture.width, height: picture.height }, [picture.data.buffer]);
    return answer;
  }

  return { read, close: () => worker?.terminate() };
}

function pixels(video) {
  const scale = Math.min(1, EDGE / Math.max(video.videoWidth, video.videoHeight));
  const canvas = canvasOf(Math.round(video.videoWidth * scale), Math.round(video.videoHeight * scale));
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(video, 0, 0, canvas.width, canvas.height);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

function tried(decode, { data, width, height }) {
  try {
    return decode({ data, width, height });
  } catch {
    return null;
  }
}
