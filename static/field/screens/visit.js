// 检查走访: which premises, then what was looked at and found, the paper left, the signature. "Nothing found" is a result.

import { html, nothing } from "../lib/html.js";
import { called, gone, inspects, kept, nameOf, nights, roundOf } from "../lib/nights.js";
import { filmFiles, filmState, isFilmed, releaseFilm, savedFilm } from "../lib/film_part.js";
import { countOf, filesOf, photosState, releasePhotos, savedPhotos, settled } from "../lib/photos_part.js";
import { idIn, labelOf, premisesOf, search } from "../lib/places.js";
import { isSigned, releaseSign, savedSign, signFiles, signSettled, signState } from "../lib/sign_part.js";
import { button, chip, empty, field, focusFault, icon, link, notice } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { begunForms, giveUp, openOneOf } from "../joint/form.js";
import { here } from "../joint/here.js";
import { SmallForm } from "../joint/small.js";
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
  const [found, data] = [await nights(app), await premisesOf(app.store)];
  const left = query.draft ? (await begunForms(app.store, "visit")).find(({ content }) => content.id === query.draft)?.content : null;
  const record = query.record ? await app.store.record(query.record) : null;
  const round = roundOf(found, id) ?? over(left, record);
  const wanted = left?.place ?? record?.body.premises ?? { id: Number(query.premises) || undefined, name: query.name };
  const state = { round, found, data, id, place: placeOf(wanted, data, found, round), errors: {} };
  locator().watch(); // photos bear the place where they were taken
  if (state.place && round) await begin(state, app, query);
  else {
    state.end = locator().onChange(() => app.redraw());
    state.listed = Boolean(await app.store.pack("premises"));
    state.choosing = await SmallForm.open(app, "choose", { words: "" }, [id]);
  }
  return state;
}

// A round that this phone does not know any more, as a form or a record of it does; undefined where there is none.
function over(left, record) {
  if (left) return gone(left.round);
  return record ? gone({ name: record.body.round, inspection: record.body.kind === "inspection", fault: "" }) : undefined;
}

// The premises that are meant: as this phone knows them, or by no more than their number or name.
function placeOf({ id, name }, data, found, round) {
  if (!id) return name ? { name, open: [] } : null;
  const known = data.premises.find((one) => one.id === id);
  if (known) return known;
  const owed = found.rechecks.filter((one) => one.premises === id);
  const open = owed.flatMap((one) => one.findings.map((finding) => ({ ...finding, due_at: one.due_at })));
  return { id, name: round?.plan.find((one) => one.id === id)?.name ?? owed[0]?.name ?? name ?? labelOf(id), open };
}

// The form for these premises on this round, as it was left.
async function begin(state, app, query) {
  const { round, place, found } = state;
  state.may = inspects(round);
  state.checklists = found.checklists.filter((one) => !one.premises_kind || !place.kind || one.premises_kind === place.kind);
  const fresh = () => blank({ round: kept(round), place: { id: place.id, name: place.name }, kind: state.may === "yes" ? "inspection" : "patrol", checklist: state.checklists[0]?.id ?? null, recheck: query.recheck === "yes" || place.open.length > 0 });
  const same = (at) => (place.id ? at.id === place.id : at.name === place.name);
  const mine = (content) => called(round, content.round.name) && same(content.place);
  Object.assign(state, await openOneOf(app, "visit", { wanted: query.record, draft: query.draft, mine, blank: fresh, fromRecord }));
  const { draft } = state;
  const changed = (name, saved) => { draft.set({ [name]: saved }, { now: true }); app.redraw(); };
  const signed = () => {
    if (isSigned(state.signature)) delete state.errors.signed;
    changed("signature", savedSign(state.signature));
  };
  state.photos = await photosState(app.store, draft.content.photos, { at: here, most: 30 });
  state.onPhotos = () => changed("photos", savedPhotos(state.photos));
  state.film = await filmState(app.store, draft.content.film, { at: here, onChange: () => changed("film", savedFilm(state.film)) });
  state.signature = await signState(app.store, draft.content.signature, { label: t("在此签名"), onChange: signed });
}

export const checklistOf = (state) => state.checklists?.find((one) => one.id === state.draft.content.checklist) ?? null;

async function send(state, app) {
  const { draft, photos, signature, film, place, round, record } = state;
  await Promise.all([settled(photos), signSettled(signature)]);
  const { content } = draft;
  const checklist = checklistOf(state);
  state.errors = faultsOf(content, { may: state.may, signed: isSigned(signature), filmed: isFilmed(film), checklist, shown: (role) => countOf(photos, role) > 0 });
  if (Object.keys(state.errors).length) {
    app.redraw();
    return focusFault();
  }
  await draft.save(); // nothing of it is written after it has become a record
  const files = [...rolesOf(content, checklist, filesOf(photos)), ...(content.signed === "received" ? signFiles(signature) : []), ...(content.signed === "refused" ? filmFiles(film) : [])];
  const body = { ...bodyOf(content, checklist, isFilmed(film)), round: nameOf(round), premises: place.id ? { id: place.id } : { name: place.name } };
  const edit = `#/rounds/${state.id}/visit?record=${content.id}`;
  const about = { title: t("检查走访"), subject: place.name, edit };
  if (record) await revise(app, record, { body, files, about, draft: draft.name });
  else await app.capture({ id: content.id, type: "visit", body, files, about, draft: draft.name });
  state.sent = true;
  const still = place.open.filter(({ id }) => !content.corrected.includes(id)).length;
  app.toast(body.findings.length ? t("已保存，待发送。") : still ? t("已登记：还有 %(n)s 个问题未整改。", { n: still }) : t("已登记：未发现问题。"));
  if (app.state === state) app.go(`#/rounds/${state.id}`);
  return undefined;
}

async function give(state, app) {
  if ((await giveUp(state)) && app.state === state) app.go(`#/rounds/${state.id}`);
}

async function scanned(state, app) {
  const text = await scan({ label: t("扫场所码"), hint: t("对准门口的场所码。"), typed: t("码下的编号") });
  if (!text || app.state !== state) return;
  const id = idIn(text);
  if (id) app.go(`#/rounds/${state.id}/visit?premises=${id}`);
  else app.toast(t("这不是场所码。"), { tone: "wait" });
}

function choose(state, app) {
  const { round, data, choosing } = state;
  const visited = new Set(round.visits.map((visit) => visit.premises));
  const fix = locator().current() ?? locator().lastFix();
  const words = choosing.content.words.trim();
  const hits = words ? search(data.premises, words).map((item) => ({ item, words: item.address })) : fix ? byDistance(data.premises, fix, { within: NEAR_M, limit: NEAREST }) : [];
  const to = (query) => `#/rounds/${state.id}/visit?${new URLSearchParams(query)}`;
  const row = ({ item, words: told }) => html`<li><a class="row" href=${to({ premises: item.id })}><span class="row-icon">${icon("building-store")}</span><span class="row-body"><strong>${item.name}</strong>${told ? html`<span class="soft">${told}</span>` : nothing}
    ${visited.has(item.id) || item.open.length ? html`<span class="chips">${visited.has(item.id) ? chip(t("本次已查"), { tone: "good", name: "circle-check" }) : nothing}${item.open.length ? chip(t("未整改 %(n)s 个", { n: item.open.length }), { tone: "wait", name: "alert-circle" }) : nothing}</span>` : nothing}</span>${icon("chevron-right")}</a></li>`;
  return html`<section class="card">
      ${field("words", t("名称、信用代码或场所编号"), choosing.content.words, choosing.typed("words"), { type: "search", maxlength: 100, required: true })}
      ${button(t("扫场所码"), () => scanned(state, app), { name: "qrcode" })}
      ${words || !state.listed ? nothing : html`<p class="soft" role="status">${fix ? t("%(m)s 米以内的场所，由近到远", { m: NEAR_M }) : locator().status().sentence}</p>`}</section>
    ${hits.length ? html`<ul class="rows">${hits.map(row)}</ul>` : nobody(state, words, fix)}
    ${words.length > 1 ? link(t("没有登记过：按“%(name)s”新登记", { name: words }), to({ name: words }), { name: "plus" }) : nothing}`;
}

// What is said where no premises are offered: nothing is said to be absent of which nothing was downloaded.
function nobody({ listed }, words, fix) {
  if (!listed) return notice("info", t("场所列表还没有下载"), t("现在可以扫场所码，或按名称新登记；联网后自动下载。"));
  if (words) return empty(t("没有找到这样的场所。"), "building-store");
  return fix ? empty(t("%(m)s 米以内没有登记了位置的场所，请按名称查找。", { m: NEAR_M }), "map-pin") : nothing;
}

function view(state, app) {
  if (!state.round) return empty(t("没有这次夜查，或您不在其中。"), "moon");
  if (!state.draft) return choose(state, app);
  return html`${state.record ? notice("wait", t("这条没有被接收"), state.record.reason || t("请修改后再发。")) : state.draft.resumed ? notice("info", t("上次没有填完，内容都在。")) : nothing}
    ${state.round.gone ? notice("wait", t("这次夜查已不在本机"), t("仍可登记；超过补登时限的，系统会说明原因，可在台账里处理。")) : nothing}
    ${form(state, app)}
    ${button(t("放弃这张表"), () => give(state, app), { kind: "quiet", name: "trash" })}
    <div class="thumb">${button(state.record ? t("修改后再发") : t("登记"), () => send(state, app), { kind: "primary", name: "check" })}</div>`;
}

function leave(state) {
  state.end?.();
  state.choosing?.draft.drop();
  if (state.photos) releasePhotos(state.photos);
  if (state.signature) releaseSign(state.signature);
  if (state.film) releaseFilm(state.film);
}

export default { title: (state) => state?.place?.name ?? t("查哪一家？"), load, view, leave, busy: (state) => Boolean((state.draft?.dirty && !state.sent) || state.choosing?.begun) };
