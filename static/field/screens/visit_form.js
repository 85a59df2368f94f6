// The parts of the form of a visit.

import { html, nothing } from "../lib/html.js";
import { filmPart, isFilmed } from "../lib/film_part.js";
import { photosPart } from "../lib/photos_part.js";
import { signPart } from "../lib/sign_part.js";
import { button, check, due, fault, field, segments, select } from "../lib/ui.js";
import { named, t } from "../lib/words.js";
import { allowed } from "./round.js";
import { checklistOf } from "./visit.js";
import { findingRole, freshFinding } from "./visit_body.js";

const pairs = (list) => list.map((one) => [one.value, one.name]);

export function form(state, app) {
  const { place, found, may, draft, errors, photos, onPhotos } = state;
  const { content } = draft;
  const set = (changes) => {
    draft.set(changes);
    for (const name of Object.keys(changes)) delete errors[name];
    app.redraw();
  };
  const typed = (name) => (value) => set({ [name]: value });
  const kinds = pairs(found.visit_kinds).filter(([value]) => may !== "no" || value !== "inspection");
  // A paper that only an inspection may leave does not stay chosen where the visit is another.
  const chosen = (kind) => set({ kind, ...(kind !== "inspection" && content.paper === "order" ? { paper: "" } : {}) });
  const papers = [["", t("无")], ...pairs(found.order_kinds).filter(([value]) => value !== "order" || content.kind === "inspection")];
  return html`${allowed(state.round)}
    <section class="card">
      ${place.visits_this_year === undefined ? nothing : html`<p class="soft">${t("本年已行政检查 %(n)s 次（频次不得超过公布的年度上限）", { n: place.visits_this_year })}</p>`}
      ${segments("visit-kind", t("方式"), kinds, content.kind, chosen, { errors: { "visit-kind": errors.kind } })}
      ${content.kind === "inspection" && may === "sure" ? html`${check("sure", t("我确认：同一单位两名以上持证执法人员在场，用各自手机签到"), content.sure, typed("sure"), { errors })}` : nothing}
      ${mended(place, content, set)}</section>
    ${checklist(state, set)}
    ${findings(state, set)}
    <section class="card">${segments("paper", t("留下的文书"), papers, content.paper, typed("paper"), { errors })}
      ${content.kind === "inspection" || !found.orders_need ? nothing : html`<p class="soft">${found.orders_need}</p>`}
      ${content.paper ? html`${field("due_on", t("整改期限"), content.due_on, typed("due_on"), { type: "date", errors, hint: t("到当日24时止；责令改正须填"), required: content.paper === "order" })}${field("paper_number", t("文书编号"), content.paper_number, typed("paper_number"), { maxlength: 60 })}` : nothing}</section>
    <section class="card">${segments("signed", t("签收"), pairs(found.signed), content.signed, typed("signed"), { errors })}
      ${content.signed === "received" ? html`<p class="soft">${t("签名只证明收到。")}</p>${signPart(state.signature)}` : nothing}
      ${content.signed === "refused" ? html`${field("witness", t("见证人"), content.witness, typed("witness"), { required: !isFilmed(state.film), maxlength: 120, errors, hint: t("拒签的，写明见证人，或者录像（最长 20 秒）。") })}${filmPart(state.film, { label: t("拒签录像") })}` : nothing}</section>
    ${photosPart(photos, { role: "finding", label: t("其他照片"), onChange: onPhotos })}
    <section class="card">${field("note", t("备注"), content.note, typed("note"), { rows: 2, maxlength: 2000 })}
      ${check("complete", t("检查已完成"), content.complete, typed("complete"))}</section>`;
}

// Findings of earlier visits that were seen mended.
function mended(place, content, set) {
  if (!place.open.length) return nothing;
  const toggle = (one) => (on) => set({ recheck: true, corrected: on ? [...content.corrected, one.id] : content.corrected.filter((id) => id !== one.id) });
  return html`<fieldset class="choices"><legend>${t("以前发现的问题：已整改的请勾选")}</legend>${place.open.map((one) => html`<div class="mended">${check(`mended-${one.id}`, one.text || t("（未写明）"), content.corrected.includes(one.id), toggle(one))}${due(one.due_at)}</div>`)}</fieldset>`;
}

function checklist(state, set) {
  const { content } = state.draft;
  const chosen = checklistOf(state);
  if (!chosen) return nothing;
  const answer = (item, changes) => set({ answers: { ...content.answers, [item.id]: { ...content.answers[item.id], ...changes } } });
  const options = [["yes", t("符合")], ["no", t("不符合")], ["", t("未查")]];
  const read = { yes: true, no: false, "": null };
  return html`<section class="card"><h2>${chosen.name}</h2>
    ${state.checklists.length > 1 ? select("checklist", t("检查表"), state.checklists.map((one) => [String(one.id), one.name]), String(chosen.id), (id) => set({ checklist: Number(id), answers: {} })) : nothing}
    ${chosen.items.map((item, place) => {
      const given = content.answers[item.id] ?? {};
      const value = given.ok === true ? "yes" : given.ok === false ? "no" : "";
      return html`<div class="question">${segments(`item-${item.id}`, `${place + 1}. ${item.text}`, options, value, (picked) => answer(item, { ok: read[picked] }))}
        ${given.ok === false ? html`<p class="soft">${t("将作为一条发现随本次检查上报。")}</p>${field(`note-${item.id}`, t("不符合的情况"), given.note, (note) => answer(item, { note }), { maxlength: 500 })}${shots(state, `item-${item.id}`, t("第 %(n)s 项的照片", { n: place + 1 }))}` : nothing}</div>`;
    })}</section>`;
}

const shots = ({ photos, onPhotos }, key, label) => photosPart(photos, { role: findingRole(key), label, onChange: onPhotos });

function findings(state, set) {
  const { draft, found, errors } = state;
  const { findings: list } = draft.content;
  const change = (key, changes) => set({ findings: list.map((one) => (one.key === key ? { ...one, ...changes } : one)) });
  const categories = [["", t("不分类")], ...found.finding_categories.map((one) => [one.code, named({ name_zh: one.name, name_en: one.name_en })])];
  return html`<section class="card"><h2>${t("发现问题")}</h2>
    ${list.length ? nothing : html`<p class="soft">${t("没有就不填，未发现问题也是结果。")}</p>`}${fault("findings", errors)}
    ${list.map((one, place) => html`<div class="finding">
      ${field(`finding-${one.key}`, t("问题 %(n)s", { n: place + 1 }), one.text, (text) => change(one.key, { text }), { rows: 2, maxlength: 1000, required: true })}
      ${segments(`severity-${one.key}`, t("程度"), pairs(found.severities), one.severity, (severity) => change(one.key, { severity }))}
      ${categories.length > 1 ? select(`category-${one.key}`, t("类别"), categories, one.category, (category) => change(one.key, { category })) : nothing}
      ${shots(state, one.key, t("问题 %(n)s 的照片", { n: place + 1 }))}
      ${button(t("去掉这个问题"), () => set({ findings: list.filter((other) => other.key !== one.key) }), { kind: "quiet", name: "trash" })}</div>`)}
    ${button(list.length ? t("再加一个问题") : t("加一个问题"), () => set({ findings: [...list, freshFinding(found.severities[0]?.value ?? "general")] }), { name: "plus" })}</section>`;
}
