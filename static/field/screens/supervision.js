// 督查: problem items that my units still owe an answer for; for who looks around, a look at a unit (明察暗访).

import { html, nothing } from "../lib/html.js";
import { Draft } from "../lib/draft.js";
import { uuid } from "../lib/ids.js";
import { discardPhotos, filesOf, photosPart, photosState, releasePhotos, savedPhotos, settled } from "../lib/photos_part.js";
import { answeredHere } from "../lib/problems.js";
import { button, chip, confirm, due, empty, field, focusFault, icon, select } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { here } from "../joint/here.js";
import { locator } from "../place/fix.js";

async function load({ again }, app) {
  const data = (await app.store.pack("supervision"))?.data ?? { may_check: false, units: [], problems: [] };
  const answered = await answeredHere(app.store);
  if (again) return Object.assign(again, { data, answered });
  if (data.may_check) locator().watch(); // photos bear the place where they were taken
  const draft = await Draft.unsent(app.store, "discipline_check", () => ({ id: uuid(), unit: "", fact: "", person: "", outcome: "" }));
  return { data, draft, answered, photos: await photosState(app.store, draft.content.photos, { at: here }), open: draft.resumed, errors: {} };
}

function faults({ unit, fact }) {
  const found = {};
  if (!unit) found.unit = t("请选择单位");
  if (!fact.trim()) found.fact = t("请写明情况；没有发现问题的也请写明");
  return found;
}

async function send(state, app) {
  const { content } = state.draft;
  state.errors = faults(content);
  if (Object.keys(state.errors).length) {
    app.redraw();
    return focusFault();
  }
  await settled(state.photos);
  const body = { unit: content.unit, fact: content.fact.trim() };
  for (const name of ["person", "outcome"]) if (content[name].trim()) body[name] = content[name].trim();
  const unit = state.data.units.find((one) => one.code === content.unit)?.name ?? "";
  await state.draft.save(); // nothing of it is written after it has become a record
  await app.capture({ id: content.id, type: "discipline_check", body, files: filesOf(state.photos), about: { title: t("明察暗访"), subject: unit }, draft: state.draft.name });
  await state.draft.drop();
  state.open = false;
  app.toast(t("已保存，待发送。"));
  if (app.state === state) app.go("#/");
  return undefined;
}

async function give(state, app) {
  if (!(await confirm(t("放弃这张表？"), t("填写的内容和照片会从手机上删除。"), t("放弃")))) return;
  await discardPhotos(state.photos);
  await state.draft.drop();
  state.open = false;
  if (app.state === state) app.go("#/");
}

function form(state, app) {
  const { draft, errors, photos } = state;
  const { content } = draft;
  const set = (name) => (value) => { draft.set({ [name]: value }); delete errors[name]; app.redraw(); };
  const kept = () => { draft.set({ photos: savedPhotos(photos) }, { now: true }); app.redraw(); };
  const units = [["", t("请选择")], ...state.data.units.map((unit) => [unit.code, `${"　".repeat(unit.level ?? 0)}${unit.name}`])];
  return html`<section class="card">
    ${select("unit", t("单位"), units, content.unit, set("unit"), { errors })}
    ${field("fact", t("情况"), content.fact, set("fact"), { rows: 3, maxlength: 2000, required: true, errors, hint: t("没有发现问题的，也请写明") })}
    ${field("person", t("涉及人员"), content.person, set("person"), { maxlength: 80, hint: t("姓名只给有权查看的人看，查看会留下记录。") })}
    ${field("outcome", t("处理结果"), content.outcome, set("outcome"), { rows: 2, maxlength: 2000 })}</section>
    ${photosPart(photos, { role: "photo", label: t("现场照片"), onChange: kept })}
    ${button(t("放弃这张表"), () => give(state, app), { kind: "quiet", name: "trash" })}
    <div class="thumb">${button(t("登记"), () => send(state, app), { kind: "primary", name: "check" })}</div>`;
}

function view(state, app) {
  const { data, answered } = state;
  const owed = data.problems.filter((item) => !answered.has(item.number));
  return html`<section><h2>${t("待反馈的通报问题")}</h2>
      ${owed.length ? html`<ul class="rows">${owed.map((item) => html`<li><a class="row" href="#/supervision/${item.number}"><span class="row-icon">${icon("message-circle")}</span><span class="row-body"><strong>${item.fact}</strong><span class="soft">${item.unit.name} <span class="num">${item.number}</span></span><span class="chips">${item.state === "refused" ? chip(t("未通过认定，请再整改"), { tone: "wait", name: "alert-circle" }) : nothing}${due(item.due_at)}</span></span>${icon("chevron-right")}</a></li>`)}</ul>` : empty(t("没有待反馈的通报问题。"))}</section>
    ${data.may_check ? (state.open ? form(state, app) : button(t("登记明察暗访"), () => { state.open = true; app.redraw(); }, { kind: "primary", name: "report-search" })) : nothing}`;
}

export default { title: () => t("督查"), load, view, live: true, leave: (state) => releasePhotos(state.photos), busy: (state) => state.open };
