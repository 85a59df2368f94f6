// 附近: open cases and premises around me, nearest first; out of what this phone holds, so also without a network.

import { html, nothing, repeat } from "../lib/html.js";
import { premisesOf } from "../lib/places.js";
import { chip, due, empty, icon, notice, segments } from "../lib/ui.js";
import { named, t } from "../lib/words.js";
import { locator } from "../place/fix.js";
import { byDistance } from "../place/near.js";

const MOST = 40;
const WITHIN = 3000;

async function load({ again }, app) {
  const [cases, premises, grids] = [(await app.store.pack("cases"))?.data, await premisesOf(app.store), (await app.store.pack("grids"))?.data];
  const where = locator();
  const state = again ?? { kind: "cases" };
  Object.assign(state, { cases: cases?.cases ?? [], premises: premises.premises, known: Boolean(cases), grids: grids?.grids ?? [] });
  if (!again) {
    where.watch();
    state.end = where.onChange(() => app.redraw());
  }
  return state;
}

const gridName = (state, code) => state.grids.find((grid) => grid.code === code)?.name ?? "";

const caseLine = (state) => ({ item, words }) => html`<li><a class="row" href="#/tasks/${item.number}"><span class="row-icon">${icon("map-pin-exclamation")}</span>
  <span class="row-body"><strong>${named({ name_zh: item.category_name, name_en: item.category_name_en })}</strong><span class="soft">${words} · ${item.address || gridName(state, item.grid)}</span><span>${due(item.due_at)}${item.mine ? chip(t("我上报的")) : nothing}</span></span>${icon("chevron-right")}</a></li>`;

const placeLine = () => ({ item, words }) => html`<li><a class="row" href="#/premises/${item.id}"><span class="row-icon">${icon("building-store")}</span>
  <span class="row-body"><strong>${item.name}</strong><span class="soft">${words} · ${item.address ?? ""}</span>${item.open.length ? html`<span>${chip(t("未整改 %(n)s 个", { n: item.open.length }), { tone: "wait", name: "alert-circle" })}</span>` : nothing}</span>${icon("chevron-right")}</a></li>`;

function view(state, app) {
  const where = locator();
  const fix = where.current() ?? where.lastFix();
  const status = where.status();
  const [things, line] = state.kind === "cases" ? [state.cases, caseLine(state)] : [state.premises, placeLine()];
  const found = fix ? byDistance(things, fix, { within: WITHIN, limit: MOST }) : [];
  return html`${segments("kind", t("看什么"), [["cases", t("未办结案件")], ["premises", t("场所")]], state.kind, (kind) => { state.kind = kind; app.redraw(); })}
    <p class="soft" role="status">${status.sentence}</p>
    ${state.known ? nothing : notice("wait", t("还没有下载附近的资料"), t("联网打开一次后，没有网络也能看。"))}
    ${fix ? (found.length ? html`<ul class="rows">${repeat(found, ({ item }) => item.number ?? item.id, line)}</ul>` : empty(t("3 公里内没有。"), "map-pin")) : nothing}`;
}

export default { title: () => t("附近"), load, view, leave: (state) => state.end?.() };
