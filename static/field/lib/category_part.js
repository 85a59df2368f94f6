// The choice of a category: the recent ones, those usual here at this hour, by word or pinyin initials, else by class.

import { html, nothing } from "./html.js";
import { button, fault, icon, notice, segments } from "./ui.js";
import { hour } from "./when.js";
import { named, t } from "./words.js";

const OFFERED = 4;
const FOUND = 12;

// `data`: pack part `categories`.
export class Categories {
  constructor(data) {
    this.data = data ?? { list: "B", kinds: [], classes: [], recent: [], usual: [] };
    this.all = this.data.classes.flatMap((group) => group.categories.map((one) => ({ ...one, group: named(group), code_of_class: group.code, said: spelt(one) })));
    this.byValue = new Map(this.all.map((one) => [one.value, one]));
  }

  find(value) {
    return this.byValue.get(value) ?? null;
  }

  // [{title, categories}]: what I reported last, then what is reported here at this hour.
  offered(at = hour()) {
    const recent = this.known(this.data.recent).slice(0, OFFERED);
    const usual = this.known(this.data.usual[at] ?? []).filter((one) => !recent.includes(one)).slice(0, OFFERED);
    return [{ title: t("最近上报"), categories: recent }, { title: t("此时此地常报"), categories: usual }].filter(({ categories }) => categories.length);
  }

  known(values) {
    return (values ?? []).map((value) => this.find(value)).filter(Boolean);
  }

  // By word, by pinyin or its initials, by code; what begins with it first.
  search(typed) {
    const wanted = typed.trim().toLowerCase().split(/\s+/).filter(Boolean);
    if (!wanted.length) return [];
    const found = this.all.map((one) => [rank(one, wanted), one]).filter(([score]) => score < Infinity);
    return found.sort(([a], [b]) => a - b).map(([, one]) => one).slice(0, FOUND);
  }
}

const spelt = (one) => ({ name: one.name, english: one.name_en?.toLowerCase() ?? "", initials: one.initials ?? "", pinyin: (one.pinyin ?? "").replaceAll(" ", ""), code: one.code });

function rank({ said }, wanted) {
  let sum = 0;
  for (const word of wanted) {
    const ways = [said.name.indexOf(word), said.initials.indexOf(word), said.pinyin.indexOf(word), said.english.indexOf(word), said.code.startsWith(word) ? 0 : -1].filter((at) => at >= 0);
    if (!ways.length) return Infinity;
    sum += Math.min(...ways);
  }
  return sum;
}

// state: {categories, value, open, query, kind} · `pick(value)` is told; `redraw` when only the choice itself changed.
export function categoryPart(state, { pick, redraw, error }) {
  const chosen = state.categories.find(state.value);
  const choose = (one) => () => { Object.assign(state, { value: one.value, open: false, query: "" }); pick(one); };
  return html`<section class="card category" id="category" tabindex="-1" aria-label=${t("类别")} aria-describedby=${error ? "category-fault" : nothing}>
    ${chosen && !state.open ? picked(chosen, () => { state.open = true; redraw(); }) : offer(state, choose, redraw)}
    ${fault("category", { category: error })}
  </section>`;
}

const picked = (one, change) => html`<div class="picked"><span class="picked-words"><span class="soft">${one.group}</span><strong>${named(one)}</strong></span>${button(t("更改类别"), change, { kind: "quiet", name: "edit" })}</div>`;

const offers = (found, choose) => html`<div class="offers">${found.map((one) => html`<button type="button" class="offer" @click=${choose(one)}><strong>${named(one)}</strong><span class="soft">${one.group}</span></button>`)}</div>`;

function offer(state, choose, redraw) {
  const { categories, query } = state;
  if (!categories.all.length) return notice("wait", t("类别还没有下载"), t("请联网打开一次；照片和内容先保存在手机里。"));
  const found = categories.search(query);
  return html`<h2>${t("是什么问题？")}</h2>
    ${query ? nothing : categories.offered().map(({ title, categories: some }) => html`<h3 class="soft">${title}</h3>${offers(some, choose)}`)}
    <div class="field search"><label class="told" for="category-search">${t("搜索类别")}</label><span class="search-box">${icon("search")}<input id="category-search" type="search" autocomplete="off" maxlength="30" placeholder=${t("搜文字或拼音首字母，如 bllj")} .value=${query} @input=${(event) => { state.query = event.target.value; redraw(); }}></span></div>
    ${query ? (found.length ? offers(found, choose) : html`<p class="soft" role="status">${t("没有找到，换个词或按大类找。")}</p>`) : nothing}
    <details class="classes" ?open=${Boolean(query && !found.length)}><summary>${t("按大类找")}</summary>${classes(state, choose, redraw)}</details>`;
}

function classes(state, choose, redraw) {
  const { kinds, classes: groups } = state.categories.data;
  const kind = state.kind ?? kinds[0]?.value;
  return html`${segments("category-kind", t("种类"), kinds.map(({ value, name }) => [value, name]), kind, (value) => { state.kind = value; redraw(); })}
    ${groups.filter((group) => group.kind === kind && group.categories.length).map((group) => html`<details class="class"><summary>${named(group)} <span class="soft num">${group.categories.length}</span></summary>${offers(group.categories.map((one) => state.categories.find(one.value)), choose)}</details>`)}`;
}
