// 检查走访: which premises, then what was looked at and found, the paper left, the signature. "Nothing found" is a result.

import { html, nothing } from "../lib/html.js";
import { Draft } from "../lib/draft.js";
import { nameOf, nights, roundOf } from "../lib/nights.js";
import { discardPhotos, filesOf, photosState, releasePhotos, settled } from "../lib/photos_part.js";
import { idIn, premisesOf, search } from "../lib/places.js";
import { button, chip, empty, field, icon, link, notice } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { locator } from "../place/fix.js";
import { byDistance } from "../place/near.js";
import { scan } from "../photo/scan.js";
import { sign } from "../photo/sign.js";
import { faultsOf, bodyOf, rolesOf } from "./visit_body.js";
import { form } from "./visit_form.js";

const NEAR_M = 1000;
const NEAREST = 12;

const FRESH = { kind: "", checklist: null, answers: {}, findings: [], corrected: [], paper: "", paper_number: "", due_on: "", signed: "not_asked", witness: "", note: "", complete: true };

async function load({ id, query, again }, app) {
  if (again) return again;
  const found = await nights(app.store);
  const round = roundOf(found, id);
  const data = await premisesOf(app.store);
  const place = data.premises.find((one) => String(one.id) === query.premises) ?? (query.premises ? { id: Number(query.premises), name: round?.plan.find((one) => String(one.id) === query.premises)?.name ?? query.premises, open: [], unknown: true } : query.name ? { name: query.name, open: [] } : null);
  const state = { round, found, data, place, id, words: "", errors: {} };
  if (place && round) await begin(state, app, query);
  else {
    locator().watch();
    state.end = locator().onChange(() => app.redraw());
  }
  return state;
}

// The form for these premises, as it was left.
async function begin(state, app, query) {
  const { round, place, found } = state;
  const inspects = round.inspection && round.fault === null;
  state.inspects = inspects;
  state.checklists = found.checklists.filter((one) => !one.premises_kind || one.premises_kind === place.kind);
  state.draft = await Draft.open(app.store, `visit ${nameOf(round)} ${place.id ?? place.name}`, { ...FRESH, kind: inspects ? "inspection" : "patrol", checklist: state.checklists[0]?.id ?? null, recheck: query.recheck === "yes" || place.open.length > 0 });
  state.photos = await photosState(app.store, state.draft.content.photos);
  state.sign = sign({ label: t("在此签名"), change: () => app.redraw() });
}

async function send(state, app) {
  const { draft, photos, place, round } = state;
  const signature = draft.content.signed === "received" ? await state.sign.value() : null;
  state.errors = faultsOf(draft.content, { inspects: state.inspects, signature, photos, checklist: checklistOf(state) });
  if (Object.keys(state.errors).length) {
    app.redraw();
    return document.querySelector(".fault")?.scrollIntoView({ block: "center" });
  }
  await settled(photos);
  const files = rolesOf(draft.content, filesOf(photos));
  if (signature) files.push({ blob: signature.blob, mime: signature.mime, role: "signature" });
  const body = { ...bodyOf(draft.content, checklistOf(state)), round: nameOf(round), premises: place.id ? { id: place.id } : { name: place.name } };
  await app.capture({ type: "visit", body, files, about: { title: t("检查走访"), subject: place.name }, draft: draft.name });
  await draft.drop();
  app.toast(body.findings.length ? t("已保存，待发送。") : t("已登记：未发现问题。"));
  return app.go(`#/rounds/${state.id}`);
}

export const checklistOf = (state) => state.checklists?.find((one) => one.id === state.draft.content.checklist) ?? null;

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
  const hits = state.words.trim() ? search(data.premises, state.words).map((item) => ({ item, words: item.address })) : fix ? byDistance(data.premises, fix, { within: NEAR_M, limit: NEAREST }) : [];
  const to = (query) => `#/rounds/${state.id}/visit?${new URLSearchParams(query)}`;
  return html`<section class="card"><h2>${t("查哪一家？")}</h2>
      ${field("words", t("名称、信用代码或场所编号"), state.words, (words) => { state.words = words; app.redraw(); }, { type: "search", maxlength: 100, required: true })}
      ${button(t("扫场所码"), () => scanned(state, app), { name: "qrcode" })}
      ${state.words.trim() ? nothing : html`<p class="soft" role="status">${fix ? t("%(m)s 米以内的场所，由近到远", { m: NEAR_M }) : locator().status().sentence}</p>`}</section>
    ${hits.length ? html`<ul class="rows">${hits.map(({ item, words }) => html`<li><a class="row" href=${to({ premises: item.id })}><span class="row-icon">${icon("building-store")}</span><span class="row-body"><strong>${item.name}</strong><span class="soft">${words}</span><span>${visited.has(item.id) ? chip(t("本次已查"), { tone: "good", name: "circle-check" }) : nothing}${item.open.length ? chip(t("未整改 %(n)s 个", { n: item.open.length }), { tone: "wait", name: "alert-circle" }) : nothing}</span></span>${icon("chevron-right")}</a></li>`)}</ul>` : nothing}
    ${state.words.trim().length > 1 ? link(t("没有登记过：按“%(name)s”新登记", { name: state.words.trim() }), to({ name: state.words.trim() }), { name: "plus" }) : nothing}`;
}

function view(state, app) {
  if (!state.round) return empty(t("没有这次夜查，或您不在其中。"), "moon");
  if (!state.draft) return choose(state, app);
  const give = async () => { await discardPhotos(state.photos); await state.draft.drop(); app.go(`#/rounds/${state.id}`); };
  return html`${state.draft.resumed ? notice("info", t("接着上次没填完的")) : nothing}
    ${form(state, app)}
    <div class="thumb">${button(t("登记"), () => send(state, app), { kind: "primary", name: "check" })}</div>
    ${button(t("放弃这张表"), give, { kind: "quiet", name: "trash" })}`;
}

function leave(state) {
  state.end?.();
  if (state.photos) releasePhotos(state.photos);
}

export default { title: (state) => state?.place?.name ?? t("检查走访"), load, view, leave, busy: (state) => Boolean(state.draft?.dirty) };
