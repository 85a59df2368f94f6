// A spoken note of at most a minute, kept as sound. Hold to talk, or tap to begin and to end.

import { html, nothing, render } from "../lib/html.js";
import { button, icon, notice } from "../lib/ui.js";
import { t } from "../lib/words.js";

const KINDS = ["audio/webm;codecs=opus", "audio/mp4"];
// Whoever lets go sooner has tapped.
const TAP_MS = 400;
const LIMIT_S = 60;

/**
 * `{element, value(), begun(), clear(), finish(), end(), drop()}`: an element to stand in a form; `value()` is `{blob, mime,
 * seconds}` or null; `begun()` says whether there is a note or one is being spoken; `finish()` ends a recording under way
 * and resolves when it is kept; `end()` leaves it and lets go of the microphone: what has been spoken is kept; `drop()`
 * keeps nothing. `change()` is called when there is a note or none any more.
 */
export function voice({ change = () => undefined, limit = LIMIT_S } = {}) {
  const element = document.createElement("div");
  element.className = "voice";
  const note = new Note(limit, () => render(view(note), element), change);
  note.draw();
  return {
    element,
    value: () => note.kept,
    begun: () => note.mode !== "idle",
    clear: () => note.clear(),
    finish: () => note.finish(),
    end: () => note.end(),
    drop: () => note.drop(),
  };
}

class Note {
  constructor(limit, draw, change) {
    Object.assign(this, { limit, draw, change, mode: "idle", seconds: 0, level: 0, kept: null, said: "", playing: null, pressed: 0, turn: 0 });
    this.down = (event) => this.press(event);
    this.up = () => this.release();
    this.click = (event) => { if (event.detail === 0) this.toggle(); }; // by keys; fingers came by `down`
  }

  press(event) {
    if (event.button > 0) return;
    event.preventDefault();
    event.currentTarget.setPointerCapture?.(event.pointerId);
    event.currentTarget.focus();
    this.pressed = this.mode === "idle" ? performance.now() : 0;
    this.toggle();
  }

  release() {
    if (!this.pressed) return;
    const held = performance.now() - this.pressed >= TAP_MS;
    this.pressed = 0;
    if (held && this.mode === "recording") this.stop();
    // The question for the microphone took the finger away: nothing is recorded that nobody holds.
    if (held && this.mode === "asking") this.drop(t("麦克风已可用，请再按住说话。"));
  }

  toggle() {
    if (this.mode === "recording") this.stop();
    else if (this.mode === "idle") this.start();
  }

  async start() {
    this.turn += 1;
    const { turn } = this;
    Object.assign(this, { mode: "asking", said: "", seconds: 0, level: 0 });
    this.draw();
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } });
    } catch (refused) {
      if (this.turn === turn) this.drop(refused.name === "NotAllowedError" ? t("没有得到使用麦克风的许可，请在浏览器的网站设置里允许。") : t("没有找到可用的麦克风。"));
      return;
    }
    if (this.turn !== turn) return stream.getTracks().forEach((track) => track.stop());
    this.record(stream);
  }

  record(stream) {
    const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
    const recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: 24_000 });
    const parts = [];
    recorder.addEventListener("dataavailable", ({ data }) => data.size && parts.push(data));
    recorder.addEventListener("stop", () => this.keep(parts, recorder.mimeType));
    Object.assign(this, { mode: "recording", stream, recorder, began: performance.now() });
    recorder.start(1000);
    this.listen(stream);
    this.timer = setInterval(() => this.tick(), 100);
    navigator.vibrate?.(20);
    this.draw();
  }

  listen(stream) {
    const Context = globalThis.AudioContext ?? globalThis.webkitAudioContext;
    if (!Context) return;
    this.sound = new Context();
    this.meter = this.sound.createAnalyser();
    this.meter.fftSize = 512;
    this.sound.createMediaStreamSource(stream).connect(this.meter);
  }

  tick() {
    this.seconds = Math.min(this.limit, (performance.now() - this.began) / 1000);
    if (this.meter) {
      const wave = new Uint8Array(this.meter.fftSize);
      this.meter.getByteTimeDomainData(wave);
      const loud = Math.sqrt(wave.reduce((sum, one) => sum + (one - 128) ** 2, 0) / wave.length) / 128;
      this.level = Math.min(1, loud * 4);
    }
    if (this.seconds >= this.limit) this.stop();
    else this.draw();
  }

  stop() {
    if (this.recorder?.state === "recording") this.recorder.stop();
    this.mode = "ending";
    this.free();
    this.draw();
  }

  keep(parts, mimeType) {
    if (this.mode !== "ending" && this.mode !== "recording") return;
    this.free();
    const mime = mimeType.split(";")[0];
    const blob = new Blob(parts, { type: mime });
    const heard = blob.size > 0 && this.seconds >= 0.5;
    Object.assign(this, { mode: heard ? "kept" : "idle", said: heard ? "" : t("太短了，没有录下。") });
    this.kept = heard ? { blob, mime, seconds: Math.round(this.seconds) || 1 } : null;
    this.draw();
    this.change();
  }

  play = () => {
    if (this.playing) return this.silence();
    const url = URL.createObjectURL(this.kept.blob);
    const audio = new Audio(url);
    this.playing = { audio, url };
    audio.addEventListener("ended", () => this.silence());
    audio.play().catch(() => { this.said = t("这台手机放不出这段录音，但它已保存。"); this.silence(); });
    return this.draw();
  };

  silence() {
    if (this.playing) {
      this.playing.audio.pause();
      URL.revokeObjectURL(this.playing.url);
    }
    this.playing = null;
    this.draw();
  }

  clear = () => {
    this.silence();
    Object.assign(this, { mode: "idle", kept: null, seconds: 0, said: "" });
    this.draw();
    this.change();
  };

  /** Resolves when nothing is being recorded any more. */
  async finish() {
    if (this.mode === "asking") this.drop();
    if (this.mode !== "recording" && this.mode !== "ending") return;
    const kept = new Promise((done) => { this.recorder.addEventListener("stop", () => setTimeout(done), { once: true }); });
    if (this.mode === "recording") this.stop();
    await kept;
  }

  /** Leaves the form: what was spoken until now is kept. */
  end() {
    if (this.mode === "recording") this.stop();
    else if (this.mode !== "ending") this.drop();
  }

  /** Stops without keeping what is being recorded. */
  drop(said = "") {
    this.turn += 1;
    const { recorder } = this;
    this.mode = this.kept ? "kept" : "idle";
    if (recorder?.state === "recording") recorder.stop();
    this.free();
    if (this.playing) this.silence();
    Object.assign(this, { said, level: 0 });
    this.draw();
  }

  free() {
    clearInterval(this.timer);
    this.stream?.getTracks().forEach((track) => track.stop());
    this.sound?.close();
    Object.assign(this, { stream: null, sound: null, meter: null });
  }
}

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

function view(note) {
  if (note.mode === "kept") {
    return html`<div class="voice-kept">${icon("microphone")}<span class="num">${t("录音 %(seconds)s 秒", { seconds: note.kept.seconds })}</span>
      ${button(note.playing ? t("停止播放") : t("播放"), note.play, { name: note.playing ? "player-stop" : "player-play" })}
      ${button(t("删除录音"), note.clear, { kind: "quiet", name: "trash" })}</div>
      ${note.said ? notice("wait", note.said) : nothing}`;
  }
  const on = note.mode === "recording";
  const words = { idle: t("按住说话，或点一下开始"), asking: t("正在打开麦克风…"), recording: t("松开或再点一下结束"), ending: t("正在保存…") };
  return html`<button type="button" class="button voice-button" aria-pressed=${String(on)} @pointerdown=${note.down} @pointerup=${note.up} @pointercancel=${note.up} @click=${note.click} @contextmenu=${(event) => event.preventDefault()}>${icon(on ? "player-stop" : "microphone")}<span>${words[note.mode]}</span></button>
    <div class="voice-meter" ?hidden=${!on}><meter min="0" max="1" .value=${note.level} aria-label=${t("音量")}></meter><span class="num" role="timer">${clock(note.seconds)} / ${clock(note.limit)}</span></div>
    ${note.said ? notice("wait", note.said) : nothing}`;
}
