// A film of some seconds, taken in the app: how a signature was refused. Small enough for two bars of signal.

import { html, live, nothing } from "../lib/html.js";
import { button, icon, notice } from "../lib/ui.js";
import { iso, now } from "../lib/when.js";
import { t } from "../lib/words.js";
import { full } from "./full.js";
import { openStream, sayNoCamera, stopStream } from "./stream.js";

const KINDS = ["video/webm;codecs=vp8,opus", "video/webm", "video/mp4"];
const WANTED = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 15, max: 24 } };
const BITS = { videoBitsPerSecond: 900_000, audioBitsPerSecond: 32_000 };
const LEAST_S = 1;
const PART_MS = 500;

/** `{blob, mime, seconds, taken_at}` of a film taken now, of at most so many seconds and bytes; null when the person leaves. */
export function openFilm({ label, limit, most }) {
  const film = new Film(limit, most);
  return full(label, {
    name: "camera film",
    content(close, draw) {
      Object.assign(film, { close, draw });
      return film.seen ? preview(film, label) : finder(film, label);
    },
    closed: () => film.end(),
  });
}

class Film {
  constructor(limit, most) {
    Object.assign(this, { limit, most, mode: "starting", stream: null, seen: null, seconds: 0, said: "", draw: () => undefined });
    this.hidden = () => document.hidden && this.stop(); // what was taken so far is kept
    document.addEventListener("visibilitychange", this.hidden);
    this.start();
  }

  set(changes) {
    Object.assign(this, changes);
    if (!this.over) this.draw();
  }

  start = async () => {
    this.let_go();
    this.set({ mode: "starting", seen: null, said: "" });
    try {
      if (!globalThis.MediaRecorder) throw Object.assign(new Error("none"), { reason: "none" });
      const picture = await openStream("environment", WANTED);
      const sound = await navigator.mediaDevices.getUserMedia({ audio: true }).catch(() => null);
      this.stream = new MediaStream([...picture.getTracks(), ...(sound?.getTracks() ?? [])]);
      if (this.over) return this.let_go();
      return this.set({ mode: "live", said: sound ? "" : t("没有得到使用麦克风的许可，只录画面。") });
    } catch (refused) {
      return this.set({ mode: "none", reason: refused.reason });
    }
  };

  record = () => {
    if (this.mode !== "live") return;
    const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
    const recorder = new MediaRecorder(this.stream, { mimeType, ...BITS });
    const parts = [];
    const taken_at = iso(now());
    let size = 0;
    recorder.addEventListener("dataavailable", ({ data }) => {
      parts.push(data);
      size += data.size;
      // One more part like the largest that may come must still fit.
      if (size + (BITS.videoBitsPerSecond / 4) * (PART_MS / 1000) > this.most) this.stop();
    });
    recorder.addEventListener("stop", () => this.keep(new Blob(parts, { type: recorder.mimeType.split(";")[0] }), taken_at));
    recorder.start(PART_MS);
    navigator.vibrate?.(20);
    this.timer = setInterval(() => this.tick(), 250);
    this.set({ mode: "recording", recorder, began: performance.now(), seconds: 0, said: "" });
  };

  tick() {
    this.set({ seconds: (performance.now() - this.began) / 1000 });
    if (this.seconds >= this.limit) this.stop();
  }

  stop = () => {
    if (this.recorder?.state === "recording") this.recorder.stop();
  };

  keep(blob, taken_at) {
    if (this.over) return;
    clearInterval(this.timer);
    const seconds = (performance.now() - this.began) / 1000;
    if (!blob.size || blob.size > this.most || seconds < LEAST_S) return this.set({ mode: "live", said: seconds < LEAST_S ? t("太短了，没有录下。") : t("没有录下，请再录一次。") });
    this.let_go();
    return this.set({ mode: "seen", seen: { blob, mime: blob.type, seconds: Math.min(this.limit, Math.round(seconds)), taken_at, url: URL.createObjectURL(blob) } });
  }

  use = () => {
    const { url, ...film } = this.seen;
    this.close(film);
  };

  leave = () => this.close(null);

  // The camera and the microphone, and what is shown.
  let_go() {
    clearInterval(this.timer);
    stopStream(this.stream);
    if (this.seen) URL.revokeObjectURL(this.seen.url);
    Object.assign(this, { stream: null, seen: null });
  }

  end() {
    this.over = true;
    document.removeEventListener("visibilitychange", this.hidden);
    this.stop();
    this.let_go();
  }
}

const clock = (seconds) => `0:${String(Math.floor(seconds)).padStart(2, "0")}`;

const bar = (film, label) => html`<header class="full-bar">
  <button type="button" class="icon-button" aria-label=${t("关闭相机")} @click=${film.leave}>${icon("x")}</button><h2>${label}</h2></header>`;

function finder(film, label) {
  if (film.mode === "none") {
    const [matter, todo] = sayNoCamera(film.reason);
    return html`${bar(film, label)}<div class="no-camera">${notice("wait", matter, `${todo}${t("也可以用手机自带的相机录好，再从相册选取。")}`)}${button(t("重试"), film.start, { name: "refresh" })}</div>`;
  }
  const on = film.mode === "recording";
  return html`${bar(film, label)}
    <div class="stage"><video autoplay playsinline .muted=${true} .srcObject=${live(film.stream)} aria-label=${t("相机画面")}></video>
      <p class="stage-said" role="status">${film.mode === "starting" ? t("正在打开相机…") : film.said || (on ? nothing : t("最长 %(n)s 秒；请录下说明和拒签的过程。", { n: film.limit }))}</p>
      ${on ? html`<p class="stage-said num" role="timer">${icon("video")}${clock(film.seconds)} / ${clock(film.limit)}</p>` : nothing}</div>
    <footer class="choice-row">${button(on ? t("停止录像") : t("开始录像"), on ? film.stop : film.record, { kind: "primary", name: on ? "player-stop" : "video", disabled: film.mode === "starting" })}</footer>`;
}

const preview = (film, label) => html`${bar(film, label)}
  <div class="stage"><video controls playsinline src=${film.seen.url} aria-label=${t("刚录的录像")}></video></div>
  <footer class="choice-row">${button(t("重录"), film.start, { name: "refresh" })}${button(t("用这段"), film.use, { kind: "primary", name: "check" })}</footer>`;
