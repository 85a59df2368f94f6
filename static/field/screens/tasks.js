// 任务: what waits for me by time left; what must be seen at this hour first. Works from the phone's own list.

import { callsPart } from "../lib/calls_part.js";
import { html, nothing } from "../lib/html.js";
import { nights } from "../lib/nights.js";
import { recheckRow } from "../lib/recheck_row.js";
import { KIND_ICONS, KINDS, answerState, failedWords, isItsHour, kindAsks, kindName, tasksOf } from "../lib/tasks.js";
import { Pictures } from "../lib/thumbs.js";
import { chip, due, empty, icon, notice, segments, time } from "../lib/ui.js";
import { ago, now } from "../lib/when.js";
import { named, t } from "../lib/words.js";
import { byDistance } from "../place/near.js";
import { locator } from "../place/fix.js";

const OLD_MS = 60_000;
const ASK_MS = 5_000;
const OURS = new Set(["report", "verification", "check", "feedback"]);

async function load({ again, query }, app) {
  const [found, { rounds }, phones, cases, reports] = await Promise.all([tasksOf(app.store), nights(app), ...["phones", "cases", "reports"].map((part) => app.store.pack(part))]);
  const state = again ?? { kind: history.state?.kind ?? query.kind ?? "", pictures: new Pictures(app.store, app.redraw) };
  Object.assign(state, { ...found, rounds, phones: phones?.data, own: reports?.data?.reports ?? [], thumbs: new Map((cases?.data?.cases ?? []).map((one) => [one.number, one.thumb])) });
  await refreshSoon(state, app);
  return state;
}

// A list that is a minute old, or older than what was delivered last, is asked for anew; without a network it stands.
async function refreshSoon(state, app) {
  const here = now().getTime();
  if (here - (state.asked ?? 0) < ASK_MS) return;
  const delivered = (await app.store.records({ limit: 20 })).filter(({ type }) => OURS.has(type)).map((record) => Date.parse(record.confirmed_at ?? 0));
  if (state.at && here - Date.parse(state.at) < OLD_MS && Math.max(0, ...delivered) < Date.parse(state.at)) return;
  state.asked = here;
  app.refresh(["tasks", "cases", "reports"]).then(() => app.screen === screen && app.reload(), () => {});
}

// Kept with the place in the history: who comes back from a task finds the list they left.
function choose(kind, state, app) {
  state.kind = kind;
  history.replaceState({ ...history.state, kind }, "");
  app.redraw();
}

function view(state, app) {
  const open = state.tasks.filter((task) => !task.answer);
  const counts = { "": open.length + state.rechecks.length, recheck: state.rechecks.length, mine: state.own.length };
  for (const { kind } of open) counts[kind] = (counts[kind] ?? 0) + 1;
  const offered = ["", ...KINDS.filter((kind) => counts[kind]), ...(state.own.length ? ["mine"] : [])];
  const kind = offered.includes(state.kind) ? state.kind : "";
  const label = (one) => `${one === "mine" ? t("我上报的") : one ? kindName(one) : t("全部")} ${counts[one] ?? 0}`;
  return html`${callsPart(state.phones)}
    ${offered.length > 1 ? html`<div class="task-kinds">${segments("task-kind", t("任务种类"), offered.map((one) => [one, label(one)]), kind, (one) => choose(one, state, app))}</div>` : nothing}
    ${kind && kind !== "mine" ? html`<p class="soft">${kindAsks(kind)}</p>` : nothing}
    ${kind === "mine" ? html`<ul class="rows">${state.own.map((one) => ownRow(one, state))}</ul>` : lists(state, open, kind)}
    ${state.more ? notice("info", t("还有更多任务"), t("这里只列时间最紧的；办完这些后会补上。")) : nothing}
    ${state.at ? html`<p class="soft">${t("清单更新：%(age)s", { age: ago(state.at) })}</p>` : notice("wait", t("任务还没有下载"), t("请联网打开一次，之后没有网络也能查看和答复。"))}`;
}

function lists(state, open, kind) {
  const wanted = (task) => !kind || task.kind === kind;
  const hourly = open.filter((task) => wanted(task) && isItsHour(task));
  const rest = open.filter((task) => wanted(task) && !isItsHour(task));
  const done = state.tasks.filter((task) => task.answer && wanted(task));
  const rechecks = !kind || kind === "recheck" ? state.rechecks : [];
  if (![...hourly, ...rest, ...done, ...rechecks].length) return state.at ? empty(t("没有待办任务"), "circle-check") : nothing;
  return html`${block(t("此刻去看：与上报同一时段"), hourly, (task) => row(task, state), "clock-play")}
    ${block(t("待复查"), rechecks, (one) => recheckRow(one, state.rounds), "refresh")}
    ${hourly.length || rechecks.length ? block(t("按剩余时间"), rest, (task) => row(task, state), "hourglass") : html`<ul class="rows">${rest.map((task) => row(task, state))}</ul>`}
    ${block(t("已答复"), done, (task) => row(task, state), "cloud-upload")}`;
}

const block = (title, all, one, name) => (all.length ? html`<section class="block"><h2>${icon(name)}${title}</h2><ul class="rows">${all.map(one)}</ul></section>` : nothing);

// From where the phone stands, if it knows.
function away(thing) {
  const here = locator().current();
  return here ? (byDistance([thing], here)[0]?.words ?? "") : "";
}

const stateChip = ({ tone, name, words }) => chip(words, { tone, name });

function row(task, state) {
  const picture = state.pictures.url(task.before[0]?.thumb);
  const end = task.answer
    ? stateChip(answerState(task.answer))
    : html`${due(task.due_at)} ${task.failed ? chip(failedWords(task.failed), { tone: "wait", name: "alert-circle" }) : nothing}`;
  return html`<li><a class="row" href="#/tasks/${task.number}?kind=${task.kind}">
    ${picture ? html`<img src=${picture} alt="" width="64" height="64">` : html`<span class="row-icon">${icon(KIND_ICONS[task.kind])}</span>`}
    <span class="row-body"><strong>${named({ name: task.category_name, name_en: task.category_name_en })}</strong>
      <span class="soft">${[kindName(task.kind), task.address || task.grid?.path].filter(Boolean).join(" · ")}</span>
      <span class="soft num">${[task.number, away(task)].filter(Boolean).join(" · ")}</span><span class="row-end">${end}</span></span>${icon("chevron-right")}</a></li>`;
}

function ownRow(one, state) {
  const picture = state.pictures.url(state.thumbs.get(one.number));
  return html`<li><a class="row" href="#/tasks/${one.number}">${picture ? html`<img src=${picture} alt="" width="64" height="64">` : html`<span class="row-icon">${icon("camera-plus")}</span>`}
    <span class="row-body"><strong>${named({ name: one.category_name, name_en: one.category_name_en })}</strong><span class="soft">${one.address}</span><span class="soft num">${one.number}</span><span class="row-end">${chip(one.state_name)} ${time(one.reported_at)}</span></span>${icon("chevron-right")}</a></li>`;
}

const leave = (state) => state.pictures?.end();

const screen = { title: () => t("任务"), load, view, leave, live: true, ticks: true };
export default screen;
