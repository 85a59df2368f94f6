// 现场移交: what goes from whom to whom, the receipt signed on the glass.

import { html } from "../lib/html.js";
import { uuid } from "../lib/ids.js";
import { busyIn, filesOf, photosPart, photosState, releasePhotos, savedPhotos, settled } from "../lib/photos_part.js";
import { isSigned, releaseSign, savedSign, signFiles, signPart, signSettled, signState } from "../lib/sign_part.js";
import { button, empty, fault, field, focusFault, link, notice, select } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { giveUp, openOneOf } from "../joint/form.js";
import { here } from "../joint/here.js";
import { agencyName, findOuting, gone, incidentName, kept, named, readOutings, reference } from "../joint/outings.js";
import { resumed, why } from "../joint/parts.js";
import { revise } from "../sync/revise.js";

const blank = (outing) => ({ id: uuid(), outing: outing ? kept(outing) : null, from_agency: outing?.squad.find((one) => one.me)?.agency ?? "", to_agency: "", what: "", incident: "", receiver: "", photos: null, signature: null });

function fromRecord(record) {
  const { from_agency, to_agency, what, incident = "", receiver } = record.body;
  const photos = record.attachments.filter((one) => one.role === "photo").map((one) => ({ ...one, key: one.sha256 }));
  return { id: record.id, outing: { id: record.body.outing }, from_agency, to_agency, what, incident, receiver, photos: { items: photos, note: null }, signature: record.attachments.find((one) => one.role === "signature") ?? null };
}

async function load({ id, query, again }, app) {
  const { words, list } = await readOutings(app);
  const known = findOuting(list, id);
  if (again) return Object.assign(again, { words, outing: known ?? again.outing });
  const mine = ({ outing: { id: name } }) => name === id || (known && named(known, name));
  const { record, draft, errors } = await openOneOf(app, "handover", { wanted: query.record, draft: query.draft, mine, blank: () => blank(known), fromRecord });
  const state = { id, words, outing: known ?? (draft.content.outing && gone(draft.content.outing)), record, draft, errors };
  const changed = (name, saved) => () => { draft.set({ [name]: saved() }, { now: true }); delete state.errors[name]; app.redraw(); };
  state.photos = await photosState(app.store, draft.content.photos, { at: here });
  state.onPhotos = changed("photos", () => savedPhotos(state.photos));
  state.signature = await signState(app.store, draft.content.signature, { label: t("接收人签名"), onChange: () => changed("signature", () => savedSign(state.signature))() });
  return state;
}

function set(state, app, changes) {
  state.draft.set(changes);
  for (const name of Object.keys(changes)) delete state.errors[name];
  app.redraw();
}

function faults({ draft, signature }) {
  const form = draft.content;
  const found = {};
  if (!form.from_agency) found.from_agency = t("请选择移交单位");
  if (!form.to_agency) found.to_agency = t("请选择接收单位");
  else if (form.to_agency === form.from_agency && form.to_agency !== "other") found.to_agency = t("接收单位与移交单位相同");
  if (!form.what.trim()) found.what = t("请写明移交的物品或人员");
  if (!form.receiver.trim()) found.receiver = t("请填写接收人");
  if (!isSigned(signature)) found.signature = t("请接收人签名，或拍下签收单");
  return found;
}

async function send(state, app) {
  await Promise.all([settled(state.photos), signSettled(state.signature)]);
  state.errors = faults(state);
  if (Object.keys(state.errors).length) {
    app.redraw();
    return focusFault();
  }
  const { draft, outing, record, words } = state;
  await draft.save(); // nothing of it is written after it has become a record
  const { id, from_agency, to_agency, what, incident, receiver } = draft.content;
  const body = { outing: reference(outing), from_agency, to_agency, what: what.trim(), receiver: receiver.trim(), ...(incident ? { incident } : {}) };
  const files = [...filesOf(state.photos), ...signFiles(state.signature)];
  const edit = `#/outings/${encodeURIComponent(state.id)}/handover?record=${id}`;
  const about = { title: t("移交 %(what)s", { what: body.what.slice(0, 40) }), note: `${agencyName(words, from_agency)} → ${agencyName(words, to_agency)}`, subject: outing.id, edit };
  if (record) await revise(app, record, { body, files, about, draft: draft.name });
  else await app.capture({ id, type: "handover", body, files, about, draft: draft.name });
  state.sent = true;
  app.toast(t("移交已登记。"));
  if (app.state === state) app.go(`#/outings/${encodeURIComponent(state.id)}`);
  return undefined;
}

async function give(state, app) {
  if ((await giveUp(state)) && app.state === state) app.go(`#/outings/${encodeURIComponent(state.id)}`);
}

function view(state, app) {
  const { outing, words, draft, errors } = state;
  if (!outing) return html`${empty(t("本机没有这次行动。"), "arrows-exchange")}${link(t("联合执法"), "#/outings", { name: "users-group" })}`;
  const form = draft.content;
  const agencies = [["", t("请选择")], ...words.agencies.map((one) => [one.value, one.name])];
  const incidents = outing.incidents.filter((one) => one.record);
  const line = (name, label, more) => field(name, label, form[name], (value) => set(state, app, { [name]: value }), { required: true, errors, ...more });
  // What was taken is proposed as what is handed over.
  const take = (incident) => set(state, app, { incident, ...(form.what.trim() ? {} : { what: incidents.find((one) => one.record === incident)?.items ?? "" }) });
  return html`${state.record ? notice("wait", t("这条没有被接收"), why(state.record)) : draft.resumed ? resumed(`#/outings/${encodeURIComponent(state.id)}/handover`) : ""}
    <section class="card">
      ${incidents.length ? select("incident", t("所属事项"), [["", t("无")], ...incidents.map((one) => [one.record, `${incidentName(words, one.kind)} ${(one.items ?? "").slice(0, 30)}`])], form.incident, take, { errors }) : ""}
      ${select("from_agency", t("移交单位"), agencies, form.from_agency, (value) => set(state, app, { from_agency: value }), { errors })}
      ${select("to_agency", t("接收单位"), agencies, form.to_agency, (value) => set(state, app, { to_agency: value }), { errors })}
      ${line("what", t("移交的物品或人员"), { rows: 3, maxlength: 2000, hint: t("名称、数量、完好程度") })}
      ${line("receiver", t("接收人"), { maxlength: 80 })}</section>
    <section class="card" aria-label=${t("接收人签名")}>${signPart(state.signature)}
${fault("signature", errors)}</section>
    ${photosPart(state.photos, { role: "photo", label: t("现场照片"), onChange: state.onPhotos })}
    ${button(t("放弃这张表"), () => give(state, app), { kind: "quiet", name: "trash" })}
    <div class="thumb">${button(state.record ? t("修改后再发") : t("登记"), () => send(state, app), { kind: "primary", name: "check", disabled: busyIn(state.photos) })}</div>`;
}

export default {
  title: () => t("现场移交"),
  load,
  view,
  leave(state) {
    if (state.photos) releasePhotos(state.photos);
    if (state.signature) releaseSign(state.signature);
  },
  busy: (state) => Boolean(state.draft?.dirty && !state.sent),
};
