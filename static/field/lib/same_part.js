// Open cases of the same kind close by: "就是它" adds what I saw to that case instead of beginning another one.

import { fixOf, unaccepted } from "../place/place_state.js";
import { sameKind } from "../place/near.js";
import { html, nothing } from "./html.js";
import { button, chip, icon, moment } from "./ui.js";
import { t } from "./words.js";

const WITHIN_M = 100;
const MOST = 3;

// Of the pack, and what this phone reported since. `state`: {place, cases, own}.
export function nearSame(state, category) {
  const at = category && !unaccepted(state.place) ? (state.place.picked ?? fixOf(state.place)) : null;
  if (!at) return [];
  const known = new Set(state.cases.map((one) => one.record).filter(Boolean));
  const own = state.own.filter((record) => !known.has(record.id) && !record.body.same_as && !["refused", "gone"].includes(record.state)).map(ofRecord).filter(Boolean);
  return sameKind([...own, ...state.cases], at, category, { within: WITHIN_M, limit: MOST });
}

function ofRecord(record) {
  const { location, kind, category } = record.body;
  if (!location || record.body.self_handled) return null;
  const { lon, lat } = location.crs && location.crs !== "wgs84" ? {} : location;
  return { record: record.id, number: record.receipt?.number ?? null, category: `${kind}/${category}`, lon, lat, address: record.about.note, reported_at: record.captured_at, thumb: null, mine: true };
}

const nameOf = (one) => one.number ?? one.record;

// `chosen`: {name, number} or null; `choose` is told the one, or null.
export function nearSamePart(found, { chosen, pictures, choose }) {
  if (!found.length) return nothing;
  return html`<section class="card same" aria-label=${t("附近的同类案件")}><h2>${t("附近有同类未结案件，是同一处吗？")}</h2>
    <ul class="same-list">${found.map(({ item, words }) => one(item, words, { chosen: chosen?.name === nameOf(item), pictures, choose }))}</ul>
    ${chosen ? html`<p class="soft">${t("照片和说明会加入这个案件，不另立新案。")}</p>` : nothing}</section>`;
}

function one(item, words, { chosen, pictures, choose }) {
  const url = pictures.url(item.thumb);
  const take = () => choose(chosen ? null : { name: nameOf(item), number: item.number });
  return html`<li class="same-one">${url ? html`<img src=${url} alt=${t("该案件的照片")} width="88" height="88">` : html`<span class="same-none">${icon("photo-off")}</span>`}
    <span class="row-body"><strong class="num">${item.number ?? t("本机上报，待编号")}</strong><span>${words}${item.address ? ` · ${item.address}` : ""}</span><span class="soft">${moment(item.reported_at)}${item.mine ? html` ${chip(t("我上报的"))}` : nothing}</span></span>
    ${button(chosen ? t("不是") : t("就是它"), take, { kind: chosen ? "quiet" : "plain", name: chosen ? "x" : "check" })}</li>`;
}
