// 附近: open cases and premises around me, nearest first, or by a word; out of what this phone holds, so also without a
// network.

import { html, nothing, repeat } from "../lib/html.js";
import { premisesOf, search } from "../lib/places.js";
import { button, chip, due, empty, icon, notice, segments } from "../lib/ui.js";
import { named, t } from "../lib/words.js";
import { locator } from "../place/fix.js";
import { byDistance } from "../place/near.js";

const AT_ONCE = 40;
const WITHIN_M = 3000;

async function load({ again }, app) {
  const [cases, places, grids] = await Promise.all(["cases", "premises", "grids"].map(async (part) => (await app.store.pack(part))?.data));
  const where = locator();
  const state = again ?? { kind: "cases", words: "", most: AT_ONCE };
  const names = new Map((grids?.grids ?? []).map((grid) => [grid.code, grid.name]));
  state.held = {
    cases: { things: (cases?.cases ?? []).map((one) => ({ ...one, grid_name: names.get(one.grid) ?? "" })), known: Boolean(cases), more: cases?.more },
    premises: { things: (await premisesOf(app.store)).premises, known: Boolean(places), more: places?.more },
  };
  if (!again) {
    where.watch();
    state.end = where.onChange(() => app.redraw());
  }
  return state;
}

const caseLine = ({ item, words }) => html`<li><a class="row" href="#/tasks/${item.number}"><span class="row-icon">${icon("map-pin-exclamation")}</span>
  <span class="row-body"><strong>${named({ name_zh: item.category_name, name_en: item.category_name_en })}</strong><span class="soft">${[words, item.address || item.grid_name].filter(Boolean).join(" · ")}</span><span class="soft num">${item.number}</span><span class="row-end">${due(item.due_at)}${item.mine ? chip(t("我上报的")) : nothing}</span></span>${icon("chevron-right")}</a></li>`;

const placeLine = ({ item, words }) => html`<li><a class="row" href="#/premises/${item.id}"><span class="row-icon">${icon("building-store")}</span>
  <span class="row-body"><strong>${item.name}</strong><span class="soft">${[words, item.address].filter(Boolean).join(" · ")}</span>${item.open.length ? html`<span>${chip(t("未整改 %(n)s 个", { n: item.open.length }), { tone: "wait", name: "alert-circle" })}</span>` : nothing}</span>${icon("chevron-right")}</a></li>`;

function searchCases(cases, words) {
  const wanted = words.toLowerCase();
  return cases.filter((one) => [one.number, one.category_name, one.category_name_en, one.address, one.grid_name].some((told) => told?.toLowerCase().includes(wanted)));
}

const KINDS = {
  cases: { line: caseLine, find: searchCases, hint: () => t("搜名称、地址或案件编号") },
  premises: { line: placeLine, find: (all, words) => search(all, words, Infinity), hint: () => t("搜名称、地址、信用代码或编号") },
};

// [{item, words}]: what a word means, wherever it is; without a word what is close. Where no place is known, or a thing
// has none, it comes last and without a distance.
function found({ kind, held, words }, fix) {
  const { things } = held[kind];
  if (!words.trim()) return fix ? byDistance(things, fix, { within: WITHIN_M }) : [];
  const meant = KINDS[kind].find(things, words.trim());
  const placed = byDistance(meant, fix);
  const those = new Set(placed.map(({ item }) => item));
  return [...placed, ...meant.filter((item) => !those.has(item)).map((item) => ({ item, words: "" }))];
}

const nothingHere = ({ words }, fix) => (words.trim() ? empty(t("手机里没有符合的。"), "search") : fix ? empty(t("3 公里内没有；更远的请搜索。"), "map-pin") : empty(t("还没有定位，可以搜索。"), "map-pin"));

function view(state, app) {
  const where = locator();
  const fix = where.current() ?? where.lastFix();
  const { kind, held, words } = state;
  const { known, more } = held[kind];
  const { line, hint } = KINDS[kind];
  const all = known ? found(state, fix) : [];
  const change = (given) => { Object.assign(state, { most: AT_ONCE }, given); app.redraw(); };
  const { sentence, short } = where.status();
  return html`${segments("kind", t("看什么"), [["cases", t("未办结案件")], ["premises", t("场所")]], kind, (one) => change({ kind: one }))}
    ${known ? html`<div class="field"><label class="told" for="near-words">${hint()}</label><span class="search-box">${icon("search")}<input id="near-words" type="search" autocomplete="off" maxlength="60" placeholder=${hint()} .value=${words} @input=${(event) => change({ words: event.target.value })}></span></div>` : nothing}
    <p class="soft">${sentence}</p><span class="told" role="status">${short}</span>
    ${known ? nothing : notice("wait", kind === "cases" ? t("还没有下载附近的案件") : t("还没有下载附近的场所"), t("联网打开一次后，没有网络也能看。"))}
    ${all.length ? html`<ul class="rows">${repeat(all.slice(0, state.most), ({ item }) => item.number ?? item.id, line)}</ul>` : known ? nothingHere(state, fix) : nothing}
    ${all.length > state.most ? html`<p class="soft" role="status">${t("共 %(all)s 处，已显示 %(n)s 处。", { all: all.length, n: state.most })}</p>${button(t("显示更多"), () => { state.most += AT_ONCE; app.redraw(); }, { name: "chevron-down" })}` : nothing}
    ${more ? html`<p class="soft">${t("手机只下载了一部分，其余的请在电脑上查找。")}</p>` : nothing}`;
}

export default { title: () => t("附近"), load, view, live: true, leave: (state) => state.end?.() };
