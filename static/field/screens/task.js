// One case: what and where, the photos before, what happened; then the answer asked of me: 核实, 核查, 处置反馈.

import { answerForm, openAnswer } from "../lib/answer_part.js";
import { territoryOf } from "../lib/ground.js";
import { callOne } from "../lib/calls_part.js";
import { html, nothing } from "../lib/html.js";
import { countOf, hasNote, photosIn, releasePhotos } from "../lib/photos_part.js";
import { ANSWERS, answerState, failedWords, kindName, tasksOf } from "../lib/tasks.js";
import { Pictures } from "../lib/thumbs.js";
import { offerToGroup } from "../lib/to_group.js";
import { button, chip, due, empty, icon, moment, notice, sheet, withTimes } from "../lib/ui.js";
import { lasted, left } from "../lib/when.js";
import { named, t } from "../lib/words.js";
import { receivePart, stepsPart } from "../lib/steps_part.js";
import { fetchPart } from "../sync/pack.js";
import { byDistance } from "../place/near.js";
import { locator } from "../place/fix.js";

const CASES_KEPT = 60;
const AGAIN_MS = 10_000;
const NOTICES = { good: "good", wait: "wait", "": "info" }; // by the tone of an answer

async function load({ number, query, again }, app) {
  const { store } = app;
  const state = again ?? { number, kind: query.kind, wanted: query.record, pictures: new Pictures(store, app.redraw), opening: {}, answers: {}, asked: false };
  const [{ tasks }, cases, reports, file] = await Promise.all([tasksOf(store), store.pack("cases"), store.pack("reports"), store.pack(`case/${number}`)]);
  const byNumber = (list) => list?.find((one) => one.number === number);
  state.task = tasks.find((one) => one.number === number && (!state.kind || one.kind === state.kind)) ?? tasks.find((one) => one.number === number) ?? null;
  Object.assign(state, { file: file?.data ?? null, drawn: file?.at });
  state.told = { ...byNumber(reports?.data?.reports), ...byNumber(cases?.data?.cases), ...state.task, ...state.file };
  for (const kind of kindsOf(state)) state.answers[kind] = await opened(state, app, kind);
  state.kinds = kindsOf(state).filter((kind) => state.answers[kind]); // as the newest reading says
  if (!state.asked) newest(state, app);
  return state;
}

// Two loads may run at once: an answer is opened once, and again only where it could not be.
function opened(state, app, kind) {
  state.opening[kind] ??= openAnswer(app, state, kind, () => ghost(state), kind === state.kind ? state.wanted : undefined).catch((fault) => {
    delete state.opening[kind];
    throw fault;
  });
  return state.opening[kind];
}

// What may be answered: as the newest list says, unless it is answered on this phone already.
function kindsOf({ task, file, kind, wanted }) {
  if (task?.answer) return [];
  if (wanted) return [kind];
  const may = new Set([...(task?.may ?? []), ...(task ? [{ verify: "verify", check: "check_passed", handle: "feedback" }[task.kind]] : []), ...(file?.may ?? [])]);
  return [["verify", "verify"], ["check", "check_passed"], ["handle", "feedback"]].filter(([, move]) => may.has(move)).map(([kind]) => kind);
}

// The whole file where there is a network; its history is kept for later. Of two openings at once the other may have kept
// it meanwhile. What did not come through is asked for again as long as the case is looked at.
async function newest(state, app) {
  state.asked = true;
  const { kind, at } = await fetchPart(app.store, `case/${state.number}`);
  state.missing = kind === "gone";
  await app.store.tidyPacks("case/", CASES_KEPT);
  if (app.state !== state) return;
  if (kind === "again" || kind === "portal") setTimeout(() => app.state === state && newest(state, app), AGAIN_MS);
  if (kind === "gone" || at !== state.drawn) await app.reload();
  const [before] = state.told.before ?? [];
  if (before) await state.pictures.blob(before.full, { keep: true });
}

// The picture before, for holding the camera the same way: what is here at once, else what comes within seconds.
async function ghost(state) {
  const [before] = state.told.before ?? [];
  if (!before) return null;
  const here = await state.pictures.kept([before.full, before.thumb]);
  return here ?? Promise.race([state.pictures.blob(before.thumb), new Promise((done) => { setTimeout(() => done(null), 3000); })]);
}

function leave(state) {
  state.pictures?.end();
  for (const answer of Object.values(state.answers ?? {})) {
    releasePhotos(answer.photos);
    if (!answer.draft.over && answer.draft.dirty) answer.draft.save();
  }
}

function view(state, app) {
  const { told, task } = state;
  if (!told.number) return state.missing ? empty(t("没有这个案件，或不在您的范围内。"), "file-x") : html`<p class="empty" role="status">${state.asked && !navigator.onLine ? t("手机里没有这个案件，请联网后再看。") : t("正在打开…")}</p>`;
  return html`${task?.answer ? notice(NOTICES[answerState(task.answer).tone], answerState(task.answer).words, task.answer.receipt?.held_because ?? "", html`<a class="button quiet" href="#/ledger/${task.answer.id}">${icon("cloud-upload")}<span>${t("查看这条记录")}</span></a>`) : nothing}
    ${task?.failed ? notice("wait", failedWords(task.failed), task.failed.receipt?.held_because || task.failed.reason || "", html`<a class="button quiet" href="#/ledger/${task.failed.id}">${icon("alert-circle")}<span>${t("查看这条记录")}</span></a>`) : nothing}
    ${what(state, app)}
    ${stillOpen(state)}
    ${pictures(state)}
    ${receivePart(state, app)}
    ${state.kinds.map((kind) => answerForm(state.answers[kind], app))}
    ${stepsPart(state, app)}
    ${button(t("发到工作群"), () => toGroup(state), { kind: "quiet", name: "share" })}
    ${history(state)}`;
}

// Said to the unit that leads, before it answers: who helps and has not told its result yet.
function stillOpen({ kinds, told: { helpers = [] } }) {
  const open = helpers.filter((one) => !one.told).map((one) => one.name);
  return kinds.includes("handle") && open.length ? notice("wait", t("会办单位还没有反馈"), open.join(t("、"))) : nothing;
}

const clockLines = ({ clock = [] }) => clock.map((line) => html`<span class="soft block-line">${withTimes(line)}</span>`);

function what({ told, task, number }, app) {
  const here = locator().current();
  const away = here ? byDistance([told], here)[0]?.words : "";
  return html`<section class="card"><p class="buttons-left">${task ? chip(kindName(task.kind)) : nothing}${told.state_name ? chip(told.state_name) : nothing}${due(told.due_at)}</p>
    <p class="soft num">${number}</p>
    ${told.note ? html`<p>${told.note}</p>` : nothing}
    ${told.words && told.words !== told.note ? notice("info", t("上一步的说明"), told.words) : nothing}
    <dl class="facts">
      ${told.address ? html`<dt>${t("位置")}</dt><dd>${told.address}</dd>` : nothing}
      ${told.grid ? html`<dt>${t("网格")}</dt><dd>${told.grid.path ?? told.grid}</dd>` : nothing}
      ${away ? html`<dt>${t("距离")}</dt><dd class="num">${away}</dd>` : nothing}
      ${told.reported_at ? html`<dt>${t("上报时间")}</dt><dd>${moment(told.reported_at)}</dd>` : nothing}
      ${told.source_name ? html`<dt>${t("来源")}</dt><dd>${told.source_name}</dd>` : nothing}
      ${told.unit ? html`<dt>${t("处置单位")}</dt><dd>${told.unit.name}</dd>` : nothing}
      ${told.helpers?.length ? html`<dt>${t("会办")}</dt><dd>${told.helpers.map((one) => html`<span class="block-line">${one.name}${t("：")}${one.task} ${chip(one.told ? t("已反馈") : t("待反馈"))}</span>`)}</dd>` : nothing}
      ${told.due_at ? html`<dt>${told.due_name || t("时限")}</dt><dd>${moment(told.due_at)}${told.case_due_at ? nothing : clockLines(told)}</dd>` : nothing}
      ${told.case_due_at ? html`<dt>${t("案件时限")}</dt><dd>${moment(told.case_due_at)}${clockLines(told)}</dd>` : nothing}
      ${told.closing_condition ? html`<dt>${t("结案条件")}</dt><dd>${told.closing_condition}</dd>` : nothing}
    </dl>
    ${Number.isFinite(told.lon) ? html`<nav class="buttons" aria-label=${t("前往")}>${button(t("在地图上看"), () => onMap(told, app), { name: "map-2" })}
      <a class="button plain" href=${`geo:${told.lat.toFixed(6)},${told.lon.toFixed(6)}`}>${icon("navigation")}<span>${t("用地图应用打开")}</span></a></nav>` : nothing}
    ${calls(told)}</section>`;
}

// Who has the case, and who leads there.
function calls({ unit, leader }) {
  if (!unit?.phone && !leader?.phone) return nothing;
  return html`<nav class="calls" aria-label=${t("一键呼叫")}>${unit?.phone ? callOne(t("处置单位"), unit.name, unit.phone) : nothing}${leader?.phone ? callOne(t("值班长"), leader.name, leader.phone) : nothing}</nav>`;
}

// The map comes after the app: a phone may not have it yet.
async function onMap({ lon, lat, address }, app) {
  const here = locator();
  here.watch();
  const openViewer = await map().catch((fault) => console.warn(fault));
  if (!openViewer) return app.toast(t("地图还没有下载，请联网打开一次。"), { tone: "wait" });
  return openViewer({ territory: await territoryOf(app.store), point: { lon, lat }, name: address, fix: here.current(), locator: here });
}

async function map() {
  const { loadLeaflet, openViewer } = await import("../place/viewer.js");
  await loadLeaflet();
  return openViewer;
}

// Before, after and at the check, as far as they are on the phone.
function pictures(state) {
  const groups = [[t("处置前"), state.told.before], [t("处置后"), state.told.after], [t("核查"), state.told.check]].filter(([, photos]) => photos?.length);
  if (!groups.length) return nothing;
  return html`<section class="card">${groups.map(([label, photos]) => html`<h2>${label}</h2><ul class="photos-list">${photos.map((photo, order) => shot(state, photo, `${label} ${order + 1}`))}</ul>`)}</section>`;
}

function shot(state, photo, label) {
  const url = state.pictures.url(photo.thumb);
  return html`<li><button type="button" class="photo" aria-label=${label} @click=${() => large(state, photo, label)}>${url ? html`<img src=${url} alt="">` : icon("photo")}</button></li>`;
}

async function large(state, photo, label) {
  const blob = (await state.pictures.kept([photo.full])) ?? (navigator.onLine ? await state.pictures.blob(photo.full, { keep: true }) : null) ?? (await state.pictures.blob(photo.thumb));
  const url = blob && URL.createObjectURL(blob);
  await sheet(label, () => html`${url ? html`<img class="photo-large" src=${url} alt=${label}>` : notice("wait", t("照片不在手机里"), t("联网后可以查看。"))}${photo.taken_at ? html`<p class="soft">${moment(photo.taken_at)}</p>` : nothing}`);
  if (url) URL.revokeObjectURL(url);
}

async function toGroup({ told, number, pictures: kept, answers }) {
  const own = Object.entries(answers).map(([kind, { photos }]) => photosIn(photos, ANSWERS[kind].role).find((one) => one.blob && !one.fault)?.blob).find(Boolean);
  const photoOf = async (photo) => (photo ? ((await kept.kept([photo.full, photo.thumb])) ?? kept.blob(photo.full)) : null);
  const before = await photoOf(told.before?.[0]);
  const after = own ?? (await photoOf(told.after?.at(-1)));
  const category = named({ name: told.category_name, name_en: told.category_name_en });
  await offerToGroup({ before, after, number, unit: told.unit?.name, left: told.due_at ? left(told.due_at) : undefined, category, grid: told.grid?.path });
}

// Who did what and when, how long it lay there before.
function history({ file }) {
  if (!file?.timeline?.length) return nothing;
  return html`<section class="card"><h2>${t("办理经过")}</h2><ol class="timeline">${file.timeline.map((one) => html`<li>
    <strong>${one.name}</strong> ${moment(one.at)}
    <span class="soft block-line">${one.who ?? t("系统")}</span>
    ${one.words ? html`<span class="block-line">${one.words}</span>` : nothing}${(one.facts ?? []).map((fact) => html`<span class="soft block-line">${withTimes(fact)}</span>`)}
    ${one.lay_s > 3600 ? html`<span class="soft block-line">${t("此前停留 %(time)s", { time: lasted(one.lay_s * 1000) })}</span>` : nothing}</li>`)}</ol></section>`;
}

const busy = (state) => Object.entries(state.answers ?? {}).some(([kind, answer]) => answer.draft.content.words || answer.draft.content.outcome || hasNote(answer.photos) || countOf(answer.photos, ANSWERS[kind].role));

const title = (state) => (state?.told?.category_name ? named({ name: state.told.category_name, name_en: state.told.category_name_en }) : t("案件"));
export default { title, load, view, leave, busy, live: true, ticks: true };
