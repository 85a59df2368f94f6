// A seizure, an impounding, a preservation, a referral on an outing: never a tap. What the law asks is said before it is
// sent, with the article; what the server refuses comes back here to be put right (`?record=`).

import { html, nothing } from "../lib/html.js";
import { uuid } from "../lib/ids.js";
import { filmFiles, filmPart, filmState, isFilmed, releaseFilm, savedFilm } from "../lib/film_part.js";
import { busyIn, filesOf, photosIn, photosPart, photosState, releasePhotos, savedPhotos, settled } from "../lib/photos_part.js";
import { isSigned, releaseSign, savedSign, signFiles, signPart, signSettled, signState } from "../lib/sign_part.js";
import { button, check, chip, empty, fault, field, focusFault, icon, link, notice, segments, select } from "../lib/ui.js";
import { now } from "../lib/when.js";
import { t } from "../lib/words.js";
import { giveUp, openOneOf } from "../joint/form.js";
import { here } from "../joint/here.js";
import { asked, coercive, faults, itemLines, lastDay } from "../joint/law.js";
import { agencyName, findOuting, gone, incidentName, named, readOutings, reference } from "../joint/outings.js";
import { resumed, why } from "../joint/parts.js";
import { fresh, fromRecord, toBody } from "../joint/incident_form.js";
import { inOrder } from "../joint/squad.js";
import { revise } from "../sync/revise.js";

async function load({ id, query, again }, app) {
  const { words, list } = await readOutings(app);
  const known = findOuting(list, id);
  if (again) return Object.assign(again, { words, outing: known ?? again.outing });
  const mine = ({ outing: { id: name } }) => name === id || (known && named(known, name));
  const { record, draft, errors } = await openOneOf(app, "incident", { wanted: query.record, draft: query.draft, mine, blank: () => fresh(words, known, uuid()), fromRecord: (one) => fromRecord(one, words) });
  const state = { id, words, outing: known ?? (draft.content.outing && gone(draft.content.outing)), record, draft, errors };
  const changed = (name, saved) => () => { draft.set({ [name]: saved() }, { now: true }); app.redraw(); };
  state.photos = await photosState(app.store, draft.content.photos, { at: here });
  state.onPhotos = changed("photos", () => savedPhotos(state.photos));
  state.film = await filmState(app.store, draft.content.film, { at: here, onChange: changed("film", () => savedFilm(state.film)) });
  state.signature = await signState(app.store, draft.content.signature, { label: t("当事人签名"), onChange: () => changed("signature", () => savedSign(state.signature))() });
  return state;
}

const lawOf = (state) => state.words.incidents.find((one) => one.kind === state.draft.content.kind) ?? state.words.incidents[0];

function set(state, app, changes) {
  state.draft.set(changes);
  for (const name of Object.keys(changes)) delete state.errors[name];
  app.redraw();
}

// Another kind asks for other things; its term is proposed unless another day was chosen by hand.
function choose(state, app, kind) {
  const law = state.words.incidents.find((one) => one.kind === kind);
  const { content } = state.draft;
  const agency = law.agencies.length === 1 ? law.agencies[0] : content.agency;
  set(state, app, { kind, agency, ...(content.own_deadline ? {} : { deadline: lastDay(law, now()) }) });
}

const chosen = (state) => state.outing.squad.filter((one) => state.draft.content.officers.includes(one.officer));

function open(state) {
  const { content } = state.draft;
  const form = { ...content, filmed: isFilmed(state.film) || photosIn(state.photos, "photo").length > 0, signature: isSigned(state.signature) };
  return faults(lawOf(state), form, chosen(state), state.record ? new Date(state.record.captured_at) : now());
}

async function send(state, app) {
  await Promise.all([settled(state.photos), signSettled(state.signature)]);
  const missing = open(state);
  if (missing.length) {
    state.errors = Object.fromEntries([...missing].reverse());
    app.redraw();
    focusFault();
    return;
  }
  const { draft, outing, record } = state;
  await draft.save(); // nothing of it is written after it has become a record
  const law = lawOf(state);
  const received = law.taking && draft.content.signed === "received";
  const files = [...filesOf(state.photos), ...(received ? signFiles(state.signature) : []), ...(law.taking && draft.content.signed === "refused" ? filmFiles(state.film) : [])];
  const body = toBody(draft.content, law, reference(outing));
  const edit = `#/outings/${encodeURIComponent(state.id)}/incident?record=${draft.content.id}`;
  const about = { title: `${incidentName(state.words, law.kind)} ${itemLines(draft.content.items)[0] ?? ""}`.trim(), note: outing.campaign?.name ?? "", subject: outing.id, edit };
  if (record) await revise(app, record, { body, files, about, draft: draft.name });
  else await app.capture({ id: draft.content.id, type: "incident", body, files, about, draft: draft.name });
  state.sent = true;
  app.toast(t("事项已登记。"));
  if (app.state === state) app.go(`#/outings/${encodeURIComponent(state.id)}`);
}

async function give(state, app) {
  if ((await giveUp(state)) && app.state === state) app.go(`#/outings/${encodeURIComponent(state.id)}`);
}

function asks(state) {
  const missing = [...open(state), ...(state.record ? Object.entries(state.errors) : [])].filter(([, says], order, all) => all.findIndex(([, other]) => other === says) === order);
  if (!missing.length && lawOf(state).kind === "other") return nothing;
  if (!missing.length) return notice("good", t("法律要求的内容已填全"), t("发送后系统还会按当日的证件和日历再核对一次。"));
  return html`<div id="asks">${notice("wait", t("还缺 %(n)s 项", { n: missing.length }), "", html`<ul class="asks">${missing.map(([, says]) => html`<li>${says}</li>`)}</ul>`)}</div>`;
}

function officers(state, app, law) {
  const { content } = state.draft;
  const toggle = (one) => (on) => set(state, app, { officers: on ? [...content.officers, one.officer] : content.officers.filter((name) => name !== one.officer) });
  return html`<section class="card" role="group" aria-labelledby="officers-title"><h2 id="officers-title">${law.officers ? t("执法人员（%(n)s 名以上）", { n: law.officers }) : t("经办人员")}</h2>
    ${inOrder(state.outing.squad).filter((one) => one.officer && one.checked_in_at).map((one) => check(`officer-${one.officer}`, html`<span class="officer">${one.name} ${one.certified ? chip(t("持证"), { tone: "good", name: "certificate" }) : one.certified === false ? chip(t("无有效执法证"), { tone: "wait", name: "alert-triangle" }) : nothing}</span>`, content.officers.includes(one.officer), toggle(one), { hint: agencyName(state.words, one.agency) }))}
    <p class="hint">${t("名单里没有的，先回行动页签到。")}</p>${fault("officers", state.errors)}</section>`;
}

function things(state, app) {
  const { items } = state.draft.content;
  const change = (order, changes) => set(state, app, { items: items.map((one, at) => (at === order ? { ...one, ...changes } : one)) });
  const cell = (order, name, label, more) => field(`item-${order}-${name}`, label, items[order][name], (value) => change(order, { [name]: value }), { required: true, ...more });
  return html`<section class="card" role="group" aria-labelledby="things-title"><h2 id="things-title">${t("清单")}</h2><ol class="things">${items.map((_, order) => html`<li class="thing">
      ${cell(order, "name", t("名称、规格、完好程度"), { maxlength: 120 })}${cell(order, "count", t("数量"), { inputmode: "numeric", maxlength: 6 })}${cell(order, "unit", t("单位"), { maxlength: 6 })}
      <button type="button" class="icon-button" aria-label=${t("删去第 %(n)s 行", { n: order + 1 })} ?disabled=${items.length === 1} @click=${() => set(state, app, { items: items.filter((__, at) => at !== order) })}>${icon("trash")}</button></li>`)}</ol>
    ${button(t("加一行"), () => set(state, app, { items: [...items, { name: "", count: "1", unit: "件" }] }), { name: "plus" })}${fault("items", state.errors)}</section>`;
}

function basis(state, app) {
  const { content } = state.draft;
  const listed = state.words.bases ?? [];
  return html`${listed.length ? select("basis-choice", t("依据（常用）"), [["", t("请选择，或在下面填写")], ...listed.map((one) => [one.text, one.matter ? `${one.text} ${one.matter}` : one.text])], listed.some((one) => one.text === content.basis) ? content.basis : "", (text) => set(state, app, { basis: text })) : nothing}
    ${field("basis", t("依据"), content.basis, (text) => set(state, app, { basis: text }), { required: true, rows: 2, maxlength: 300, hint: t("法律、法规的名称和条款"), errors: state.errors })}`;
}

function main(state, app, law) {
  const { content } = state.draft;
  const line = (name, label, more = {}) => field(name, label, content[name], (value) => set(state, app, { [name]: value }), { required: asked(law, name), maxlength: 200, errors: state.errors, ...more });
  const allowed = law.agencies.length ? state.words.agencies.filter((one) => law.agencies.includes(one.value)) : state.words.agencies;
  const referred = law.kind === "referred";
  return html`<section class="card">
      ${select("agency", t("实施单位"), [["", t("请选择")], ...allowed.map((one) => [one.value, one.name])], content.agency, (agency) => set(state, app, { agency }), { errors: state.errors })}
      ${referred ? html`${line("to_agency", t("移送至"), { maxlength: 120 })}${line("letter_no", t("移送函文号"), { maxlength: 80 })}` : nothing}
      ${line("party", t("当事人"))}
      ${line("premises_name", t("场所名称"))}${content.premises_name ? line("credit_code", t("统一社会信用代码"), { maxlength: 18 }) : nothing}</section>
    ${law.taking || content.items[0].name || referred ? things(state, app) : nothing}
    ${officers(state, app, law)}
    <section class="card">${law.kind === "other" ? nothing : basis(state, app)}
      ${law.taking ? html`${line("approver", t("批准人"), { maxlength: 80, hint: t("行政机关负责人") })}${line("approved_at", t("批准时间"), { type: "datetime-local", hint: coercive(law) ? t("情况紧急的可在二十四小时内补办（行政强制法第十九条）") : t("须事先批准（行政处罚法第五十六条）") })}` : nothing}
      ${coercive(law) ? line("decision_no", t("决定书文号"), { maxlength: 80, hint: t("当场没有文号的可由值班长补登") }) : nothing}
      ${field("deadline", referred ? t("反馈期限") : t("期限"), content.deadline, (deadline) => set(state, app, { deadline, own_deadline: true }), { type: "date", required: asked(law, "deadline"), errors: state.errors, hint: law.term ? t("依法最迟到 %(day)s：%(says)s", { day: lastDay(law, now()), says: law.term.says }) : "" })}</section>`;
}

function proof(state, app, law) {
  const { content } = state.draft;
  const ways = [["received", t("签收")], ["refused", t("拒签")], ["not_asked", t("无需签名")]];
  return html`${photosPart(state.photos, { role: "photo", label: t("现场照片"), onChange: state.onPhotos })}
    ${law.taking ? html`<section class="card">${segments("signed", t("当事人签收清单"), ways, content.signed, (signed) => set(state, app, { signed }))}
      ${content.signed === "received" ? html`${signPart(state.signature)}${fault("signed", state.errors)}` : nothing}
      ${content.signed === "refused" ? html`<p class="hint">${t("拒签的，写明见证人，或拍照、录像。")}</p>${field("witness", t("见证人"), content.witness, (witness) => set(state, app, { witness }), { maxlength: 120, errors: state.errors })}${filmPart(state.film, { label: t("拒签录像") })}` : nothing}</section>` : nothing}`;
}

function view(state, app) {
  const { outing, words, draft } = state;
  if (!outing || !words.incidents.length) return html`${empty(outing ? t("还没有下载法律要求，请联网打开一次。") : t("本机没有这次行动。"), "lock")}${link(t("联合执法"), "#/outings", { name: "users-group" })}`;
  const law = lawOf(state);
  return html`${state.record ? notice("wait", t("这条没有被接收"), why(state.record)) : draft.resumed ? resumed(`#/outings/${encodeURIComponent(state.id)}/incident`) : nothing}
    <section class="card">${select("kind", t("种类"), words.incidents.map((one) => [one.kind, one.name]), law.kind, (kind) => choose(state, app, kind))}</section>
    ${main(state, app, law)}${proof(state, app, law)}${asks(state)}
    ${button(t("放弃这张表"), () => give(state, app), { kind: "quiet", name: "trash" })}
    <div class="thumb">${button(state.record ? t("修改后再发") : t("登记"), () => send(state, app), { kind: "primary", name: "check", disabled: busyIn(state.photos) })}</div>`;
}

export default {
  title: () => t("扣押、保存、移送"),
  load,
  view,
  leave(state) {
    if (state.photos) releasePhotos(state.photos);
    if (state.signature) releaseSign(state.signature);
    if (state.film) releaseFilm(state.film);
  },
  busy: (state) => Boolean(state.draft?.dirty && !state.sent),
};
