// Where the phone is: watched from the moment home opens, so that the place is there before it is needed.
//
// A fix: {lon, lat, accuracy_m, at, crs, raw: {lon, lat, accuracy_m, at}}. lon and lat are WGS-84, as calibrated; `raw`
// is what the phone said, `crs` the system of those numbers. A coarse fix is never taken by itself: see `tooCoarse`.

import { device } from "../lib/device.js";
import { iso, now } from "../lib/when.js";
import { t } from "../lib/words.js";
import { correct } from "./calibrate.js";
import { metresBetween } from "./crs.js";
import { age, metres } from "./say.js";

const PLACES = 7;
export const GOOD_M = 30;
export const COARSE_M = 100;
const RECENT_MS = 20_000;
const ASK_AGAIN_MS = 8_000; // a phone that lies still tells nothing new by itself
const TICK_MS = 2_000;
const SLOW_MS = 15_000;
const KEPT_EVERY_MS = 15_000;
const KEPT_OLD_MS = 10 * 60_000;
const KNOWN_AGE_MS = 10 * 60_000; // clocks of positions that are further off are not believed
const [DENIED, UNAVAILABLE] = [1, 2];

export const levelOf = (accuracy) => (accuracy <= GOOD_M ? "good" : accuracy <= COARSE_M ? "fair" : "coarse");
export const tooCoarse = (fix) => levelOf(fix.accuracy_m) === "coarse";
// The place of a picture that was taken there, in WGS-84: {lon, lat}, rounded; {} where it is not known well enough.
export const pictureOf = (fix) => (fix && !tooCoarse(fix) ? { lon: fixed(fix.lon), lat: fixed(fix.lat) } : {});
export const fixed = (degrees) => Number(degrees.toFixed(PLACES));

// What is read out of a fix: only its kind, since a number that changes every second would never let anybody listen.
const KIND_WORDS = { good: () => t("定位准确"), fair: () => t("定位一般"), coarse: () => t("定位误差太大"), lost: () => t("定位中断了") };

// The sentence and the tone ("good", "fair", "asking", "wait") of a state, and what is read out of it (`short`);
// `values` for what is filled in.
export function told(state, values = {}) {
  const { accuracy_m: accuracy, age_ms: ms } = values;
  const distance = accuracy === undefined ? "" : metres(accuracy);
  const say = {
    off: ["wait", () => t("定位还没有打开。")],
    asking: ["asking", () => t("正在定位…")],
    slow: ["wait", () => t("还没有定位到：请到室外或靠近窗边，也可以在地图上选点。")],
    denied: ["wait", () => t("没有定位权限：请在浏览器的网站设置里允许“位置信息”，也可以在地图上选点。")],
    unavailable: ["wait", () => t("手机没有给出位置：请打开手机的定位开关，也可以在地图上选点。")],
    insecure: ["wait", () => t("这个网址不是安全连接，浏览器不提供位置：请改用 https 开头的网址，也可以在地图上选点。")],
    unsupported: ["wait", () => t("这个浏览器没有定位功能：请换一个浏览器，也可以在地图上选点。")],
    lost: ["wait", () => t("定位中断了，上次定位：%(age)s。", { age: ms < 60_000 ? t("不到 1 分钟前") : age(ms) })],
    coarse: ["wait", () => t("误差 %(distance)s，太大：请在地图上选点，或确认仍用此位置。", { distance })],
    fair: ["fair", () => t("误差 %(distance)s，可以用；在空旷处等一会儿会更准。", { distance })],
    good: ["good", () => t("误差 %(distance)s，定位准确。", { distance })],
  }[state];
  const sentence = say[1]();
  return { state, tone: say[0], sentence, short: KIND_WORDS[state]?.() ?? sentence, ...values };
}

export class Locator {
  constructor({ geolocation = navigator.geolocation, permissions = navigator.permissions, secure = globalThis.isSecureContext, clock = now, settings = device, page = document, timers = globalThis } = {}) {
    Object.assign(this, { geolocation, permissions, secure, clock, settings, page, timers });
    Object.assign(this, { recent: [], listeners: new Set(), watching: false, fault: null, since: 0, asked: 0, kept: 0 });
    this.seen = () => this.page.visibilityState === "visible" && this.again();
  }

  // Begins once; also asks for the permission, so call it when a screen is open that says why.
  watch() {
    if (this.watching) return;
    this.watching = true;
    this.since = this.clock().getTime();
    if (!this.geolocation || !this.secure) return this.tell();
    this.begin();
    this.ticker = this.timers.setInterval(() => this.tick(), TICK_MS);
    this.page.addEventListener("visibilitychange", this.seen);
    this.permissions?.query({ name: "geolocation" }).then((permission) => { permission.onchange = () => this.watching && this.again(); }, () => {});
    return this.tell();
  }

  stop() {
    this.watching = false;
    this.timers.clearInterval(this.ticker);
    this.page.removeEventListener("visibilitychange", this.seen);
    if (this.watchId !== undefined) this.geolocation.clearWatch(this.watchId);
    this.watchId = undefined;
    this.tell();
  }

  // Asks anew: after a refusal was taken back, or when somebody touches 重新定位.
  again() {
    if (!this.geolocation || !this.secure) return this.tell();
    this.fault = null;
    this.since = this.clock().getTime();
    if (!this.watching) return this.watch();
    this.begin();
    return this.tell();
  }

  // The most accurate fix of the last seconds that those after it do not contradict; null where there is none.
  current() {
    const best = this.best();
    return best && this.fixOf(best);
  }

  // What the phone itself said, for calibrating.
  raw() {
    return this.best();
  }

  // The last fix however old, with `age_ms`; null where this phone never had one.
  lastFix() {
    const raw = this.settings.get("last_fix");
    return raw ? { ...this.fixOf(raw), age_ms: Math.max(0, this.clock().getTime() - Date.parse(raw.at)) } : null;
  }

  // {state, tone, sentence, short, accuracy_m?, age_ms?}
  status() {
    const fix = this.current();
    if (fix) return told(levelOf(fix.accuracy_m), { accuracy_m: fix.accuracy_m });
    if (!this.secure) return told("insecure");
    if (!this.geolocation) return told("unsupported");
    if (!this.watching) return told("off");
    if (this.fault === DENIED) return told("denied");
    if (this.fault === UNAVAILABLE) return told("unavailable");
    if (this.had) return told("lost", { age_ms: this.lastFix().age_ms });
    return told(this.clock().getTime() - this.since > SLOW_MS ? "slow" : "asking");
  }

  // Calls back when there is a fix or the state changes; gives what ends that.
  onChange(tell) {
    this.listeners.add(tell);
    return () => this.listeners.delete(tell);
  }

  begin() {
    if (this.watchId !== undefined) this.geolocation.clearWatch(this.watchId);
    const options = { enableHighAccuracy: true, maximumAge: 0, timeout: 60_000 };
    this.asked = this.clock().getTime();
    this.watchId = this.geolocation.watchPosition((position) => this.took(position), (error) => this.failed(error), options);
  }

  took({ coords, timestamp }) {
    this.fault = null;
    const here = this.clock().getTime();
    const late = Date.now() - timestamp;
    const at = iso(new Date(late > 0 && late < KNOWN_AGE_MS ? here - late : here));
    const raw = { lon: coords.longitude, lat: coords.latitude, accuracy_m: Math.round(coords.accuracy * 10) / 10, at };
    this.recent = [...this.recent.filter((one) => here - Date.parse(one.at) <= RECENT_MS), raw];
    this.had ||= Boolean(this.best()); // what was old when it came, as the first often is, interrupts nothing
    this.keep(raw);
    this.tell();
  }

  // A refusal holds; other faults count only while there is no fix.
  failed(error) {
    this.fault = error.code;
    this.tell();
  }

  tick() {
    const here = this.clock().getTime();
    const newest = this.recent.at(-1);
    const quiet = here - Math.max(newest ? Date.parse(newest.at) : 0, this.asked);
    if (this.fault !== DENIED && this.page.visibilityState === "visible" && quiet > ASK_AGAIN_MS) {
      this.asked = here;
      this.geolocation.getCurrentPosition((position) => this.took(position), () => {}, { enableHighAccuracy: true, maximumAge: 0, timeout: ASK_AGAIN_MS });
    }
    if (this.status().state !== this.said) this.tell();
  }

  best() {
    const here = this.clock().getTime();
    let found = null;
    for (const one of [...this.recent].reverse()) {
      if (here - Date.parse(one.at) > RECENT_MS) break;
      const newest = found && metresBetween([one.lon, one.lat], [found.lon, found.lat]) > one.accuracy_m + found.accuracy_m;
      if (newest) break; // the phone has moved on since
      if (!found || one.accuracy_m < found.accuracy_m) found = one;
    }
    return found;
  }

  fixOf(raw) {
    const { lon, lat, crs } = correct(raw, this.settings.get("calibration"));
    return { lon, lat, accuracy_m: raw.accuracy_m, at: raw.at, crs, raw: { ...raw } };
  }

  // The last fix outlives the app; a bad one does not take the place of a good one that is still young.
  keep(raw) {
    const known = this.settings.get("last_fix");
    const here = this.clock().getTime();
    const worse = known && raw.accuracy_m > Math.max(known.accuracy_m, COARSE_M) && here - Date.parse(known.at) < KEPT_OLD_MS;
    if (worse || (known && raw.accuracy_m >= known.accuracy_m && here - this.kept < KEPT_EVERY_MS)) return;
    this.kept = here;
    this.settings.set("last_fix", raw);
  }

  tell() {
    this.said = this.status().state;
    this.listeners.forEach((tell) => tell());
  }
}

let shared = null;
// The one of this app.
export function locator() {
  shared ??= new Locator();
  return shared;
}
