// The field app: who is here, which screen, what goes on in the background.

import { insideAnother, openOutside } from "./lib/checks.js";
import { device } from "./lib/device.js";
import { html, nothing, render } from "./lib/html.js";
import { askOnce } from "./lib/lasting.js";
import { lookForRoom } from "./lib/room.js";
import { read } from "./lib/router.js";
import { openTasks } from "./lib/tasks.js";
import { keepThumbs } from "./lib/thumbs.js";
import { button, closeSheets, icon, notice, toast } from "./lib/ui.js";
import { recall, said as saidOf } from "./lib/when.js";
import { speak, t } from "./lib/words.js";
import { capture, NoRoom } from "./sync/capture.js";
import { PARTS, refresh } from "./sync/pack.js";
import { paintTheme } from "./lib/theme.js";
import { watchForUpdates } from "./lib/update.js";
import { Who, leftHere, lookedOut, signedInLast } from "./who.js";

const FRESH_MS = 5 * 60_000;
const ROOM_MS = 4000; // what is opened first is not held up

const app = {
  me: null,
  store: null,
  engine: null,
  signedOut: false,
  counts: { waiting: 0, stuck: 0, lacking: 0, tasks: 0 }, // `of`: whose
  screen: null,
  state: null,
  go: (hash) => { location.hash = hash; },
  back: () => (history.length > 1 ? history.back() : app.go("#/")),
  toast,
  redraw,
  // Reads what the screen shows anew, then draws.
  reload: () => show(true),
  async capture(what) {
    if (app.me.viewing) lookOnly();
    const record = await capture(app.store, what).catch(tellFault);
    app.engine.wake();
    askOnce({ captured: true }).catch((fault) => console.error(fault));
    return record;
  },
  refresh: (parts) => refreshed(parts),
  sendPictures,
  signOut: () => who.signOut(),
};
globalThis.gridops = app; // for tests and for the curious
const who = new Who(app, { show: () => show(), changed: () => changed(), count: () => count(), follow: () => follow(), paused: () => picturesWait() });

const reopen = () => ({ label: t("重新打开"), run: () => location.reload() });

// What could not be kept is told wherever that was to be: a full phone, a storage that the browser closed. The form still has it.
function tellFault(fault) {
  const full = fault instanceof NoRoom;
  if (!full) console.error(fault);
  toast(full ? fault.message : t("没有保存成功，填写的内容还在表中。请重试；仍不行请重新打开。"), { tone: "wait", seconds: 20, action: full ? undefined : reopen() });
  fault.told = true;
  throw fault;
}

// An admin who looks as somebody else leaves nothing of theirs.
function lookOnly() {
  toast(t("以他人身份查看时不能记录"), { tone: "wait", seconds: 20 });
  throw Object.assign(new Error("look only"), { told: true });
}

const viewed = (me) => html`<div class="viewed" role="status">${icon("eye")}<span>${t("正在以 %(name)s 的身份查看，只能看、不能办理，%(time)s 自动结束。", { name: me.name, time: saidOf(me.viewing) })}</span><form method="post" action="/viewing/end"><input type="hidden" name="csrf_token" value=${me.csrf}><button class="button">${icon("x")}<span>${t("结束查看")}</span></button></form></div>`;

function pill() {
  const { waiting, stuck, lacking } = app.counts;
  const stopped = app.engine?.stopped;
  if (app.signedOut || stopped === "signed_out") return { tone: "wait", name: "user-off", words: t("请重新登录 · %(n)s 条待传", { n: waiting }) };
  if (stuck) return { tone: "wait", name: "cloud-exclamation", words: t("%(n)s 条需要处理", { n: stuck }) };
  if (!waiting) return { tone: "good", name: "cloud-check", words: lacking ? t("记录已全部送达") : t("全部已送达") };
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
      ${app.store && app.counts.of === app.store.userId ? html`<a class="pill ${tone}" href="#/ledger">${icon(name)}<span>${words}</span></a>` : nothing}
      ${app.store && !at?.path ? html`<a class="icon-button" href="#/settings" aria-label=${t("我的")}>${icon("user-circle")}</a>` : nothing}
    </header>
    ${app.me?.viewing ? viewed(app.me) : nothing}
    <main id="main" tabindex="-1">${insideAnother() ? notice("wait", t("请在浏览器打开"), openOutside()) : nothing}${app.banner ?? nothing}${app.signedOut && app.store ? signInAgain() : nothing}${screen ? shown(screen, state) : html`<p class="empty" role="status">${t("正在打开…")}</p>`}</main>
    ${app.store ? html`<nav class="bottom" aria-label=${t("主导航")}>${bottom.map(([hash, path, glyph, label]) => html`<a href=${hash} class=${path === "report" ? "main" : ""} aria-current=${here(path)}>${icon(glyph)}<span>${label}</span>${path === "tasks" && app.counts.tasks ? html`<span class="count num" aria-label=${t("%(n)s 件", { n: app.counts.tasks })}>${app.counts.tasks > 99 ? "99+" : app.counts.tasks}</span>` : nothing}</a>`)}</nav>` : nothing}
    <div id="toasts" role="status" aria-live="polite"></div>`;
}

// A fault of one screen must not take the others, nor what the top bar says of sending, with it.
function shown(screen, state) {
  try {
    return screen.view(state, app);
  } catch (fault) {
    return faultOf(fault);
  }
}

function faultOf(fault) {
  console.error(fault);
  return notice("wait", t("这一页出错了"), t("已保存的记录不受影响，照常发送。请返回后重试。"), button(t("重新打开"), () => location.reload(), { kind: "plain", name: "refresh" }));
}

// A screen that cannot be opened says so in its place; the one before is not left standing under another address.
function failed(fault) {
  const said = faultOf(fault);
  return { title: t("打不开"), view: () => said };
}

const signInAgain = () => notice("wait", t("登录已过期"), t("可以继续工作，记录都保存在手机里；重新登录后自动发送。"), html`<a class="button plain" href="/sign-in?next=/field">${icon("login")}<span>${t("重新登录")}</span></a>`);

function skip(event) {
  event.preventDefault();
  document.getElementById("main").focus();
}

function redraw() {
  document.getElementById("opening")?.remove(); // the frame's own word, until this app could say anything
  render(chrome(), document.getElementById("app"));
  const title = app.screen && (typeof app.screen.title === "function" ? app.screen.title(app.state, app) : app.screen.title);
  document.title = title ? `${title} · gridops` : "gridops";
}

async function opened(at, again) {
  const { default: screen } = await import(`./screens/${at.screen}.js`);
  const state = screen.load ? await screen.load({ ...at.params, query: at.query, again }, app) : {};
  return { screen, state };
}

// How far each screen was scrolled when it was left, for who comes back to it.
const stood = new Map();

let turn = 0;
// Loads the screen of the address; with `again` the same one, keeping what is typed where the screen does so.
async function show(asked = false) {
  const mine = ++turn;
  const { hash } = location;
  const at = { ...read(hash), hash };
  const again = asked && app.at?.hash === hash ? app.state : null; // the person may have gone on meanwhile
  const back = Boolean(history.state?.shown);
  if (!again) {
    closeSheets();
    if (app.at) stood.set(app.at.hash, scrollY);
    history.replaceState({ ...history.state, shown: true }, "");
  }
  const { screen, state } = await opened(at, again).catch((fault) => ({ screen: failed(fault), state: {} }));
  if (mine !== turn) { // the person has gone on: what this screen began to watch ends
    if (!again) screen.leave?.(state, app);
    return;
  }
  if (again && app.state !== again) return changed(); // the form was begun anew meanwhile
  if (app.screen?.leave && !again) app.screen.leave(app.state, app);
  Object.assign(app, { at, screen, state });
  redraw();
  if (!again) {
    scrollTo(0, (back && stood.get(hash)) || 0);
    document.getElementById("main").focus({ preventScroll: true });
  }
}

async function count() {
  const { store } = app;
  const [queued, sent, ...stuck] = await Promise.all([
    store.countIn("queued"), store.countIn("sent"), ...["refused", "conflict", "gone"].map((state) => store.countIn(state)),
  ]);
  stuck.push(await store.countPhotos("stuck"));
  const lacking = (await store.inState("parted")).reduce((all, one) => all + (one.lacking ?? 1), 0);
  app.counts = { of: store.userId, waiting: queued + sent, stuck: stuck.reduce((all, one) => all + one, 0), lacking, tasks: await openTasks(store) };
}

// What fails because its person has left meanwhile is no fault.
function whileHere(store, fault) {
  if (store === app.store) throw fault;
  return false;
}

// The parts, then the small pictures that belong to them, unless the line is dear.
async function refreshed(parts) {
  const { store } = app;
  const whole = await refresh(store, parts).catch((fault) => whileHere(store, fault));
  if (!picturesWait()) keepThumbs(store).catch(() => {});
  return whole;
}

async function drawAnew() {
  const { store } = app;
  const began = performance.now();
  await count().catch((fault) => whileHere(store, fault));
  const { screen, at, state: before } = app;
  if (screen?.live) {
    const state = await screen.load({ ...at.params, query: at.query, again: before }, app);
    if (app.at !== at || app.store !== store) return; // the person went on meanwhile, or is another
    if (app.state !== before) return changed(); // or has begun the form anew: that one stays
    app.state = state;
  }
  redraw();
  cost = performance.now() - began;
}

let drawing = false;
let cost = 0;
// Many changes at once draw once; a screen that takes long to read is read less often.
function changed() {
  if (drawing) return;
  drawing = true;
  setTimeout(async () => {
    drawing = false;
    if (app.store) await drawAnew().catch((fault) => console.error(fault)); // the next change is another try
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

let asked = 0;
async function lookAround() {
  if ((!who.left && leftHere()) || lookedOut(app.me)) return location.reload(); // signed out on a page meanwhile: begin() forgets
  const another = signedInLast() && signedInLast() !== app.store?.userId; // in another tab
  if (document.visibilityState !== "visible" || !app.store || (!another && Date.now() - asked < FRESH_MS)) return;
  asked = Date.now();
  const whole = (await who.renewed()) && (await refreshed(PARTS));
  if (!whole) asked = 0; // what broke off goes on with the next minute
}

async function boot() {
  await device.open();
  recall(device.get("clock"));
  await speak(device.get("language") ?? device.get("user")?.language ?? "zh");
  paintTheme();
  watchForUpdates(app);
  redraw();
  if (!(await who.begin())) return;
  paintTheme(); // the first time it is known only now where the sun has set
  if (!device.get("started") && !location.hash) location.replace("#/start");
  await show();
  globalThis.addEventListener("hashchange", () => show());
  globalThis.addEventListener("online", () => { asked = 0; lookAround(); });
  document.addEventListener("visibilitychange", lookAround);
  setInterval(lookAround, 60_000);
  askOnce().catch((fault) => console.error(fault));
  setTimeout(() => lookForRoom().then(redraw, (fault) => console.error(fault)), ROOM_MS);
  follow().catch((fault) => console.error(fault));
  setInterval(() => { paintTheme(); if (app.screen?.ticks) redraw(); }, 30_000);
  await lookAround();
}

// Tracks are recorded in the open round or outing that the person is on, and nowhere else.
async function follow() {
  const { store } = app;
  const { Track, goesOn, saveLeftover } = await import("./place/track.js");
  await saveLeftover(app);
  const work = await store.note("work");
  const going = work && (await goesOn(app, work));
  if (store !== app.store) return;
  app.track ??= new Track(app);
  await app.track.follow(going ? work : null);
}

boot().catch((fault) => {
  app.screen = failed(fault);
  redraw();
});
