// The answer to a task: 核实 (is it true?), 核查 (is it fixed?), 处置反馈 (what was done), with photos and a spoken note.

import { html, nothing } from "./html.js";
import { uuid } from "./ids.js";
import { countOf, filesOf, photosPart, photosState, savedPhotos, settled, voicePart } from "./photos_part.js";
import { ANSWERS } from "./tasks.js";
import { button, field, focusFault, icon, notice, segments } from "./ui.js";
import { named, t } from "./words.js";
import { openForm } from "../joint/form.js";
import { here } from "../joint/here.js";
import { revise } from "../sync/revise.js";
import { locator } from "../place/fix.js";

const asks = {
  verify: () => ({ title: t("核实：情况是否属实？"), name: "map-pin-check", outcomes: [["true", t("属实")], ["false", t("不属实")]], photos: t("现场照片"), words: t("说明"), send: t("提交核实"), record: t("核实") }),
  check: () => ({ title: t("核查：是否处置到位？"), name: "eye-check", outcomes: [["passed", t("合格")], ["failed", t("不合格")]], photos: t("核查照片"), words: t("说明"), send: t("提交核查"), record: t("核查") }),
  handle: () => ({ title: t("处置反馈"), name: "tool", outcomes: [], photos: t("处置后照片"), words: t("处置情况"), send: t("提交反馈"), record: t("处置反馈") }),
};

// `state`: of the screen of the case; it is there still when the person has gone on.
// `ghost()`: the picture before, to hold the camera the same way.
// `wanted`: the record that the server did not take, where it is put right.
export async function openAnswer(app, state, kind, ghost, wanted) {
  const { number } = state;
  const { record, draft, errors } = await openForm(app, { name: `task:${number}:${kind}`, wanted, blank, fromRecord });
  const photos = await photosState(app.store, draft.content.photos, { at: here, most: app.me.limits?.attachments ?? 40 });
  locator().watch();
  return { state, number, kind, ghost: kind === "verify" ? null : ghost, draft, record, photos, errors };
}

const blank = () => ({ id: uuid(), outcome: "", words: "", photos: null });

function fromRecord({ id, body, attachments }) {
  const sound = attachments.find((one) => one.role === "sound");
  const photos = { items: attachments.filter((one) => one !== sound).map((one) => ({ ...one, key: one.sha256 })), note: sound ? { ...sound, seconds: null } : null };
  return { id, outcome: String(body.outcome ?? ""), words: body.words ?? "", photos };
}

function missing({ kind, photos, state: { task }, draft: { content } }) {
  const found = {};
  const needs = task?.kind === kind && content.outcome !== "failed" ? task.photos ?? 0 : 0;
  if (countOf(photos, ANSWERS[kind].role) < needs) found.photos = t("还缺照片，至少 %(n)s 张。", { n: needs });
  if (kind !== "handle" && !content.outcome) found.outcome = t("请选择结果。");
  if (kind === "handle" && !content.words.trim()) found.words = t("请说明处置情况。");
  if (content.outcome === "failed" && !content.words.trim()) found.words = t("请说明不合格的原因。");
  return found;
}

function bodyOf({ kind, number, draft: { content } }) {
  const words = content.words.trim();
  const outcome = { verify: content.outcome === "true", check: content.outcome }[kind];
  return { case: number, ...(outcome === undefined ? {} : { outcome }), ...(words ? { words } : {}) };
}

async function send(answer, app) {
  const { draft, kind, photos, state } = answer;
  if (draft.over) return;
  answer.errors = missing(answer);
  const [wrong] = Object.keys(answer.errors);
  if (wrong) {
    app.redraw();
    focusFault(document.getElementById(`answer-${kind}`));
    return;
  }
  await settled(photos); // the person may have gone on meanwhile: nothing is read of what is shown then
  const { told } = state;
  const category = named({ name: told.category_name, name_en: told.category_name_en });
  draft.done();
  try {
    const { id } = draft.content;
    const about = { title: `${asks[kind]().record} · ${category}`, note: told.address || told.grid?.path || "", subject: answer.number, edit: `#/tasks/${answer.number}?kind=${kind}&record=${id}` };
    const what = { body: bodyOf(answer), files: filesOf(photos), draft: draft.name, about };
    if (answer.record) await revise(app, answer.record, what);
    else await app.capture({ type: ANSWERS[kind].type, id, ...what });
  } catch (fault) {
    draft.over = false;
    answer.errors = { send: fault.message };
    app.redraw();
    return;
  }
  if (app.state === state) app.go("#/tasks");
  app.toast(t("已保存，待发送"));
}

export function answerForm(answer, app) {
  const { kind, draft, photos, errors } = answer;
  const { title, name, outcomes, photos: label, words, send: sends } = asks[kind]();
  const change = (changes) => { draft.set(changes); Object.keys(changes).forEach((key) => { delete errors[key]; }); app.redraw(); };
  const shot = () => { draft.set({ photos: savedPhotos(photos) }, { now: true }); delete errors.photos; app.redraw(); };
  const asked = (answer.state.task?.kind === kind && answer.state.task.asked) || [];
  const must = kind === "handle" || draft.content.outcome === "failed";
  return html`<section class="answer" id=${`answer-${kind}`} aria-label=${title}><h2>${icon(name)}${title}</h2>
    ${outcomes.length ? html`<div class="card outcome">${segments(`outcome-${kind}`, t("结果"), outcomes, draft.content.outcome, (outcome) => change({ outcome }), { errors: errors.outcome ? { [`outcome-${kind}`]: errors.outcome } : undefined })}</div>` : nothing}
    ${asked.length ? notice("info", t("立案条件的要求"), asked.map((line) => html`<span class="block-line">${line}</span>`)) : nothing}
    ${photosPart(photos, { role: ANSWERS[kind].role, label, ghost: answer.ghost, required: t("建议拍照，当事人和值班人员都看得清。"), onChange: shot, errors: errors.photos })}
    <div class="card">${field(`words-${kind}`, must && kind === "check" ? t("不合格的原因") : words, draft.content.words, (typed) => change({ words: typed }), { rows: 3, maxlength: kind === "check" ? 500 : 2000, required: must, errors: errors.words ? { [`words-${kind}`]: errors.words } : undefined })}</div>
    ${voicePart(photos, { onChange: shot })}
    ${errors.send ? notice("wait", t("没有保存"), errors.send) : nothing}
    <div class="thumb">${button(sends, () => send(answer, app), { kind: "primary", name: "send" })}</div></section>`;
}
