// The field app: who is here, which screen, what goes on in the background.

import { device } from "./lib/device.js";
import { html, nothing, render } from "./lib/html.js";
import { read } from "./lib/router.js";
import { openStore } from "./lib/store.js";
import { openTasks } from "./lib/tasks.js";
import { keepThumbs } from "./lib/thumbs.js";
import { icon, notice, toast } from "./lib/ui.js";
import { now } from "./lib/when.js";
import { language, speak, t } from "./lib/words.js";
import { capture, NoRoom } from "./sync/capture.js";
import { Engine } from "./sync/engine.js";
import { PARTS, refresh, whoAmI } from "./sync/pack.js";
import { paintTheme } from "./lib/theme.js";
import { watchForUpdates } from "./lib/update.js";

const FRESH_MS = 5 * 60_000;

const app = {
  me: null,
  store: null,
  engine: null,
  signedOut: false,
  counts: { waiting: 0, stuck: 0, tasks: 0 },
  screen: null,
  state: null,
  go: (hash) => { location.hash = hash; },
  back: () => (history.length > 1 ? history.back() : app.go("#/")),
  toast,
  redraw,
  // Reads what the screen shows anew, then draws.
  reload: () => show(true),
  async capture(what) {
    const record = await capture(app.store, what).catch(tellNoRoom);
    app.engine.wake();
    return record;
  },
  refresh: (parts) => refreshed(parts),
  sendPictures,
  signOut,
};
globalThis.gridops = app; // for tests and for the curious

// A full phone is told wherever something was to be kept; the form still has it.
function tellNoRoom(fault) {
  if (fault instanceof NoRoom) {
    toast(fault.message, { tone: "wait", seconds: 20 });
    fault.told = true;
  }
  throw fault;
}

function pill() {
  const { waiting, stuck } = app.counts;
  const stopped = app.engine?.stopped;
  if (app.signedOut || stopped === "signed_out") return { tone: "wait", name: "user-off", words: t("请重新登录 · %(n)s 条待传", { n: waiting }) };
  if (stuck) return { tone: "wait", name: "cloud-exclamation", words: t("%(n)s 条需要处理", { n: stuck }) };
  if (!waiting) return { tone: "good", name: "cloud-check", words: t("全部已送达") };
  if (stopped) return { tone: "wait", name: "cloud-off", words: t("%(n)s 条待传", { n: waiting }) };
  return { tone: "", name: "cloud-upload", words: t("%(n)s 条待传", { n: waiting }) };
}

function chrome() {
  const { screen, state, at } = app;
  const here = (path) => (at?.path === path ? "page" : nothing);
  const { tone, name, words } = pill();
  const bottom = [
    ["#/", "", "home", t("首页")],
    ["#/tasks", "tasks", "list-check", t("任务")],
    ["#/report", "report", "camera-plus", t("上报")],
    ["#/near", "near", "map-pins", t("附近")],
    ["#/ledger", "ledger", "cloud-upload", t("台账")],
  ];
  return html`<a class="skip" href="#main" @click=${skip}>${t("跳到正文")}</a>
    <header class="top">
      ${at?.path ? html`<button type="button" class="icon-button" aria-label=${t("返回")} @click=${app.back}>${icon("arrow-left")}</button>` : nothing}
      <h1>${screen ? (typeof screen.title === "function" ? screen.title(state, app) : screen.title) : "gridops"}</h1>
      ${app.store ? html`<a class="pill ${tone}" href="#/ledger">${icon(name)}<span>${words}</span></a>` : nothing}
      ${app.store && !at?.path ? html`<a class="icon-button" href="#/settings" aria-label=${t("我的")}>${icon("user-circle")}</a>` : nothing}
    </header>
    <main id="main" tabindex="-1">${app.banner ?? nothing}${app.signedOut && app.store ? signInAgain() : nothing}${screen ? shown(screen, state) : html`<p class="empty" role="status">${t("正在打开…")}</p>`}</main>
    ${app.store ? html`<nav class="bottom" aria-label=${t("主导航")}>${bottom.map(([hash, path, glyph, label]) => html`<a href=${hash} class=${path === "report" ? "main" : ""} aria-current=${here(path)}>${icon(glyph)}<span>${label}</span>${path === "tasks" && app.counts.tasks ? html`<span class="count num" aria-label=${t("%(n)s 件", { n: app.counts.tasks })}>${app.counts.tasks > 99 ? "99+" : app.counts.tasks}</span>` : nothing}</a>`)}</nav>` : nothing}
    <div id="toasts" role="status" aria-live="polite"></div>`;
}

// A fault of one screen must not take the others, nor what the top bar says of sending, with it.
function shown(screen, state) {
  try {
    return screen.view(state, app);
  } catch (fault) {
    console.error(fault);
    return notice("wait", t("这一页出错了"), t("已保存的记录不受影响，照常发送。请返回后重试。"));
  }
}

const signInAgain = () => notice("wait", t("登录已过期"), t("可以继续工作，记录都保存在手机里；重新登录后自动发送。"), html`<a class="button plain" href="/sign-in?next=/field">${icon("login")}<span>${t("重新登录")}</span></a>`);

function skip(event) {
  event.preventDefault();
  document.getElementById("main").focus();
}

function redraw() {
  render(chrome(), document.getElementById("app"));
  const title = app.screen && (typeof app.screen.title === "function" ? app.screen.title(app.state, app) : app.screen.title);
  document.title = title ? `${title} · gridops` : "gridops";
}

let turn = 0;
// Loads the screen of the address; with `again` the same one, keeping what is typed where the screen does so.
async function show(asked = false) {
  const mine = ++turn;
  const { hash } = location;
  const at = { ...read(hash), hash };
  const again = asked && app.at?.hash === hash; // the person may have gone on meanwhile
  const { default: screen } = await import(`./screens/${at.screen}.js`);
  const state = screen.load ? await screen.load({ ...at.params, query: at.query, again: again ? app.state : null }, app) : {};
  if (mine !== turn) return;
  if (app.screen?.leave && !again) app.screen.leave(app.state, app);
  Object.assign(app, { at, screen, state });
  redraw();
  if (!again) {
    scrollTo(0, 0);
    document.getElementById("main").focus({ preventScroll: true });
  }
}

async function count() {
  const [queued, sent, ...stuck] = await Promise.all([
    app.store.countIn("queued"), app.store.countIn("sent"), ...["refused", "conflict", "gone"].map((state) => app.store.countIn(state)),
  ]);
  stuck.push(await app.store.countPhotos("stuck"));
  app.counts = { waiting: queued + sent, stuck: stuck.reduce((all, one) => all + one, 0), tasks: await openTasks(app.store) };
}

// The parts, then the small pictures that belong to them, unless the line is dear.
async function refreshed(parts) {
  const { store } = app;
  const changed = await refresh(store, parts);
  if (!picturesWait()) keepThumbs(store).catch(() => {});
  return changed;
}

let drawing = false;
let cost = 0;
// Many changes at once draw once; a screen that takes long to read is read less often.
function changed() {
  if (drawing) return;
  drawing = true;
  setTimeout(async () => {
    drawing = false;
    if (!app.store) return;
    const began = performance.now();
    await count();
    if (app.screen?.live) {
      const { screen } = app;
      const state = await screen.load({ ...app.at.params, query: app.at.query, again: app.state }, app);
      if (app.screen !== screen) return; // the person went on meanwhile
      app.state = state;
    }
    redraw();
    cost = performance.now() - began;
  }, Math.max(60, 4 * cost));
}

// 省流量: pictures wait for Wi-Fi; where the browser cannot tell, for the person's word.
const picturesWait = () => device.get("saver") === true && navigator.connection?.type !== "wifi" && navigator.connection?.type !== "ethernet" && !app.pictures;

async function sendPictures() {
  app.pictures = true;
  try {
    await app.engine.wake();
  } finally {
    app.pictures = false;
  }
}

// Works for this person from now on; whoever was here before is put away with what they have not sent.
async function useMe(me) {
  if (app.store?.userId !== me.user_id) {
    const [before, store] = [device.get("user"), await openStore(me.user_id)];
    if (before && before.user_id !== me.user_id) await forget(before.user_id);
    if (app.store?.userId === me.user_id) return store.close(); // another answer came first
    app.engine?.stop();
    app.store?.close();
    app.store = store;
    app.store.onChange(changed);
    app.engine = new Engine(app.store, { renew: renewed, paused: picturesWait });
    app.engine.start();
  }
  app.me = me;
  await device.set("user", me);
  if (me.language && me.language !== language() && !device.get("language")) await speak(me.language);
  await app.store.tidy(me.keep_days ?? 7, now());
  await count();
}

async function forget(userId) {
  const other = await openStore(userId);
  await other.forgetDownloads();
  other.close();
}

// Who is signed in now, as the server says; gives their id.
async function renewed() {
  const { kind, me } = await whoAmI();
  if (kind === "forbidden") return notForThem();
  app.signedOut = kind === "signed_out";
  if (me && me.user_id !== app.store?.userId) {
    await useMe(me);
    await show();
  } else if (me) {
    app.me = me;
    await device.set("user", me);
  }
  changed();
  return me?.user_id;
}

async function signOut() {
  const before = app.me;
  await device.set("user", undefined);
  await device.set("leaving", before.user_id);
  app.engine?.stop();
  await app.store?.forgetDownloads();
  app.store?.close();
  Object.assign(app, { store: null, me: null, engine: null, before });
  await leave();
  location.assign("/sign-in?next=/field");
}

// Ends the session on the server; without a network that is done when there is one, before anything else.
async function leave() {
  const leaving = device.get("leaving");
  if (!leaving) return true;
  const { kind, me } = await whoAmI();
  if (kind === "again" || kind === "portal") return false;
  // Whoever signed in anew since then stays.
  if (me?.user_id === leaving && !cameFromElsewhere()) {
    const form = new URLSearchParams({ csrf_token: me.csrf });
    try {
      await fetch("/sign-out", { method: "POST", body: form, credentials: "same-origin", redirect: "manual" });
    } catch {
      return false;
    }
  }
  await device.set("leaving", undefined);
  return true;
}

let asked = 0;
async function lookAround() {
  if (document.visibilityState !== "visible" || !app.store || Date.now() - asked < FRESH_MS) return;
  asked = Date.now();
  const user = await renewed();
  if (user) await refreshed(PARTS);
}

async function boot() {
  await device.open();
  await speak(device.get("language") ?? device.get("user")?.language ?? "zh");
  paintTheme();
  watchForUpdates(app);
  redraw();
  if (!(await leave())) return needsNetwork();
  const known = device.get("user");
  const { kind, me } = known && !cameFromElsewhere() ? {} : await whoAmI();
  if (kind === "forbidden") return notForThem();
  if (me) await useMe(me);
  else if (known) await useMe(known);
  else {
    if (kind === "signed_out") return location.assign(signInTo());
    return needsNetwork();
  }
  if (!device.get("started") && !location.hash) location.replace("#/start");
  await show();
  globalThis.addEventListener("hashchange", () => show());
  globalThis.addEventListener("online", () => { asked = 0; lookAround(); });
  document.addEventListener("visibilitychange", lookAround);
  setInterval(lookAround, 60_000);
  follow();
  setInterval(() => { paintTheme(); if (app.screen?.ticks) redraw(); }, 30_000);
  return lookAround();
}

// Tracks are recorded in the open round or outing that the person is on, and nowhere else.
async function follow() {
  const { Track, saveLeftover } = await import("./place/track.js");
  await saveLeftover(app);
  app.track = new Track(app);
  await app.track.follow(await app.store.note("work"));
}

// From another page of ours, where somebody else may have signed in: the server is asked before anything is shown.
function cameFromElsewhere() {
  const [way] = performance.getEntriesByType("navigation");
  const from = document.referrer && new URL(document.referrer);
  return way?.type === "navigate" && from?.origin === location.origin && from.pathname !== "/field";
}

// Somebody is signed in who does not work with this app: what is kept here is not theirs to see.
function notForThem() {
  app.engine?.stop();
  app.store?.close();
  Object.assign(app, { store: null, me: null, engine: null });
  app.screen = { title: "gridops", view: () => notice("wait", t("当前登录的账号不使用现场应用"), t("手机里已保存的记录不受影响；原来的人重新登录后继续发送。首次登录请先修改初始密码。"), html`<a class="button primary" href="/account">${icon("login")}<span>${t("账号")}</span></a>`) };
  redraw();
}

// A code that was scanned before anyone signed in leads on afterwards.
const signInTo = () => `/sign-in?next=${encodeURIComponent(`/field${location.hash}`)}`;

function needsNetwork() {
  app.screen = { title: "gridops", view: () => notice("wait", t("请联网登录一次"), t("首次使用或退出后，需要联网登录；之后没有网络也能打开和工作。"), html`<a class="button primary" href=${signInTo()}>${icon("login")}<span>${t("去登录")}</span></a>`) };
  redraw();
}

boot();
