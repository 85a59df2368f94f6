// 检查走访: which premises, then what was looked at and found, the paper left, the signature. "Nothing found" is a result.

import { html, nothing } from "../lib/html.js";
import { inspects, nameOf, nights, roundOf } from "../lib/nights.js";
import { countOf, discardPhotos, filesOf, photosState, releasePhotos, savedPhotos, settled } from "../lib/photos_part.js";
import { idIn, labelOf, premisesOf, search } from "../lib/places.js";
import { isSigned, releaseSign, savedSign, signFiles, signSettled, signState } from "../lib/sign_part.js";
import { button, chip, confirm, empty, field, icon, link, notice } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { openForm } from "../joint/form.js";
import { here } from "../joint/here.js";
import { locator } from "../place/fix.js";
import { byDistance } from "../place/near.js";
import { scan } from "../photo/scan.js";
import { revise } from "../sync/revise.js";
import { blank, bodyOf, faultsOf, fromRecord, rolesOf } from "./visit_body.js";
import { form } from "./visit_form.js";

const NEAR_M = 1000;
const NEAREST = 12;

async function load({ id, query, again }, app) {
  if (again) return again;
  const found = await nights(app);
  const round = roundOf(found, id);
  const data = await premisesOf(app.store);
  const record = query.record ? await app.store.record(query.record) : null;
  const wanted = record?.body.premises ?? { id: Number(query.premises) || undefined, name: query.name };
  const state = { round, found, data, id, place: placeOf(wanted, data, found, round), words: "", errors: {} };
  locator().watch(); // photos bear the place where they were taken
  if (state.place && round) await begin(state, app, query);
  else state.end = locator().onChange(() => app.redraw());
  return state;
}

// The premises that are meant: as this phone knows them, or by no more than their number or name.
function placeOf({ id, name }, data, found, round) {
  if (!id) return name ? { name, open: [] } : null;
  const known = data.premises.find((one) => one.id === id);
  if (known) return known;
  const owed = found.rechecks.filter((one) => one.premises === id);
  const open = owed.flatMap((one) => one.findings.map((finding) => ({ ...finding, due_at: one.due_at })));
  return { id, name: round?.plan.find((one) => one.id === id)?.name ?? owed[0]?.name ?? labelOf(id), open };
}

// The form for these premises, as it was left.
async function begin(state, app, query) {
  const { round, place, found } = state;
  state.may = inspects(round);
  state.checklists = found.checklists.filter((one) => !one.premises_kind || !place.kind || one.premises_kind === place.kind);
  const fresh = () => blank({ kind: state.may === "yes" ? "inspection" : "patrol", checklist: state.checklists[0]?.id ?? null, recheck: query.recheck === "yes" || place.open.length > 0 });
  Object.assign(state, await openForm(app, { name: `visit ${place.id ?? place.name}`, wanted: query.record, blank: fresh, fromRecord }));
  const { draft } = state;
  const kept = (name, saved) => { draft.set({ [name]: saved }, { now: true }); app.redraw(); };
  state.photos = await photosState(app.store, draft.content.photos, { at: here, most: 30 });
  state.onPhotos = () => kept("photos", savedPhotos(state.photos));
  state.signature = await signState(app.store, draft.content.signature, { label: t("在此签名"), onChange: () => kept("signature", savedSign(state.signature)) });
}

export const checklistOf = (state) => state.checklists?.find((one) => one.id === state.draft.content.checklist) ?? null;

async function send(state, app) {
  const { draft, photos, signature, place, round, record } = state;
  await Promise.all([settled(photos), signSettled(signature)]);
  const { content } = draft;
  const checklist = checklistOf(state);
  state.errors = faultsOf(content, { may: state.may, signed: isSigned(signature), checklist, shown: (role) => countOf(photos, role) > 0 });
  if (Object.keys(state.errors).length) {
    app.redraw();
    return document.querySelector("main .fault")?.scrollIntoView({ block: "center" });
  }
  await draft.save(); // nothing of it is written after it has become a record
  const files = [...rolesOf(content, checklist, filesOf(photos)), ...(content.signed === "received" ? signFiles(signature) : [])];
  const body = { ...bodyOf(content, checklist), round: nameOf(round), premises: place.id ? { id: place.id } : { name: place.name } };
  const edit = `#/rounds/${state.id}/visit?record=${content.id}`;
  const about = { title: t("检查走访"), subject: place.name, edit };
  if (record) await revise(app, record, { body, files, about, draft: draft.name });
  else await app.capture({ id: content.id, type: "visit", body, files, about, draft: draft.name });
  state.sent = true;
  app.toast(body.findings.length ? t("已保存，待发送。") : t("已登记：未发现问题。"));
  return app.go(`#/rounds/${state.id}`);
}

async function give(state, app) {
  if (!(await confirm(t("放弃这张表？"), t("填写的内容和照片会从手机上删除。"), t("放弃")))) return;
  await discardPhotos(state.photos);
  const { signature, draft, record } = state;
  if (!record && signature.file) await app.store.dropFile(signature.file.sha256);
  await draft.drop();
  app.go(`#/rounds/${state.id}`);
}

async function scanned(state, app) {
  const text = await scan({ label: t("扫场所码"), hint: t("对准门口的场所码。"), typed: t("码下的编号") });
  if (!text) return;
  const id = idIn(text);
  if (id) app.go(`#/rounds/${state.id}/visit?premises=${id}`);
  else app.toast(t("这不是场所码。"), { tone: "wait" });
}

function choose(state, app) {
  const { round, data } = state;
  const visited = new Set(round.visits.map((visit) => visit.premises));
  const fix = locator().current() ?? locator().lastFix();
  const words = state.words.trim();
  const hits = words ? search(data.premises, words).map((item) => ({ item, words: item.address })) : fix ? byDistance(data.premises, fix, { within: NEAR_M, limit: NEAREST }) : [];
  const to = (query) => `#/rounds/${state.id}/visit?${new URLSearchParams(query)}`;
  const row = ({ item, words: told }) => html`<li><a class="row" href=${to({ premises: item.id })}><span class="row-icon">${icon("building-store")}</span><span class="row-body"><strong>${item.name}</strong>${told ? html`<span class="soft">${told}</span>` : nothing}
    ${visited.has(item.id) || item.open.length ? html`<span class="chips">${visited.has(item.id) ? chip(t("本次已查"), { tone: "good", name: "circle-check" }) : nothing}${item.open.length ? chip(t("未整改 %(n)s 个", { n: item.open.length }), { tone: "wait", name: "alert-circle" }) : nothing}</span>` : nothing}</span>${icon("chevron-right")}</a></li>`;
  return html`<section class="card">
      ${field("words", t("名称、信用代码或场所编号"), state.words, (typed) => { state.words = typed; app.redraw(); }, { type: "search", maxlength: 100, required: true })}
      ${button(t("扫场所码"), () => scanned(state, app), { name: "qrcode" })}
      ${words ? nothing : html`<p class="soft" role="status">${fix ? t("%(m)s 米以内的场所，由近到远", { m: NEAR_M }) : locator().status().sentence}</p>`}</section>
    ${hits.length ? html`<ul class="rows">${hits.map(row)}</ul>` : !words && fix ? empty(t("%(m)s 米以内没有登记了位置的场所，请按名称查找。", { m: NEAR_M }), "map-pin") : nothing}
    ${words.length > 1 ? link(t("没有登记过：按“%(name)s”新登记", { name: words }), to({ name: words }), { name: "plus" }) : nothing}`;
}

function view(state, app) {
  if (!state.round) return empty(t("没有这次夜查，或您不在其中。"), "moon");
  if (!state.draft) return choose(state, app);
  return html`${state.record ? notice("wait", t("这条没有被接收"), state.record.reason || t("请修改后再发。")) : state.draft.resumed ? notice("info", t("上次没有填完，内容都在。")) : nothing}
    ${form(state, app)}
    ${button(t("放弃这张表"), () => give(state, app), { kind: "quiet", name: "trash" })}
    <div class="thumb">${button(state.record ? t("修改后再发") : t("登记"), () => send(state, app), { kind: "primary", name: "check" })}</div>`;
}

function leave(state) {
  state.end?.();
  if (state.photos) releasePhotos(state.photos);
  if (state.signature) releaseSign(state.signature);
}

export default { title: (state) => state?.place?.name ?? t("查哪一家？"), load, view, leave, busy: (state) => Boolean(state.draft?.dirty && !state.sent) };
